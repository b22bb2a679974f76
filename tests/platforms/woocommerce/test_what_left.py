"""What left a WooCommerce shop, over HTTP: calls it takes, plugins that stay silent, orders read by the hundred."""

from __future__ import annotations

import pytest

from mirakl_sync.errors import Refused
from mirakl_sync.records.shop import NoticeKind
from mirakl_sync.sandbox.woocommerce import tracking
from mirakl_sync.sandbox.woocommerce.orders import create_order, find_order
from tests.platforms.drafts import addressed, draft, line


def released(bench, *lines):
    wanted = addressed(draft(*lines))
    order = bench.platform.create_order(wanted, held=False)
    return bench.platform.release_order(order.order_id, wanted)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 230])
def test_orders_are_read_a_hundred_to_a_call(woo, count):
    bench = woo()
    with bench.shop.lock:
        made = [str(create_order(bench.shop, {"status": "completed"}).id) for _ in range(count)]
    read = [order.order_id for order in bench.platform.read_orders(made)]
    assert sorted(read, key=int) == made
    assert len(bench.lines[0].calls) == -(-count // 100)


def test_an_id_that_is_no_number_is_of_no_order_here(woo):
    bench = woo()
    made = released(bench).order_id
    assert [order.order_id for order in bench.platform.read_orders(["gid://1", "", made, "-3"])] == [made]


def test_parcels_cost_no_call_of_their_own(woo):
    bench = woo()
    order = released(bench)
    bench.ship(order.order_id, "hermes", "H1", {"L1": 1}, left=False)
    bench.lines[0].calls.clear()
    assert bench.platform.read_order(order.order_id).parcels
    assert [path for _, path, _, _ in bench.lines[0].calls] == [f"/wc/v3/orders/{order.order_id}"]


def test_a_plugin_that_writes_past_the_order_is_seen_when_the_order_is_read(woo):
    bench = woo({"tracking_plugin": "shipment_tracking", "tracking_saves_order": False})
    order = released(bench)
    modified = bench.platform.read_order(order.order_id).modified_at
    bench.shop.clock.advance(60)
    bench.ship(order.order_id, "hermes", "H1", None, left=False)
    (seen,) = bench.platform.read_orders([order.order_id])
    assert (seen.modified_at, [parcel.number for parcel in seen.parcels]) == (modified, ["H1"])
    assert [n.subject for n in bench.platform.notices_since(NoticeKind.ORDER, bench.shop.clock.now())] == []


def test_a_gift_staff_added_is_not_the_marketplaces_parcel(woo):
    bench = woo()
    order = released(bench)
    with bench.shop.lock:
        row = find_order(bench.shop, int(order.order_id))
        gift = create_order(bench.shop, {"line_items": [{"sku": "BOOK", "quantity": 1}]}).lines[0]
        row.lines.append(gift)
        entry = tracking.staff_entry(bench.shop, "Hermes", "H1")
        tracking.add(bench.shop, row, entry | {"products_list": tracking.contents(bench.shop, [(gift, 1)])})
    assert bench.platform.read_order(order.order_id).parcels == ()


def test_all_pieces_in_parcels_complete_the_order_by_the_plugins_own_doing(woo):
    bench = woo()
    order = released(bench, line(1, "MUG", "30.00", quantity=3), line(2, "TEE-S", "19.95"))
    bench.ship(order.order_id, "hermes", "H1", {"L1": 3}, left=False)
    assert bench.platform.read_order(order.order_id).status == "partial-shipped"
    bench.ship(order.order_id, "hermes", "H2", {"L2": 1}, left=False)
    seen = bench.platform.read_order(order.order_id)
    assert (seen.status, seen.left) == ("completed", True)


def test_an_order_partly_shipped_is_not_cancelled_as_a_whole(woo):
    bench = woo()
    order = released(bench, line(1, "MUG", "30.00", quantity=3))
    bench.ship(order.order_id, "hermes", "H1", {"L1": 1}, left=False)
    with pytest.raises(Refused, match="is partial-shipped and cannot be cancelled") as refusal:
        bench.platform.cancel_order(order.order_id, "too late")
    assert refusal.value.code == "order_partial_shipped"
    assert bench.platform.read_order(order.order_id).status == "partial-shipped"


def test_where_tracking_means_left_a_number_keeps_an_order_from_being_cancelled(woo):
    bench = woo(tracking_means_left=True)
    order = released(bench)
    bench.ship(order.order_id, "hermes", "H1", None, left=False)
    assert bench.platform.read_order(order.order_id).status == "processing"
    with pytest.raises(Refused) as refusal:
        bench.platform.cancel_order(order.order_id, "too late")
    assert refusal.value.code == "order_shipped"


def test_an_order_shipped_without_our_release_is_not_released(woo):
    bench, wanted = woo(), draft()
    order = bench.platform.create_order(wanted, held=False)
    bench.staff(order.order_id, "shipped")
    with pytest.raises(Refused, match="was shipped without our release"):
        bench.platform.release_order(order.order_id, addressed(wanted))
