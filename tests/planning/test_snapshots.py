"""Whole tables for a planner that fetches them: put in place at once, guarded against shrinking, behind a password."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mirakl_sync.console.app import create_app
from mirakl_sync.db.models import PlannerSnapshot, Store
from mirakl_sync.errors import Refused, Unavailable
from mirakl_sync.planning import queries, reading, snapshots, watch
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import SaleRow, StockRow, VariantRow
from tests.planning.conftest import Begin
from tests.planning.study import Study

RIGHT = ("ip", "long and secret")


@pytest.fixture
def desk(begin: Begin) -> Study:
    made = begin()
    made.planner.way = Way.FETCHED
    return made


@pytest.fixture
def client(desk: Study) -> FlaskClient:
    return create_app(desk.wiring).test_client()


def path(desk: Study, feed: str = "sales") -> str:
    with desk.db.reading() as tx:
        (row,) = queries.overview(tx, desk.clock())
    return next(table.path for table in row.tables if table.feed == feed)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def tables(desk: Study, feed: str) -> list[tuple[str, int]]:
    with desk.db.reading() as tx:
        rows = tx.execute(select(PlannerSnapshot).where(PlannerSnapshot.feed == feed).order_by(PlannerSnapshot.id))
        return [(row.state, row.rows) for row in rows.scalars()]


def fetch(desk: Study, client: FlaskClient) -> None:
    """The planner's nightly pull: each table whole, what is absent is deleted."""
    for feed, kinds in (("variants", (VariantRow, StockRow)), ("sales", (SaleRow,))):
        answer = client.get(path(desk, feed), headers=basic(*RIGHT))
        assert answer.status_code == 200
        desk.planner.swallow(answer.data, kinds, desk.clock())


def test_a_whole_table_is_fetched_and_proven(desk: Study, client: FlaskClient) -> None:
    desk.sell(("MUG", 2))
    assert "variants: 2 rows, sales: 1 rows" in desk.evening()
    desk.clock.at = desk.nights().next(desk.clock())
    fetch(desk, client)
    desk.later(hours=4)
    reading.read(desk.pk, desk.wiring)
    watch.watch(desk.wiring)

    assert desk.planner.demand("MUG") == 2
    assert desk.planner.stock["MUG", "WH"].in_stock == 10
    with desk.db.reading() as tx:
        (row,) = queries.overview(tx, desk.clock())
    assert {table.proof for table in row.tables} == {"proven"}
    assert desk.questions() == {}


def test_head_tells_the_length_and_nothing_else(desk: Study, client: FlaskClient) -> None:
    desk.sell(("MUG", 2))
    desk.send()
    whole = client.get(path(desk), headers=basic(*RIGHT))
    head = client.head(path(desk), headers=basic(*RIGHT))

    assert head.status_code == whole.status_code == 200
    assert head.data == b""
    assert int(head.headers["Content-Length"]) == len(whole.data) == int(whole.headers["Content-Length"])
    assert head.mimetype == "text/csv"


@pytest.mark.parametrize("given", [(), ("ip", "wrong"), ("eve", "long and secret"), ("ip", "")])
def test_nothing_is_served_without_the_password(desk: Study, client: FlaskClient, given: tuple[str, ...]) -> None:
    desk.sell(("MUG", 2))
    desk.send()
    answer = client.get(path(desk), headers=basic(*given) if given else {})

    assert answer.status_code == 401
    assert b"MUG" not in answer.data
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_an_address_somebody_guesses_is_none(desk: Study, client: FlaskClient) -> None:
    desk.send()
    for wrong in ("/feeds/guess/sales.csv", path(desk).replace("sales", "stock"), path(desk).replace(".csv", ".txt")):
        assert client.get(wrong, headers=basic(*RIGHT)).status_code == 404


