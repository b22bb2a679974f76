"""The server recomputes every tax; what that does to gross prices, fees and shipping (reference 4.2 and 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.sandbox.woocommerce.amounts import decimal_text, money, noisy, rounded_tax
from tests.sandbox.woocommerce.conftest import Client

VIENNA = {"country": "AT", "postcode": "1010", "city": "Wien"}
EXEMPT = [{"key": "is_vat_exempt", "value": "yes"}]


def body(total: str = "100.00", **more: Any) -> dict[str, Any]:
    return {"line_items": [{"sku": "MUG-1", "quantity": 1, "subtotal": total, "total": total}], **more}


def money_of(order: dict[str, Any]) -> tuple[str, str, str]:
    return order["total"], order["cart_tax"], order["shipping_tax"]


def test_a_gross_price_gets_tax_added_again(client: Client) -> None:
    assert money_of(client.post("orders", body("121.00"))) == ("146.41", "25.41", "0.00")


def test_the_rate_is_that_of_the_delivery_address(client: Client) -> None:
    assert money_of(client.post("orders", body(shipping=VIENNA)))[:2] == ("120.00", "20.00")
    assert money_of(client.post("orders", body(shipping={"country": "US"})))[:2] == ("100.00", "0.00")


def test_billing_stands_in_for_a_missing_delivery_country(client: Client) -> None:
    assert money_of(client.post("orders", body(billing=VIENNA)))[0] == "120.00"


def test_vat_exempt_orders_keep_the_amounts_sent(client: Client) -> None:
    order = client.post("orders", body("121.00", meta_data=EXEMPT))
    assert money_of(order) == ("121.00", "0.00", "0.00")
    assert order["tax_lines"] == []
    assert order["line_items"][0]["taxes"] == []


def test_a_later_change_recomputes_with_the_exemption(client: Client) -> None:
    order = client.post("orders", body("121.00", meta_data=EXEMPT))
    assert client.put(f"orders/{order['id']}", {"shipping": VIENNA})["total"] == "121.00"


def test_shipping_follows_the_class_of_the_lines(client: Client) -> None:
    lines = [{"sku": "MUG-1", "total": "100.00", "tax_class": "zero-rate"}]
    way = [{"method_id": "flat", "total": "10.00"}]
    order = client.post("orders", {"line_items": lines, "shipping_lines": way})
    assert money_of(order) == ("110.00", "0.00", "0.00")


def test_shipping_of_a_fixed_class_is_taxed_although_the_lines_are_not(make_client: Callable[..., Client]) -> None:
    client = make_client(shipping_tax_class="")
    lines = [{"sku": "MUG-1", "total": "100.00", "tax_class": "zero-rate"}]
    way = [{"method_id": "flat", "total": "10.00"}]
    order = client.post("orders", {"line_items": lines, "shipping_lines": way})
    assert money_of(order) == ("112.10", "0.00", "2.10")


def test_a_negative_fee_is_taxed_whatever_its_status(client: Client) -> None:
    fee = [{"name": "Commission", "total": "-10.00", "tax_status": "none"}]
    order = client.post("orders", body(fee_lines=fee))
    assert (order["fee_lines"][0]["total_tax"], order["total"]) == ("-2.10", "108.90")


def test_a_negative_fee_is_cut_at_the_total(client: Client) -> None:
    order = client.post("orders", body("5.00", fee_lines=[{"name": "Commission", "total": "-50.00"}]))
    assert (order["fee_lines"][0]["total"], order["total"]) == ("-5.00", "0.00")


def test_a_positive_fee_without_tax_corrects_a_cent(client: Client) -> None:
    fee = [{"name": "Rounding", "total": "0.01", "tax_status": "none"}]
    assert client.post("orders", body(fee_lines=fee))["total"] == "121.01"


def test_taxes_are_not_recomputed_by_a_change_of_status(client: Client) -> None:
    order = client.post("orders", body())
    client.control("settings", {"calc_taxes": False})
    assert client.put(f"orders/{order['id']}", {"status": "processing"})["total"] == "121.00"
    assert client.put(f"orders/{order['id']}", {"shipping": VIENNA})["total"] == "100.00"


def test_dp_asks_for_more_decimals(client: Client) -> None:
    order = client.post("orders", body("33.3333"))
    assert order["line_items"][0]["total"] == "33.33"
    assert client.get(f"orders/{order['id']}?dp=4")["line_items"][0]["total"] == "33.3333"


def test_read_only_totals_are_ignored(client: Client) -> None:
    order = client.post("orders", body(total_tax="1.00") | {"number": "X", "total": "1.00"})
    assert (order["total"], order["number"]) == ("121.00", str(order["id"]))


def test_lines_without_money_cost_the_catalogue_price(client: Client) -> None:
    line = client.post("orders", {"line_items": [{"sku": "MUG-1", "quantity": 3}]})["line_items"][0]
    assert (line["total"], line["total_tax"]) == ("30.00", "6.30")


def test_a_subtotal_below_the_total_is_raised(client: Client) -> None:
    lines = [{"sku": "MUG-1", "subtotal": "1.00", "total": "9.00"}]
    assert client.post("orders", {"line_items": lines})["line_items"][0]["subtotal"] == "9.00"


@pytest.mark.parametrize(("sent", "kept"), [("9,50", "950"), ("abc", ""), ("12.5", "12.5"), ("", "")])
def test_prices_are_read_as_observed(sent: str, kept: str) -> None:
    assert decimal_text(sent) == kept


@pytest.mark.parametrize(("value", "including", "excluding"), [("0.125", "0.12", "0.13"), ("0.126", "0.13", "0.13")])
def test_half_a_cent_of_tax_goes_down_where_prices_include_it(value: str, including: str, excluding: str) -> None:
    cent = Decimal("0.01")
    assert rounded_tax(Decimal(value), cent, prices_include_tax=True) == Decimal(including)
    assert rounded_tax(Decimal(value), cent, prices_include_tax=False) == Decimal(excluding)


def test_printed_money_and_noisy_prices() -> None:
    assert money(Decimal("-0.001"), 2) == "0.00"
    assert noisy(Decimal("30.991736"), 3) == 10.330578666666666
    assert repr(noisy(Decimal(30), 3)) == "10"
