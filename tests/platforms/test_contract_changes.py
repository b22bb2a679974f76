"""What becomes of an order after it was made: the same questions to every shop that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from mirakl_sync.platforms.contract import Capability
from mirakl_sync.records.shop import NoticeKind
from tests.platforms.bench import Bench, Lever
from tests.platforms.benches import BENCHES
from tests.platforms.drafts import addressed, draft, line

needs = pytest.mark.needs


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = BENCHES[request.param]()
    yield made
    made.close()


def released(bench, *lines):
    wanted = addressed(draft(*lines))
    return bench.platform.release_order(bench.platform.create_order(wanted, held=False).order_id, wanted)


@needs(Capability.CLIENT_KEY)
def test_a_second_creation_of_the_same_sale_answers_the_first_order(bench):
    wanted = addressed(draft())
    first, second = (bench.platform.create_order(wanted, held=False) for _ in range(2))
    assert (second.order_id, second.total, second.line_ids) == (first.order_id, first.total, first.line_ids)
    assert bench.standing(wanted.reference) == [first.order_id]


@needs(Capability.EDITS, but=Lever.UNCHANGING)
def test_an_order_nobody_touched_shows_its_lines_as_sold(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3), line(2, "BOOK", "7.33", "4"))
    seen = bench.platform.read_order(order.order_id)
    assert {(each.line_id, each.sku, each.ordered, each.now) for each in seen.lines} == {
        ("L1", "MUG", 3, 3),
        ("L2", "BOOK", 1, 1),
    }
    assert seen.line_ids == {each.line_id: each.shop_line_id for each in seen.lines}


@needs(Capability.EDITS, but=Lever.UNCHANGING)
def test_pieces_that_left_still_belong_to_the_order(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3))
    bench.ship(order.order_id, "hermes", "H1", {"L1": 2}, left=False)
    assert [(each.ordered, each.now) for each in bench.platform.read_order(order.order_id).lines] == [(3, 3)]


@needs(Capability.REFUNDS, but=Lever.UNCHANGING)
def test_an_order_nobody_gave_money_back_for_has_no_refund(bench):
    assert bench.platform.read_order(released(bench).order_id).refunds == ()


@needs(Capability.REFUNDS, Lever.GIVE_BACK, but=Lever.UNCHANGING)
def test_money_given_back_for_pieces_is_told_by_line(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3), line(2, "BOOK", "7.33", "4"))
    bench.give_back(order.order_id, {"L1": 2})
    (refund,) = bench.platform.read_order(order.order_id).refunds
    (part,) = refund.lines
    assert (part.line_id, part.sku, part.quantity, part.amount) == ("L1", "MUG", 2, Decimal("20.00"))
    assert (refund.amount.amount, refund.amount.currency) == (Decimal("20.00"), "EUR")
    assert (refund.shipping, refund.adjustment) == (0, 0)


@needs(Capability.REFUNDS, Lever.GIVE_BACK, but=Lever.UNCHANGING)
def test_each_refund_keeps_its_id_and_is_told_once(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3))
    bench.give_back(order.order_id, {"L1": 1})
    first = bench.platform.read_order(order.order_id).refunds
    bench.give_back(order.order_id, {"L1": 1})
    both = bench.platform.read_order(order.order_id).refunds
    assert len(both) == len({refund.refund_id for refund in both}) == 2
    assert {refund.refund_id for refund in first} < {refund.refund_id for refund in both}


@needs(Capability.EDITS, Capability.RESERVES_STOCK, Lever.TAKE_OFF, but=Lever.UNCHANGING)
def test_pieces_staff_take_off_are_no_longer_to_be_sent_and_for_sale_again(bench):
    before = bench.stock("MUG")
    order = released(bench, line(1, "MUG", "30.00", quantity=3), line(2, "BOOK", "7.33", "4"))
    bench.take_off(order.order_id, {"L1": 1, "L2": 0})
    seen = bench.platform.read_order(order.order_id)
    assert {(each.line_id, each.ordered, each.now) for each in seen.lines} == {("L1", 3, 1), ("L2", 1, 0)}
    assert (seen.live, seen.canceled, seen.left) == (True, False, False)
    assert sum(refund.amount.amount for refund in seen.refunds) == 0
    assert bench.stock("MUG") == before - 1


@needs(Capability.REPLACES_ORDERS, Lever.REPLACE, but=Lever.UNCHANGING)
@pytest.mark.parametrize("marked", [True, False])
def test_an_order_an_app_put_in_the_place_of_another_is_its_heir(bench, marked):
    order = released(bench, line(1, "MUG", "30.00", quantity=3))
    since = bench.now() - timedelta(minutes=1)
    heir_id = bench.replace(order.order_id, marked=marked)
    old = bench.platform.read_order(order.order_id)
    (heir,) = bench.platform.find_heirs(order.order_id, order.reference, since=since)
    assert (old.canceled, old.reserves, heir.order.order_id, heir.certain) == (True, False, heir_id, marked)
    assert (heir.order.canceled, heir.made_at >= since) == (False, True)
    assert bench.platform.find_order(order.reference, since=since).order_id == order.order_id


@needs(Capability.REPLACES_ORDERS, Lever.REPLACE, but=Lever.UNCHANGING)
def test_the_heir_is_our_order_once_it_is_handed_over_and_the_old_one_is_not(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3))
    since = bench.now() - timedelta(minutes=1)
    heir_id = bench.replace(order.order_id, marked=False)
    for _ in range(2):
        seen = bench.platform.hand_over(order.order_id, heir_id, order.reference)
        assert (seen.order_id, seen.reference, seen.live) == (heir_id, order.reference, True)
    assert bench.platform.find_order(order.reference, since=since).order_id == heir_id
    assert bench.platform.read_order(order.order_id).reference is None
    told = {n.subject: n.order for n in bench.platform.notices_since(NoticeKind.ORDER, since)}
    assert told[heir_id].reference == order.reference


@needs(Capability.REPLACES_ORDERS, Lever.REPLACE, but=Lever.UNCHANGING)
def test_another_sale_of_ours_is_nobodys_heir(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3))
    since = bench.now() - timedelta(minutes=1)
    released(bench, line(1, "MUG", "30.00", quantity=3))
    bench.staff(order.order_id, "cancelled")
    assert bench.platform.find_heirs(order.order_id, order.reference, since=since) == []
