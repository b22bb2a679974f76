"""A rush on one SKU: who wants it when, on which marketplace or in the shop, and how many. Pure and seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mirakl_sync.demo.packing import ONE, PACKED, Pack, Packing, serials
from mirakl_sync.demo.town import SELLERS, Seller

# Every second buyer goes to the shop's own till.
IN_SHOP = 0.5
# How lively the rush is, by the share of the day that is over.
SHAPE = ((0.05, 0.0), (0.2, 1.0), (0.88, 1.0), (0.96, 0.0))
PIECES = (1, 1, 1, 2)
PAID_AFTER = (0.5, 1.5)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who wants ``pieces`` of the hot SKU ``at`` this second of the day; without a seller, in the shop.

    ``packing`` is how it leaves the shop, should it be sold on a marketplace; money comes ``paid_after`` seconds.
    """

    at: float
    pieces: int
    seller: Seller | None = None
    packing: Packing | None = None
    paid_after: float = 1.0


def plan_rush(seconds: float, peak: float, seed: int) -> list[Buyer]:
    """The buyers of a day in the order of time, about ``peak`` a second while it is liveliest."""
    chance = random.Random(f"rush {seed}")
    numbers = serials(random.Random(f"numbers of the rush {seed}"))
    rush = []
    for at in _moments(chance, seconds, peak):
        pieces, paid_after = chance.choice(PIECES), chance.uniform(*PAID_AFTER)
        if chance.random() < IN_SHOP:
            rush.append(Buyer(at, pieces))
        else:
            seller = chance.choices(SELLERS, [seller.share for seller in SELLERS])[0]
            courier = chance.choice(seller.couriers)
            parcel = Pack(chance.uniform(*PACKED), courier, courier.number(next(numbers)))
            rush.append(Buyer(at, pieces, seller, Packing(ONE, (parcel,)), paid_after))
    return rush


def _moments(chance: random.Random, seconds: float, peak: float) -> Iterator[float]:
    """By chance, and thinned out where the day is quieter."""
    at = 0.0
    while peak > 0 and (at := at + chance.expovariate(peak)) < seconds:
        if chance.random() < liveliness(at / seconds):
            yield at


def liveliness(share: float) -> float:
    """0 to 1, at this share of the day."""
    for (begin, low), (end, high) in pairwise(SHAPE):
        if begin <= share < end:
            return low + (high - low) * (share - begin) / (end - begin)
    return 0.0
