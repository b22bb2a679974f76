"""Orders by way of a cart: at the shop's own prices, reserved by the shop, and found again whatever happens."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest

from mirakl_sync.errors import Refused, TryLater
from mirakl_sync.money import Money
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.magento.carts import order_number
from mirakl_sync.platforms.magento.spec import MAGENTO
from mirakl_sync.records.shop import CommissionShape, OrderReference
from tests.contracts_magento import VERSIONS, magento_contract
from tests.platforms.drafts import addressed, draft, line

PIECES = (line(1, "MUG", "20.00", None, quantity=2), line(2, "BOOK", "10.00", None))


def at_the_shops_prices(*lines, **more):
    """Two pieces of 10.00 and one of 10.00, carried for 5.00 a piece."""
    return draft(*(lines or PIECES), shipping="15.00", **more)


@pytest.fixture
def shop(magento):
    return magento(orders_by="cart")


def test_an_order_by_cart_reserves_waits_on_hold_and_is_released(shop):
    before, wanted = shop.stock("MUG"), at_the_shops_prices()
    order = shop.platform.create_order(wanted, held=False)
    assert (order.total, order.live, order.reserves, order.never_felt) == (wanted.total, False, True, False)
    assert (set(order.line_ids), order.reference) == ({"L1", "L2"}, wanted.reference)
    assert shop.stock("MUG") == before - 2
    assert wanted.note in shop.notes(order.order_id)
    released = shop.platform.release_order(order.order_id, addressed(wanted))
    assert (released.live, released.total, released.line_ids) == (True, wanted.total, order.line_ids)
    assert shop.book(order.order_id)["shipping"]["firstname"] == "Ana"
    assert shop.stock("MUG") == before - 2
    assert shop.buyer_mails() == []


def test_another_total_is_refused_before_anything_is_ordered(shop):
    wanted = draft(line(1, "MUG", "9.99", None), shipping="5.00")
    with pytest.raises(Refused) as refusal:
        shop.platform.create_order(wanted, held=False)
    assert refusal.value.code == "total_differs"
    assert "15" in refusal.value.words
    assert "14.99" in refusal.value.words
    assert shop.shop.books(summary=True)["totals"]["orders"] == 0


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (at_the_shops_prices(shape=CommissionShape.DISCOUNT), "commission_shape"),
        (at_the_shops_prices(line(1, "MUG", "10.00", None), line(2, "MUG", "10.00", None)), "same_sku_twice"),
        (at_the_shops_prices(total=Money(Decimal("1.00"), "EUR")), "total_differs"),
        (at_the_shops_prices(line(1, "NO-SUCH-SKU", "30.00", None)), "unknown_sku"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_cart_cannot_hold_is_refused(shop, wanted, code):
    with pytest.raises(Refused) as refusal:
        shop.platform.create_order(wanted, held=False)
    assert refusal.value.code == code
    assert shop.shop.store.carts == {}


def test_goods_the_shop_does_not_have_are_refused_by_the_shop(shop):
    shop.set_stock("MUG", 1)
    with pytest.raises(Refused):
        shop.platform.create_order(at_the_shops_prices(), held=False)
    assert shop.stock("MUG") == 1


STEPS = ("cart.create", "cart.add", "cart.address", "cart.place", "order.read", "order.hold", "order.create")


@pytest.mark.parametrize(("step", "what"), list(itertools.product(STEPS, ("lose_answer", "drop"))))
def test_a_cart_whose_answer_was_lost_anywhere_is_one_order_after_the_look(shop, step, what):
    wanted, before = at_the_shops_prices(), shop.stock("MUG")
    since = shop.now() - timedelta(seconds=1)
    shop.platform.product_facts(["MUG"])
    shop.spoil(step, what)
    with pytest.raises(TryLater) as lost:
        shop.platform.create_order(wanted, held=False)
    assert lost.value.outcome_unknown
    order = shop.platform.find_order(wanted.reference, since=since) or shop.platform.create_order(wanted, held=False)
    assert (order.total, order.live) == (wanted.total, False)
    released = shop.platform.release_order(order.order_id, addressed(wanted))
    assert (released.live, set(released.line_ids), released.reference) == (True, {"L1", "L2"}, wanted.reference)
    assert shop.standing(wanted.reference) == [order.order_id]
    assert shop.stock("MUG") == before - 2


def test_the_look_takes_no_others_order_for_ours(shop):
    wanted = at_the_shops_prices()
    shop.platform.create_order(wanted, held=False)
    for other in (OrderReference("nordmarkt", "2001", wanted.reference.order_id), OrderReference("a", "b", "c")):
        assert shop.platform.find_order(other, since=shop.now()) is None
    assert len({order_number(OrderReference("m", "s", "9" * 40 + end)) for end in "AB"}) == 2
    assert len(order_number(OrderReference("m", "s", "9" * 40))) == 32


def test_a_store_with_carts_claims_only_what_carts_can_do():
    able = MAGENTO.capabilities_with({"orders_by": "cart", "commission_sku": "C"})
    assert able >= {Capability.RESERVES_STOCK, Capability.FIND_BY_REFERENCE, Capability.COMMISSION_ATTRIBUTE}
    assert not able & {
        Capability.HOLD_ORDERS,
        Capability.CLIENT_KEY,
        Capability.COMMISSION_LINE,
        Capability.COMMISSION_DISCOUNT,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_every_request_of_a_cart_is_one_magento_declares(shop, version):
    contract, wanted = magento_contract(version), at_the_shops_prices()
    order = shop.platform.create_order(wanted, held=False)
    shop.platform.release_order(order.order_id, addressed(wanted))
    shop.platform.find_order(draft().reference, since=shop.now())
    asked = [call for each in shop.lines for call in each.calls]
    for method, path, params, json in asked:
        contract.check_request(method, path, params or {}, json)
    assert len(asked) > 12
