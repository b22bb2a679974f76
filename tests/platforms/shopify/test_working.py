"""Orders made, held, released and cancelled in the simulated shop, with every answer lost once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, TryLater
from mirakl_sync.money import Money
from mirakl_sync.platforms.shopify import placing
from mirakl_sync.platforms.shopify.definitions import _DEFINITION
from mirakl_sync.platforms.shopify.documents import shop
from mirakl_sync.records.shop import CommissionShape, DraftTax, NoticeKind, OrderReference
from mirakl_sync.sandbox.shopify.settings import EVERY_SCOPE
from tests.platforms.drafts import WIEN, addressed, any_draft, draft, line, vat

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def made(bench, wanted=None, **more):
    wanted = wanted or draft(**more)
    return wanted, bench.platform.create_order(wanted, held=True)


def metafields(book):
    """By their key alone: the shop writes the app's number into their namespace."""
    return {name.rpartition(".")[2]: value for name, value in book["metafields"].items()}


def units(bench, order_id):
    return [unit["status"] for unit in bench.book(order_id)["fulfillment_orders"]]


def test_a_new_order_is_unpaid_and_held_and_carries_its_sale_in_every_place(bench):
    wanted, order = made(bench, order_id="MKP-7-A", shape=CommissionShape.ATTRIBUTE)
    book = bench.book(order.order_id)
    assert (book["financial_status"], units(bench, order.order_id), book["transactions"]) == (
        "pending",
        ["ON_HOLD"],
        [],
    )
    assert (book["source_identifier"], book["source_name"]) == ("MKP-7-A", "mirakl")
    assert book["tags"] == ["mirakl", "mirakl-order:MKP-7-A", "mirakl:nordmarkt"]
    assert metafields(book)["order_id"] == str(wanted.reference)
    assert metafields(book)["commission"] == "2.50"
    assert book["attributes"] == {
        "mirakl_reference": "nordmarkt/2000/MKP-7-A",
        "marketplace": "Nordmarkt",
        "marketplace_gross": "24.85 EUR",
        "marketplace_commission": "2.50 EUR",
        "marketplace_net": "22.35 EUR",
        "ship_by": "2026-11-23",
    }
    assert book["notes"] == [wanted.note]
    assert [(each["sku"], each["quantity"], each["line_id"]) for each in book["lines"]] == [("MUG", 1, "L1")]
    assert (book["shipping"], book["billing"], book["email"], bench.buyer_mails()) == (None, None, None, [])
    assert order.url.endswith(f"/admin/orders/{order.order_id}")


def test_a_released_order_is_paid_addressed_and_free(bench):
    wanted, order = made(bench)
    bench.platform.release_order(order.order_id, addressed(wanted, WIEN, "x1@relay.example"))
    book = bench.book(order.order_id)
    assert (book["financial_status"], units(bench, order.order_id), book["live"]) == ("paid", ["OPEN"], True)
    assert (book["email"], book["shipping"]["city"], book["shipping"]["country_code"]) == (
        "x1@relay.example",
        "Wien",
        "AT",
    )
    assert [(each["kind"], each["amount"]) for each in book["transactions"]] == [("SALE", "24.85")]
    assert bench.buyer_mails() == []


def test_a_sale_the_marketplace_was_not_paid_for_stays_unpaid_until_it_is(bench):
    wanted, order = made(bench)
    told = addressed(replace(wanted, paid=False))
    assert bench.platform.release_order(order.order_id, told).live
    assert bench.book(order.order_id)["financial_status"] == "pending"
    bench.platform.release_order(order.order_id, replace(told, paid=True))
    assert bench.book(order.order_id)["financial_status"] == "paid"


def test_a_hold_of_the_warehouses_own_stays_when_ours_goes(bench):
    wanted, order = made(bench)
    bench.control(f"orders/{order.order_id}/hold", {"reason": "HIGH_RISK_OF_FRAUD"})
    seen = bench.platform.release_order(order.order_id, addressed(wanted))
    assert (seen.live, seen.status) == (False, "on_hold")
    bench.control(f"orders/{order.order_id}/release", {})
    assert bench.platform.read_order(order.order_id).live


def placed_and_released(bench, wanted):
    order = bench.platform.create_order(wanted, held=True)
    return bench.platform.release_order(order.order_id, wanted)


WRITES = ["order.create", "unit.hold", "order.update", "order.pay", "unit.release"]


