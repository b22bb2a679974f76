"""The questions every platform must answer the same way, asked of the shop in memory and of WooCommerce over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mirakl_sync.errors import NeedsAnswer, Refused, TryLater
from mirakl_sync.money import Money
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.records.shipment import ParcelLine
from mirakl_sync.records.shop import NoticeKind, OrderDraft, OrderReference, PlatformOrder
from tests.platforms.bench import Bench, Lever
from tests.platforms.benches import BENCHES
from tests.platforms.drafts import addressed, any_draft, draft, line

needs = pytest.mark.needs
SIGNATURE = re.compile("signature|hmac", re.IGNORECASE)


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = BENCHES[request.param]()
    yield made
    made.close()


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)


def orderable(bench, of: OrderDraft) -> OrderDraft:
    """The draft as it is where the shop takes an order without addresses, else with them."""
    return of if Capability.HOLD_ORDERS in bench.capabilities() else addressed(of)


def assert_felt(bench, before: int, pieces: int, order: PlatformOrder) -> None:
    """The shop's own number contains a sale exactly when the order says so; and it must where the shop claims that."""
    assert order.reserves or Capability.RESERVES_STOCK not in bench.capabilities()
    assert bench.stock("MUG") == before - (pieces if order.reserves else 0)


def test_an_order_not_released_shows_the_total_and_is_not_worked_on(bench):
    wanted = orderable(bench, draft())
    order = bench.platform.create_order(wanted, held=False)
    assert order.total == wanted.total
    assert (order.live, order.canceled, order.reference) == (False, False, wanted.reference)
    assert set(order.line_ids) == {"L1"}


@needs(Lever.INERT)
def test_an_inert_order_takes_no_stock(bench):
    before = bench.stock("MUG")
    order = bench.platform.create_order(orderable(bench, draft()), held=False)
    assert not order.reserves
    assert bench.stock("MUG") == before


@needs(Capability.RESERVES_STOCK, but=Lever.INERT)
def test_an_order_that_takes_its_stock_at_once_says_so_also_where_nobody_asked_for_that(bench):
    before = bench.stock("MUG")
    order = bench.platform.create_order(orderable(bench, draft()), held=False)
    assert (order.reserves, order.never_felt) == (True, False)
    assert bench.stock("MUG") == before - 1
    cancelled = bench.platform.cancel_order(order.order_id, "The marketplace cancelled the sale.")
    assert not cancelled.reserves
    assert bench.stock("MUG") == before


def told_by(bench, notice) -> PlatformOrder:
    """The order a notice tells; one that says it is incomplete tells which to read."""
    if not notice.incomplete:
        return notice.order
    assert (notice.order, notice.deleted) == (None, False)
    return bench.platform.read_order(notice.subject)


@needs(Capability.HOLD_ORDERS, Capability.RESERVES_STOCK)
def test_a_held_order_reserves_its_stock_and_is_not_worked_on(bench):
    before = bench.stock("TEE-S")
    order = bench.platform.create_order(draft(line(1, "TEE-S", "39.90", quantity=2)), held=True)
    assert not order.live
    assert bench.stock("TEE-S") == before - 2


@needs(Capability.HOLD_ORDERS, Capability.RESERVES_STOCK)
def test_a_held_order_released_takes_its_stock_once(bench):
    before, wanted = bench.stock("MUG"), draft(line(1, "MUG", "30.00", quantity=3))
    order = bench.platform.create_order(wanted, held=True)
    released = bench.platform.release_order(order.order_id, addressed(wanted))
    assert released.live
    assert bench.stock("MUG") == before - 3


def test_a_released_order_is_worked_on_at_the_same_total(bench):
    before, wanted = bench.stock("MUG"), orderable(bench, draft())
    order = bench.platform.create_order(wanted, held=False)
    released = bench.platform.release_order(order.order_id, addressed(wanted))
    assert (released.live, released.total, released.order_id) == (True, wanted.total, order.order_id)
    assert_felt(bench, before, 1, released)


def test_a_release_may_be_repeated(bench):
    before, wanted = bench.stock("MUG"), addressed(draft(), email="x1@relay.example")
    order = bench.platform.create_order(wanted, held=False)
    first = bench.platform.release_order(order.order_id, wanted)
    second = bench.platform.release_order(order.order_id, wanted)
    assert (second.live, second.total, second.line_ids) == (True, first.total, first.line_ids)
    assert_felt(bench, before, 1, second)


