"""Our client at a whole instance: lost answers, statuses, both doors, checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from mirakl_sync.errors import Misconfigured, Refused, TryLater, Unavailable
from mirakl_sync.money import Money
from mirakl_sync.platforms.salesforce.doors import Scapi
from mirakl_sync.records.shop import NoticeKind, OrderReference
from mirakl_sync.sandbox.salesforce import warehouse
from mirakl_sync.sandbox.salesforce.checkout import sell
from tests.platforms.bench_salesforce import SalesforceBench
from tests.platforms.drafts import WIEN, addressed, any_draft, draft, line

DOORS = pytest.mark.parametrize("door", ["scapi", "ocapi"])
REASON = "The marketplace cancelled the sale."


def placed(bench, of=None):
    wanted = of or addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    return wanted, bench.platform.release_order(order.order_id, wanted)


def export(bench, order_id):
    with bench.shop.lock:
        warehouse.export(bench.shop, bench.shop.orders.rows[order_id])


# Creating


@pytest.mark.parametrize("what", ["lose_answer", "fail_after", "odd_json"])
def test_a_creation_without_an_answer_is_found_and_never_made_twice(site, what):
    bench, wanted = site(), addressed(draft())
    bench.spoil("order.create", what, status=504)
    with pytest.raises(TryLater) as error:
        bench.platform.create_order(wanted, held=False)
    assert error.value.outcome_unknown
    made = bench.platform.find_order(wanted.reference, since=bench.now())
    again = bench.platform.create_order(wanted, held=False)
    assert again.order_id == made.order_id
    assert bench.standing(wanted.reference) == [made.order_id]
    assert bench.calls("order.create") == 1


def test_an_order_that_was_made_but_cannot_be_read_back_is_in_doubt(site):
    bench, wanted = site(), addressed(draft())
    bench.spoil("order.read", "fail", skip=1)
    with pytest.raises(TryLater) as error:
        bench.platform.create_order(wanted, held=False)
    assert error.value.outcome_unknown
    assert bench.platform.find_order(wanted.reference, since=bench.now()).total == wanted.total


def test_two_workers_that_create_at_once_make_one_order(site, monkeypatch):
    bench, wanted = site(), addressed(draft())
    first = bench.platform.create_order(wanted, held=False)
    read, looks = Scapi.order, []

    def late(door, number):
        """The second worker looked before the first one's order was there."""
        looks.append(number)
        return None if len(looks) == 1 else read(door, number)

    monkeypatch.setattr(Scapi, "order", late)
    second = bench.connect().create_order(wanted, held=False)
    assert (second.order_id, second.total) == (first.order_id, wanted.total)
    assert bench.calls("order.create") == 2
    assert bench.standing(wanted.reference) == [first.order_id]


def test_somebody_elses_order_of_our_number_is_not_taken_for_ours(site):
    bench, wanted = site(), addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.platform.scapi.set_attributes(order.order_id, {"c_miraklReference": "belle/1/OTHER"})
    for deed in (
        lambda: bench.platform.create_order(wanted, held=False),
        lambda: bench.platform.find_order(wanted.reference, since=bench.now()),
    ):
        with pytest.raises(Refused) as refusal:
            deed()
        assert refusal.value.code == "number_taken"


@pytest.mark.parametrize("taxation", ["gross", "net"])
@pytest.mark.parametrize("seed", range(12))
def test_every_total_is_exact_under_either_policy(site_of, taxation, seed):
    bench, wanted = site_of[taxation], addressed(any_draft(seed))
    order = bench.platform.create_order(wanted, held=False)
    assert order.total == wanted.total
    told = bench.book(order.order_id)
    taxes = sum((line.tax for line in wanted.lines), wanted.shipping.tax)
    assert (Decimal(told["total"]), Decimal(told["total_tax"])) == (wanted.total.amount, taxes)


@pytest.fixture(scope="module")
def site_of():
    made = {name: SalesforceBench({"taxation": name}, taxation=name) for name in ("gross", "net")}
    yield made
    for bench in made.values():
        bench.close()