@pytest.mark.parametrize("what", ["lose_answer", "drop"])
@pytest.mark.parametrize("operation", WRITES)
def test_a_lost_answer_anywhere_on_the_way_ends_in_one_released_order(bench, operation, what):
    wanted, before = addressed(draft(line(1, "MUG", "30.00", quantity=3))), bench.stock("MUG")
    bench.spoil(operation, what)
    with pytest.raises(TryLater) as lost:
        placed_and_released(bench, wanted)
    assert lost.value.outcome_unknown
    order = bench.platform.find_order(wanted.reference, since=SINCE)
    if order is None:
        order = bench.platform.create_order(wanted, held=True)
    seen = bench.platform.release_order(order.order_id, wanted)
    assert (seen.live, seen.total) == (True, wanted.total)
    assert bench.standing(wanted.reference) == [order.order_id]
    assert bench.stock("MUG") == before - 3
    book = bench.book(order.order_id)
    assert (book["financial_status"], len(book["transactions"])) == ("paid", 1)


@pytest.mark.parametrize("what", ["lose_answer", "drop"])
def test_an_order_that_missed_its_hold_is_held_when_it_is_found(bench, what):
    wanted = draft()
    bench.spoil("unit.hold", what)
    with pytest.raises(TryLater) as lost:
        bench.platform.create_order(wanted, held=True)
    assert lost.value.outcome_unknown
    assert bench.book(bench.standing(wanted.reference)[0])["financial_status"] == "pending"
    found = bench.platform.find_order(wanted.reference, since=SINCE)
    assert not found.live
    assert units(bench, found.order_id) == ["ON_HOLD"]


def test_finding_an_order_that_was_released_does_not_hold_it_again(bench):
    wanted, order = made(bench, addressed(draft()))
    bench.platform.release_order(order.order_id, wanted)
    assert bench.platform.find_order(wanted.reference, since=SINCE).live


@pytest.mark.parametrize("what", ["lose_answer", "drop"])
def test_a_lost_answer_to_cancelling_is_mended_by_cancelling_again(bench, what):
    before = bench.stock("MUG")
    _, order = made(bench)
    bench.spoil("order.cancel", what)
    with pytest.raises(TryLater) as lost:
        bench.platform.cancel_order(order.order_id, "sold out")
    assert lost.value.outcome_unknown
    assert bench.platform.cancel_order(order.order_id, "sold out").canceled
    assert bench.stock("MUG") == before


def test_a_cancellation_that_takes_its_time_is_waited_for(opened):
    bench = opened({"cancel_seconds": 2.0})
    _, order = made(bench)
    assert bench.platform.cancel_order(order.order_id, "sold out").canceled


def test_a_cancellation_that_takes_too_long_is_looked_at_later(opened):
    bench = opened({"cancel_seconds": 60.0})
    _, order = made(bench)
    with pytest.raises(TryLater) as later:
        bench.platform.cancel_order(order.order_id, "sold out")
    assert not later.value.outcome_unknown
    bench.pass_time(60)
    assert bench.platform.cancel_order(order.order_id, "sold out").canceled


def test_no_refund_and_no_mail_comes_of_a_cancellation(bench):
    wanted, order = made(bench, addressed(draft(), email="x1@relay.example"))
    bench.platform.release_order(order.order_id, wanted)
    bench.platform.cancel_order(order.order_id, "sold out")
    book = bench.book(order.order_id)
    assert [each["kind"] for each in book["transactions"]] == ["SALE"]
    assert bench.buyer_mails() == []


def test_an_order_that_leaves_no_stock_alone_says_so(opened):
    bench = opened(claims="bypass")
    before = bench.stock("MUG")
    _, order = made(bench)
    assert (order.reserves, order.never_felt, bench.stock("MUG")) == (False, True, before)
    other = bench.connect(claims="ignoring_policy")
    assert other.read_order(order.order_id).never_felt
    assert other.cancel_order(order.order_id, "sold out").canceled
    assert bench.stock("MUG") == before


def test_an_order_always_takes_its_pieces_unless_the_shop_may_refuse_it(opened):
    bench = opened()
    bench.add("RARE", 1)
    wanted = draft(line(1, "RARE", "20.00", quantity=2))
    with pytest.raises(Refused) as refusal:
        bench.connect(claims="obeying_policy").create_order(wanted, held=True)
    assert refusal.value.code == "inventory_claim_failed"
    assert bench.standing(wanted.reference) == []
    assert bench.platform.create_order(wanted, held=True).reserves
    assert bench.stock("RARE") == -1


