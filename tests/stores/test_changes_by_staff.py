"""Refunds and edits in the shop: kept once, asked about once, closed when they are undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Order, ShopChange, Store
from mirakl_sync.money import Money
from mirakl_sync.records.shop import Notice, NoticeKind, PlatformOrder, RefundedLine, ShopLine, ShopRefund
from mirakl_sync.stores import notices
from tests.flows.days import Day, a_day

MUG = ShopLine("1", "MUG", 3, 3, "L1")
BACK = ShopRefund(
    "R1", Money(Decimal("25.00"), "EUR"), lines=(RefundedLine("1", "MUG", 2, Decimal("25.00"), "L1"),), reason="broken"
)


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    with a_day(database_url) as fresh:
        fresh.buy(("MUG", 3))
        fresh.pull()
        fresh.pull()
        yield fresh


def tell(day: Day, *lines: ShopLine, refunds: tuple[ShopRefund, ...] = (), **more: object) -> None:
    with day.wiring.db.transaction() as tx:
        row = tx.execute(select(Order)).unique().scalar_one()
        at, link = day.clock(), row.link
        shown = PlatformOrder(link.platform_order_id, link.number, "processing", live=True, reserves=True)
        shown = replace(shown, modified_at=at, lines=lines, refunds=refunds, **more)
        notices.apply(tx, row.store_pk, [Notice(NoticeKind.ORDER, shown.order_id, at, order=shown)], at)


def kept(day: Day) -> list[tuple[str, str, bool]]:
    with day.wiring.db.reading() as tx:
        rows = tx.execute(select(ShopChange).order_by(ShopChange.id)).scalars()
        return [(row.kind, row.words, row.gone_at is not None) for row in rows]


def test_an_order_as_it_was_sold_is_no_news(day: Day) -> None:
    tell(day, MUG)
    assert (kept(day), day.questions()) == ([], [])


def test_a_refund_told_ten_times_is_one_question_with_its_amounts(day: Day) -> None:
    for _ in range(10):
        tell(day, replace(MUG, now=1), refunds=(BACK,))
    assert kept(day) == [("refund", "25.00 EUR given back for 2 × MUG (broken)", False)]
    item = day.item("refunded_in_shop")
    assert (item.owner, item.times_seen) == ("customer service", 1)
    assert (item.facts["amount"], item.facts["reason"]) == ("25.00", "broken")


def test_two_refunds_are_two_questions(day: Day) -> None:
    tell(day, MUG, refunds=(BACK,))
    tell(day, MUG, refunds=(BACK, replace(BACK, refund_id="R2")))
    assert day.questions() == ["refunded_in_shop", "refunded_in_shop"]


def test_an_edit_is_asked_about_and_closes_when_it_is_changed_back(day: Day) -> None:
    tell(day, replace(MUG, now=2))
    assert day.item("edited_in_shop").owner == "operations"
    tell(day, MUG)
    assert day.questions() == []
    assert kept(day) == [("edit", "MUG: 2 instead of 3", True)]


def test_an_edit_after_an_edit_is_one_question_with_the_newest_lines(day: Day) -> None:
    tell(day, replace(MUG, now=2))
    tell(day, replace(MUG, now=1))
    assert day.questions() == ["edited_in_shop"]
    assert "1 instead of 3" in day.item("edited_in_shop").question
    assert [gone for _, _, gone in kept(day)] == [True, False]
    tell(day, replace(MUG, now=2))
    assert [gone for _, _, gone in kept(day)] == [False, True]


def test_the_lines_of_an_order_that_was_cancelled_are_not_said_to_be_what_was_sold(day: Day) -> None:
    tell(day, replace(MUG, now=2))
    tell(day, replace(MUG, now=0), canceled=True)
    assert "edited_in_shop" not in day.questions()
    with day.wiring.db.reading() as tx:
        order_id = tx.execute(select(Order.order_id)).scalar_one()
    told = " ".join(day.story(order_id))
    assert "was cancelled, whatever its lines" in told
    assert "what was sold again" not in told


def test_what_a_cancellation_gave_back_is_no_refund(day: Day) -> None:
    tell(day, replace(MUG, now=0), refunds=(BACK,), canceled=True)
    assert kept(day) == []


def test_a_sale_that_is_over_has_nobody_left_to_be_told(day: Day) -> None:
    with day.wiring.db.reading() as tx:
        order_id = tx.execute(select(Order.order_id)).scalar_one()
        assert tx.execute(select(Store.id)).scalar_one()
    day.do(order_id, "cancel")
    day.minutes(2)
    tell(day, replace(MUG, now=1), refunds=(BACK,))
    assert kept(day) == []


def test_a_refund_in_a_woocommerce_shop_becomes_a_question_with_its_line(day: Day) -> None:
    with day.wiring.db.reading() as tx:
        row = tx.execute(select(Order)).unique().scalar_one()
    line = {"line_id": row.lines[0].line_id, "quantity": 1, "amount": "12.50"}
    day.webshop.post(f"orders/{row.link.platform_order_id}/refund", {"items": [line], "reason": "a chip"})
    day.minutes(2)
    item = day.item("refunded_in_shop")
    assert (item.facts["amount"], item.facts["reason"]) == ("12.50", "a chip")
    assert [each["order_line"] for each in item.facts["lines"]] == [row.lines[0].line_id]
    day.minutes(5)
    assert len(kept(day)) == 1