def test_the_wrong_taxation_is_refused_with_the_way_out_and_found_by_the_check(site):
    bench = site({"taxation": "net"})
    with pytest.raises(Refused) as refusal:
        bench.platform.create_order(addressed(draft()), held=False)
    assert refusal.value.code == "total_differs"
    assert "taxation" in refusal.value.way_out
    bench.connect(taxation="net").create_order(addressed(draft()), held=False)
    (finding,) = [finding for finding in bench.platform.check() if finding.subject == "taxes"]
    assert (finding.ok, finding.blocking) == (False, True)


@pytest.mark.parametrize("missing", ["order_attributes", "basket_attributes", "line_attributes"])
def test_an_attribute_the_site_does_not_have_is_named(site, missing):
    bench = site({missing: ()})
    with pytest.raises(Misconfigured, match=r"mirakl\w+") as error:
        bench.platform.create_order(addressed(draft()), held=False)
    assert "Basket and Order" in error.value.way_out


def test_a_sku_whose_product_is_known_is_not_looked_up_again(site):
    bench = site()
    known = replace(line(1, "MUG", "10.00"), product_id="MUG")
    bench.platform.create_order(addressed(draft(known)), held=False)
    assert bench.calls("product.search") == 0


# Releasing


def test_a_release_pays_confirms_and_hands_over_last(site):
    bench = site()
    wanted, order = placed(bench)
    told = bench.book(order.order_id)
    assert (told["payment_status"], told["confirmation_status"]) == ("paid", "confirmed")
    assert (told["export_status"], told["external_status"]) == ("ready", "released")
    changes = [entry["what"] for entry in told["history"]]
    assert changes[-1] == "export_status"
    assert (order.live, order.reserves, order.total) == (True, False, wanted.total)


def test_what_the_marketplace_pays_later_stays_unpaid(site):
    bench = site()
    _, order = placed(bench, replace(addressed(draft()), paid=False))
    assert bench.book(order.order_id)["payment_status"] == "not_paid"


def test_what_became_known_meanwhile_is_written_before_the_release(site):
    bench, wanted = site(), addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    later = addressed(wanted, WIEN, email="x1@relay.example")
    bench.platform.release_order(order.order_id, later)
    told = bench.book(order.order_id)
    assert (told["shipping"]["city"], told["custom"]["c_buyerEmail"]) == ("Wien", "x1@relay.example")
    before = bench.calls("order.update") + bench.calls("order.address")
    bench.platform.release_order(order.order_id, later)
    assert bench.calls("order.update") + bench.calls("order.address") == before


WRITES = ("order.payment_status", "order.external_status", "order.confirmation_status", "order.export_status")


@pytest.mark.parametrize("operation", [*WRITES, "order.address", "order.update"])
@pytest.mark.parametrize("what", ["lose_answer", "drop", "fail_after"])
def test_a_release_whose_answer_is_lost_is_simply_repeated(site, operation, what):
    bench, wanted = site(), addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    later = addressed(wanted, WIEN, email="x1@relay.example")
    bench.spoil(operation, what)
    with pytest.raises(TryLater):
        bench.platform.release_order(order.order_id, later)
    assert bench.platform.release_order(order.order_id, later).live
    told = bench.book(order.order_id)
    assert [told[name.split(".")[1]] for name in WRITES] == ["paid", "released", "confirmed", "ready"]
    assert told["shipping"]["city"] == "Wien"


def test_what_the_oms_has_is_left_as_it_is_by_a_second_release(site):
    bench = site()
    wanted, order = placed(bench)
    export(bench, order.order_id)
    bench.platform.scapi.set_status(order.order_id, "external-status", "picking")
    again = bench.platform.release_order(order.order_id, wanted)
    told = bench.book(order.order_id)
    assert (told["export_status"], told["external_status"]) == ("exported", "picking")
    assert (again.live, again.reserves) == (True, True)


