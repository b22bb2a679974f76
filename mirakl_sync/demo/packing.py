"""How each order leaves the shop: by which carrier, in how many parcels, and what staff get wrong. Pure and seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from mirakl_sync.demo.couriers import Courier
from mirakl_sync.demo.town import Seller

# Seconds from "processing" to the packing table, between two parcels of an order, until a wrong number is noticed, and
# until a number is entered that was forgotten.
PACKED, NEXT_PARCEL, NOTICED, REMEMBERED = (2.0, 6.0), (2.0, 4.0), (3.0, 6.0), (7.0, 9.0)
WHOLE, FIRST_PIECE, REST = "whole", "first piece", "rest"


@dataclass(frozen=True, slots=True)
class Pack:
    """A parcel leaves, ``after`` seconds: the whole order, its first piece, or what is left of it."""

    after: float
    courier: Courier
    number: str
    part: str = WHOLE


@dataclass(frozen=True, slots=True)
class Complete:
    """The order leaves and nobody enters a number."""

    after: float


@dataclass(frozen=True, slots=True)
class Correct:
    """A number was wrong: its entry is changed, or taken off and made ``anew``."""

    after: float
    courier: Courier
    number: str
    instead: str
    anew: bool = False


Step = Pack | Complete | Correct


@dataclass(frozen=True, slots=True)
class Packing:
    """What staff do with one order, step by step; each ``after`` counts from the step before."""

    way: str
    steps: tuple[Step, ...]


ONE, UNMAPPED, STRANGER, TWO, CORRECTED, FORGOTTEN, NEVER = (
    "one parcel",
    "carrier nobody mapped",
    "courier nobody knows",
    "two parcels",
    "number corrected",
    "number entered later",
    "no number",
)
# Every seller's orders take turns, well shuffled, so that each way happens every day.
DECK = (*[ONE] * 5, *[UNMAPPED] * 3, STRANGER, *[TWO] * 2, *[CORRECTED] * 2, FORGOTTEN, NEVER)


def serials(chance: random.Random) -> Iterator[int]:
    """Eight digits, none of them twice."""
    given: set[int] = set()
    while True:
        serial = chance.randrange(10_000_000, 100_000_000)
        if serial not in given:
            given.add(serial)
            yield serial


def packings(seller: Seller, chance: random.Random, numbers: Iterator[int]) -> Iterator[Packing]:
    """How one order after the other of this seller is sent; first what shall wait for a person in the middle of the
    day."""
    deck = sorted(DECK, key=lambda way: way != UNMAPPED)
    while True:
        for way in deck:
            yield Packing(way, tuple(_steps(way, seller, chance, numbers)))
        deck = list(DECK)
        chance.shuffle(deck)


def _steps(way: str, seller: Seller, chance: random.Random, numbers: Iterator[int]) -> Iterator[Step]:
    courier, packed = chance.choice(seller.couriers), chance.uniform(*PACKED)
    if way == UNMAPPED:
        courier = seller.unmapped or courier
    elif way == STRANGER:
        courier = seller.stranger or courier
    number = courier.number(next(numbers))
    if way == TWO:
        other = chance.choice(seller.couriers)
        yield Pack(packed, courier, number, FIRST_PIECE)
        yield Pack(chance.uniform(*NEXT_PARCEL), other, other.number(next(numbers)), REST)
    elif way in (FORGOTTEN, NEVER):
        yield Complete(packed)
        if way == FORGOTTEN:
            yield Pack(chance.uniform(*REMEMBERED), courier, number)
    else:
        yield Pack(packed, courier, number)
        if way == CORRECTED:
            # a shipment is not made of an entry taken off: there the entry itself is changed
            anew = not seller.by_shipment and chance.random() < 0.5
            yield Correct(chance.uniform(*NOTICED), courier, number, courier.number(next(numbers)), anew)