def test_pieces_that_do_not_divide_stand_on_two_lines_of_one_sale(bench):
    wanted, order = made(bench, draft(line(1, "MUG", "10.00", quantity=3)))
    assert order.total == wanted.total
    assert [(each.ordered, each.line_id) for each in order.lines] == [(2, "L1"), (1, "L1")]
    assert set(order.line_ids) == {"L1"}
    bench.platform.release_order(order.order_id, addressed(wanted))
    bench.ship(order.order_id, "hermes", "H1", None, left=True)
    (parcel,) = bench.platform.read_order(order.order_id).parcels
    assert [(inside.line_id, inside.quantity) for inside in parcel.lines] == [("L1", 3)]


def test_a_country_nobody_knows_makes_no_order_and_is_said(bench):
    wanted = addressed(draft(), replace(WIEN, country_code="XX"))
    with pytest.raises(Refused, match="countryCode"):
        bench.platform.create_order(wanted, held=True)
    assert bench.standing(wanted.reference) == []


@pytest.mark.parametrize(
    ("country", "state", "expected"),
    [
        ("ES", "M", {"provinceCode": "M"}),
        ("US", "NY", {"provinceCode": "NY"}),
        ("DE", "NRW", {"province": "NRW"}),
        ("ES", "Madrid", {"province": "Madrid"}),
        ("AT", "", {}),
    ],
)
def test_a_region_is_a_code_only_where_the_shop_knows_codes(country, state, expected):
    told = placing.addresses(addressed(draft(), replace(WIEN, country_code=country, state=state)), with_billing=True)
    for address in (told["shippingAddress"], told["billingAddress"]):
        assert {name: value for name, value in address.items() if name.startswith("province")} == expected


@pytest.mark.parametrize("seed", range(12))
def test_the_shop_shows_the_marketplaces_tax(bench, seed):
    wanted, order = made(bench, any_draft(seed))
    tax = sum((each.tax for each in wanted.lines), wanted.shipping.tax)
    assert Decimal(bench.book(order.order_id)["total_tax"]) == tax


@pytest.mark.parametrize(
    ("given", "settings"),
    [({"tax_exempt": True}, {}), ({}, {"taxes": "none"}), ({"tax_exempt": True}, {"taxes": "none"})],
)
def test_an_order_without_tax_has_none_and_the_same_total(opened, given, settings):
    bench = opened(**settings)
    wanted, order = made(bench, draft(**given))
    assert order.total == wanted.total
    assert Decimal(bench.book(order.order_id)["total_tax"]) == 0


def test_a_tax_without_a_name_or_a_rate_is_told_too(bench):
    taxes = (DraftTax("", Decimal("1.00")), DraftTax("ECO", Decimal("0.46")))
    odd = replace(line(1, "MUG", "19.95"), taxes=taxes, tax=Decimal("1.46"))
    _, order = made(bench, draft(odd))
    assert Decimal(bench.book(order.order_id)["total_tax"]) == Decimal("1.46") + vat(Decimal("4.90"), "21")


def test_amounts_may_stay_out_of_every_templates_reach(opened):
    bench = opened(amounts_in="metafields")
    _, order = made(bench)
    book = bench.book(order.order_id)
    assert set(book["attributes"]) == {"mirakl_reference"}
    assert metafields(book)["told_marketplace_net"] == "22.35 EUR"


def test_a_long_order_id_is_found_although_no_tag_holds_it(bench):
    wanted, order = made(bench, order_id="A" * 38 + "-LONG-1-A")
    assert bench.book(order.order_id)["tags"] == ["mirakl", "mirakl:nordmarkt"]
    assert bench.platform.find_order(wanted.reference, since=SINCE).order_id == order.order_id


def test_an_order_is_found_while_the_search_still_lags(opened):
    bench = opened({"index_seconds": 60.0})
    wanted = draft()
    bench.trouble("lose_answer")
    with pytest.raises(TryLater):
        bench.platform.create_order(wanted, held=True)
    assert bench.platform.find_order(wanted.reference, since=SINCE).reference == wanted.reference


def test_two_workers_that_make_the_same_sale_make_one_order(bench):
    wanted, other = draft(), bench.connect()
    first = bench.platform.create_order(wanted, held=True)
    blind = other._desk.client.by_reference
    seen = [None]

    def not_yet(value):
        return seen.pop() if seen else blind(value)

    other._desk.client.by_reference = not_yet
    assert other.create_order(wanted, held=True).order_id == first.order_id
    assert "CreateOrder" in [body["operationName"] for _, _, _, body in bench.lines[-1].calls if body]
    assert bench.standing(wanted.reference) == [first.order_id]


