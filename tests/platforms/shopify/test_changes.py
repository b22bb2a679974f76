"""What staff and apps do to an order: edits, money given back, orders that take another's place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mirakl_sync.errors import TryLater
from mirakl_sync.records.shop import NoticeKind, OrderReference, Sign
from tests.platforms.drafts import addressed, draft, line

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def sold(bench):
    """A released order of three mugs and a book, by a buyer with a relay address."""
    wanted = addressed(
        draft(line(1, "MUG", "30.00", quantity=3), line(2, "BOOK", "7.33", "4")), email="x1@relay.example"
    )
    order = bench.platform.create_order(wanted, held=True)
    return bench.platform.release_order(order.order_id, wanted)


def pieces(order):
    return {each.sku: (each.ordered, each.now, each.line_id) for each in order.lines}


def edit(bench, order, *lines, **more):
    bench.control(f"orders/{order.order_id}/edit", {"lines": list(lines), **more})
    return bench.platform.read_order(order.order_id)


def replace(bench, order, **how):
    """The id of the order an app made in its place."""
    return bench.control(f"orders/{order.order_id}/replace", how)["id"]


def heirs(bench, order):
    found = bench.platform.find_heirs(order.order_id, order.reference, since=bench.now() - timedelta(minutes=5))
    return [(heir.order.order_id, heir.sign, heir.certain) for heir in found]


# Edits


def test_a_piece_taken_off_is_told_and_the_number_feels_it(bench, sold):
    before = bench.stock("MUG")
    seen = edit(bench, sold, {"line_id": "L1", "quantity": 1})
    assert pieces(seen) == {"MUG": (3, 1, "L1"), "BOOK": (1, 1, "L2")}
    assert bench.stock("MUG") == before + 2
    assert [refund.amount.amount for refund in seen.refunds] in ([], [0])


def test_a_line_taken_off_stands_with_nothing_left_and_a_gift_without_a_line_of_ours(bench, sold):
    seen = edit(bench, sold, {"line_id": "L2", "quantity": 0}, {"sku": "FOOD", "quantity": 1})
    assert pieces(seen) == {"MUG": (3, 3, "L1"), "BOOK": (1, 0, "L2"), "FOOD": (1, 1, "")}


def test_a_swap_is_a_line_gone_and_another_come(bench, sold):
    seen = edit(bench, sold, {"line_id": "L1", "quantity": 0}, {"sku": "TEE-S", "quantity": 3})
    assert (pieces(seen)["MUG"], pieces(seen)["TEE-S"]) == ((3, 0, "L1"), (3, 3, ""))
    bench.ship(seen.order_id, "DHL", "D1", None, left=True)
    left = bench.platform.read_order(seen.order_id)
    assert left.left
    assert [(inside.line_id, inside.quantity) for inside in left.parcels[0].lines] == [("L2", 1)]


# Refunds


def give_back(bench, order, *items, **more):
    bench.control(f"orders/{order.order_id}/refund", {"items": list(items), **more})
    return bench.platform.read_order(order.order_id)


def test_money_given_back_for_goods_that_came_back_is_told_by_line(bench, sold):
    bench.ship(sold.order_id, "DHL", "D1", None, left=True)
    seen = give_back(bench, sold, {"line_id": "L1", "quantity": 1, "amount": "10.00"}, reason="broken", restock=True)
    (refund,) = seen.refunds
    assert (refund.amount.amount, refund.reason) == (Decimal("10.00"), "broken")
    assert [(each.line_id, each.sku, each.quantity, each.amount) for each in refund.lines] == [
        ("L1", "MUG", 1, Decimal("10.00"))
    ]
    assert refund.lines[0].restocked
    assert (refund.shipping, refund.adjustment) == (0, 0)
    assert pieces(seen)["MUG"] == (3, 3, "L1")
    assert seen.left


def test_shipping_given_back_is_told_apart(bench, sold):
    bench.ship(sold.order_id, "DHL", "D1", None, left=True)
    (refund,) = give_back(bench, sold, shipping="4.90").refunds
    assert (refund.amount.amount, refund.shipping, refund.lines) == (Decimal("4.90"), Decimal("4.90"), ())


def test_goods_taken_off_before_sending_are_no_longer_to_be_sent(bench, sold):
    seen = give_back(bench, sold, {"line_id": "L1", "quantity": 1, "amount": "10.00"}, restock=True)
    assert pieces(seen)["MUG"] == (3, 2, "L1")


def test_several_refunds_are_each_told_once_and_in_order(bench, sold):
    bench.ship(sold.order_id, "DHL", "D1", None, left=True)
    for _ in range(3):
        seen = give_back(bench, sold, {"line_id": "L1", "quantity": 1, "amount": "10.00"})
    assert len({refund.refund_id for refund in seen.refunds}) == 3
    assert sum(refund.amount.amount for refund in seen.refunds) == Decimal("30.00")


# Orders in the place of others


def test_a_copy_with_our_attributes_is_the_heir_without_anybody_being_asked(bench, sold):
    heir = replace(bench, sold, style="cleverific")
    assert bench.platform.read_order(sold.order_id).canceled
    assert heirs(bench, sold) == [(heir, Sign.REFERENCE, True)]
    # it says which sale it is, and is found only when it was handed over
    assert bench.platform.read_order(heir).reference == sold.reference
    assert bench.platform.find_order(sold.reference, since=SINCE).order_id == sold.order_id


@pytest.mark.parametrize(
    ("how", "sign"),
    [
        ({"style": "cleverific", "copy_attributes": False}, Sign.NUMBER),
        ({"style": "bare"}, Sign.BUYER),
        ({"style": "bare", "copy_source": True}, Sign.REFERENCE),
        ({"style": "bare", "lines": [{"sku": "MUG", "quantity": 2}]}, Sign.BUYER),
        ({"style": "duplicate", "cancel_after_seconds": 0}, Sign.REFERENCE),
    ],
)
def test_weaker_signs_are_told_as_what_they_are(bench, sold, how, sign):
    heir = replace(bench, sold, **how)
    assert heirs(bench, sold) == [(heir, sign, sign is Sign.REFERENCE)]


def test_another_sale_to_the_same_buyer_is_no_heir(bench, sold):
    wanted = addressed(draft(line(1, "MUG", "30.00", quantity=3)), email="x1@relay.example")
    bench.platform.create_order(wanted, held=True)
    bench.staff(sold.order_id, "cancelled")
    assert heirs(bench, sold) == []


def test_an_ordinary_sale_of_the_shop_is_no_heir(bench, sold):
    bench.control("sell", {"sku": "MUG", "quantity": 3})
    bench.staff(sold.order_id, "cancelled")
    assert heirs(bench, sold) == []


def test_a_buyer_nobody_may_read_is_no_sign(opened):
    bench = opened({"customer_data": False})
    wanted = addressed(draft(), email="x1@relay.example")
    order = bench.platform.create_order(wanted, held=True)
    replace(bench, order, style="bare")
    assert heirs(bench, order) == []


def test_the_surest_of_several_comes_first(bench, sold):
    guess = replace(bench, sold, style="bare", cancel_after_seconds=5)
    sure = replace(bench, sold, style="cleverific")
    assert [(heir, sign) for heir, sign, _ in heirs(bench, sold)] == [(sure, Sign.REFERENCE), (guess, Sign.BUYER)]


def test_an_order_made_before_the_look_is_no_heir(bench, sold):
    replace(bench, sold, style="cleverific")
    bench.pass_time(3600)
    found = bench.platform.find_heirs(sold.order_id, sold.reference, since=bench.now() - timedelta(minutes=5))
    assert found == []


def test_the_heir_is_found_by_our_reference_once_it_is_handed_over(bench, sold):
    heir = replace(bench, sold, style="cleverific", copy_attributes=False)
    for _ in range(2):
        seen = bench.platform.hand_over(sold.order_id, heir, sold.reference)
        assert (seen.order_id, seen.reference) == (heir, sold.reference)
    assert bench.platform.find_order(sold.reference, since=SINCE).order_id == heir
    assert bench.platform.read_order(sold.order_id).reference is None
    assert bench.book(sold.order_id)["attributes"]["mirakl_replaced_by"] == bench.book(heir)["number"]
    book = bench.book(heir)
    assert book["attributes"]["mirakl_reference"] == str(sold.reference)
    assert "mirakl" in book["tags"]


def test_the_heirs_own_details_are_kept(bench, sold):
    heir = replace(bench, sold, style="cleverific")
    before = bench.book(heir)["attributes"]
    bench.platform.hand_over(sold.order_id, heir, sold.reference)
    assert bench.book(heir)["attributes"] == before


def test_a_copy_beside_the_original_is_polled_as_one_of_its_sale(bench, sold):
    copy = replace(bench, sold, style="duplicate")
    told = bench.platform.notices_since(NoticeKind.ORDER, bench.now() - timedelta(minutes=5))
    of_this_sale = {n.subject for n in told if n.order.reference == sold.reference and n.order.live}
    assert of_this_sale == {sold.order_id, copy}


@pytest.mark.parametrize("what", ["lose_answer", "drop"])
@pytest.mark.parametrize("operation", ["metafields.delete", "metafields.set", "order.update", "tags.add"])
def test_a_lost_answer_while_handing_over_is_mended_by_doing_it_again(bench, sold, operation, what):
    heir = replace(bench, sold, style="cleverific", copy_attributes=False)
    bench.spoil(operation, what)
    with pytest.raises(TryLater):
        bench.platform.hand_over(sold.order_id, heir, sold.reference)
    assert bench.platform.hand_over(sold.order_id, heir, sold.reference).reference == sold.reference
    assert bench.platform.find_order(sold.reference, since=SINCE).order_id == heir


def test_an_heir_is_not_held_when_it_is_found(bench, sold):
    heir = replace(bench, sold, style="cleverific")
    bench.platform.hand_over(sold.order_id, heir, sold.reference)
    found = bench.platform.find_order(sold.reference, since=SINCE)
    assert (found.live, found.reserves, found.never_felt) == (True, True, False)


def test_the_heir_of_an_order_that_waited_waits(bench):
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=True)
    heir = replace(bench, order, style="cleverific")
    bench.platform.hand_over(order.order_id, heir, wanted.reference)
    assert not bench.platform.find_order(wanted.reference, since=SINCE).live
    assert bench.platform.release_order(heir, wanted).live


def test_an_heir_goes_to_another_heir(bench, sold):
    first = replace(bench, sold, style="cleverific", copy_attributes=False)
    seen = bench.platform.hand_over(sold.order_id, first, sold.reference)
    second = replace(bench, seen, style="cleverific", copy_attributes=False)
    assert heirs(bench, seen) == [(second, Sign.NUMBER, False)]
    bench.platform.hand_over(first, second, sold.reference)
    assert bench.platform.find_order(sold.reference, since=SINCE).order_id == second


def test_a_reference_never_asked_for_has_no_heir(bench, sold):
    other = OrderReference("belle", "2000", "OTHER-1-A")
    assert bench.platform.find_order(other, since=SINCE) is None
