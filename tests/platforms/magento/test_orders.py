"""What a Magento shop makes of our orders, over real HTTP."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from mirakl_sync.errors import MiraklSyncError, Misconfigured, NeedsAnswer, Refused, TryLater
from mirakl_sync.money import Money
from mirakl_sync.platforms.magento.finding import find
from mirakl_sync.records.order import Address
from mirakl_sync.records.shipment import ParcelLine
from mirakl_sync.records.shop import CommissionShape, NoticeKind
from mirakl_sync.sandbox.magento import checkout
from mirakl_sync.sandbox.magento import shipping_control as packing
from mirakl_sync.sandbox.magento.compensation import compensate
from mirakl_sync.sandbox.trouble import Rule
from tests.platforms.drafts import MADRID, addressed, any_draft, draft, line


def placed(bench, wanted, *, held=False):
    order = bench.platform.create_order(wanted, held=held)
    return bench.platform.release_order(order.order_id, addressed(wanted))


def calls_of(bench) -> list[tuple[str, str]]:
    return [
        (method, path.removeprefix("/rest/default/V1")) for each in bench.lines for method, path, _, _ in each.calls
    ]


def test_an_order_is_created_in_one_call_that_writes_and_is_on_hold(magento):
    bench = magento()
    bench.platform.create_order(draft(), held=False)
    writes = [call for call in calls_of(bench) if call[0] != "GET" and call[1] != "/customers"]
    assert writes == [("PUT", "/orders/create")]
    (order,) = bench.shop.books(summary=False)["orders"]
    assert (order["state"], order["history"][0]["state"]) == ("holded", "holded")
    assert bench.shop.store.orders.rows[1].row["hold_before_state"] == "new"


def test_a_second_creation_of_the_same_sale_answers_the_first_order(magento):
    bench = magento()
    wanted = draft()
    first = bench.platform.create_order(wanted, held=True)
    second = bench.connect().create_order(wanted, held=True)
    assert (second.order_id, second.total) == (first.order_id, first.total)
    assert bench.standing(wanted.reference) == [first.order_id]


def test_a_number_that_belongs_to_another_order_is_no_order_of_ours(magento):
    bench = magento()
    wanted, other = draft(order_id="SAME-A"), replace(draft(), reference=draft(order_id="SAME-A").reference)
    other = replace(other, reference=replace(other.reference, shop="2001"))
    bench.platform.create_order(wanted, held=True)
    with pytest.raises(Refused) as refusal:
        bench.platform.create_order(other, held=True)
    assert refusal.value.code == "number_taken"
    assert bench.platform.find_order(other.reference, since=bench.now()) is None


def test_an_order_made_under_another_prefix_is_found(magento):
    bench = magento()
    wanted = draft()
    made = bench.platform.create_order(wanted, held=True)
    renamed = bench.connect(number_prefix="SHOP-")
    assert renamed.find_order(wanted.reference, since=bench.now()).order_id == made.order_id


def test_two_living_orders_of_one_sale_are_a_question_for_a_person(magento):
    bench = magento()
    wanted = draft()
    bench.platform.create_order(wanted, held=True)
    other = bench.connect(number_prefix="SHOP-")
    other.create_order(wanted, held=True)
    with pytest.raises(NeedsAnswer) as question:
        find(other.client, other.settings, wanted.reference)
    assert question.value.kind == "doubled_in_shop"


@pytest.mark.parametrize("version", ["2.3.7", "2.4.4", "2.4.6"])
def test_a_long_number_is_whole_in_every_version(magento, version):
    bench = magento({"version": version})
    wanted = [draft(order_id="9" * 45 + end) for end in "AB"]
    made = [bench.platform.create_order(each, held=True) for each in wanted]
    assert made[0].number != made[1].number
    for each, order in zip(wanted, made, strict=True):
        assert bench.platform.find_order(each.reference, since=bench.now()).order_id == order.order_id


def test_the_address_is_nobodys_until_the_marketplace_tells_it(magento):
    bench = magento()
    wanted = draft()
    order = bench.platform.create_order(wanted, held=True)
    before = bench.book(order.order_id)
    assert (before["shipping"]["street"], before["shipping"]["lastname"]) == (["-"], "waits for the marketplace")
    bench.platform.release_order(order.order_id, addressed(wanted, email="x1@relay.example"))
    after = bench.book(order.order_id)
    for part in ("billing", "shipping"):
        assert (after[part]["firstname"], after[part]["street"]) == ("Ana", ["Calle 1", "2 B"])
        assert after[part]["entity_id"] == before[part]["entity_id"]
    assert bench.shop.store.orders.rows[1].row["customer_email"] == "x1@relay.example"
    assert bench.buyer_mails() == []


def test_a_region_is_written_as_magento_numbers_it(magento):
    bench = magento()
    wanted = draft()
    order = bench.platform.create_order(wanted, held=True)
    where = Address("Ana", "P", street_1="Calle 1", zip_code="28001", city="Madrid", state="Madrid", country_code="ES")
    bench.platform.release_order(order.order_id, addressed(wanted, where))
    assert bench.book(order.order_id)["shipping"]["region"] == "Madrid"
    assert bench.book(order.order_id)["shipping"]["region_id"] > 0


def test_a_paid_order_is_invoiced_at_its_release_and_only_once(magento):
    bench = magento()
    wanted = draft()
    order = placed(bench, wanted)
    assert (order.status, bench.book(order.order_id)["invoices"]) == ("processing", 1)
    bench.platform.release_order(order.order_id, addressed(wanted))
    assert bench.book(order.order_id)["invoices"] == 1


@pytest.mark.parametrize(("settings", "paid"), [({}, False), ({"invoice": "never"}, True)], ids=["unpaid", "never"])
def test_an_order_that_is_not_to_be_invoiced_is_worked_on_all_the_same(magento, settings, paid):
    bench = magento(**settings)
    order = placed(bench, draft(paid=paid))
    assert (order.live, order.status, bench.book(order.order_id)["invoices"]) == (True, "pending", 0)


def test_staff_read_gross_commission_and_net_on_every_order(magento):
    bench = magento()
    wanted = draft()
    order = bench.platform.create_order(wanted, held=True)
    told = bench.book(order.order_id)["payment"]["additional_information"]
    assert {"marketplace_gross: 24.85 EUR", "marketplace_commission: 2.50 EUR", "marketplace_net: 22.35 EUR"} <= set(
        told
    )
    assert "ship_by: 2026-11-23" in told
    assert any("marketplace_net: 22.35 EUR" in note for note in bench.notes(order.order_id))


def test_a_commission_line_shows_the_payout_and_leaves_the_sale_whole(magento):
    bench = magento(commission_sku="COMMISSION")
    bench.add("COMMISSION", None, type="virtual")
    order = placed(bench, draft(line(1, "MUG", "20.00"), shape=CommissionShape.LINE, commission="2.50"))
    assert order.total == Money(Decimal("22.40"), "EUR")
    assert [shown.line_id for shown in order.lines] == ["L1"]
    totals = [row["total"] for row in bench.book(order.order_id)["lines"]]
    assert totals == ["20.00", "-2.50"]
    bench.ship(order.order_id, "ups", "1Z", None, left=True)
    seen = bench.platform.read_order(order.order_id)
    assert (seen.left, seen.parcels[0].lines) == (True, (ParcelLine("L1", 1),))


def test_a_commission_line_without_its_product_makes_no_order(magento):
    bench = magento()
    with pytest.raises(Refused) as refusal:
        bench.platform.create_order(draft(shape=CommissionShape.LINE), held=True)
    assert refusal.value.code == "no_commission_product"
    assert bench.shop.books(summary=True)["totals"]["orders"] == 0


def test_a_commission_as_discount_is_no_money_of_the_buyers_when_it_is_refunded(magento):
    bench = magento()
    order = placed(bench, draft(line(1, "MUG", "20.00", quantity=2), shape=CommissionShape.DISCOUNT, commission="2.50"))
    assert order.total == Money(Decimal("22.40"), "EUR")
    with bench.shop.lock:
        row = bench.shop.store.orders.rows[int(order.order_id)]
        packing.pay_back(bench.shop, row, {"items": [{"line_id": "L1", "quantity": 1}], "reason": "Damaged"})
    (refund,) = bench.platform.read_order(order.order_id).refunds
    assert (refund.amount, refund.lines[0].amount) == (Money(Decimal("10.00"), "EUR"), Decimal("10.00"))
    assert (refund.lines[0].line_id, refund.lines[0].quantity, refund.lines[0].restocked) == ("L1", 1, None)


def test_generic_orders_belong_to_one_customer_made_once(magento):
    bench = magento()
    orders = [bench.platform.create_order(draft(), held=True) for _ in range(2)]
    orders.append(bench.connect().create_order(draft(), held=True))
    rows = [bench.shop.store.orders.rows[int(order.order_id)].row for order in orders]
    assert {row["customer_id"] for row in rows} == {1}
    assert {row["customer_email"] for row in rows} == {"marketplace@shop.example"}
    assert calls_of(bench).count(("POST", "/customers")) == 1


def test_a_guest_without_a_relay_address_has_one_that_reaches_nobody(magento):
    bench = magento(generic_customer="")
    bench.platform.create_order(draft(), held=True)
    row = bench.shop.store.orders.rows[1].row
    assert (row["customer_is_guest"], row["customer_email"]) == (1, "nordmarkt@orders.invalid")


def test_a_line_refused_meanwhile_is_cancelled_and_the_total_follows(magento):
    bench = magento()
    whole = draft(line(1, "MUG", "10.00"), line(2, "BOOK", "8.00", "4"))
    order = bench.platform.create_order(whole, held=True)
    rest = addressed(draft(line(1, "MUG", "10.00"), order_id=whole.reference.order_id))
    for _ in range(2):
        released = bench.platform.release_order(order.order_id, rest)
        assert (released.total, released.live) == (rest.total, True)
    assert [(row.line_id, row.ordered, row.now) for row in released.lines] == [("L1", 1, 1), ("L2", 1, 0)]
    bench.ship(order.order_id, "ups", "1Z", None, left=True)
    assert bench.platform.read_order(order.order_id).left


def test_cancelling_is_false_with_a_200_in_magento_and_never_taken_for_done(magento):
    bench = magento(cancel_paid="ask")
    order = placed(bench, draft())
    with pytest.raises(Refused) as refusal:
        bench.platform.cancel_order(order.order_id, "The buyer changed their mind.")
    assert refusal.value.code == "order_invoiced"
    assert not bench.platform.read_order(order.order_id).canceled


def test_an_invoiced_order_ends_by_a_credit_memo_where_the_seller_wants_that(magento):
    bench = magento(cancel_paid="refund_offline")
    order = placed(bench, draft())
    for _ in range(2):
        ended = bench.platform.cancel_order(order.order_id, "The buyer changed their mind.")
        assert (ended.canceled, ended.live, ended.status) == (True, False, "closed")
    assert len(bench.book(order.order_id)["refunds"]) == 1


def test_an_order_staff_hold_again_is_cancelled_all_the_same(magento):
    bench = magento(invoice="never")
    order = placed(bench, draft())
    bench.staff(order.order_id, "holded")
    assert not bench.platform.read_order(order.order_id).live
    assert bench.platform.cancel_order(order.order_id, "No longer wanted.").canceled


@pytest.mark.parametrize(
    ("operation", "settings"),
    [
        ("order.address", {}),
        ("order.unhold", {}),
        ("order.invoice", {}),
        ("order.comment", {"status_released": "processing"}),
    ],
)
@pytest.mark.parametrize("what", ["lose_answer", "drop"])
def test_a_release_interrupted_anywhere_is_completed_by_the_next_one(magento, operation, settings, what):
    bench = magento(**settings)
    wanted = draft()
    order = bench.platform.create_order(wanted, held=True)
    bench.spoil(operation, what)
    with contextlib.suppress(TryLater):
        bench.platform.release_order(order.order_id, addressed(wanted))
    released = bench.platform.release_order(order.order_id, addressed(wanted))
    assert (released.live, released.total) == (True, wanted.total)
    assert bench.book(order.order_id)["invoices"] == 1
    assert bench.book(order.order_id)["shipping"]["firstname"] == "Ana"


@pytest.mark.parametrize("operation", ["order.unhold", "order.cancel", "order.refund"])
@pytest.mark.parametrize("what", ["lose_answer", "drop"])
def test_a_cancellation_interrupted_anywhere_is_completed_by_the_next_one(magento, operation, what):
    bench = magento(cancel_paid="refund_offline")
    wanted = draft()
    order = placed(bench, wanted) if operation == "order.refund" else bench.platform.create_order(wanted, held=True)
    bench.spoil(operation, what)
    with pytest.raises(TryLater):
        bench.platform.cancel_order(order.order_id, "No longer wanted.")
    assert bench.platform.cancel_order(order.order_id, "No longer wanted.").canceled
    assert len(bench.book(order.order_id)["refunds"]) <= 1


@pytest.mark.parametrize("what", ["lose_answer", "drop", "fail", "fail_after"])
@pytest.mark.parametrize("operation", ["order.create", "module.order"])
def test_a_creation_repeated_after_anything_is_one_order(magento, operation, what):
    by_module = operation == "module.order"
    bench = magento({"module": True}, orders_by="module" if by_module else "direct")
    wanted, before = draft(), bench.stock("MUG")
    bench.spoil(operation, what)
    with pytest.raises(TryLater) as lost:
        bench.platform.create_order(wanted, held=True)
    assert lost.value.outcome_unknown
    order = bench.platform.create_order(wanted, held=True)
    assert bench.standing(wanted.reference) == [order.order_id]
    assert bench.stock("MUG") == before - int(by_module)


def test_a_customer_whose_making_was_lost_is_found(magento):
    bench = magento()
    bench.spoil("customer.create", "lose_answer")
    with pytest.raises(TryLater):
        bench.platform.create_order(draft(), held=True)
    bench.platform.create_order(draft(), held=True)
    assert len(bench.shop.store.customers.rows) == 1


def test_whatever_a_module_changes_while_saving_is_noticed_and_the_ghost_taken_away(magento):
    bench = magento()
    wanted = draft()
    bench.shop.trouble.replace([Rule("unknown_fields", "order.create", times=1, values={"grand_total": 1})])
    with pytest.raises(Refused) as refusal:
        bench.platform.create_order(wanted, held=True)
    assert refusal.value.code == "total_differs"
    assert bench.platform.find_order(wanted.reference, since=bench.now()) is None
    assert bench.book("1")["state"] == "canceled"
    again = bench.platform.create_order(wanted, held=True)
    assert (again.total, again.canceled) == (wanted.total, False)


def test_a_composite_product_is_not_sold(magento):
    bench = magento()
    bench.add("TEE", None, type="configurable", children=["TEE-S"])
    with pytest.raises(Refused) as refusal:
        bench.platform.create_order(draft(line(1, "TEE", "10.00")), held=True)
    assert refusal.value.code == "composite_sku"
    assert not bench.platform.product_facts(["TEE"])["TEE"].sellable


# What orders do to the shop's number


def test_a_directly_saved_order_is_never_felt_and_its_phantom_stays(magento):
    bench = magento()
    before = bench.stock("MUG")
    sent, canceled = placed(bench, draft()), bench.platform.create_order(draft(), held=True)
    bench.ship(sent.order_id, "ups", "1Z", None, left=True)
    bench.platform.cancel_order(canceled.order_id, "No longer wanted.")
    for order in (sent, canceled):
        seen = bench.platform.read_order(order.order_id)
        assert (seen.reserves, seen.never_felt, seen.felt_from) == (False, True, None)
    # one piece is gone and none is told: both pieces must be taken off for good
    assert bench.shop.books(summary=False)["physical"]["MUG"] == before - 1
    assert bench.stock("MUG") == before + 1


def test_a_compensated_order_is_felt_after_the_tools_next_run(magento):
    bench = magento(reservations="compensated", compensated_every=300)
    before = bench.stock("MUG")
    order = bench.platform.create_order(draft(created_at=bench.now() - timedelta(hours=5)), held=True)
    assert (order.reserves, order.never_felt) == (False, False)
    assert timedelta(seconds=359) <= order.felt_from - bench.now() <= timedelta(seconds=361)
    with bench.shop.lock:
        compensate(bench.shop)
    bench.pass_time(400)
    seen = bench.platform.read_order(order.order_id)
    assert (seen.reserves, seen.felt_from, bench.stock("MUG")) == (True, None, before - 1)


@pytest.mark.parametrize("settings", [{"orders_by": "module"}], ids=["module"])
def test_an_order_of_the_module_reserves_at_once_and_gives_back_when_cancelled(magento, settings):
    bench = magento({"module": True}, **settings)
    before = bench.stock("MUG")
    order = bench.platform.create_order(draft(line(1, "MUG", "30.00", quantity=3)), held=True)
    assert (order.reserves, order.never_felt, bench.stock("MUG")) == (True, False, before - 3)
    ended = bench.platform.cancel_order(order.order_id, "No longer wanted.")
    assert (ended.reserves, bench.stock("MUG")) == (False, before)


def test_a_shop_without_the_module_says_so(magento):
    bench = magento(orders_by="module")
    with pytest.raises(Misconfigured):
        bench.platform.create_order(draft(), held=True)


# What became of orders


def test_a_number_entered_later_is_seen_when_placed_orders_are_read_again(magento):
    bench = magento()
    order = placed(bench, draft())
    bench.ship(order.order_id, "", "", None, left=True)
    bench.pass_time(600)
    since = bench.now() - timedelta(seconds=60)
    with bench.shop.lock:
        (shipment,) = bench.shop.store.shipments.rows.values()
        track = {"order_id": int(order.order_id), "parent_id": shipment.id, "carrier_code": "custom"}
        packing.add_track(bench.shop, {**track, "title": "Seur", "track_number": "S 1"})
    assert order.order_id not in [notice.subject for notice in bench.platform.notices_since(NoticeKind.ORDER, since)]
    (seen,) = bench.platform.read_orders([order.order_id])
    assert [(parcel.carrier, parcel.number) for parcel in seen.parcels] == [("Seur", "S 1")]


def test_many_orders_are_read_in_three_calls(magento):
    bench = magento()
    made = [placed(bench, draft()) for _ in range(5)]
    for order in made:
        bench.ship(order.order_id, "ups", "1Z", None, left=True)
    bench.lines[-1].calls.clear()
    seen = list(bench.platform.read_orders([order.order_id for order in made]))
    assert len(seen) == 5
    assert all(order.left and order.parcels for order in seen)
    assert len(bench.lines[-1].calls) == 2


def test_a_credit_memo_makes_its_order_known_to_the_poll(magento):
    bench = magento()
    order = placed(bench, draft(line(1, "MUG", "20.00")))
    bench.pass_time(600)
    since = bench.now() - timedelta(seconds=60)
    with bench.shop.lock:
        row = bench.shop.store.orders.rows[int(order.order_id)]
        packing.pay_back(bench.shop, row, {"items": [{"line_id": "L1", "quantity": 1}], "shipping": "4.05"})
    told = list(bench.platform.notices_since(NoticeKind.ORDER, since))
    assert told[-1].subject == order.order_id
    (refund,) = told[-1].order.refunds
    assert refund.amount.amount == Decimal("20.00") + refund.shipping


def test_web_orders_are_no_news_of_ours_but_move_their_skus(magento):
    bench = magento(sources_every=0)
    bench.pass_time(600)
    since = bench.now() - timedelta(seconds=60)
    with bench.shop.lock:
        checkout.sell(bench.shop, "MUG", 2, paid=True)
    assert list(bench.platform.notices_since(NoticeKind.ORDER, since)) == []
    (notice,) = bench.platform.notices_since(NoticeKind.PRODUCT, since)
    assert (notice.product.sku, notice.product.quantity) == ("MUG", 998)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_goes_wrong_on_the_way_there_is_one_order_with_the_right_total(magento, seed):
    bench = magento()
    wanted = addressed(any_draft(seed), MADRID)
    bench.shop.trouble.replace(
        [Rule(what, chance=0.15) for what in ("drop", "lose_answer", "fail", "odd_json")], seed=seed
    )
    order = _stubbornly(lambda: bench.platform.create_order(wanted, held=bool(seed % 2)))
    released = _stubbornly(lambda: bench.platform.release_order(order.order_id, wanted))
    assert (released.total, released.live) == (wanted.total, True)
    assert bench.standing(wanted.reference) == [order.order_id]
    bench.shop.trouble.reset()
    assert bench.book(order.order_id)["invoices"] == 1


def _stubbornly(act):
    for _ in range(60):
        try:
            return act()
        except MiraklSyncError as error:
            if not isinstance(error, TryLater):
                raise
    raise AssertionError("sixty tries were not enough")