def test_a_planner_without_a_password_is_served_nothing(desk: Study, client: FlaskClient) -> None:
    desk.send()
    with desk.db.transaction() as tx:
        tx.get_one(Store, desk.pk).credentials = {}

    assert client.get(path(desk), headers=basic("", "")).status_code == 401


def test_the_planner_may_fetch_where_the_console_has_no_password(desk: Study, client: FlaskClient) -> None:
    desk.send()
    answer = client.get(path(desk), headers=basic(*RIGHT), base_url="https://feeds.example")

    assert answer.status_code == 200


def test_the_table_before_is_kept_and_none_before_that(desk: Study) -> None:
    for _ in range(3):
        desk.sell(("MUG", 1))
        desk.send()

    assert tables(desk, "sales") == [("before", 2), ("served", 3)]


def test_a_table_that_shrinks_is_held_and_the_one_before_is_served(desk: Study, client: FlaskClient) -> None:
    for number in range(8):
        desk.count(f"SKU-{number}", 1)
    desk.send()
    for number in range(3):
        desk.count(f"SKU-{number}", None, matches=0)
    desk.send()

    assert tables(desk, "variants") == [("served", 10), ("held", 7)]
    question = desk.questions()["planner_shrinks", "ip/variants"]
    assert "7 rows where 10 are served" in question.question
    fetch(desk, client)
    assert len(desk.planner.variants) == 10

    with desk.db.transaction() as tx:
        snapshots.let_shrink(tx, desk.pk, "ip", "ann", desk.clock())
    assert tables(desk, "variants") == [("before", 10), ("served", 7)]
    assert desk.questions() == {}
    desk.send()
    assert not any(row.due for row in desk.told("variants").values())


def test_a_held_table_is_forgotten_when_the_shop_is_mended(desk: Study) -> None:
    for number in range(8):
        desk.count(f"SKU-{number}", 1)
    desk.send()
    for matches in (0, 1):
        for number in range(3):
            desk.count(f"SKU-{number}", 1, matches=matches)
        desk.send()

    assert tables(desk, "variants") == [("before", 10), ("served", 10)]
    assert desk.questions() == {}
    with pytest.raises(Refused, match="held back"), desk.db.transaction() as tx:
        snapshots.let_shrink(tx, desk.pk, "ip", "ann", desk.clock())


def test_a_table_that_cannot_be_written_changes_nothing(desk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sell(("MUG", 1))
    desk.send()

    def broken(*_: object) -> bytes:
        raise Unavailable("no disk")

    desk.sell(("MUG", 1))
    monkeypatch.setattr(desk.planner, "write", broken)
    with pytest.raises(Unavailable):
        desk.send()

    assert tables(desk, "sales") == [("served", 1)]


def test_sales_older_than_the_history_leave_the_table(begin: Begin) -> None:
    desk = begin(history="365d", shrink_guard="off")
    desk.planner.way = Way.FETCHED
    desk.sell(("MUG", 1), at=desk.clock() - timedelta(days=364))
    desk.sell(("MUG", 1))
    desk.send()
    desk.later(days=3)
    desk.send()

    assert tables(desk, "sales") == [("before", 2), ("served", 1)]


def test_a_planner_that_does_not_fetch_is_asked_about(desk: Study, client: FlaskClient) -> None:
    desk.sell(("MUG", 2))
    desk.evening()
    desk.later(hours=8)
    watch.watch(desk.wiring)
    assert ("planner_unproven", "ip/sales") in desk.questions()

    fetch(desk, client)
    watch.watch(desk.wiring)
    assert desk.questions() == {}


@pytest.mark.parametrize(
    ("before", "after", "guard", "held"),
    [(100, 80, 20, False), (100, 79, 20, True), (100, 120, 20, False), (100, 0, None, False), (0, 0, 20, False)],
)
def test_how_much_a_table_may_shrink(before: int, after: int, guard: int | None, held: bool) -> None:
    assert snapshots.shrinks(before, after, None if guard is None else Decimal(guard)) is held
