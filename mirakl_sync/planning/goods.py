"""What a planner shall know of a SKU: that it is sold, and how many can be, place by place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mirakl_sync.planning.rows import Wanted
from mirakl_sync.records.planning import Feed, StockRow, VariantRow
from mirakl_sync.records.shop import ProductFacts


@dataclass(frozen=True, slots=True)
class Places:
    """The planner's warehouse, and those of the shop's places of stock that have one of their own."""

    warehouse: str
    of_place: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known of a SKU: the ``title`` and ``price`` it was last sold under, pieces sold that the shop has
    not subtracted, and since when the planner has it."""

    title: str = ""
    price: Decimal | None = None
    unfelt: int = 0
    since: datetime | None = None


def wanted(fact: ProductFacts, known: Known, places: Places) -> list[Wanted]:
    """The SKU's rows; none for what the shop does not have (any more), so that what was told of it is taken off."""
    if fact.matches < 1:
        return []
    return [_variant(fact, known), *_stock(fact, known, places)]


def _variant(fact: ProductFacts, known: Known) -> Wanted:
    first = known.since or fact.changed_at or fact.observed_at
    price = fact.price if fact.price is not None else known.price
    row = VariantRow(fact.sku, known.title or fact.sku, price or Decimal(0), first, fact.observed_at)
    return Wanted(Feed.VARIANTS, fact.sku, fact.sku, row)


def _stock(fact: ProductFacts, known: Known, places: Places) -> list[Wanted]:
    if fact.quantity is None or fact.matches != 1:
        # nobody counts it, or nobody knows which of several is meant
        return []
    return [
        Wanted(Feed.STOCK, f"{fact.sku}@{name}", fact.sku, StockRow(fact.sku, name, pieces, fact.observed_at))
        for name, pieces in sorted(spread(fact, known.unfelt, places).items())
    ]


def spread(fact: ProductFacts, unfelt: int, places: Places) -> dict[str, int]:
    """Pieces by the planner's warehouse, less what is sold and not felt; what is sold may be more than there is.

    Places without a warehouse of their own count to the one warehouse; what is sold is taken from there.
    """
    if not fact.locations or not places.of_place:
        return {places.warehouse: (fact.quantity or 0) - unfelt}
    pieces = {places.warehouse: -unfelt}
    for place, number in fact.locations.items():
        name = places.of_place.get(place, places.warehouse)
        pieces[name] = pieces.get(name, 0) + number
    return pieces


def amount(told: str | None) -> Decimal | None:
    """A price as lines keep it."""
    return None if told is None else Decimal(told)