def test_our_metafield_is_defined_before_the_first_order(bench):
    made(bench)
    assert bench.asked()[:3] == ["Definitions", "Define", "FindOrder"]
    made(bench)
    assert bench.asked().count("Definitions") == 1


def test_a_metafield_that_is_not_unique_lets_no_order_be_made(bench):
    ask = bench.platform.asking
    lame = {**_DEFINITION, "capabilities": {"uniqueValues": {"enabled": False}}, "type": "single_line_text_field"}
    ask.ask(shop.DEFINE, {"definition": lame})
    with pytest.raises(Misconfigured, match="unique"):
        made(bench)


def test_a_trial_store_takes_five_orders_a_minute(opened):
    bench = opened({"orders_per_minute": 5})
    for _ in range(5):
        made(bench)
    with pytest.raises(RateLimited) as limited:
        made(bench)
    assert limited.value.after
    bench.pass_time(61)
    made(bench)


LINES = (line(1, "MUG", "10.00", quantity=3), line(2, "BOOK", "5.00", "4"))


def refused_later(wanted):
    """The sale after the marketplace took the book off."""
    return addressed(replace(wanted, lines=LINES[:1], total=Money(Decimal("14.90"), "EUR")))


def test_what_was_not_sold_after_all_is_taken_off_before_the_release(bench):
    before = bench.stock("BOOK")
    wanted, order = made(bench, draft(*LINES))
    seen = bench.platform.release_order(order.order_id, refused_later(wanted))
    assert (seen.live, seen.total) == (True, Money(Decimal("14.90"), "EUR"))
    assert sum(each.now for each in seen.lines if each.line_id == "L1") == 3
    assert [each.now for each in seen.lines if each.line_id == "L2"] == [0]
    assert bench.stock("BOOK") == before
    assert bench.book(order.order_id)["transactions"][0]["amount"] == "14.90"
    assert bench.buyer_mails() == []


@pytest.mark.parametrize("what", ["lose_answer", "drop"])
@pytest.mark.parametrize("operation", ["edit.begin", "edit.quantity", "edit.commit"])
def test_a_lost_answer_while_taking_off_is_mended_by_releasing_again(bench, operation, what):
    wanted, order = made(bench, draft(*LINES))
    bench.spoil(operation, what)
    with pytest.raises(TryLater):
        bench.platform.release_order(order.order_id, refused_later(wanted))
    assert not bench.platform.read_order(order.order_id).live
    seen = bench.platform.release_order(order.order_id, refused_later(wanted))
    assert (seen.live, seen.total) == (True, Money(Decimal("14.90"), "EUR"))


def test_an_order_that_then_comes_to_another_sum_is_not_released(bench):
    wanted, order = made(bench, draft(*LINES))
    lame = replace(refused_later(wanted), total=Money(Decimal("12.90"), "EUR"))
    with pytest.raises(Refused, match=r"14\.90") as refusal:
        bench.platform.release_order(order.order_id, lame)
    assert (refusal.value.code, bool(refusal.value.way_out)) == ("total_differs", True)
    assert not bench.platform.read_order(order.order_id).live


def test_without_the_scope_for_edits_it_is_named(opened):
    bench = opened({"scopes": tuple(set(EVERY_SCOPE) - {"write_order_edits"})})
    wanted, order = made(bench, draft(*LINES))
    with pytest.raises(Misconfigured, match="write_order_edits"):
        bench.platform.release_order(order.order_id, refused_later(wanted))


def test_what_staff_sent_without_our_release_is_not_released(bench):
    wanted, order = made(bench)
    bench.control(f"orders/{order.order_id}/release", {})
    bench.staff(order.order_id, "completed")
    with pytest.raises(Refused) as refusal:
        bench.platform.release_order(order.order_id, addressed(wanted))
    assert refusal.value.code == "order_completed"


def test_a_deleted_order_is_gone(bench):
    wanted, order = made(bench)
    bench.staff(order.order_id, "trash")
    assert bench.platform.read_order(order.order_id) is None
    assert bench.platform.find_order(wanted.reference, since=SINCE) is None
    with pytest.raises(Refused) as refusal:
        bench.platform.release_order(order.order_id, addressed(wanted))
    assert refusal.value.code == "order_gone"