@needs(Lever.COMPLETE_BY_HAND)
def test_a_completed_order_is_not_opened_again_by_a_repeated_release(bench):
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.platform.release_order(order.order_id, wanted)
    bench.staff(order.order_id, "completed")
    done = bench.platform.read_order(order.order_id)
    again = bench.platform.release_order(order.order_id, wanted)
    assert (again.status, again.left, again.modified_at) == (done.status, done.left, done.modified_at)


@needs(Capability.HOLD_ORDERS)
def test_an_order_its_staff_cancelled_is_not_opened_again(bench):
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=True)
    bench.staff(order.order_id, "cancelled")
    with pytest.raises(Refused) as refusal:
        bench.platform.release_order(order.order_id, wanted)
    assert refusal.value.code == "order_cancelled"
    assert bench.platform.read_order(order.order_id).canceled


@needs(Capability.HOLD_ORDERS, Lever.NOTES)
def test_cancelling_gives_the_stock_back_says_why_and_may_be_repeated(bench):
    before = bench.stock("MUG")
    order = bench.platform.create_order(draft(), held=True)
    for _ in range(2):
        assert bench.platform.cancel_order(order.order_id, "The marketplace cancelled the sale.").canceled
    assert order.never_felt or bench.stock("MUG") == before
    assert bench.notes(order.order_id).count("The marketplace cancelled the sale.") == 1


@needs(Lever.COMPLETE_BY_HAND)
def test_what_has_left_is_not_cancelled(bench):
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.platform.release_order(order.order_id, wanted)
    bench.staff(order.order_id, "completed")
    done = bench.platform.read_order(order.order_id)
    with pytest.raises(Refused):
        bench.platform.cancel_order(order.order_id, "too late")
    seen = bench.platform.read_order(order.order_id)
    assert (seen.status, seen.canceled, seen.left) == (done.status, False, done.left)


@needs(Lever.TRASH)
def test_an_order_thrown_away_counts_as_cancelled_and_cannot_be_released(bench, since):
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.staff(order.order_id, "trash")
    assert bench.platform.read_order(order.order_id).canceled
    assert bench.platform.cancel_order(order.order_id, "gone").canceled
    found = bench.platform.find_order(wanted.reference, since=since)
    assert (found.order_id, found.canceled) == (order.order_id, True)
    with pytest.raises(Refused):
        bench.platform.release_order(order.order_id, wanted)


@pytest.mark.parametrize("held", [False, True])
def test_an_order_whose_answer_was_lost_is_found_once(bench, since, held):
    wanted = orderable(bench, draft())
    bench.trouble("lose_answer")
    with pytest.raises(TryLater) as lost:
        bench.platform.create_order(wanted, held=held)
    assert lost.value.outcome_unknown
    found = bench.platform.find_order(wanted.reference, since=since)
    assert found.total == wanted.total
    assert bench.standing(wanted.reference) == [found.order_id]
    assert bench.platform.release_order(found.order_id, addressed(wanted)).total == wanted.total


def test_an_order_that_never_arrived_is_not_found(bench, since):
    wanted = orderable(bench, draft())
    bench.trouble("drop")
    with pytest.raises(TryLater) as lost:
        bench.platform.create_order(wanted, held=False)
    assert lost.value.outcome_unknown
    assert bench.platform.find_order(wanted.reference, since=since) is None


def test_a_reference_that_only_begins_alike_is_another_order(bench, since):
    bench.platform.create_order(orderable(bench, draft(order_id="ALIKE-7-AB")), held=False)
    assert bench.platform.find_order(OrderReference("nordmarkt", "2000", "ALIKE-7-A"), since=since) is None
    assert bench.platform.find_order(OrderReference("nordmarkt", "2001", "ALIKE-7-AB"), since=since) is None
    assert bench.platform.find_order(OrderReference("belle", "2000", "ALIKE-7-AB"), since=since) is None


@needs(Capability.HOLD_ORDERS, Capability.RESERVES_STOCK, Lever.DOUBLE_ORDERS)
def test_of_two_orders_nobody_works_on_the_lower_stays(bench, since):
    wanted, before = draft(), bench.stock("MUG")
    first = bench.platform.create_order(wanted, held=True)
    bench.platform.create_order(wanted, held=True)
    found = bench.platform.find_order(wanted.reference, since=since)
    assert found.order_id == first.order_id
    assert bench.standing(wanted.reference) == [first.order_id]
    assert bench.stock("MUG") == before - 1


