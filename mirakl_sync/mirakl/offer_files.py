"""The CSV files of an export of offers (OF54): a million rows, read one by one.

No schema here: with one, a million rows would take minutes instead of seconds. What is wrong with a row is that row's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from operator import itemgetter
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from mirakl_sync.errors import Unreadable
from mirakl_sync.mirakl import values
from mirakl_sync.mirakl.stock_files import rows_of
from mirakl_sync.records.stock import OfferSeen

log = logging.getLogger(__name__)

SKU, QUANTITY = "shop-sku", "quantity"
# What an export is asked for, in Mirakl's names for CSV.
FIELDS = (SKU, "offer-id", "product-sku", QUANTITY, "active", "deleted", "last-updated")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_NO_WAREHOUSES: Mapping[str, int] = {}


class ExportedOffers(Iterator[OfferSeen]):
    """The offers of one file, which ``fetch`` brings at the first of them.

    ``unreadable`` counts the rows left out so far: with any, the list does not show everything that is offered.
    """

    def __init__(self, fetch: Callable[[BinaryIO], Any]) -> None:
        self.unreadable = 0
        self._offers = self._read(fetch)

    def __next__(self) -> OfferSeen:
        return next(self._offers)

    def close(self) -> None:
        """Let go of the file before its end."""
        self._offers.close()

    def _read(self, fetch: Callable[[BinaryIO], Any]) -> Generator[OfferSeen, None, None]:
        first = ""
        with TemporaryFile() as file:
            fetch(file)
            with closing(rows_of(file)) as rows:
                pick, width = _columns(next(rows, ([], ""))[0])
                moments: dict[str, datetime | None] = {"": None}
                for number, (row, problem) in enumerate(rows, start=2):
                    if len(row) == width and (offer := _offer(pick(row), moments)) is not None:
                        yield offer
                        continue
                    self.unreadable += 1
                    first = first or problem or f"row {number} has no {SKU}, or not {width} columns"
        if first:
            log.warning("OF54: %s rows of the export cannot be read; the first: %s", self.unreadable, first)


def _columns(header: Sequence[str]) -> tuple[Callable[[Sequence[str]], tuple[str, ...]], int]:
    """What picks our fields out of a row, "" for those the file does not have, and how many columns a row has."""
    names = [name.strip().lower() for name in header]
    if SKU not in names or QUANTITY not in names:
        raise Unreadable(f"The export (OF54) holds no columns {SKU} and {QUANTITY}.", payload=names[:50])
    width = len(names)
    if all(name in names for name in FIELDS):
        return itemgetter(*map(names.index, FIELDS)), width
    places = [names.index(name) if name in names else None for name in FIELDS]
    return lambda row: tuple("" if at is None else row[at] for at in places), width


def _offer(told: tuple[str, ...], moments: dict[str, datetime | None]) -> OfferSeen | None:
    """One offer, None without a SKU. A cell that cannot be read says nothing; the offer is there all the same."""
    sku, offer_id, product_sku, quantity, active, deleted, updated_at = told
    sku = values.text(sku.strip())
    if not sku:
        return None
    if updated_at not in moments:
        _remember(updated_at, moments)
    return OfferSeen(
        sku,
        offer_id,
        values.text(product_sku),
        _pieces(quantity),
        _FLAGS.get(active.lower(), True),
        _FLAGS.get(deleted.lower(), False),
        (),
        _NO_WAREHOUSES,
        moments[updated_at],
    )


def _pieces(quantity: str) -> int | None:
    return int(quantity) if quantity.isdecimal() and len(quantity) < 10 else values.pieces(quantity)


def _remember(spoken: str, moments: dict[str, datetime | None]) -> None:
    # Neighbours share their second: an export is sorted by nothing better, and changes come in bursts.
    if len(moments) > 10_000:
        moments.clear()
        moments[""] = None
    try:
        moments[spoken] = values.moment(spoken.strip())
    except ValueError:
        moments[spoken] = None
