"""What a store tells is taken in the order of the store's own time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from mirakl_sync.db.models import PlatformLink, ShelfItem
from mirakl_sync.records.shop import Notice, NoticeKind, PlatformOrder, ProductFacts
from mirakl_sync.stores import looking, notices
from tests.flows.days import Day, a_day


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A day with one placed order."""
    with a_day(database_url) as fresh:
        order = fresh.buy()
        fresh.pull()
        fresh.pull()
        assert fresh.state(order) == "placed"
        yield fresh


def _tell(day: Day, *told: Notice) -> str:
    with day.wiring.db.transaction() as tx:
        store = tx.execute(select(PlatformLink.store_pk)).scalar_one()
        return notices.apply(tx, store, told, day.clock())


def _order(day: Day, status: str, *, seconds: float) -> Notice:
    with day.wiring.db.reading() as tx:
        number = tx.execute(select(PlatformLink.platform_order_id)).scalar_one()
    at = day.clock() + timedelta(seconds=seconds)
    shown = PlatformOrder(number, number, status, canceled=status == "cancelled", modified_at=at)
    return Notice(NoticeKind.ORDER, number, at, order=shown)


def _product(day: Day, quantity: int, *, seconds: float) -> Notice:
    at = day.clock() + timedelta(seconds=seconds)
    return Notice(NoticeKind.PRODUCT, "11", at, product=ProductFacts("MUG", at, quantity=quantity))


def _platform_state(day: Day) -> str:
    (order,) = (theirs["order_id"] for theirs in day.market.get("books")["orders"])
    return str(day.order(order).platform_state)


def test_an_older_notice_of_an_order_changes_nothing(day: Day) -> None:
    newer, older = _order(day, "completed", seconds=20), _order(day, "cancelled", seconds=10)
    assert _tell(day, newer).startswith("1 orders")
    assert _tell(day, older) == "0 orders and 0 products changed, 1 notices of no concern"
    assert _platform_state(day) == "completed"


def test_an_older_notice_of_a_product_changes_nothing(day: Day) -> None:
    day.later(minutes=1)
    _tell(day, _product(day, 7, seconds=-10))
    _tell(day, _product(day, 90, seconds=-20))
    with day.wiring.db.reading() as tx:
        assert tx.execute(select(ShelfItem.quantity).where(ShelfItem.sku == "MUG")).scalar_one() == 7


def test_a_notice_from_the_future_is_dated_now(day: Day) -> None:
    day.later(minutes=1)
    _tell(day, _product(day, 7, seconds=3600))
    with day.wiring.db.reading() as tx:
        seen = tx.execute(select(ShelfItem.observed_at).where(ShelfItem.sku == "MUG")).scalar_one()
    assert seen <= day.clock()


def test_a_deleted_order_counts_as_cancelled(day: Day) -> None:
    told = _order(day, "processing", seconds=10)
    _tell(day, Notice(NoticeKind.ORDER, told.subject, told.observed_at, deleted=True))
    assert _platform_state(day) == "deleted"
    day.work()
    assert day.questions() == ["canceled_in_shop"]


def test_an_order_of_nobody_is_ignored(day: Day) -> None:
    told = Notice(NoticeKind.ORDER, "99999", day.clock(), deleted=True)
    assert _tell(day, told) == "0 orders and 0 products changed, 1 notices of no concern"


def _facts(sku: str, quantity: int, at: datetime, *, dated_by_shop: bool = True) -> Notice:
    product = ProductFacts(sku, at, product_id=sku[-2:], quantity=quantity, dated_by_shop=dated_by_shop)
    return Notice(NoticeKind.PRODUCT, sku[-2:], at, product=product)


def _statements(day: Day, *told: Notice) -> int:
    asked: list[object] = []

    def note(*_: object) -> None:
        asked.append(None)

    event.listen(day.wiring.db.writing, "before_cursor_execute", note)
    _tell(day, *told)
    event.remove(day.wiring.db.writing, "before_cursor_execute", note)
    return len(asked)


def test_a_hundred_changes_ask_the_database_no_more_often_than_two(day: Day) -> None:
    at = day.clock() - timedelta(minutes=5)
    two = _statements(day, *(_facts(f"TWO-{n:02}", 5, at) for n in range(2)))
    assert _statements(day, *(_facts(f"MANY-{n:02}", 5, at) for n in range(100))) == two


def test_two_words_on_one_sku_are_judged_one_after_the_other(day: Day) -> None:
    at = day.clock() - timedelta(minutes=5)
    told = _tell(day, _facts("TWICE-01", 5, at), _facts("OTHER-02", 5, at), _facts("TWICE-01", 4, at))
    assert told == "0 orders and 2 products changed, 1 notices of no concern"
    with day.wiring.db.reading() as tx:
        row = tx.execute(select(ShelfItem).where(ShelfItem.sku == "TWICE-01")).scalar_one()
    # two different numbers of one second: the shop is asked
    assert (row.quantity, row.look_at is not None) == (5, True)


def test_what_is_deleted_after_it_was_told_is_asked_about(day: Day) -> None:
    at = day.clock() - timedelta(minutes=5)
    gone = Notice(NoticeKind.PRODUCT, "01", at, deleted=True)
    assert _tell(day, _facts("GONE-01", 5, at), gone) == "0 orders and 2 products changed, 0 notices of no concern"
    with day.wiring.db.reading() as tx:
        assert tx.execute(select(ShelfItem.look_at).where(ShelfItem.sku == "GONE-01")).scalar_one() is not None


def test_a_trigger_that_tells_nothing_makes_the_order_be_read(day: Day) -> None:
    told = _order(day, "processing", seconds=0)
    day.webshop.post(f"orders/{told.subject}", {"status": "completed"})
    _tell(day, Notice(NoticeKind.ORDER, told.subject, told.observed_at, incomplete=True))
    assert _platform_state(day) == "processing"
    looking.look_at_placed(day.wiring)
    assert _platform_state(day) == "completed"
    assert looking.look_at_placed(day.wiring).looked_at == 0
