"""From a kept delivery to what it changes, however often and in whatever order it is read."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any

import pytest

from mirakl_sync.hooks import inbox
from mirakl_sync.records.shop import Notice
from tests.flows.days import exactly_once
from tests.hooks.conftest import Door


def _digest(door: Door) -> list[str]:
    return [inbox.digest(kept.id, door.day.wiring).sentence() for kept in door.deliveries()]


def test_an_order_cancelled_in_the_shop_is_asked_about_at_once(door: Door) -> None:
    day = door.day
    order = day.buy()
    day.pull()
    day.pull()
    exactly_once(day, order)
    day.later(seconds=2)
    day.webshop.post(f"orders/{day.shop_orders(order)[0]['id']}", {"status": "cancelled"})
    day.webshop.post("webhooks/flush")
    day.work()
    assert day.questions() == ["canceled_in_shop"]


def test_other_peoples_orders_are_of_no_concern(door: Door) -> None:
    door.ring({"id": 99, "status": "processing", "number": "99", "currency": "EUR", "total": "1.00"})
    said = _digest(door)
    assert said == ["0 orders and 0 products changed, 0 notices of no concern"] or "of no concern" in said[0]
    assert door.day.questions() == []


def test_a_delivery_is_digested_once(door: Door) -> None:
    door.ring({"id": 7}, topic="order.deleted")
    assert _digest(door) == ["0 orders and 0 products changed, 1 notices of no concern"]
    assert _digest(door) == ["digested before"]


def test_two_workers_do_not_digest_one_delivery_at_once(door: Door) -> None:
    from mirakl_sync.db.claim import take_lease
    from mirakl_sync.db.models import Delivery

    door.ring({"id": 7}, topic="order.deleted")
    wiring = door.day.wiring
    with wiring.db.transaction() as tx:
        assert take_lease(tx, Delivery, door.deliveries()[0].id, wiring.now(), wiring.config.lease)
    assert _digest(door) == ["somebody else is at it"]
    door.day.later(seconds=4)
    assert _digest(door) == ["0 orders and 0 products changed, 1 notices of no concern"]


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"id": "seven"}', b'{"number": 7}', b"\xff\xfe"])
def test_what_cannot_be_understood_is_a_calm_question(door: Door, body: bytes) -> None:
    assert door.ring(body).status_code == 202
    _digest(door)
    assert door.day.questions() == ["unreadable_delivery"]
    item = door.day.item("unreadable_delivery")
    assert (item.owner, item.facts) == ("developers", {"delivery": door.deliveries()[0].id})
    assert door.deliveries()[0].digested_at is not None


def test_a_shop_user_who_lost_its_rights_is_asked_about(door: Door) -> None:
    door.ring({"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": 401}})
    door.day.work()
    assert door.day.questions() == ["misconfigured"]
    assert door.day.item("misconfigured").owner == "admin"


def test_a_lost_bell_is_found_by_the_sweep(door: Door) -> None:
    door.ring({"id": 7}, topic="order.deleted")
    assert door.day.lose_messages() == 1
    assert inbox.sweep(door.day.wiring).sentence() == "0 deliveries rung for"
    door.day.later(seconds=11)
    assert inbox.sweep(door.day.wiring).sentence() == "1 deliveries rung for"
    door.day.work()
    assert door.deliveries()[0].outcome == "0 orders and 0 products changed, 1 notices of no concern"


def test_a_delivery_that_kills_is_put_aside_after_five_attempts(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.ring({"id": 7}, topic="order.deleted")

    def dies(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(inbox.notices, "apply", dies)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            _digest(door)
        door.day.later(seconds=11)
    inbox.sweep(door.day.wiring)
    (kept,) = door.deliveries()
    assert kept.outcome == "put aside after five attempts; the poll sees the same change"


def test_what_waits_is_digested_together(door: Door) -> None:
    for number in range(7, 12):
        door.ring({"id": number}, topic="order.deleted")
    door.ring({"id": 7}, topic="product.deleted")
    first, *others = _digest(door)
    assert first == "0 orders and 0 products changed, 5 notices of no concern in 5 deliveries"
    assert others == ["digested before"] * 4 + ["0 orders and 0 products changed, 1 notices of no concern"]


def test_what_cannot_be_understood_is_put_aside_alone(door: Door) -> None:
    for body in ({"id": 7}, {"number": 8}, {"id": 9}):
        door.ring(body, topic="order.deleted")
    _digest(door)
    said = [kept.outcome for kept in door.deliveries()]
    assert said[0] == said[2] == "0 orders and 0 products changed, 2 notices of no concern in 2 deliveries"
    assert said[1] != said[0]
    assert door.day.questions() == ["unreadable_delivery"]


def test_a_delivery_that_kills_does_not_take_others_with_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (7, 666, 9):
        door.ring({"id": number}, topic="order.deleted")
    apply = inbox.notices.apply

    def dies(tx: Any, store_pk: int, told: list[Notice], now: datetime) -> str:
        if any(notice.subject == "666" for notice in told):
            raise ZeroDivisionError
        return apply(tx, store_pk, told, now)

    monkeypatch.setattr(inbox.notices, "apply", dies)
    with pytest.raises(ZeroDivisionError):
        inbox.digest(door.deliveries()[0].id, door.day.wiring)
    door.day.later(minutes=5)
    for kept in door.deliveries():
        with contextlib.suppress(ZeroDivisionError):
            inbox.digest(kept.id, door.day.wiring)
    assert [kept.digested_at is not None for kept in door.deliveries()] == [True, False, True]


def test_reordered_and_doubled_webhooks_end_in_the_shops_truth(door: Door) -> None:
    day = door.day
    order = day.buy()
    day.pull()
    day.pull()
    number = day.shop_orders(order)[0]["id"]
    day.webshop.post("webhooks", {"duplicate": 0.5, "reorder": 0.7, "lose": 0.2})
    for status in ("on-hold", "cancelled", "processing", "completed"):
        day.later(seconds=3)
        day.webshop.post(f"orders/{number}", {"status": status})
        day.webshop.post("webhooks/flush")
    day.minutes(2)
    assert day.order(order).platform_state == "completed"
    assert day.questions() == []
