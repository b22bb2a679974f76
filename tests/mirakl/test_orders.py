"""From an OR11 page to records: exact, tolerant where Mirakl is loose, and one bad order never stops the others."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.errors import Unreadable
from mirakl_sync.mirakl.orders import read_order, read_page
from mirakl_sync.money import Money
from mirakl_sync.records.order import Address, TaxAmount, UnreadableOrder
from mirakl_sync.records.shipment import Tracking
from tests.recorded import recorded

PAGE = recorded("mirakl/recorded/or11.json")


def order(**changes: Any) -> dict[str, Any]:
    return deepcopy(PAGE["orders"][0]) | changes


def with_line(**changes: Any) -> dict[str, Any]:
    changed = order()
    changed["order_lines"][0] |= changes
    return changed


def unreadable(row: Any) -> UnreadableOrder:
    page = read_page({"orders": [row]})
    assert page.orders == ()
    return page.unreadable[0]


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_the_documented_sample_is_read_to_the_cent():
    (found,) = read_page(PAGE).orders
    assert (found.order_id, found.commercial_id, found.state) == ("O-1001-A", "O-1001", "SHIPPING")
    assert found.created_at == datetime(2026, 3, 1, 10, 2, 11, tzinfo=UTC)
    assert found.debited_at == datetime(2026, 3, 1, 10, 9, 29, 652_000, tzinfo=UTC)
    assert (found.price, found.shipping_price, found.total_price) == (euros("79.80"), euros("4.90"), euros("84.70"))
    assert found.gross() == euros("84.70")
    assert found.taxes() == euros("14.12")
    assert found.commission() == euros("11.50")
    assert (found.tax_mode, found.payment_workflow, found.payment_type) == ("TAX_INCLUDED", "PAY_ON_ACCEPTANCE", "CARD")
    assert (found.channel, found.fulfillment_center, found.reference_for_seller) == ("FR", "DEFAULT", "100000123")
    assert (found.can_cancel, found.can_ship, found.fully_refunded) == (False, True, False)
    assert found.payload["order_id"] == "O-1001-A"


def test_the_documented_sample_has_its_line():
    (line,) = read_order(order()).lines
    assert (line.line_id, line.state, line.sku, line.quantity, line.index) == ("O-1001-A-1", "SHIPPING", "SKU-1", 2, 1)
    assert (line.unit_price, line.price, line.shipping_price) == (euros("39.90"), euros("79.80"), euros("4.90"))
    assert line.taxes == (TaxAmount("VAT", euros("13.30"), Decimal("20.0"), "PROPORTIONAL_TO_AMOUNT"),)
    assert line.commission_taxes == (TaxAmount("TAXDEFAULT", euros("1.92"), Decimal("20.0")),)
    assert (line.commission_fee, line.total_commission) == (euros("9.58"), euros("11.50"))
    assert (line.offer_id, line.title) == ("2130", "Bag")


def test_the_documented_sample_has_its_buyer():
    buyer = read_order(order()).buyer
    assert (buyer.customer_id, buyer.first_name, buyer.locale) == ("C-77", "Ada", "fr_FR")
    assert buyer.notification_email == "abc123@notification.mirakl.net"
    assert buyer.shipping == Address(
        first_name="Ada",
        last_name="Byron",
        street_1="1 rue Exemple",
        zip_code="75002",
        city="Paris",
        country_code="FR",
        country_label="France",
        phone="+33100000000",
        additional_info="code 12",
    )


@pytest.mark.parametrize("empty", [None, {}, {"city": None, "street_1": ""}])
def test_addresses_that_are_not_shown_yet_are_none(empty):
    buyer = read_order(
        order(customer={"customer_id": "C-1", "billing_address": empty, "shipping_address": empty})
    ).buyer
    assert (buyer.billing, buyer.shipping) == (None, None)


def test_an_unknown_country_stays_empty_with_its_label():
    address = {"city": "Nirgends", "country": "Absurdistan"}
    found = read_order(order(customer={"billing_address": address})).buyer.billing
    assert (found.country_code, found.country_label) == ("", "Absurdistan")


def test_null_is_the_same_as_absent_everywhere_it_may_be():
    needed = {"order_id", "order_state", "created_date", "last_updated_date", "currency_iso_code", "order_lines"}
    needed |= {"price", "shipping_price", "total_price", "order_tax_mode"}
    line_needed = {
        "order_line_id",
        "order_line_state",
        "offer_sku",
        "quantity",
        "price_unit",
        "price",
        "shipping_price",
    }
    absent = {key: value for key, value in order().items() if key in needed}
    absent["order_lines"] = [{key: value for key, value in order()["order_lines"][0].items() if key in line_needed}]
    nulls = {key: absent.get(key) for key in order()}
    nulls["order_lines"] = [{key: absent["order_lines"][0].get(key) for key in order()["order_lines"][0]}]
    found = read_order(absent)
    assert found == read_order(nulls)
    assert (found.can_ship, found.fulfillment_center, found.acceptance_decided_at) == (True, "DEFAULT", None)
    assert (found.lines[0].commission_fee, found.lines[0].total_commission, found.lines[0].taxes) == (None, None, ())


def test_unknown_fields_and_unknown_states_pass_by():
    found = read_order(order(order_state="WAITING_FOR_THE_MOON", brand_new={"a": 1}))
    assert found.state == "WAITING_FOR_THE_MOON"


def test_a_line_keeps_its_own_state():
    changed = with_line(order_line_state="REFUSED")
    changed["order_lines"].append({**changed["order_lines"][0], "order_line_id": "2", "order_line_state": "SHIPPING"})
    found = read_order(changed)
    assert [line.state for line in found.lines] == ["REFUSED", "SHIPPING"]
    assert found.gross() == euros("84.70")


def test_numbers_in_quotes_and_numeric_ids_are_taken():
    found = read_order(with_line(quantity="2", price="79.80", order_line_id=139))
    assert (found.lines[0].line_id, found.lines[0].quantity, found.lines[0].price) == ("139", 2, euros("79.80"))


def test_the_same_sku_may_stand_on_two_lines():
    changed = order()
    changed["order_lines"].append({**changed["order_lines"][0], "order_line_id": "O-1001-A-2"})
    assert [line.sku for line in read_order(changed).lines] == ["SKU-1", "SKU-1"]


def test_a_missing_total_commission_is_fee_and_taxes():
    assert read_order(with_line(total_commission=None)).lines[0].total_commission == euros("11.50")
    assert read_order(with_line(total_commission=None, commission_fee=None)).lines[0].total_commission is None


def test_the_deprecated_commission_tax_counts_where_the_list_is_missing():
    (line,) = read_order(with_line(commission_taxes=None, total_commission=None)).lines
    assert line.commission_taxes == (TaxAmount("", euros("1.92"), Decimal("20.0")),)
    assert line.total_commission == euros("11.50")


def test_prices_without_tax_get_their_taxes_added():
    changed = with_line(price=Decimal("66.50"), shipping_price=Decimal("4.08"))
    changed |= {"order_tax_mode": "TAX_EXCLUDED", "price": Decimal("66.50"), "shipping_price": Decimal("4.08")}
    assert read_order(changed).gross() == euros("84.70")


def test_the_order_tells_its_tax_mode_before_our_question_does():
    assert read_order(order(order_tax_mode="TAX_EXCLUDED"), tax_mode="TAX_INCLUDED").tax_mode == "TAX_EXCLUDED"
    asked = read_order(order(order_tax_mode=None), tax_mode="TAX_EXCLUDED")
    assert asked.tax_mode == "TAX_EXCLUDED"
    assert read_order(asked.payload) == asked


def test_an_order_is_read_again_from_its_kept_payload():
    found = read_order(order())
    assert read_order(json.loads(json.dumps(found.payload, default=float))) == found
    assert read_order(json.loads(json.dumps(found.payload, default=str))) == found


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (order(order_id=None), "order_id: is missing"),
        (order(order_id=" "), "order_id: is empty"),
        (order(order_lines=None), "order_lines: is missing"),
        (order(order_lines=[]), "order_lines: is empty"),
        (order(order_lines="text"), "order_lines: Invalid type."),
        (order(order_lines=[None]), "order_lines[0]: Invalid input type."),
        (order(order_lines=order()["order_lines"] * 2), "order_lines: two lines have the same order_line_id"),
        (order(created_date="yesterday"), "created_date: expected a time, got 'yesterday'"),
        (order(currency_iso_code=""), "currency_iso_code: is empty"),
        (order(order_tax_mode="TAX_MAYBE"), "order_tax_mode: is neither TAX_INCLUDED nor TAX_EXCLUDED but 'TAX_MAYBE'"),
        (order(order_tax_mode=None), "order_tax_mode: is missing, and we asked for none; set the tax mode of the shop"),
        (order(channel="FR"), "channel: expected an object"),
        (order(can_shop_ship="perhaps"), "can_shop_ship: expected true or false, got 'perhaps'"),
        (order(customer=[]), "customer: Invalid input type."),
        (
            order(customer={"billing_address": {"zip_code": {}}}),
            "customer.billing_address: zip_code: expected a text, got an object",
        ),
        (with_line(price=None), "order_lines[0].price: is missing"),
        (with_line(price="cheap"), "order_lines[0].price: expected a number, got 'cheap'"),
        (with_line(price=True), "order_lines[0].price: expected a number, got True"),
        (with_line(quantity="1.5"), "order_lines[0].quantity: expected a whole number, got '1.5'"),
        (with_line(taxes=[{"code": "VAT"}]), "order_lines[0].taxes: the amount of a tax is missing"),
        (with_line(taxes={}), "order_lines[0].taxes: expected a list"),
        (order(order_id=None, price=None), "order_id: is missing; price: is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words(row, problem):
    assert unreadable(row).problems == problem
    with pytest.raises(Unreadable) as caught:
        read_order(row)
    assert problem in caught.value.words


def test_a_bad_order_does_not_stop_the_others_and_keeps_no_buyer():
    page = read_page(
        {"orders": [order(order_id="A"), order(order_id="B", price="?"), order(order_id="C")], "total_count": 7}
    )
    assert [found.order_id for found in page.orders] == ["A", "C"]
    (bad,) = page.unreadable
    assert bad.order_id == "B"
    assert "Byron" not in json.dumps(bad.payload, default=str)
    assert bad.payload["order_lines"][0]["offer_sku"] == "SKU-1"
    assert page.total_count == 7


@pytest.mark.parametrize("row", [None, 5, "text", [], [1]])
def test_a_row_that_is_no_object_is_unreadable(row):
    assert unreadable(row).order_id == ""


@pytest.mark.parametrize("answer", [None, [], {}, {"orders": None}, {"orders": {}}, "text"])
def test_an_answer_without_a_list_of_orders_is_unreadable(answer):
    with pytest.raises(Unreadable):
        read_page(answer)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_junk_in_any_field_is_read_or_reported_and_never_breaks_the_page(data):
    row = order()
    places = [row, row["order_lines"][0], row["customer"], row["customer"]["shipping_address"]]
    places += [row["order_lines"][0]["taxes"][0], row["order_lines"][0]["commission_taxes"][0], row["references"]]
    for place in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=3)):
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JUNK)
    page = read_page({"orders": [row, order(order_id="GOOD")], "total_count": 2})
    assert len(page.orders) + len(page.unreadable) == 2
    assert page.orders[-1].order_id == "GOOD"
    for found in page.orders:
        found.gross(), found.taxes(), found.commission()
    for bad in page.unreadable:
        assert bad.problems


@settings(max_examples=100, deadline=None)
@given(JUNK)
def test_junk_instead_of_an_order_is_reported(junk):
    assert unreadable(junk).problems


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, None),
        ({"shipping_tracking": None, "shipping_company": ""}, None),
        (
            {
                "shipping_carrier_code": "UPS",
                "shipping_company": "United Parcel",
                "shipping_tracking": "1Z999",
                "shipping_tracking_url": "https://ups.example/1Z999",
            },
            Tracking("UPS", "United Parcel", "1Z999", "https://ups.example/1Z999"),
        ),
        ({"shipping_tracking": 5555}, Tracking(number="5555")),
    ],
)
def test_what_the_marketplace_knows_of_the_parcel_is_read(told, expected):
    silent = dict.fromkeys(("shipping_carrier_code", "shipping_company", "shipping_tracking", "shipping_tracking_url"))
    assert read_order(order(**silent | told)).tracking == expected
