"""The marketplace's own list of what must ship (ST12) finds what the pulls did not show."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.db.models import Connection
from mirakl_sync.orders import paid
from tests.flows.conftest import Begin
from tests.flows.days import Day


def _known(begin: Begin, **market: object) -> Day:
    from mirakl_sync.connections import refresh

    day = begin(market={"multi_shipment": True, **market})
    refresh.refresh(day.world.connection, day.wiring)
    return day


def test_an_order_no_pull_showed_is_found_by_the_list(begin: Begin) -> None:
    day = _known(begin)
    order = day.buy("MUG")
    day.do(order, "accept")
    day.market.get("books")
    with day.wiring.db.transaction() as tx:
        row = tx.get_one(Connection, day.world.connection)
        row.orders_cursor = day.clock() + timedelta(days=1)
    assert day.pull() == "0 orders seen, 0 new, 0 changed"
    assert paid.compare(day.wiring).sentence() == "1 orders to ship by the marketplaces' own lists"
    day.later(minutes=6)
    assert paid.compare(day.wiring).strangers == 1
    day.work()
    assert day.state(order) == "placed"
    assert paid.compare(day.wiring).strangers == 0


def test_what_we_know_to_be_shipped_soon_costs_no_look(begin: Begin) -> None:
    day = _known(begin)
    order = day.buy("MUG")
    day.world.settle()
    day.later(minutes=6)
    asked = day.market.get("calls")["by_operation"]["OR11"]
    report = paid.compare(day.wiring)
    assert (report.to_ship, report.strangers) == (1, 0)
    assert day.market.get("calls")["by_operation"]["OR11"] == asked
    assert day.state(order) == "placed"


def test_where_orders_have_no_shipments_there_is_no_list_to_read(begin: Begin) -> None:
    day = begin()
    day.buy("MUG")
    day.world.settle()
    assert paid.compare(day.wiring).to_ship == 0
    assert "ST12" not in day.market.get("calls")["by_operation"]


def test_a_list_that_cannot_be_read_stops_nothing(begin: Begin) -> None:
    day = _known(begin)
    day.market.trouble({"what": "fail", "status": 503, "match": "ST12"})
    assert paid.compare(day.wiring).to_ship == 0
