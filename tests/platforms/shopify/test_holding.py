"""The hold that follows a creation: waited for, placed once, left alone where it is too late."""

from __future__ import annotations

import pytest

from mirakl_sync.errors import TryLater
from mirakl_sync.platforms.shopify.client import Orders
from mirakl_sync.platforms.shopify.facts import Catalogue
from mirakl_sync.platforms.shopify.schemas import ORDER, read
from mirakl_sync.platforms.shopify.settings import read_settings
from mirakl_sync.platforms.shopify.working import Desk, hold
from tests.platforms.shopify import answers
from tests.platforms.shopify.fakes import Door, asking, cost, exact


def desk_of(door, slept=None):
    ask = asking(door, slept)
    return Desk(Orders(ask), Catalogue(ask, read_settings({})), read_settings({}))


def reads(*rows):
    return [{"data": {"order": row}, "extensions": cost()} for row in rows]


def test_units_of_fulfilment_that_come_later_are_waited_for_and_held():
    none, there, done = (
        answers.order(fulfillmentOrders={"nodes": units})
        for units in ([], [answers.unit()], [answers.unit("ON_HOLD", True)])
    )
    hold_it = {"data": {"fulfillmentOrderHold": {"fulfillmentHold": {"id": "1"}, "userErrors": []}}}
    door, slept = Door(*reads(none, there), hold_it, *reads(done)), []
    seen = hold(desk_of(door, slept), read(ORDER, exact(none), "order"))
    assert door.names() == ["ReadOrder", "ReadOrder", "HoldFulfillment", "ReadOrder"]
    assert seen.fulfillment_orders[0].ours
    assert slept == [0.2, 0.5]


def test_an_order_that_cannot_be_held_yet_is_held_later():
    none = answers.order(fulfillmentOrders={"nodes": []})
    with pytest.raises(TryLater):
        hold(desk_of(Door(*reads(none))), read(ORDER, exact(none), "order"))


@pytest.mark.parametrize("code", ["DUPLICATE_FULFILLMENT_HOLD_HANDLE", "TAKEN"])
def test_a_hold_that_stands_already_is_as_good(code):
    there, done = answers.order(), answers.order(fulfillmentOrders={"nodes": [answers.unit("ON_HOLD", True)]})
    errors = [{"field": ["handle"], "message": "taken", "code": code}]
    stands = {"data": {"fulfillmentOrderHold": {"fulfillmentHold": None, "userErrors": errors}}}
    seen = hold(desk_of(Door(stands, *reads(done))), read(ORDER, exact(there), "order"))
    assert seen.fulfillment_orders[0].ours


@pytest.mark.parametrize(
    "more",
    [
        {"cancelledAt": "2026-11-20T11:00:00Z"},
        {"released": {"value": "true"}},
        {"fulfillmentOrders": {"nodes": [answers.unit("ON_HOLD", others=True)]}},
        {"fulfillments": [answers.sent()]},
    ],
)
def test_what_is_over_released_held_or_sent_is_left_alone(more):
    door = Door({})
    order = read(ORDER, exact(answers.order(**more)), "order")
    assert hold(desk_of(door), order) is order
    assert door.asked == []