@needs(Capability.CLIENT_KEY)
@pytest.mark.parametrize("trouble", ["", "lose_answer"])
def test_a_second_creation_of_the_same_sale_is_the_first_order(bench, trouble):
    wanted = addressed(draft())
    if trouble:
        bench.trouble(trouble)
        with pytest.raises(TryLater):
            bench.platform.create_order(wanted, held=False)
    first = bench.platform.create_order(wanted, held=False)
    second = bench.platform.create_order(wanted, held=False)
    assert (second.order_id, second.total, second.line_ids) == (first.order_id, wanted.total, first.line_ids)
    assert bench.standing(wanted.reference) == [first.order_id]


@needs(Lever.DOUBLE_ORDERS)
def test_two_orders_at_work_are_a_question_for_a_person(bench, since):
    wanted = addressed(draft())
    for _ in range(2):
        order = bench.platform.create_order(wanted, held=False)
        bench.platform.release_order(order.order_id, wanted)
    with pytest.raises(NeedsAnswer) as question:
        bench.platform.find_order(wanted.reference, since=since)
    assert (question.value.kind, question.value.key) == ("doubled_in_shop", str(wanted.reference))


def test_a_gone_order_reads_as_none(bench):
    assert bench.platform.read_order("999999") is None


@pytest.mark.parametrize("seed", range(40))
def test_the_total_is_the_marketplaces_to_the_cent(bench, seed):
    wanted = orderable(bench, any_draft(seed))
    order = bench.platform.create_order(wanted, held=bool(seed % 2))
    assert order.total == wanted.total
    released = bench.platform.release_order(order.order_id, addressed(wanted))
    assert (released.total, released.live) == (wanted.total, True)


def test_an_unknown_sku_makes_no_order(bench):
    wanted = orderable(bench, draft(line(1, "MUG", "10.00"), line(2, "NO-SUCH-SKU", "10.00")))
    with pytest.raises(Refused, match="NO-SUCH-SKU") as refusal:
        bench.platform.create_order(wanted, held=False)
    assert refusal.value.code == "unknown_sku"
    assert bench.standing(wanted.reference) == []


@needs(Lever.WRONG_TOTAL)
def test_a_total_the_lines_do_not_reach_makes_no_order(bench):
    lame = orderable(bench, draft(total=Money(Decimal("1.00"), "EUR")))
    with pytest.raises(Refused):
        bench.platform.create_order(lame, held=False)
    assert bench.standing(lame.reference) == []


@needs(Capability.HOLD_ORDERS)
def test_no_mail_reaches_a_buyer_by_our_acts(bench):
    for held in (False, True):
        wanted = addressed(draft(), email="x1@relay.example")
        order = bench.platform.create_order(wanted, held=held)
        bench.platform.release_order(order.order_id, wanted)
        bench.platform.cancel_order(order.order_id, "The buyer changed their mind.")
    assert bench.buyer_mails() == []


@needs(Lever.NOTES)
def test_the_note_tells_staff_what_happened(bench):
    wanted = draft()
    order = bench.platform.create_order(wanted, held=False)
    assert wanted.note in bench.notes(order.order_id)


def test_known_and_unknown_skus_are_all_answered(bench):
    facts = bench.platform.product_facts(["MUG", "NOWHERE", "TEE-S"])
    assert {sku: fact.matches for sku, fact in facts.items()} == {"MUG": 1, "NOWHERE": 0, "TEE-S": 1}
    assert facts["MUG"].quantity == bench.stock("MUG")
    assert facts["MUG"].sellable
    assert not facts["NOWHERE"].sellable


