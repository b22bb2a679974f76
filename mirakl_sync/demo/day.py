"""The day's orders: when each is placed, what is special about it, what people do about it later. Pure and seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mirakl_sync.demo.packing import Packing, packings, serials
from mirakl_sync.demo.town import GOODS, SELLERS, Seller

# How lively each hour of a day is; the evening is when people shop.
CURVE = (2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 8, 9, 8, 7, 7, 8, 9, 11, 13, 14, 12, 8, 4)
# Every so many orders one is special.
EVERY = 5
# Nothing after this is waited for by those who act in the middle of the day.
PAID_AFTER = (1.0, 4.0)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does about an order, ``after`` seconds; tried again until it can be done."""

    who: str  # buyer, marketplace, portal, person, shop
    action: str
    after: float
    with_: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order to be placed: ``at`` seconds of the day, with which options, and what follows.

    ``packing`` is how it leaves the shop, if it ever may.
    """

    at: float
    seller: Seller
    kind: str
    options: dict[str, Any]
    deeds: tuple[Deed, ...] = ()
    packing: Packing | None = None

    @property
    def put_aside(self) -> bool:
        """Staff mean to cancel it, and do not pack it as long as they do."""
        return any(deed.who == "shop" and deed.action == "cancel" for deed in self.deeds)


@dataclass(frozen=True, slots=True)
class Special:
    """A kind of order that is not like the others. ``sellers`` are keys, empty for all."""

    kind: str
    sellers: tuple[str, ...] = ()


NORD, BELLE, KONTOR = "nordmarkt-webshop", "belle-maison-webshop", "kontor-webshop"

SPECIALS = (
    Special("unknown SKU, made by a person", (NORD, BELLE)),
    Special("price far too low, refused by hand", (NORD, BELLE, KONTOR)),
    Special("payment refused", (NORD, BELLE)),
    Special("cancelled by the marketplace", (NORD, BELLE, KONTOR)),
    Special("more than in stock, refilled", (NORD, BELLE)),
    Special("fraud in staging", (KONTOR,)),
    Special("malformed", (BELLE,)),
    Special("same SKU on two lines", (NORD, BELLE, KONTOR)),
    Special("answered in the portal", (NORD, KONTOR)),
    Special("fulfilled by the operator", (NORD, BELLE)),
    Special("cancelled by shop staff", (NORD, BELLE, KONTOR)),
    Special("unknown SKU, nobody answers", (BELLE, NORD)),
    Special("price far too low, accepted by hand", (NORD, KONTOR)),
    Special("payment slow", (NORD, BELLE)),
    Special("more than in stock, nobody answers", (BELLE, KONTOR)),
    Special("refused in the portal", (NORD, BELLE)),
)


def plan_day(count: int, seconds: float, seed: int) -> list[Purchase]:
    """``count`` purchases in the order of time, over ``seconds``; equal arguments give equal days."""
    chance = random.Random(seed)
    moments = sorted(_moment(chance, seconds) for _ in range(count))
    specials = list(SPECIALS)
    chance.shuffle(specials)
    day = []
    for number, at in enumerate(moments):
        turn, rest = divmod(number, EVERY)
        if rest == EVERY - 1:
            day.append(_special(chance, at, specials[turn % len(specials)], turn))
        else:
            day.append(_ordinary(chance, at))
    return list(_with_packings(day, seed))


def _with_packings(day: Sequence[Purchase], seed: int) -> Iterator[Purchase]:
    numbers = serials(random.Random(f"numbers {seed}"))
    ways = {seller.key: packings(seller, random.Random(f"{seller.key} {seed}"), numbers) for seller in SELLERS}
    for purchase in day:
        yield replace(purchase, packing=next(ways[purchase.seller.key]))


def _moment(chance: random.Random, seconds: float) -> float:
    hour = chance.choices(range(len(CURVE)), CURVE)[0]
    return (hour + chance.random()) / len(CURVE) * seconds


def _ordinary(chance: random.Random, at: float) -> Purchase:
    seller = chance.choices(SELLERS, [seller.share for seller in SELLERS])[0]
    return Purchase(at, seller, "", {"lines": _basket(chance), "payment_seconds": chance.uniform(*PAID_AFTER)})


def _basket(chance: random.Random) -> list[dict[str, Any]]:
    numbers = chance.sample(range(1, GOODS + 1), chance.choice((1, 1, 1, 2, 2, 3, 4)))
    return [{"sku": f"SKU-{number}", "quantity": chance.choice((1, 1, 1, 2, 3))} for number in numbers]


def _special(chance: random.Random, at: float, special: Special, turn: int) -> Purchase:
    keys = special.sellers
    key = keys[turn // len(SPECIALS) % len(keys)] if keys else NORD
    seller = next(seller for seller in SELLERS if seller.key == key)
    options, deeds = _made(special.kind, chance, turn)
    basket = {"lines": _basket(chance), "payment_seconds": chance.uniform(*PAID_AFTER)}
    return Purchase(at, seller, special.kind, basket | options, tuple(deeds))


def _made(kind: str, chance: random.Random, turn: int) -> tuple[dict[str, Any], Sequence[Deed]]:
    """The options and the people behind each kind: a table, read from top to bottom."""
    new = {"sku": f"NEW-{turn}", "quantity": 1, "price_unit": "24.90"}
    cheap = {"sku": f"SKU-{GOODS}", "quantity": 1, "price_unit": "19.90"}
    # a last piece of its own for each: two kinds are short of stock
    last = 2 * (turn // len(SPECIALS)) + (1 if kind.endswith("refilled") else 2)
    short = {"sku": f"SCARCE-{last}", "quantity": 3}
    table: dict[str, tuple[dict[str, Any], Sequence[Deed]]] = {
        "unknown SKU, made by a person": (
            {"lines": [new]},
            [Deed("shop", "make product", 6, {"sku": new["sku"], "price": "24.90", "stock": 20})],
        ),
        "unknown SKU, nobody answers": ({"lines": [new]}, []),
        "price far too low, refused by hand": ({"lines": [cheap]}, [Deed("person", "refuse", 5)]),
        "price far too low, accepted by hand": ({"lines": [cheap]}, [Deed("person", "accept", 5)]),
        "more than in stock, refilled": (
            {"lines": [short]},
            [Deed("shop", "make product", 6, {"sku": short["sku"], "price": "49.90", "stock": 40})],
        ),
        "more than in stock, nobody answers": ({"lines": [short]}, []),
        "payment refused": ({"payment": "refused"}, []),
        "payment slow": ({"payment_seconds": 12}, []),
        "fraud in staging": ({"staging_end": "fraud", "staging_seconds": 2}, []),
        "cancelled by the marketplace": ({}, [Deed("marketplace", "cancel", chance.uniform(4, 9))]),
        "cancelled by shop staff": ({}, [Deed("shop", "cancel", 2)]),
        "malformed": (
            {"broken": chance.choice(("null_lines", "bad_date", "null_currency"))},
            [Deed("portal", "refuse", 5)],
        ),
        "same SKU on two lines": (
            {"lines": [{"sku": "SKU-3", "quantity": 1}, {"sku": "SKU-3", "quantity": 2, "price_unit": "31.50"}]},
            [],
        ),
        "answered in the portal": ({}, [Deed("portal", "accept", 0)]),
        "refused in the portal": ({"lines": [new]}, [Deed("portal", "refuse", 4)]),
        "fulfilled by the operator": ({"fulfillment_center": "FC-NORTH"}, [Deed("portal", "accept", 2)]),
    }
    return table[kind]