def test_a_sale_that_lost_a_line_meanwhile_is_refused(site):
    bench, wanted = site(), addressed(draft(line(1, "MUG", "10.00"), line(2, "BOOK", "5.00", "4")))
    order = bench.platform.create_order(wanted, held=False)
    less = replace(wanted, lines=wanted.lines[:1], total=Money(wanted.total.amount - 5, "EUR"))
    with pytest.raises(Refused) as refusal:
        bench.platform.release_order(order.order_id, less)
    assert refusal.value.code == "total_differs"
    assert not bench.platform.read_order(order.order_id).live


def test_an_order_that_is_gone_is_neither_released_nor_cancelled(site):
    bench, wanted = site(), addressed(draft())
    for deed in (
        lambda: bench.platform.release_order("NO-1", wanted),
        lambda: bench.platform.cancel_order("NO-1", "x"),
    ):
        with pytest.raises(Refused) as refusal:
            deed()
        assert refusal.value.code == "order_gone"


def test_an_order_its_staff_cancelled_is_not_opened_again(site):
    bench, wanted = site(), addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.staff(order.order_id, "cancelled")
    with pytest.raises(Refused) as refusal:
        bench.platform.release_order(order.order_id, wanted)
    assert refusal.value.code == "order_cancelled"


# Cancelling


def test_a_cancelled_order_says_why_and_may_be_cancelled_again(site):
    bench = site()
    _, order = placed(bench)
    for _ in range(2):
        assert bench.platform.cancel_order(order.order_id, REASON).canceled
    assert bench.book(order.order_id)["external_status"] == f"cancelled: {REASON}"
    assert bench.calls("order.status") == 1


@pytest.mark.parametrize("operation", ["order.status", "order.external_status"])
@pytest.mark.parametrize("what", ["lose_answer", "drop"])
def test_a_cancellation_whose_answer_is_lost_is_simply_repeated(site, operation, what):
    bench = site()
    _, order = placed(bench)
    bench.spoil(operation, what)
    with pytest.raises(TryLater):
        bench.platform.cancel_order(order.order_id, REASON)
    assert bench.platform.cancel_order(order.order_id, REASON).canceled


def test_an_order_another_system_owns_is_cancelled_there(site):
    bench = site()
    _, order = placed(bench)
    bench.shop.settings.oms_owns_orders = True
    with pytest.raises(Refused) as refusal:
        bench.platform.cancel_order(order.order_id, REASON)
    assert refusal.value.status == 409
    assert "order management system" in refusal.value.way_out


def test_a_conflict_with_somebody_who_cancelled_as_well_is_no_failure(site, monkeypatch):
    bench = site()
    _, order = placed(bench)
    read, looks = Scapi.order, []

    def stale(door, number):
        """What we saw was from before somebody else's cancellation."""
        seen = read(door, number)
        looks.append(number)
        if len(looks) == 1:
            bench.staff(number, "cancelled")
            bench.spoil("order.status", "fail", status=409)
        return seen

    monkeypatch.setattr(Scapi, "order", stale)
    assert bench.platform.cancel_order(order.order_id, REASON).canceled
    assert bench.calls("order.status") == 1


@pytest.mark.parametrize("left", [True, False])
def test_what_has_begun_to_leave_is_not_cancelled(site, left):
    bench = site()
    _, order = placed(bench, addressed(draft(line(1, "MUG", "30.00", quantity=3))))
    bench.ship(order.order_id, "hermes", "H1", None if left else {"L1": 1}, left=left)
    with pytest.raises(Refused) as refusal:
        bench.platform.cancel_order(order.order_id, REASON)
    assert refusal.value.code == "order_shipped"


# Reading


@DOORS
def test_both_doors_do_and_tell_the_same(site, door):
    bench = site(door=door)
    since = bench.now()
    _, order = placed(bench)
    other = bench.connect(door="scapi" if door == "ocapi" else "ocapi")
    assert other.read_order(order.order_id) == order
    bench.ship(order.order_id, "hermes", "H1", {"L1": 1}, left=True)
    seen = bench.platform.read_order(order.order_id)
    assert (seen.left, seen.parcels[0].number, seen.reserves) == (True, "H1", True)
    _, second = placed(bench)
    assert bench.platform.cancel_order(second.order_id, REASON).canceled
    assert bench.platform.read_order("NO-1") is None
    bench.pass_time(5)
    told = {n.subject: n.order for n in bench.platform.notices_since(NoticeKind.ORDER, since)}
    assert told[order.order_id] == seen
    assert told[second.order_id].canceled
    assert all(order.reference for order in told.values())


