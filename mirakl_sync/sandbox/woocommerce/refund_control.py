"""Staff give money back, by remote control, as they do with the button in the shop's admin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.shop_control import order_in
from mirakl_sync.sandbox.woocommerce.amounts import amount
from mirakl_sync.sandbox.woocommerce.errors import RestError
from mirakl_sync.sandbox.woocommerce.model import LineItem, Order, ShippingLine
from mirakl_sync.sandbox.woocommerce.refunds import create_refund
from mirakl_sync.sandbox.woocommerce.shipping_control import line_of
from mirakl_sync.sandbox.woocommerce.shop import Shop


def mount_refunds(control: Blueprint, shop: Shop) -> None:
    """`POST orders/<id>/refund`."""

    @control.post("/orders/<int:number>/refund")
    def refund(number: int) -> dict[str, Any]:
        """{"items": [{"line_id", "quantity", "amount"}], "shipping", "reason", "restock"}, amounts with tax.

        `line_id` is the shop's own or the marketplace's. Without items and shipping `amount` is given back for nothing
        in particular.
        """
        sent = control_json()
        with shop.lock:
            order = order_in(shop.store.orders.rows, number)
            try:
                made = create_refund(shop, order, _wanted(shop, order, sent))
            except RestError as refused:
                raise BadRequest(str(refused.body())) from refused
            return {"id": made.id, "amount": str(made.amount)}


def _wanted(shop: Shop, order: Order, sent: dict[str, Any]) -> dict[str, Any]:
    items = sent.get("items", [])
    entries = [_entry(line_of(shop, order, item), item["amount"], item.get("quantity", 0)) for item in items]
    shipping = Decimal(str(sent.get("shipping") or 0))
    if shipping and order.shipping_lines:
        entries.append(_entry(order.shipping_lines[0], shipping, 0))
    whole = sum((Decimal(str(item["amount"])) for item in items), shipping)
    return {
        "amount": str(sent.get("amount") or whole),
        "reason": str(sent.get("reason") or ""),
        "line_items": entries,
        "api_refund": False,
        "api_restock": bool(sent.get("restock", False)),
    }


def _entry(line: LineItem | ShippingLine, gross: Any, quantity: Any) -> dict[str, Any]:
    """Net and taxes of a gross amount, in the shares the line itself has them."""
    asked, whole = Decimal(str(gross)), line.total + sum(line.taxes.values(), Decimal(0))
    share = asked / whole if whole else Decimal(0)
    taxes = {rate: amount(f"{tax * share:.2f}") for rate, tax in line.taxes.items()}
    net = asked - sum(taxes.values(), Decimal(0))
    told = [{"id": rate, "refund_total": str(tax)} for rate, tax in taxes.items()]
    return {"id": line.id, "quantity": int(quantity), "refund_total": str(net), "refund_tax": told}
