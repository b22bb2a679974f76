"""Orders as no contract allows them, for readers that must survive them. Applied to what OR11 delivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Shown = dict[str, Any]


def _without(field: str) -> Callable[[Shown], None]:
    def spoil(order: Shown) -> None:
        order.pop(field, None)

    return spoil


def _with(field: str, value: Any) -> Callable[[Shown], None]:
    def spoil(order: Shown) -> None:
        order[field] = value

    return spoil


def _in_first_line(field: str, value: Any) -> Callable[[Shown], None]:
    def spoil(order: Shown) -> None:
        order["order_lines"][0][field] = value

    return spoil


BREAKAGES: dict[str, Callable[[Shown], None]] = {
    "no_order_id": _without("order_id"),
    "null_order_id": _with("order_id", None),
    "no_state": _without("order_state"),
    "unknown_state": _with("order_state", "WAITING_FOR_THE_TIDE"),
    "null_lines": _with("order_lines", None),
    "no_lines": _without("order_lines"),
    "price_text": _with("total_price", "twelve euros"),
    "quantity_text": _in_first_line("quantity", "two"),
    "null_line_id": _in_first_line("order_line_id", None),
    "null_sku": _in_first_line("offer_sku", None),
    "bad_date": _with("created_date", "yesterday"),
    "null_customer": _with("customer", None),
    "null_currency": _with("currency_iso_code", None),
}