@DOORS
def test_orders_of_the_sites_own_customers_are_none_of_ours(site, door):
    bench = site(door=door)
    since = bench.now()
    with bench.shop.lock:
        own = sell(bench.shop, "MUG", 1)
    _, order = placed(bench)
    bench.pass_time(5)
    assert {n.subject for n in bench.platform.notices_since(NoticeKind.ORDER, since)} == {order.order_id}
    assert bench.platform.read_order(own["order"]).reference is None


def test_orders_are_told_oldest_first_and_those_of_five_minutes_again(site):
    bench = site()
    ids = []
    for _ in range(3):
        ids.append(placed(bench)[1].order_id)
        bench.pass_time(200)
    since = bench.now() - timedelta(seconds=200)
    told = [notice.subject for notice in bench.platform.notices_since(NoticeKind.ORDER, since)]
    assert told == ids[1:]
    assert [order.order_id for order in bench.platform.read_orders([*ids, "NO-1"])] == ids


@pytest.mark.parametrize(
    ("style", "settings", "told"),
    [
        ("single", {}, [("", "1Z2")]),
        ("comma", {"carriers": {"Standard": "DHL"}}, [("DHL", "H1"), ("DHL", "1Z2")]),
        ("custom", {"carrier_attribute": "c_carrier"}, [("hermes", "H1"), ("ups", "1Z2")]),
        ("json", {"parcels_attribute": "c_parcels"}, [("hermes", "H1"), ("ups", "1Z2")]),
    ],
)
def test_parcels_are_read_by_the_merchants_convention(site, style, settings, told):
    bench = site({"tracking_style": style}, **{"parcels_attribute": "", **settings})
    _, order = placed(bench)
    bench.ship(order.order_id, "hermes", "H1", None, left=False)
    bench.ship(order.order_id, "ups", "1Z2", None, left=True)
    seen = bench.platform.read_order(order.order_id)
    assert ([(parcel.carrier, parcel.number) for parcel in seen.parcels], seen.left) == (told, True)


def test_members_and_words_nobody_has_heard_of_are_passed_over(site):
    bench = site()
    _, order = placed(bench)
    bench.spoil("order.read", "unknown_fields", values={"newMember": {"deep": [1]}, "status": "brand_new"})
    seen = bench.platform.read_order(order.order_id)
    assert (seen.status, seen.total, seen.live, seen.canceled) == ("brand_new", order.total, False, False)


@pytest.mark.parametrize("status", [429, 503, 504])
def test_a_loaded_instance_is_asked_again_later(site, status):
    bench = site()
    _, order = placed(bench)
    bench.spoil("order.read", "fail", status=status)
    with pytest.raises(TryLater) as error:
        bench.platform.read_order(order.order_id)
    assert not error.value.outcome_unknown
    bench.shop.settings.load = 85
    bench.platform.read_order(order.order_id)
    assert bench.slept == [0.25]


def test_there_are_no_webhooks_to_trust(site):
    bench = site()
    with pytest.raises(Refused) as refusal:
        bench.platform.verify({"X-Signature": "x"}, b"{}")
    assert refusal.value.status == 401
    assert bench.platform.read_notices("order", b"{}") == ()
    assert [finding.ok for finding in bench.platform.watch("https://hooks.example")] == [True]


def test_a_reference_that_was_never_ordered_is_not_found(site):
    assert site().platform.find_order(OrderReference("n", "1", "NONE"), since=None) is None


def test_an_unanswered_read_is_nothing_but_a_delay(site):
    bench = site()
    bench.spoil("orders.list", "drop")
    with pytest.raises(Unavailable) as error:
        list(bench.platform.notices_since(NoticeKind.ORDER, bench.now()))
    assert not error.value.outcome_unknown
