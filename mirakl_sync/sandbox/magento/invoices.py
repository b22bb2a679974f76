"""POST /V1/order/{id}/invoice: books what was paid and opens the way to credit memos (reference 5.6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.magento.documents import Pieces, add, chosen, comments, header, share
from mirakl_sync.sandbox.magento.errors import internal, validation
from mirakl_sync.sandbox.magento.model import Document, Order, Row
from mirakl_sync.sandbox.magento.order_states import check_payment, follow
from mirakl_sync.sandbox.magento.quantities import can_invoice, to_invoice
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO

NOT_READY = {"payment_review", "holded", "canceled", "complete", "closed"}
PAID = 2
LINE_AMOUNTS = ("row_total", "tax_amount", "discount_amount", "discount_tax_compensation_amount")


def invoice(shop: Shop, order: Order, given: dict[str, Any]) -> Document:
    """An invoice over the named lines, or over all that is left. Offline payments count as paid at once."""
    if order.row.get("store_id") is None:
        raise internal()
    pieces = _checked(order, given)
    check_payment(shop, order)
    before = dict(order.row)
    row = header(shop, order, "invoice")
    lines = [_line(shop, row, item, quantity) for item, quantity in pieces]
    row |= {"state": PAID, "total_qty": sum((quantity for _, quantity in pieces), ZERO)}
    first = not shop.store.invoices.by("order_id", order.id)
    for prefix in ("", "base_"):
        row |= _totals(order.row, lines, prefix, with_shipping=first)
    for item, quantity in pieces:
        _book_line(shop, item, quantity)
    _book(order, row)
    document = Document(row["entity_id"], row, lines, comments(shop, given.get("comment"), row["entity_id"], "invoice"))
    shop.store.invoices.save(document.id, document)
    follow(order)
    shop.save_order(order, before)
    if given.get("notify"):
        shop.send_mail("invoice", order)
    shop.announce("sales.invoice.created", document.id)
    shop.announce("sales.invoice.paid", document.id)
    if not order.row.get("total_due"):
        shop.announce("sales.order.paid", order.id)
    return document


def _checked(order: Order, given: dict[str, Any]) -> Pieces:
    pieces, strange = chosen(order, given.get("items"), to_invoice)
    messages = [
        f'The invoice contains one or more items that are not part of the original order: "{i}"' for i in strange
    ]
    words = 'The quantity to invoice must not be greater than the uninvoiced quantity for product SKU "{}".'
    messages += [words.format(item.get("sku")) for item, quantity in pieces if quantity > to_invoice(item)]
    if not any(quantity > 0 for _, quantity in pieces):
        messages.append("The invoice can't be created without products. Add products and try again.")
    if order.state in NOT_READY:
        messages.append(f"An invoice cannot be created when an order has a status of {order.row.get('status')}")
    elif not can_invoice(order):
        messages.append("The order does not allow an invoice to be created.")
    if messages:
        raise validation("Invoice", messages)
    return pieces


def _line(shop: Shop, row: Row, item: Row, quantity: Decimal) -> Row:
    line = {
        "entity_id": shop.store.numbers.next("invoice item"),
        "parent_id": row["entity_id"],
        "order_item_id": item["item_id"],
        "qty": quantity,
    }
    for name in ("sku", "name", "product_id", "price", "base_price", "price_incl_tax", "base_price_incl_tax"):
        if name in item:
            line[name] = item[name]
    amounts = (*LINE_AMOUNTS, "row_total_incl_tax")
    return line | {f"{p}{name}": share(item, f"{p}{name}", quantity) for p in ("", "base_") for name in amounts}


def _totals(order: Row, lines: list[Row], prefix: str, *, with_shipping: bool) -> Row:
    def total(name: str) -> Decimal:
        return sum((line[f"{prefix}{name}"] for line in lines), ZERO)

    def own(name: str) -> Decimal:
        return (order.get(f"{prefix}{name}") or ZERO) if with_shipping else ZERO

    tax = total("tax_amount") + own("shipping_tax_amount")
    grand = total("row_total") + tax + own("shipping_amount") - total("discount_amount")
    return {
        f"{prefix}subtotal": total("row_total"),
        f"{prefix}subtotal_incl_tax": total("row_total_incl_tax"),
        f"{prefix}tax_amount": tax,
        f"{prefix}shipping_amount": own("shipping_amount"),
        f"{prefix}shipping_incl_tax": own("shipping_incl_tax"),
        f"{prefix}shipping_tax_amount": own("shipping_tax_amount"),
        f"{prefix}discount_amount": -total("discount_amount"),
        f"{prefix}discount_tax_compensation_amount": total("discount_tax_compensation_amount"),
        f"{prefix}grand_total": grand,
    }


def _book_line(shop: Shop, item: Row, quantity: Decimal) -> None:
    for prefix in ("", "base_"):
        add(
            item,
            {
                f"{prefix}row_invoiced": share(item, f"{prefix}row_total", quantity),
                f"{prefix}tax_invoiced": share(item, f"{prefix}tax_amount", quantity),
                f"{prefix}discount_invoiced": share(item, f"{prefix}discount_amount", quantity),
                f"{prefix}discount_tax_compensation_invoiced": share(
                    item, f"{prefix}discount_tax_compensation_amount", quantity
                ),
            },
        )
    add(item, {"qty_invoiced": quantity})
    item |= {"weee_tax_applied": "[]", "updated_at": shop.now()}


def _book(order: Order, row: Row) -> None:
    """The order's own sums, and the payment's."""
    head, payment = order.row, order.payment or {}
    for prefix in ("", "base_"):
        grand = row[f"{prefix}grand_total"]
        add(
            head,
            {
                f"{prefix}subtotal_invoiced": row[f"{prefix}subtotal"],
                f"{prefix}tax_invoiced": row[f"{prefix}tax_amount"],
                f"{prefix}shipping_invoiced": row[f"{prefix}shipping_amount"],
                f"{prefix}discount_invoiced": row[f"{prefix}discount_amount"],
                f"{prefix}discount_tax_compensation_invoiced": row[f"{prefix}discount_tax_compensation_amount"],
                f"{prefix}total_invoiced": grand,
                f"{prefix}total_paid": grand,
            },
        )
        head[f"{prefix}total_due"] = (head.get(f"{prefix}grand_total") or ZERO) - head[f"{prefix}total_paid"]
        add(payment, {f"{prefix}amount_paid": grand, f"{prefix}shipping_captured": row[f"{prefix}shipping_amount"]})
    head.setdefault("base_total_invoiced_cost", ZERO)