def test_a_parcel_undone_is_gone_and_the_order_has_not_left(bench):
    wanted, order = made(bench, draft(line(1, "MUG", "30.00", quantity=3)))
    bench.platform.release_order(order.order_id, addressed(wanted))
    kept = bench.ship(order.order_id, "ups", "1Z1", {"L1": 1}, left=False)
    gone = bench.ship(order.order_id, "hermes", "H1", None, left=True)
    bench.unpack(order.order_id, gone)
    seen = bench.platform.read_order(order.order_id)
    assert (seen.left, [parcel.parcel_id for parcel in seen.parcels]) == (False, [kept])


def test_a_number_that_comes_later_is_a_parcel_then(bench):
    wanted, order = made(bench)
    bench.platform.release_order(order.order_id, addressed(wanted))
    bench.staff(order.order_id, "completed")
    seen = bench.platform.read_order(order.order_id)
    assert (seen.left, seen.parcels) == (True, ())
    (fulfilment,) = bench.book(order.order_id)["fulfillments"]
    bench.control(f"orders/{order.order_id}/parcels/{fulfilment['id']}", {"number": "D9", "carrier": "DHL"}, "PUT")
    (parcel,) = bench.platform.read_order(order.order_id).parcels
    assert (parcel.parcel_id, parcel.number, parcel.carrier) == (fulfilment["id"], "D9", "DHL")


def test_an_order_of_many_lines_is_told_whole(bench):
    lines = [line(number, "MUG", "1.00") for number in range(1, 46)]
    wanted, order = made(bench, draft(*lines))
    assert (len(order.lines), len(order.line_ids), order.total) == (45, 45, wanted.total)
    bench.platform.release_order(order.order_id, addressed(wanted))
    bench.ship(order.order_id, "hermes", "H1", None, left=True)
    (parcel,) = bench.platform.read_order(order.order_id).parcels
    assert len(parcel.lines) == 45


@pytest.mark.parametrize("counting", ["documented", "observed"])
def test_no_request_is_dearer_than_the_shop_allows(opened, counting):
    bench = opened({"connection_cost": counting, "bucket": 1000.0})
    orders = [made(bench)[1].order_id for _ in range(12)]
    wanted, order = made(bench, addressed(draft()))
    bench.platform.release_order(order.order_id, wanted)
    bench.ship(order.order_id, "hermes", "H1", None, left=True)
    assert len(list(bench.platform.read_orders(orders))) == 12
    bench.platform.cancel_order(orders[0], "sold out")
    bench.platform.find_heirs(orders[0], wanted.reference, since=SINCE)
    assert bench.platform.find_order(OrderReference("nordmarkt", "2000", "MKP-NONE"), since=SINCE) is None
    bench.platform.watch("https://hooks.example/shop")
    bench.platform.check()
    list(bench.connect(full_look="pages").levels())


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ("order.read", lambda bench, order: bench.platform.read_order(order.order_id)),
        ("nodes.read", lambda bench, order: list(bench.platform.read_orders([order.order_id]))),
        ("variants.list", lambda bench, order: bench.platform.product_facts(["MUG"])),
        ("orders.list", lambda bench, order: list(bench.platform.notices_since(NoticeKind.ORDER, SINCE))),
    ],
)
def test_a_read_that_fails_is_made_again_by_whoever_asked(bench, operation, read):
    _, order = made(bench)
    bench.spoil(operation, "drop")
    with pytest.raises(TryLater) as trouble:
        read(bench, order)
    assert not trouble.value.outcome_unknown
    assert read(bench, order)


def test_an_order_the_shop_reckons_otherwise_is_withdrawn_and_not_found_again(bench, monkeypatch):
    before, wanted = bench.stock("MUG"), draft()

    def dearer(*given):
        body = as_drafted(*given)
        body["shippingLines"][0]["priceSet"]["shopMoney"]["amount"] = "5.90"
        return body

    as_drafted = placing.order_input
    monkeypatch.setattr(placing, "order_input", dearer)
    with pytest.raises(Refused, match=r"25\.85 EUR, it must be 24\.85 EUR") as refusal:
        bench.platform.create_order(wanted, held=True)
    assert refusal.value.code == "total_differs"
    (book,) = bench.shop.books(summary=False)["orders"]
    assert (book["canceled"], bench.stock("MUG")) == (True, before)
    assert bench.platform.find_order(wanted.reference, since=SINCE) is None
    monkeypatch.undo()
    assert bench.platform.create_order(wanted, held=True).total == wanted.total
