"""One sale through a store of every kind: from the marketplace into the shop and back, once, whatever gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import ShelfItem
from mirakl_sync.stores import levels
from tests.flows.days import Day, a_day, sold_for
from tests.flows.parcels import Packing

PLATFORMS: dict[str, dict[str, Any]] = {
    "woocommerce": {"webshop": {"tracking_plugin": "ast"}},
    "magento": {"store": {"generic_customer": "marketplaces@shop.example"}},
    "shopify": {},
    "salesforce": {"webshop": {"tracking_style": "json"}, "store": {"parcels_attribute": "c_parcels"}},
}
# how the simulated shops call the making of an order
CREATE = "order.create"
UPS = {"carrier": "UPS", "number": "1Z999AA10123456784"}


@pytest.fixture(params=PLATFORMS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def day(database_url: str, kind: str) -> Iterator[Day]:
    with opened(database_url, kind) as made:
        yield made


def opened(database_url: str, kind: str, **more: Any) -> AbstractContextManager[Day]:
    chosen = {**PLATFORMS[kind], **more}
    return a_day(database_url, **{**chosen, "webshop": {"kind": kind, **chosen.get("webshop", {})}})


def held(day: Day, order_id: str) -> list[dict[str, Any]]:
    """The shop's living orders of a sale, by its own books."""
    books = day.webshop.get("books")
    rows = {order["id"]: order for order in books["orders"]}
    ids = [
        number
        for reference, ids in books["by_reference"].items()
        if reference.endswith(f"/{order_id}")
        for number in ids
    ]
    return [rows[number] for number in ids if not rows[number].get("canceled")]


def placed_once(day: Day, order_id: str) -> dict[str, Any]:
    theirs, ours = day.theirs(order_id), held(day, order_id)
    assert (theirs["acceptances"], day.state(order_id)) == (1, "placed")
    assert len(ours) == 1
    assert Decimal(ours[0]["total"]) == sold_for(theirs)
    assert theirs["reference_for_seller"] == ours[0]["number"]
    return ours[0]


def until(day: Day, true: Callable[[], bool], minutes: int = 12) -> None:
    for _ in range(minutes):
        day.minutes(1)
        if true():
            return
    assert true(), day.questions()


def shipped(day: Day, order_id: str) -> None:
    """Staff send it, and the marketplace hears of it."""
    table = Packing(day)
    table.learn()
    (ours,) = held(day, order_id)
    day.later(seconds=5)
    day.webshop.post(f"orders/{ours['id']}/ship", UPS)
    for _ in range(6):
        table.seen()
        table.ticks()
        day.minutes(1)
        if day.state(order_id) == "shipped":
            return
    assert day.state(order_id) == "shipped", (day.questions(), day.story(order_id))


def test_a_sale_is_placed_once_at_its_amounts_and_its_parcel_is_told(day: Day) -> None:
    order = day.buy(("MUG", 2), ("LAMP", 1))
    day.minutes(2)
    placed_once(day, order)
    shipped(day, order)
    told = day.theirs(order)
    assert (told["ship_calls"], told["trackings"][-1]["tracking_number"]) == (1, UPS["number"])
    assert day.questions() == []


def test_a_creation_whose_answer_is_lost_makes_one_order(day: Day, kind: str) -> None:
    day.webshop.trouble({"what": "lose_answer", "match": CREATE, "times": 1})
    order = day.buy(("MUG", 2))
    until(day, lambda: day.state(order) == "placed")
    placed_once(day, order)
    assert sum(rule["fired"] for rule in day.webshop.get("trouble")["rules"]) == 1


def test_a_creation_that_never_arrives_makes_one_order(day: Day, kind: str) -> None:
    day.webshop.trouble({"what": "drop", "match": CREATE, "times": 2})
    order = day.buy(("MUG", 2))
    until(day, lambda: day.state(order) == "placed")
    placed_once(day, order)


def test_every_answer_lost_once_makes_one_order_and_one_shipping(database_url: str, kind: str) -> None:
    with opened(database_url, kind) as day:
        day.webshop.trouble({"what": "lose_answer", "match": "(POST|PUT|PATCH) ", "chance": 0.5, "times": 6})
        order = day.buy(("MUG", 2))
        until(day, lambda: day.state(order) == "placed", 20)
        placed_once(day, order)
        day.webshop.trouble()
        shipped(day, order)
        assert day.theirs(order)["ship_calls"] == 1


def test_a_sale_cancelled_on_the_marketplace_is_cancelled_in_the_shop(day: Day) -> None:
    order = day.buy(("MUG", 2))
    day.minutes(2)
    placed_once(day, order)
    day.do(order, "cancel")
    until(day, lambda: day.state(order) == "canceled")
    if held(day, order):
        # an invoiced order cannot be cancelled in some shops: then a person is asked, and nothing is lost
        assert day.questions() == ["canceled_after_leaving"]


def test_a_shop_that_is_down_for_a_while_loses_nothing(day: Day) -> None:
    day.webshop.trouble({"what": "fail", "status": 503, "times": 12})
    orders = [day.buy(("MUG", 1)) for _ in range(3)]
    until(day, lambda: all(day.state(order) == "placed" for order in orders), 20)
    for order in orders:
        placed_once(day, order)


def test_an_unknown_sku_is_asked_about_and_stops_no_other_order(day: Day) -> None:
    strange, ordinary = day.buy("NO-SUCH"), day.buy(("MUG", 1))
    day.minutes(3)
    assert day.questions() == ["unknown_sku"]
    placed_once(day, ordinary)
    assert held(day, strange) == []


def test_staff_who_cancel_an_order_are_heard(day: Day, kind: str) -> None:
    order = day.buy(("MUG", 1))
    day.minutes(2)
    ours = placed_once(day, order)
    if kind == "magento":
        # what is invoiced can only be refunded there
        day.webshop.post(f"orders/{ours['id']}/refund", {"items": [{"line_id": ours["lines"][0]["id"], "quantity": 1}]})
        until(day, lambda: day.questions() != [], 20)
        assert day.questions() == ["refunded_in_shop"] or day.questions() == ["canceled_in_shop"]
        return
    day.webshop.post(f"orders/{ours['id']}", {"status": "cancelled"})
    until(day, lambda: day.questions() == ["canceled_in_shop"], 25)


def test_a_number_that_went_there_and_back_between_two_polls_is_right_at_last(day: Day) -> None:
    """Somebody looked in between, so the shelf knows a number the poll never saw."""
    day.minutes(2)
    before = _on_the_shelf(day, "LAMP")
    day.webshop.post("stock", {"sku": "LAMP", "add": -2})
    _look(day, "LAMP")
    assert _on_the_shelf(day, "LAMP") == before - 2
    day.later(seconds=5)
    day.webshop.post("stock", {"sku": "LAMP", "add": 2})
    day.minutes(8)
    assert _on_the_shelf(day, "LAMP") == before


def _on_the_shelf(day: Day, sku: str) -> int | None:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(ShelfItem.quantity).where(ShelfItem.sku == sku)).scalar_one()


def _look(day: Day, sku: str) -> None:
    levels.look_at(day.connection().store_pk, [sku], day.wiring)