@needs(Capability.ORDER_NOTICES)
def test_a_changed_order_is_noticed_by_the_poll(bench, since):
    wanted = orderable(bench, draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.staff(order.order_id, "cancelled")
    told = list(bench.platform.notices_since(NoticeKind.ORDER, since))
    mine = [notice for notice in told if notice.subject == order.order_id]
    assert mine[-1].order.canceled
    assert mine[-1].order.reference == wanted.reference
    assert [notice.observed_at for notice in told] == sorted(notice.observed_at for notice in told)


def released(bench, *lines):
    wanted = addressed(draft(*lines))
    order = bench.platform.create_order(wanted, held=False)
    return bench.platform.release_order(order.order_id, wanted)


@needs(Capability.PARCELS)
def test_an_order_at_work_has_neither_left_nor_parcels(bench):
    order = released(bench)
    assert (order.left, order.parcels) == (False, ())


@needs(Capability.PARCELS)
def test_an_order_shipped_shows_its_parcel_and_that_it_has_left(bench):
    order = released(bench)
    parcel_id = bench.ship(order.order_id, "hermes", "H 100-7", None, left=True)
    seen = bench.platform.read_order(order.order_id)
    (parcel,) = seen.parcels
    assert (seen.left, seen.live, seen.canceled) == (True, True, False)
    assert (parcel.parcel_id, parcel.carrier, parcel.number) == (parcel_id, "hermes", "H 100-7")
    assert parcel.lines in (None, (ParcelLine("L1", 1),))


@needs(Capability.PARCELS, Lever.PARCEL_DATES)
def test_a_parcel_says_when_it_left(bench):
    order = released(bench)
    before = datetime.now(UTC).replace(microsecond=0)
    bench.ship(order.order_id, "hermes", "H 100-8", None, left=True)
    (parcel,) = bench.platform.read_order(order.order_id).parcels
    assert parcel.left_at >= before


@needs(Capability.PARCELS, Lever.COMPLETE_BY_HAND)
def test_an_order_completed_by_hand_has_left_without_a_parcel(bench):
    order = released(bench)
    bench.staff(order.order_id, "completed")
    seen = bench.platform.read_order(order.order_id)
    assert (seen.left, seen.parcels) == (True, ())


@needs(Capability.PARCELS, Lever.CONTENTS)
def test_a_part_that_left_is_told_by_line_and_the_order_goes_on(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3), line(2, "BOOK", "7.33", "4"))
    bench.ship(order.order_id, "hermes", "H1", {"L1": 2}, left=False)
    seen = bench.platform.read_order(order.order_id)
    (parcel,) = seen.parcels
    assert (seen.left, seen.live, seen.canceled) == (False, True, False)
    assert seen.reserves != seen.never_felt
    assert parcel.lines == (ParcelLine("L1", 2),)


@needs(Capability.PARCELS, Lever.CONTENTS)
def test_several_parcels_stay_apart(bench):
    order = released(bench, line(1, "MUG", "30.00", quantity=3), line(2, "BOOK", "7.33", "4"))
    ids = [
        bench.ship(order.order_id, "hermes", "H1", {"L1": 2}, left=False),
        bench.ship(order.order_id, "ups", "1Z2", {"L1": 1, "L2": 1}, left=True),
    ]
    seen = bench.platform.read_order(order.order_id)
    assert [(parcel.parcel_id, parcel.number) for parcel in seen.parcels] == [(ids[0], "H1"), (ids[1], "1Z2")]
    assert seen.parcels[1].lines == (ParcelLine("L1", 1), ParcelLine("L2", 1))
    assert seen.left


@needs(Capability.PARCELS, Lever.CORRECT)
def test_a_corrected_number_keeps_its_parcel(bench):
    order = released(bench)
    parcel_id = bench.ship(order.order_id, "hermes", "H1", None, left=True)
    bench.correct(order.order_id, parcel_id, "H2")
    seen = bench.platform.read_order(order.order_id)
    assert [(parcel.parcel_id, parcel.number) for parcel in seen.parcels] == [(parcel_id, "H2")]


@needs(Capability.PARCELS, Lever.UNPACK)
def test_a_parcel_taken_off_is_gone_and_one_entered_anew_is_another(bench):
    order = released(bench)
    kept = bench.ship(order.order_id, "ups", "1Z1", None, left=False)
    first = bench.ship(order.order_id, "hermes", "H1", None, left=True)
    bench.unpack(order.order_id, first)
    seen = bench.platform.read_order(order.order_id)
    assert (seen.left, [parcel.parcel_id for parcel in seen.parcels]) == (True, [kept])
    anew = bench.ship(order.order_id, "hermes", "H1", None, left=True)
    assert anew not in (kept, first)
    assert [parcel.parcel_id for parcel in bench.platform.read_order(order.order_id).parcels] == [kept, anew]


