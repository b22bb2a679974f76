"""Prices of single pieces, exact to the cent, and every tax with a rate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mirakl_sync.errors import Refused
from mirakl_sync.money import Money, smallest_unit
from mirakl_sync.platforms.shopify.amounts import check, shares, tax_lines, told_taxes
from mirakl_sync.records.shop import DraftTax
from tests.platforms.drafts import any_draft, draft

VAT = DraftTax("VAT", Decimal("1.74"), Decimal(21))


@pytest.mark.parametrize(
    ("gross", "quantity", "currency", "expected"),
    [
        ("30.00", 3, "EUR", [(3, "10.00")]),
        ("10.00", 3, "EUR", [(2, "3.33"), (1, "3.34")]),
        ("0.02", 3, "EUR", [(1, "0.00"), (2, "0.01")]),
        ("0", 2, "EUR", [(2, "0.00")]),
        ("100", 3, "JPY", [(2, "33"), (1, "34")]),
        ("1.000", 3, "KWD", [(2, "0.333"), (1, "0.334")]),
    ],
)
def test_pieces_that_do_not_divide_have_two_prices_a_cent_apart(gross, quantity, currency, expected):
    found = shares(Decimal(gross), quantity, (), currency)
    assert [(share.quantity, str(share.price)) for share in found] == expected


@pytest.mark.parametrize("seed", range(60))
def test_prices_and_taxes_add_up_to_what_was_sold(seed):
    for line in any_draft(seed).lines:
        found = shares(line.gross, line.quantity, line.taxes, "EUR")
        assert sum(share.gross for share in found) == line.gross
        assert sum(share.quantity for share in found) == line.quantity
        assert sum(tax.amount for share in found for tax in share.taxes) == sum(tax.amount for tax in line.taxes)
        assert all(tax.amount % smallest_unit("EUR") == 0 for share in found for tax in share.taxes)


def test_a_tax_without_a_rate_gets_the_one_its_amount_makes():
    (told,) = tax_lines([DraftTax("VAT", Decimal("1.74"))], Decimal("10.04"), "EUR", liable=True)
    assert told == {
        "title": "VAT",
        "rate": "0.2096",
        "channelLiable": True,
        "priceSet": {"shopMoney": {"amount": "1.74", "currencyCode": "EUR"}},
    }


def test_a_told_rate_is_told_on_as_a_fraction():
    assert tax_lines([VAT], Decimal("10.04"), "EUR", liable=False)[0]["rate"] == "0.21"


def test_a_sum_of_taxes_without_names_is_one_tax():
    assert told_taxes((), Decimal("0.85")) == (DraftTax("Tax", Decimal("0.85")),)
    assert told_taxes((VAT,), Decimal("1.74")) == (VAT,)
    assert told_taxes((), Decimal(0)) == ()


@pytest.mark.parametrize(
    "lame",
    [
        draft(total=Money(Decimal("1.00"), "EUR")),
        draft(currency="USD"),
        draft(shipping="4.905"),
        draft(shipping="-1.00"),
    ],
)
def test_amounts_that_cannot_be_exact_are_refused_before_anything_is_sent(lame):
    with pytest.raises(Refused) as refusal:
        check(lame)
    assert refusal.value.code == "total_differs"


def test_a_draft_that_adds_up_passes():
    wanted = draft()
    check(wanted)
    check(replace(wanted, lines=wanted.lines))
