"""The story of a SKU from what was written down: sales, the shop's numbers and files of every connection."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import Order, ShelfComponent
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.errors import Misconfigured
from mirakl_sync.orders import selling
from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.shelf import board
from mirakl_sync.shelf import story as writing
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock.stories import Line, oversold, story
from tests.conftest import NOON
from tests.stock.orders import sell
from tests.stock.shop_floor import Floor, shop_floor

HOUR = timedelta(hours=1)


@pytest.fixture
def floor(db: Database, clock: FixedClock, bells: RecordingDispatcher) -> Iterator[Floor]:
    """A store without connections."""
    with shop_floor(db, clock, bells) as made:
        yield made


def _story(floor: Floor, sku: str = "MUG", since: datetime = NOON - HOUR, until: datetime = NOON + HOUR) -> list[Line]:
    with floor.db.reading() as tx:
        return story(tx, "webshop", sku, since, until)


def _later(floor: Floor, seconds: float) -> None:
    floor.clock.advance(timedelta(seconds=seconds))


def _shop_says(floor: Floor, number: int, sku: str = "MUG") -> None:
    """Somebody asked the shop."""
    with floor.db.transaction() as tx:
        board.observe(tx, floor.store, [ProductFacts(sku, floor.clock(), 1, quantity=number)], floor.clock())


def _write(floor: Floor, kind: Told, connection: int, before: int | None, after: int | None, sku: str = "MUG") -> None:
    now = floor.clock()
    with floor.db.transaction() as tx:
        line = writing.line(floor.store, sku, kind, now, now, connection_id=connection, before=before, after=after)
        writing.write(tx, [line])


def _placed(floor: Floor, order_id: str) -> None:
    """The shop has the order, and subtracted it."""
    with floor.db.transaction() as tx:
        row = tx.execute(select(Order).where(Order.order_id == order_id)).unique().scalar_one()
        for line in row.lines:
            line.decision = "accept"
        selling.felt(tx, row, floor.clock())


def _refused(floor: Floor, order_id: str) -> None:
    with floor.db.transaction() as tx:
        row = tx.execute(select(Order).where(Order.order_id == order_id)).unique().scalar_one()
        living = selling.alive(row)
        row.marketplace_state = "REFUSED"
        selling.ended(tx, row, living, floor.clock())


def test_an_oversell_is_told_second_by_second_with_the_change_that_had_not_arrived(floor: Floor):
    acme, nord = floor.connect("acme"), floor.connect("nord")
    _shop_says(floor, 2)
    floor.offer(acme, "MUG", theirs=2)
    floor.offer(nord, "MUG", theirs=2)
    floor.weigh()
    _later(floor, 60)
    sold_at = floor.clock()
    _later(floor, 20)
    sell(floor, nord, "MUG", 2, "N-1", at=sold_at)
    floor.weigh()
    _later(floor, 15)
    _write(floor, Told.SENT, acme, 2, 0)
    _later(floor, 5)
    sell(floor, acme, "MUG", 1, "A-1")
    _later(floor, 10)
    _write(floor, Told.ACCEPTED, acme, 1, 0)

    lines = _story(floor)

    assert [
        ((line.entry.at - NOON).seconds, line.entry.kind, line.entry.connection, line.available, dict(line.shown))
        for line in lines
        if line.entry.kind != "wanted"
    ] == [
        (60, "sold", "nord", 0, {"acme": 2, "nord": 0}),
        (95, "sent", "acme", 0, {"acme": 2, "nord": 0}),
        (100, "sold", "acme", -1, {"acme": 1, "nord": 0}),
        (110, "accepted", "acme", -1, {"acme": 0, "nord": 0}),
    ]
    (found,) = oversold(lines)
    assert (found.connection, found.ref, found.short, found.showed, found.age) == (
        "acme", "A-1", 1, 2, timedelta(seconds=40),
    )  # fmt: skip
    assert found.sentence == (
        "acme showed 2. nord had sold 2 (N-1) 40 s before. We knew 20 s after it happened. "
        "The file with 0 had left 5 s before the sale and was worked off 10 s after it."
    )


def test_a_bundle_sold_is_its_parts_sold(floor: Floor):
    acme = floor.connect()
    _shop_says(floor, 9)
    with floor.db.transaction() as tx:
        tx.add(ShelfComponent(store_pk=floor.store, bundle="SET", component="MUG", pieces=4))
    floor.offer(acme, "MUG", "SET", theirs=2)
    _later(floor, 5)
    sell(floor, acme, "SET", 2, "O-1")

    (line,) = _story(floor)

    assert (line.entry.pieces, line.available, line.entry.words) == (8, 1, "inside SET")


@pytest.mark.parametrize("seed", range(8))
def test_a_story_that_begins_later_tells_the_same_from_there_on(floor: Floor, seed: int):
    chance = random.Random(seed)
    connections = [floor.connect("acme"), floor.connect("nord")]
    number, waiting = 12, []
    _shop_says(floor, number)
    for connection in connections:
        floor.offer(connection, "MUG", theirs=12)
    for _ in range(25):
        _later(floor, chance.randint(2, 60))
        what, where = chance.choice(("sell", "sell", "place", "take", "refuse", "file")), chance.choice(connections)
        if what == "sell":
            waiting.append((sell(floor, where, "MUG", pieces := chance.randint(1, 2)), pieces))
        elif what == "place" and waiting:
            order_id, pieces = waiting.pop(0)
            _placed(floor, order_id)
            number -= pieces
            _later(floor, 1)
            _shop_says(floor, number)
        elif what == "refuse" and waiting:
            _refused(floor, waiting.pop(0)[0])
        elif what == "take":
            number += chance.choice((-1, 3))
            _shop_says(floor, number)
        elif what == "file":
            before = floor.seen("MUG", where).theirs
            _write(floor, Told.SENT, where, before, number)
            _later(floor, 1)
            _write(floor, Told.ACCEPTED, where, before, number)

    whole = _story(floor)
    assert whole[-1].available == number - sum(pieces for _, pieces in waiting)

    for cut in chance.sample(range(len(whole)), min(8, len(whole))):
        # nothing is at the moment itself
        since = whole[cut].entry.at - timedelta(milliseconds=1)
        later = [line for line in _story(floor, since=since) if line.entry.at >= since]
        rest = [line for line in whole if line.entry.at >= since]
        assert [_stand(line) for line in later] == [_stand(line) for line in rest]


def _stand(line: Line) -> tuple[object, ...]:
    return line.entry.kind, line.entry.ref, line.level, line.unfelt, line.available


def test_a_store_nobody_knows_is_said_with_those_there_are(floor: Floor):
    with floor.db.reading() as tx, pytest.raises(Misconfigured) as refused:
        story(tx, "nowhere", "MUG", NOON, NOON)

    assert refused.value.way_out == "Known are webshop."
