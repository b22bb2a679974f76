"""A story replayed: how many were there at each moment, who sold too many, and which change had not arrived."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from mirakl_sync.shelf.story import Told
from mirakl_sync.stock.oversell import Entry, Oversell, Start, oversold, replay
from tests.conftest import NOON


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _entry(kind: Told, seconds: float, connection: str = "", learned: float | None = None, **more) -> Entry:
    return Entry(at(seconds), at(seconds if learned is None else learned), str(kind), connection, **more)


def sold(seconds: float, where: str, pieces: int, ref: str, learned: float | None = None) -> Entry:
    return _entry(Told.SOLD, seconds, where, learned, after=pieces, pieces=pieces, ref=ref)


def felt(seconds: float, where: str, pieces: int, ref: str, learned: float | None = None) -> Entry:
    return _entry(Told.FELT, seconds, where, learned, after=pieces, pieces=pieces, ref=ref)


def level(seconds: float, before: int, after: int, learned: float | None = None) -> Entry:
    return _entry(Told.LEVEL, seconds, "", learned, before=before, after=after)


def sent(seconds: float, where: str, number: int) -> Entry:
    return _entry(Told.SENT, seconds, where, after=number, ref="file 7")


def accepted(seconds: float, where: str, number: int) -> Entry:
    return _entry(Told.ACCEPTED, seconds, where, after=number, ref="2045")


GONE = "The shop had gone from 3 to 0 40 s before. We knew 10 s after it happened."
BOTH = Start(level=3, shown={"acme": 3, "nord": 3})


def test_what_was_there_falls_with_sales_and_not_again_when_the_shop_subtracts_them():
    lines = replay(
        BOTH,
        [sold(0, "acme", 1, "O-1"), felt(20, "acme", 1, "O-1", learned=30), level(19.5, 3, 2, learned=30)],
    )

    told = [(line.entry.kind, line.level, line.unfelt, line.available, line.shown["acme"]) for line in lines]
    assert told == [("sold", 3, 1, 2, 2), ("felt", 2, 0, 2, 2), ("level", 2, 0, 2, 2)]


def test_a_sale_that_ended_gives_back_what_the_shop_had_not_subtracted_from_when_we_learned_of_it():
    ended = _entry(Told.GIVEN_BACK, 0, "acme", 60, after=2, pieces=2, ref="O-1")

    lines = replay(BOTH, [ended, sold(0, "acme", 2, "O-1"), sold(30, "nord", 1, "O-2")])

    assert [(line.entry.ref, line.available, line.shown["acme"]) for line in lines] == [
        ("O-1", 1, 1),
        ("O-2", 0, 1),
        ("O-1", 2, None),
    ]


def test_nothing_is_short_where_nobody_counts():
    lines = replay(Start(level=None), [sold(0, "acme", 9, "O-1")])

    assert (lines[0].available, oversold(lines)) == (None, [])


# the moments at which too much was sold


def _found(start: Start, *entries: Entry) -> Oversell:
    (found,) = oversold(replay(start, entries))
    return found


def test_two_marketplaces_sell_the_last_piece_before_a_file_could_leave():
    found = _found(Start(level=1, shown={"acme": 1, "nord": 1}), sold(0, "nord", 1, "N-1"), sold(4, "acme", 1, "A-1"))

    assert (found.at, found.connection, found.ref, found.pieces, found.had, found.short) == (
        at(4), "acme", "A-1", 1, 0, 1,
    )  # fmt: skip
    assert (found.showed, found.age) == (1, timedelta(seconds=4))
    assert found.change is not None
    assert found.change.entry.ref == "N-1"
    assert found.sentence == "acme showed 1. nord had sold 1 (N-1) 4 s before. No file has carried it there since."


@pytest.mark.parametrize(
    ("entries", "change", "age", "words"),
    [
        # we did not know
        (
            [sold(0, "nord", 3, "N-1", learned=50), sold(40, "acme", 1, "A-1")],
            "sold",
            40,
            "nord had sold 3 (N-1) 40 s before; we learned of it 10 s after the sale.",
        ),
        (
            [level(0, 3, 0, learned=90), sold(40, "acme", 1, "A-1")],
            "level",
            40,
            "The shop had gone from 3 to 0 40 s before; we learned of it 50 s after the sale.",
        ),
        # we knew, and the lane had to wait
        (
            [level(0, 3, 0, learned=10), sold(40, "acme", 1, "A-1"), sent(65, "acme", 0)],
            "level",
            40,
            f"{GONE} The file with it left 25 s after the sale.",
        ),
        # the file was on its way
        (
            [level(0, 3, 0, learned=10), sent(30, "acme", 0), sold(40, "acme", 1, "A-1"), accepted(52, "acme", 0)],
            "level",
            40,
            f"{GONE} The file with 0 had left 10 s before the sale and was worked off 12 s after it.",
        ),
        # a file overtook a sale nobody had seen yet
        (
            [
                sold(0, "nord", 3, "N-1", learned=20),
                sent(5, "acme", 3),
                accepted(9, "acme", 3),
                sold(30, "acme", 1, "A"),
            ],
            "sold",
            30,
            "nord had sold 3 (N-1) 30 s before. We knew 20 s after it happened. No file has carried it there since.",
        ),
        # the number was wrong by our own rules
        (
            [sold(0, "nord", 3, "N-1"), sent(5, "acme", 3), accepted(9, "acme", 3), sold(30, "acme", 1, "A-1")],
            None,
            None,
            "That number was too high when it was reckoned, 25 s before.",
        ),
    ],
)
def test_the_change_that_had_not_arrived_is_named_with_its_way(entries, change, age, words):
    found = _found(BOTH, *entries)

    assert (found.connection, found.short) == ("acme", 1)
    assert (found.change and found.change.entry.kind, found.age and found.age.total_seconds()) == (change, age)
    assert found.sentence == f"acme showed 3. {words}"


def test_a_shop_that_takes_away_what_was_sold_is_named_itself():
    found = _found(BOTH, sold(0, "acme", 2, "A-1"), level(10, 3, 0, learned=25))

    assert (found.connection, found.short, found.had) == ("", 2, 1)
    assert found.sentence == "The shop took 2 pieces away that had been sold by then. We learned of it 15 s later."


def test_a_marketplace_whose_number_nobody_knew_is_said_so():
    found = _found(Start(level=0, shown={"acme": None}), sold(0, "acme", 1, "A-1"))

    assert found.sentence == "Nobody knows what acme showed then. No change is known that had not arrived."


def test_each_piece_too_many_is_counted_once():
    lines = replay(BOTH, [sold(0, "acme", 2, "A"), sold(1, "nord", 3, "B"), sold(2, "acme", 1, "C"), level(9, 3, 5)])

    assert [(found.ref, found.had, found.short) for found in oversold(lines)] == [("B", 1, 2), ("C", 0, 1)]


# whatever happens, it is what was there


class _Truth:
    """A shop and two marketplaces, and what is written down of them: late, and by a shop's clock."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number, self.known, self.now = 12, 12, 0.0
        self.unfelt: dict[str, int] = {}
        self.entries: list[Entry] = []
        self.there: dict[str, int] = {}
        self.short = 0

    def run(self, steps: int) -> None:
        for number in range(steps):
            self.now += self.chance.uniform(1, 40)
            before = self.left()
            self.chance.choice((self.sell, self.sell, self.place, self.take, self.end))(f"O-{number}")
            self.short += max(-self.left(), 0) - max(-before, 0) if self.left() < before else 0

    def left(self) -> int:
        return self.number - sum(self.unfelt.values())

    def sell(self, ref: str) -> None:
        self.unfelt[ref] = self.chance.randint(1, 3)
        late = self.now + self.chance.uniform(0, 90)
        self.entries.append(sold(self.now, self.chance.choice(("acme", "nord")), self.unfelt[ref], ref, late))
        self.there[ref] = self.left()

    def place(self, ref: str) -> None:
        if self.unfelt:
            ref = self.chance.choice(list(self.unfelt))
            pieces = self.unfelt.pop(ref)
            self.number -= pieces
            self.entries.append(felt(self.now, "acme", pieces, ref, learned=self.now + 0.8))
            self._polled(self.now - 0.3)

    def take(self, ref: str) -> None:
        self.number += self.chance.choice((-2, -1, 4))
        self._polled(self.now)

    def end(self, ref: str) -> None:
        if self.unfelt:
            ref = self.chance.choice(list(self.unfelt))
            pieces = self.unfelt.pop(ref)
            self.entries.append(_entry(Told.GIVEN_BACK, 0, "acme", self.now, after=pieces, pieces=pieces, ref=ref))

    def _polled(self, dated: float) -> None:
        self.entries.append(level(dated, self.known, self.number, learned=self.now + 0.8))
        self.known = self.number


@pytest.mark.parametrize("seed", range(60))
def test_at_every_sale_the_story_knows_how_many_were_left_and_finds_every_piece_too_many(seed: int):
    truth = _Truth(seed)
    truth.run(80)
    truth.chance.shuffle(truth.entries)

    lines = replay(Start(level=12), truth.entries)

    assert {line.entry.ref: line.available for line in lines if line.entry.kind == Told.SOLD} == truth.there
    assert sum(found.short for found in oversold(lines)) == truth.short
    assert lines[-1].available == truth.left()
