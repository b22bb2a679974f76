"""A shop whose number never contains our orders: their pieces are kept off it until somebody puts the number right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Order, OrderLine, Store
from mirakl_sync.errors import Misconfigured
from mirakl_sync.records.shop import Notice, NoticeKind, PlatformOrder
from mirakl_sync.stock import controls
from mirakl_sync.stores import looking, notices
from tests.flows.days import Day, a_day


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A day with one order of two pieces, saved directly in Magento, which reserves nothing for it."""
    with a_day(database_url, webshop={"kind": "magento"}, store={"generic_customer": "sales@shop.example"}) as fresh:
        order = fresh.buy(("MUG", 2))
        fresh.minutes(2)
        assert fresh.state(order) == "placed"
        yield fresh


def sale(day: Day) -> Order:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(Order)).unique().scalar_one()


def kept(day: Day) -> bool:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(OrderLine.unfelt)).scalar_one()


def put_right(day: Day) -> int:
    with day.wiring.db.transaction() as tx:
        return controls.put_right(tx, tx.execute(select(Store.key)).scalar_one(), day.clock())


def read(day: Day) -> None:
    """Somebody reads the shop's order."""
    looking.look_at_placed(day.wiring, [sale(day).store_pk])


def told_canceled(day: Day) -> None:
    row, at = sale(day), day.clock()
    shown = PlatformOrder(row.link.platform_order_id, row.link.number, "canceled", canceled=True, modified_at=at)
    with day.wiring.db.transaction() as tx:
        notices.apply(tx, row.store_pk, [Notice(NoticeKind.ORDER, shown.order_id, at, order=shown)], at)
    day.work()


def test_its_pieces_are_kept_off_when_the_sale_is_over_and_until_the_number_is_put_right(day: Day) -> None:
    day.do(sale(day).order_id, "cancel")
    day.minutes(3)
    assert (sale(day).state, kept(day)) == ("canceled", True)
    assert put_right(day) == 1
    assert kept(day)
    day.minutes(2)
    assert not kept(day)


def test_putting_right_twice_concerns_nothing_the_second_time(day: Day) -> None:
    assert put_right(day) == 1
    day.minutes(2)
    read(day)
    assert (kept(day), put_right(day)) == (False, 0)


def test_what_was_put_right_is_free_again_when_shop_and_marketplace_cancel_it(day: Day) -> None:
    put_right(day)
    day.minutes(2)
    read(day)
    told_canceled(day)
    assert (sale(day).platform_canceled, kept(day)) == (True, True)
    day.do(sale(day).order_id, "cancel")
    day.minutes(3)
    assert (sale(day).state, kept(day)) == ("canceled", False)


def test_a_store_nobody_knows_is_named(day: Day) -> None:
    with day.wiring.db.transaction() as tx, pytest.raises(Misconfigured, match="There is no store 'nowhere'"):
        controls.put_right(tx, "nowhere", day.clock())