@needs(Capability.PARCELS, Capability.WEBHOOKS, Lever.CONTENTS)
def test_the_webhook_and_the_poll_tell_the_same_of_what_left(bench, since):
    order = released(bench, line(1, "MUG", "30.00", quantity=3))
    bench.ship(order.order_id, "hermes", "H1", {"L1": 1}, left=False)
    bench.ship(order.order_id, "ups", "1Z2", None, left=True)
    headers, body = bench.delivery(order.order_id)
    (pushed,) = bench.platform.read_notices(bench.platform.verify(headers, body).topic, body)
    told = [n.order for n in bench.platform.notices_since(NoticeKind.ORDER, since) if n.subject == order.order_id]
    read = bench.platform.read_order(order.order_id)
    shown = told_by(bench, pushed)
    assert shown.parcels == told[-1].parcels == read.parcels
    assert (len(read.parcels), shown.left, told[-1].left) == (2, True, True)


@needs(Capability.PARCELS)
def test_what_has_left_by_parcel_is_not_cancelled_and_not_opened_again(bench):
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.platform.release_order(order.order_id, wanted)
    bench.ship(order.order_id, "hermes", "H1", None, left=True)
    with pytest.raises(Refused):
        bench.platform.cancel_order(order.order_id, "too late")
    assert bench.platform.release_order(order.order_id, wanted).left


@needs(Capability.HOLD_ORDERS, Lever.TRASH, Lever.COMPLETE_BY_HAND)
def test_many_orders_are_read_together_whatever_their_status(bench):
    made = [bench.platform.create_order(draft(), held=bool(n % 2)).order_id for n in range(4)]
    bench.staff(made[0], "cancelled")
    bench.staff(made[1], "trash")
    bench.staff(made[2], "completed")
    read = {order.order_id: order for order in bench.platform.read_orders([*made, "999999"])}
    assert set(read) == {made[0], made[2], made[3]}
    assert (read[made[0]].canceled, read[made[2]].left, read[made[3]].live) == (True, True, False)
    assert list(bench.platform.read_orders([])) == []


@needs(Capability.HOLD_ORDERS, Capability.RESERVES_STOCK, Capability.PRODUCT_NOTICES)
def test_a_sold_product_is_noticed_by_the_poll(bench, since):
    bench.platform.create_order(draft(line(1, "TEE-S", "19.95")), held=True)
    told = [n.product for n in bench.platform.notices_since(NoticeKind.PRODUCT, since) if n.product]
    assert {fact.sku: fact.quantity for fact in told}["TEE-S"] == bench.stock("TEE-S")


@needs(Capability.WEBHOOKS)
def test_a_webhook_says_the_same_as_the_poll(bench):
    wanted = draft()
    order = bench.platform.create_order(wanted, held=False)
    headers, body = bench.delivery(order.order_id)
    delivery = bench.platform.verify(headers, body)
    (notice,) = bench.platform.read_notices(delivery.topic, body)
    assert (notice.kind, notice.subject) == (NoticeKind.ORDER, order.order_id)
    shown = told_by(bench, notice)
    assert (shown.reference, shown.total) == (wanted.reference, wanted.total)


@needs(Capability.WEBHOOKS)
def test_a_tampered_body_is_refused(bench):
    order = bench.platform.create_order(draft(), held=False)
    headers, body = bench.delivery(order.order_id)
    with pytest.raises(Refused):
        bench.platform.verify(headers, body + b" ")


@needs(Capability.WEBHOOKS)
def test_a_signature_with_another_secret_is_refused(bench):
    order = bench.platform.create_order(draft(), held=False)
    with pytest.raises(Refused):
        bench.platform.verify(*bench.delivery(order.order_id, secret="somebody else's"))


@needs(Capability.WEBHOOKS)
def test_a_webhook_without_a_signature_is_refused(bench):
    order = bench.platform.create_order(draft(), held=False)
    headers, body = bench.delivery(order.order_id)
    with pytest.raises(Refused):
        bench.platform.verify({name: v for name, v in headers.items() if not SIGNATURE.search(name)}, body)


@needs(Capability.WEBHOOKS)
def test_equal_deliveries_share_a_key_and_different_ones_do_not(bench):
    first, second = (bench.platform.create_order(draft(), held=False).order_id for _ in range(2))
    keys = [bench.platform.verify(*bench.delivery(order)).key for order in (first, first, second)]
    assert keys[0] == keys[1] != keys[2]


@needs(Capability.WEBHOOKS)
def test_watching_twice_changes_nothing_the_second_time(bench):
    assert all(finding.ok for finding in bench.platform.watch("https://hooks.example/shop"))
    assert all("active" in finding.sentence for finding in bench.platform.watch("https://hooks.example/shop"))
