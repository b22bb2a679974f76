"""The shop's order: to the cent what was sold, whatever the tax mode and whichever lines live."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.money import Money
from mirakl_sync.orders.draft import draft
from mirakl_sync.policy.model import Customer, OrderPolicy
from mirakl_sync.records.order import Address, Buyer, MarketplaceOrder, OrderLine, TaxAmount
from mirakl_sync.records.shop import CommissionShape, OrderDraft, OrderReference
from tests.rules.making import NOON

REFERENCE = OrderReference("acme", "2000", "O-1")


def euro(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "EUR")


def a_line(line_id: str = "1", price: str = "24.00", **values: Any) -> OrderLine:
    defaults = {
        "state": "SHIPPING",
        "sku": f"SKU-{line_id}",
        "quantity": 2,
        "unit_price": euro("12.00"),
        "shipping_price": euro("4.90"),
        "taxes": (TaxAmount("VAT", euro("4.00"), Decimal(20)),),
        "shipping_taxes": (TaxAmount("VAT", euro("0.82"), Decimal(20)),),
        "total_commission": euro("3.60"),
    }
    return OrderLine(line_id=line_id, price=euro(price), **(defaults | values))


def an_order(*lines: OrderLine, **values: Any) -> MarketplaceOrder:
    lines = lines or (a_line(),)
    defaults = {
        "state": "SHIPPING",
        "created_at": NOON,
        "updated_at": NOON,
        "currency": "EUR",
        "price": euro("24.00"),
        "shipping_price": euro("4.90"),
        "total_price": euro("28.90"),
        "tax_mode": "TAX_INCLUDED",
    }
    return MarketplaceOrder(order_id="O-1", lines=lines, **(defaults | values))


def drafted(order: MarketplaceOrder, policy: OrderPolicy | None = None, accepted: Any = None) -> OrderDraft:
    return draft(
        order,
        policy or OrderPolicy(),
        REFERENCE,
        marketplace_title="Acme",
        accepted_lines=[line.line_id for line in order.lines] if accepted is None else accepted,
        product_ids={"SKU-1": "17"},
        accept_by=NOON,
    )


class TestAmounts:
    def test_under_taxes_included_the_price_is_the_gross(self) -> None:
        made = drafted(an_order())
        assert (made.lines[0].gross, made.lines[0].tax) == (Decimal("24.00"), Decimal("4.00"))
        assert (made.shipping.gross, made.shipping.tax) == (Decimal("4.90"), Decimal("0.82"))
        assert made.total == euro("28.90")

    def test_under_taxes_excluded_they_are_added(self) -> None:
        made = drafted(an_order(tax_mode="TAX_EXCLUDED"))
        assert (made.lines[0].gross, made.shipping.gross, made.total) == (
            Decimal("28.00"),
            Decimal("5.72"),
            euro("33.72"),
        )

    def test_refused_and_cancelled_lines_are_left_out_of_every_sum(self) -> None:
        order = an_order(a_line("1"), a_line("2", "10.00"), a_line("3", state="CANCELED"))
        made = drafted(order, accepted=["1", "3"])
        assert [line.line_id for line in made.lines] == ["1"]
        assert (made.total, made.commission.amount) == (euro("28.90"), euro("3.60"))

    def test_taxes_of_one_code_and_rate_are_added_up(self) -> None:
        double = (TaxAmount("A", euro(1), Decimal(5)), TaxAmount("A", euro(2), Decimal(5)), TaxAmount("B", euro(4)))
        taxes = drafted(an_order(a_line(taxes=double))).lines[0].taxes
        assert [(tax.code, tax.amount, tax.rate) for tax in taxes] == [("A", 3, Decimal(5)), ("B", 4, None)]

    amounts = st.decimals(0, 5000, places=2)

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(st.tuples(*[amounts] * 5, st.booleans(), st.booleans()), min_size=1, max_size=5),
        st.sampled_from(["TAX_INCLUDED", "TAX_EXCLUDED"]),
    )
    def test_lines_and_shipping_are_the_total_to_the_cent(self, sold: list[Any], mode: str) -> None:
        lines = [
            a_line(
                str(number),
                price,
                shipping_price=euro(shipping),
                taxes=(TaxAmount("VAT", euro(tax)), TaxAmount("ECO", euro(more))),
                shipping_taxes=(TaxAmount("VAT", euro(more)), TaxAmount("VAT", euro(shipping))),
                total_commission=euro(fee),
                state="SHIPPING" if alive else "REFUSED",
            )
            for number, (price, shipping, tax, more, fee, alive, _) in enumerate(sold)
        ]
        order = an_order(*lines, tax_mode=mode)
        accepted = [line.line_id for line, each in zip(lines, sold, strict=True) if each[6]]
        made = drafted(order, accepted=accepted)
        assert sum((line.gross for line in made.lines), made.shipping.gross) == made.total.amount
        assert all(line.tax == sum(tax.amount for tax in line.taxes) for line in made.lines)
        assert made.shipping.tax == sum(tax.amount for tax in made.shipping.taxes)
        assert sum(line.commission for line in made.lines) == made.commission.amount.amount
        if len(accepted) == len(lines):
            assert made.total == order.gross()


class TestWords:
    def test_what_staff_and_finance_read(self) -> None:
        buyer = Buyer(notification_email="x@proxy.example")
        told = drafted(an_order(channel="FR", payment_workflow="PAY_ON_DELIVERY", buyer=buyer)).attributes
        assert told == {
            "marketplace": "Acme",
            "marketplace_order": "O-1",
            "marketplace_channel": "FR",
            "marketplace_gross": "28.90",
            "marketplace_commission": "3.60",
            "marketplace_net": "25.30",
            "marketplace_payment": "PAY_ON_DELIVERY",
            "marketplace_accept_by": "2026-03-02T12:00:00Z",
            "marketplace_notification_email": "x@proxy.example",
        }

    def test_no_commission_is_shown_where_none_is_wanted(self) -> None:
        made = drafted(an_order(), OrderPolicy(commission=CommissionShape.NONE))
        assert "marketplace_commission" not in made.attributes

    def test_the_note_says_it_in_a_sentence(self) -> None:
        assert drafted(an_order()).note.startswith(
            "Acme order O-1: sold for 28.90 EUR, commission 3.60 EUR, net 25.30 EUR."
        )


class TestPeople:
    def test_a_generic_customer_has_the_policys_address(self) -> None:
        order = an_order(buyer=Buyer(first_name="Ada", notification_email="x@proxy.example"))
        policy = OrderPolicy(generic_customer="market@manor.example")
        assert drafted(order, policy).customer.email == "market@manor.example"
        own = drafted(order, replace(policy, customer=Customer.PROXY_EMAIL)).customer
        assert (own.email, own.generic, own.first_name) == ("x@proxy.example", False, "Ada")

    def test_a_country_in_free_text_is_looked_up_in_the_policy(self) -> None:
        buyer = Buyer(shipping=Address(city="Lyon", country_label="Frankreich"))
        policy = OrderPolicy(countries={"Frankreich": "FR"})
        made = drafted(an_order(buyer=buyer), policy)
        assert made.shipping_address is not None
        assert (made.shipping_address.country_code, made.billing) == ("FR", made.shipping_address)

    def test_a_provisional_order_has_no_address(self) -> None:
        made = drafted(an_order())
        assert (made.billing, made.shipping_address) == (None, None)


@pytest.mark.parametrize(
    ("values", "paid"),
    [
        ({"payment_workflow": "PAY_ON_ACCEPTANCE"}, True),
        ({"payment_workflow": ""}, True),
        ({"payment_workflow": "PAY_ON_DUE_DATE"}, False),
        ({"payment_workflow": "PAY_ON_DUE_DATE", "debited_at": NOON}, True),
    ],
)
def test_paid_means_the_marketplace_has_the_money(values: dict[str, Any], paid: bool) -> None:
    assert drafted(an_order(**values)).paid is paid


def test_a_sale_without_any_tax_is_exempt_only_by_policy() -> None:
    free = an_order(a_line(taxes=(), shipping_taxes=()))
    exempt = OrderPolicy(tax_exempt_business=True)
    assert [drafted(free, exempt).tax_exempt, drafted(free).tax_exempt, drafted(an_order(), exempt).tax_exempt] == [
        True,
        False,
        False,
    ]


def test_product_ids_are_handed_on_where_known() -> None:
    assert [line.product_id for line in drafted(an_order(a_line("1"), a_line("2"))).lines] == ["17", ""]
