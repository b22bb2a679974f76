"""Money as WooCommerce stores and prints it: six decimals inside, the shop's decimals outside."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

INSIDE = Decimal("0.000001")
"""WC_ROUNDING_PRECISION: what the server keeps before it prints."""
ZERO = Decimal(0)
NOT_A_NUMBER = re.compile(r"[^0-9.\-]")


def decimal_text(value: Any) -> str:
    """`wc_format_decimal`: "9,50" silently becomes "950" and "abc" becomes "" (observed, reference 99.12)."""
    text = NOT_A_NUMBER.sub("", str(value))
    try:
        Decimal(text)
    except InvalidOperation:
        return ""
    return text


def amount(value: Any) -> Decimal:
    """The number behind a money field; what is no number counts as zero, as in PHP."""
    return Decimal(decimal_text(value) or 0)


def inside(value: Decimal) -> Decimal:
    return value.quantize(INSIDE, ROUND_HALF_UP)


def rounded(value: Decimal, cent: Decimal) -> Decimal:
    return value.quantize(cent, ROUND_HALF_UP)


def rounded_tax(value: Decimal, cent: Decimal, *, prices_include_tax: bool) -> Decimal:
    """`wc_round_tax_total`: half a cent goes down where prices include tax, up where they do not."""
    return value.quantize(cent, ROUND_HALF_DOWN if prices_include_tax else ROUND_HALF_UP)


def money(value: Decimal, places: int) -> str:
    """Fixed decimals, half away from zero; never "-0.00"."""
    text = str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def noisy(total: Decimal, quantity: int) -> int | float:
    """The `price` of an order line: a float with its noise, an integer where PHP divides evenly (reference 99.12)."""
    if not quantity:
        return 0
    price = float(total) / quantity
    return int(price) if price.is_integer() else price
