"""What people do later, in the shop or in the settings, reaches the planner once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from mirakl_sync.db.models import Connection, Order, PlatformLink, ShopChange
from mirakl_sync.platforms.planner import Way
from tests.planning.study import Study


def told(desk: Study) -> list[int]:
    """Pieces of the rows that count, as the planner has them after a night."""
    desk.later(hours=1)
    desk.send()
    desk.night()
    rows = desk.planner.sales.values()
    return sorted(row.quantity for row in rows if not row.removed and not row.canceled)


def test_a_refund_with_goods_in_the_shop_is_a_return(desk: Study) -> None:
    order = desk.sell(("MUG", 3))
    assert told(desk) == [3]
    line = {"order_line": f"{order}-1", "sku": "MUG", "quantity": 1, "restocked": True}
    desk.in_the_shop(order, "refund", "R-9", at=desk.clock().isoformat(), lines=[line])

    assert told(desk) == [-1, 3]
    assert (f"acme:{order}", f"acme:{order}-1:return:shop-R-9") in desk.planner.sales


def test_goods_the_buyer_keeps_are_no_return(desk: Study) -> None:
    order = desk.sell(("MUG", 3))
    line = {"order_line": f"{order}-1", "sku": "MUG", "quantity": 1, "restocked": False}
    desk.in_the_shop(order, "refund", "R-9", at=None, lines=[line, {"order_line": "", "sku": "GIFT", "quantity": 1}])

    assert told(desk) == [3]


def test_the_same_refund_told_to_the_marketplace_later_is_one_return(desk: Study) -> None:
    order = desk.sell(("MUG", 3))
    told(desk)
    line = {"order_line": f"{order}-1", "sku": "MUG", "quantity": 1, "restocked": None}
    desk.in_the_shop(order, "refund", "R-9", at=desk.clock().isoformat(), lines=[line])
    told(desk)
    desk.later(days=1)
    refund = {"id": "77", "quantity": 1, "created_date": desk.clock().isoformat()}
    desk.shows(order, "SHIPPED", order_lines=[{"order_line_id": f"{order}-1", "refunds": [refund]}])

    assert told(desk) == [-1, 3]


def test_an_edited_order_is_told_with_its_new_quantities_and_back(desk: Study) -> None:
    order = desk.sell(("MUG", 3), ("LAMP", 1))
    assert told(desk) == [1, 3]
    desk.in_the_shop(order, "edit", "e1", lines=[{"order_line": f"{order}-1", "sku": "MUG", "ordered": 3, "now": 2}])
    assert told(desk) == [1, 2]

    with desk.db.transaction() as tx:
        tx.execute(select(ShopChange)).scalar_one().gone_at = desk.clock()
    assert told(desk) == [1, 3]


def test_the_shops_order_may_be_another_one_and_the_sale_is_the_same(desk: Study) -> None:
    order = desk.sell(("MUG", 3))
    told(desk)
    for number in ("100", "101"):
        with desk.db.transaction() as tx:
            row = tx.execute(select(Order).where(Order.order_id == order)).scalar_one()
            link = {"platform_order_id": number, "number": number, "created_at": desk.clock(), "current": True}
            tx.add(PlatformLink(order_pk=row.id, store_pk=desk.store, **link))
        desk.shows(order, "SHIPPING")
        assert told(desk) == [3]
    assert [file.feed for file in desk.files()].count("sales") == 1


def test_an_order_the_marketplace_ships_itself_is_not_this_shelfs_demand(desk: Study) -> None:
    desk.sell(("MUG", 3), fulfilled_by_operator=True)

    assert told(desk) == []


def test_a_change_the_pulls_had_passed_is_found_two_days_later_still(desk: Study) -> None:
    order = desk.sell(("MUG", 3))
    told(desk)
    desk.later(days=1)
    desk.sell(("LAMP", 1))
    told(desk)
    with desk.db.transaction() as tx:
        row = tx.execute(select(Order).where(Order.order_id == order)).scalar_one()
        # found by a nightly look: its own date lies before where the pulls stand
        row.marketplace_state, row.marketplace_updated_at = "CANCELED", desk.clock() - timedelta(hours=30)

    assert told(desk) == [1]


def test_a_second_connection_tells_its_history_too(desk: Study) -> None:
    desk.sell(("MUG", 3))
    told(desk)
    other = desk.connect("nord", planner_pk=desk.pk)
    desk.sell(("MUG", 2), connection=other, at=desk.clock() - timedelta(days=200))

    assert told(desk) == [2, 3]
    assert {row.marketplace for row in desk.planner.sales.values()} == {"Acme", "Nord"}


def test_another_way_tells_everything_from_the_beginning(desk: Study) -> None:
    desk.sell(("MUG", 3))
    desk.planner.trouble = [("bring", "fail")]
    desk.evening()
    assert desk.waiting() == 3

    desk.planner.way = Way.NATIVE
    desk.turn()
    assert (desk.waiting(), desk.told("sales"), {file.state for file in desk.files()}) == (0, {}, {"lost"})

    desk.planner.way = Way.BROUGHT
    assert told(desk) == [3]


def test_a_connection_taken_off_the_planner_keeps_what_was_told(desk: Study) -> None:
    desk.sell(("MUG", 3))
    told(desk)
    desk.connect("nord", planner_pk=desk.pk)
    with desk.db.transaction() as tx:
        tx.get_one(Connection, desk.acme).planner_pk = None

    assert told(desk) == [3]
