"""What is done all day costs what changed, however large the catalogue: nothing reads all offers, or the whole shelf.

The databases themselves are asked how they find the rows of every statement that a day of stock brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from mirakl_sync.db.insert import insert_alike_once
from mirakl_sync.db.models import Offer, ShelfItem, StockEvent
from mirakl_sync.stock import watch
from tests.conftest import NOON
from tests.flows.stocking import StockDay, a_stock_day

# As many beside those of the day: enough that a planner which knows their number does not read them all.
REST = 20_000
LARGE = "offers|shelf|stock_events"
Asked = dict[str, Any]


@pytest.fixture
def day(database_url: str) -> Iterator[StockDay]:
    """A day among a large catalogue at rest."""
    with a_stock_day(database_url, offers_every=timedelta(minutes=1)) as fresh:
        _fill(fresh)
        yield fresh


def _fill(day: StockDay) -> None:
    store = day.connection().store_pk
    ours = {"connection_id": day.world.connection, "store_pk": store}
    with day.wiring.db.transaction() as tx:
        names = [(f"REST-{n:05}", f"{n}", 5, 5) for n in range(REST)]
        alike = {**ours, "proved_at": NOON, "because": "level"}
        insert_alike_once(tx, Offer, alike, names, ("sku", "offer_id", "theirs", "wanted"))
        told = {"store_pk": store, "observed_at": NOON, "matches": 1, "in_stock": True, "sellable": True}
        insert_alike_once(tx, ShelfItem, told, [(f"REST-{n:05}", f"{n}", 5, 5) for n in range(REST)], _SHELF)
        lines = {**ours, "at": NOON, "learned_at": NOON, "kind": "level", "ref": "", "words": ""}
        insert_alike_once(tx, StockEvent, lines, [(f"REST-{n:05}",) for n in range(REST)], ("sku",))
    with day.wiring.db.transaction() as tx:
        tx.execute(text("ANALYZE" if tx.get_bind().dialect.name == "postgresql" else "SELECT 1"))


_SHELF = ("sku", "product_id", "quantity", "available")


@contextmanager
def _noted(day: StockDay) -> Iterator[Asked]:
    """Every statement about a large table, with the values it was asked with once."""
    asked: Asked = {}

    def note(_c: Any, _r: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
        if re.search(rf"(FROM|UPDATE|JOIN) ({LARGE})\b", statement):
            asked[statement] = values[0] if many else values

    engines = day.wiring.db.engines()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield asked
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def _reads_all(connection: Connection, statement: str, values: Any) -> list[str]:
    """The steps of the database's plan for it that read a large table from end to end."""
    if connection.dialect.name == "postgresql":
        steps = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        return [step for step in steps if re.search(rf"Seq Scan on ({LARGE})\b", step)]
    steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    return [step for step in steps if _whole(step)]


def _whole(step: str) -> bool:
    """SQLite's word for a step: all rows, or all of a connection or store. Indexes of the few have names of ours."""
    by_the_few = "INDEX ix_" in step
    scans = re.match(rf"SCAN ({LARGE})\b", step) is not None
    only_whose = re.match(rf"SEARCH ({LARGE})\b.*\((connection_id|store_pk)=\?\)$", step) is not None
    return (scans or only_whose) and not by_the_few


def _counted(statement: str) -> str:
    """Without the questions whether there is any at all: the first row answers these."""
    return re.sub(
        r"EXISTS \(SELECT \* \nFROM offers \nWHERE offers.connection_id = connections.id\)", "1 = 1", statement
    )


def _busy(day: StockDay) -> None:
    """Counted, sold, refused, taken back, changed by somebody else, watched."""
    day.count("MUG", 42)
    day.minutes(3)
    day.market.post("imports/refuse_lines", {"skus": ["LAMP"], "reason": "Under review"})
    day.count("LAMP", 17)
    day.buy_at("acme", "MUG")
    day.minutes(3)
    day.market.post("portal/offers", {"sku": "MUG", "quantity": 99})
    day.minutes(3)
    watch.watch(day.wiring)


def test_a_days_work_never_reads_the_whole_catalogue(day: StockDay) -> None:
    with _noted(day) as asked:
        _busy(day)
    assert len(asked) > 25, "the day brought too little to judge"
    with day.wiring.db.writing.connect() as connection:
        found = {each: _reads_all(connection, _counted(each), values) for each, values in asked.items()}
    assert {statement: steps for statement, steps in found.items() if steps} == {}


def test_a_plan_that_reads_all_is_recognised(day: StockDay) -> None:
    with day.wiring.db.writing.connect() as connection:
        for statement in ("SELECT count(*) FROM offers WHERE wanted = 7", "SELECT sku FROM shelf WHERE quantity = 7"):
            assert _reads_all(connection, statement, ()) != []


def test_touched_offers_come_in_the_order_of_their_index(day: StockDay) -> None:
    with _noted(day) as asked:
        day.count("MUG", 41)
        day.minutes(1)
    (statement,) = (
        each for each in asked if each.startswith("SELECT offers.id") and "offers.touched_at, offers.id" in each
    )
    with day.wiring.db.writing.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_sort = off")
            steps = " ".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", asked[statement]))
            assert "Incremental Sort" in steps
            assert "ix_offers_touched" in steps
        else:
            explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", asked[statement])
            assert [row[3] for row in explained] == [
                "SEARCH offers USING INDEX ix_offers_touched (store_pk=? AND touched_at>?)"
            ]


def test_what_goes_into_a_file_is_read_off_one_index(day: StockDay) -> None:
    with _noted(day) as asked:
        day.count("MUG", 40)
        day.minutes(2)
    which = [each for each in asked if "FILTER (WHERE offers.wanted" in each or "ORDER BY CASE" in each]
    assert len(which) >= 2
    with day.wiring.db.writing.connect() as connection:
        if connection.dialect.name == "postgresql":
            plans = [connection.exec_driver_sql(f"EXPLAIN {each}", asked[each]).scalars().all() for each in which]
            assert all("ix_offers_due" in " ".join(steps) for steps in plans)
        else:
            for each in which:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", asked[each]).all()
                assert "SEARCH offers USING COVERING INDEX ix_offers_due (connection_id=?)" in [row[3] for row in rows]
