"""Order drafts for the platform tests: gross amounts with their VAT, the way a marketplace sells."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mirakl_sync.money import Money
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import (
    Commission,
    CommissionShape,
    DraftCustomer,
    DraftLine,
    DraftShipping,
    DraftTax,
    OrderDraft,
    OrderReference,
)

CENT = Decimal("0.01")
MADRID = Address("Ana", "Prueba", "", "Calle 1", "2 B", "28001", "Madrid", "M", "ES", "Spain", "+34600000000")
WIEN = Address("Eva", "Muster", "", "Weg 1", "", "1010", "Wien", "", "AT", "Austria", "+4312345")
NUMBERS = itertools.count(1)


def line(number: int, sku: str, gross: str | Decimal, rate: str | None = "21", quantity: int = 1) -> DraftLine:
    """A line of ``gross`` that holds ``rate`` percent of VAT; None is a tax the marketplace does not tell."""
    gross = Decimal(gross)
    if rate is None:
        return DraftLine(f"L{number}", sku, f"Article {sku}", quantity, gross, Decimal(0))
    tax = vat(gross, rate)
    return DraftLine(f"L{number}", sku, f"Article {sku}", quantity, gross, tax, (DraftTax("VAT", tax, Decimal(rate)),))


def vat(gross: Decimal, rate: str) -> Decimal:
    """The VAT in a gross amount, in whole cents."""
    return (gross - gross / (1 + Decimal(rate) / 100)).quantize(CENT, ROUND_HALF_UP)


def draft(*lines: DraftLine, shipping: str = "4.90", commission: str = "2.50", **more: Any) -> OrderDraft:
    """A draft of the lines (default: one of 19.95) whose total adds up, with an order number of its own."""
    lines = lines or (line(1, "MUG", "19.95"),)
    carriage = DraftShipping("Standard", Decimal(shipping), vat(Decimal(shipping), "21"))
    total = sum((each.gross for each in lines), carriage.gross)
    shape = more.pop("shape", CommissionShape.ATTRIBUTE)
    order_id = more.pop("order_id", f"MKP-{next(NUMBERS)}-A")
    made = OrderDraft(
        reference=OrderReference("nordmarkt", "2000", order_id),
        currency="EUR",
        created_at=datetime.now(UTC),
        lines=lines,
        shipping=carriage,
        total=Money(total, "EUR"),
        customer=DraftCustomer(generic=True, first_name="Ana", last_name="Prueba"),
        commission=Commission(shape, Money(Decimal(commission), "EUR")),
        marketplace_title="Nordmarkt",
        note="Accepted on Nordmarkt, commission 2.50 EUR.",
        attributes={"ship_by": "2026-11-23"},
    )
    return replace(made, **more)


def addressed(of: OrderDraft, address: Address = MADRID, email: str = "") -> OrderDraft:
    """The same order once the marketplace shows who bought; with ``email``, a buyer known by a relay address."""
    customer = DraftCustomer(generic=not email, first_name="Ana", last_name="Prueba", email=email)
    return replace(of, billing=address, shipping_address=address, customer=customer)


def any_draft(seed: int) -> OrderDraft:
    """One of many: 1 to 4 lines, several VAT rates, odd cents."""
    dice = random.Random(seed)
    lines = []
    for number in range(1, dice.randint(1, 4) + 1):
        sku, rate = dice.choice([("MUG", "21"), ("BOOK", "4"), ("TEE-S", "21"), ("FOOD", "10"), ("MUG", None)])
        gross = Decimal(dice.randint(1, 40000)) / 100
        lines.append(line(number, sku, gross, rate, dice.randint(1, 3)))
    return draft(*lines, shipping=str(Decimal(dice.choice([0, 1, 499, 495, 733])) / 100))
