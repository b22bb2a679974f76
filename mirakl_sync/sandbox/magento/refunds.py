"""POST /V1/order/{id}/refund: money back, offline (reference 8).

Not named amounts are not nothing: without `items` everything is refunded, without `shipping_amount` all shipping.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.magento.documents import Pieces, add, chosen, comments, header, share
from mirakl_sync.sandbox.magento.errors import refused, validation
from mirakl_sync.sandbox.magento.model import COMPOSITES, Document, Order, Row
from mirakl_sync.sandbox.magento.order_states import follow
from mirakl_sync.sandbox.magento.quantities import can_refund, to_refund
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import PLACES, ZERO, number

NOT_READY = {"payment_review", "holded", "canceled", "closed"}
REFUNDED = 2
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
LINE_AMOUNTS = ("row_total", "row_total_incl_tax", "tax_amount", "discount_amount", "discount_tax_compensation_amount")
NO_QUANTITY = 'We found an invalid quantity to refund item "%1".'


def refund(shop: Shop, order: Order, given: dict[str, Any], invoice_id: int | None = None) -> Document:
    """A credit memo over the named lines and amounts."""
    arguments = given.get("arguments") or {}
    pieces = _checked(order, given)
    before = dict(order.row)
    lines = [_line(item, quantity) for item, quantity in pieces]
    amounts = _totals(order.row, lines, arguments)
    _refuse_wrong_sum(order.row, amounts)
    row = header(shop, order, "creditmemo")
    row |= {"state": REFUNDED, **amounts, **({"invoice_id": invoice_id} if invoice_id else {})}
    for line in lines:
        line |= {"entity_id": shop.store.numbers.next("creditmemo item"), "parent_id": row["entity_id"]}
    notes = comments(shop, given.get("comment"), row["entity_id"], "creditmemo")
    memo = Document(row["entity_id"], row, lines, notes)
    shop.store.creditmemos.save(memo.id, memo)
    extension = arguments.get("extension_attributes") or {}
    back = {int(one) for one in extension.get("return_to_stock_items") or ()}
    for item, quantity in pieces:
        _give_back(shop, order, item, quantity, to_stock=item["item_id"] in back)
        _book_line(shop, item, quantity)
    _book(order, row)
    order.row["customer_note_notify"] = int(bool(given.get("notify")))
    follow(order)
    _note(shop, order, row["grand_total"])
    shop.save_order(order, before)
    if given.get("notify"):
        shop.send_mail("creditmemo", order)
    shop.announce("sales.creditmemo.created", memo.id)
    return memo


def _checked(order: Order, given: dict[str, Any]) -> Pieces:
    pieces, strange = chosen(order, given.get("items"), to_refund)
    for item, quantity in pieces:
        if quantity > to_refund(item) and can_refund(order):
            raise refused(NO_QUANTITY, item.get("name") or item.get("sku"))
    messages = [
        f'The creditmemo contains product item "{one}" that is not part of the original order.' for one in strange
    ]
    if order.state in NOT_READY:
        messages.append(f"A creditmemo can not be created when an order has a status of {order.row.get('status')}")
    elif not can_refund(order):
        messages.append("The order does not allow a creditmemo to be created.")
    if messages:
        raise validation("Creditmemo", messages)
    return [(item, quantity) for item, quantity in pieces if quantity > 0]


def _line(item: Row, quantity: Decimal) -> Row:
    line = {"order_item_id": item["item_id"], "qty": quantity}
    for name in ("sku", "name", "product_id", "price", "base_price", "price_incl_tax", "base_price_incl_tax"):
        if name in item:
            line[name] = item[name]
    return line | {f"{p}{name}": share(item, f"{p}{name}", quantity) for p in ("", "base_") for name in LINE_AMOUNTS}


def _totals(order: Row, lines: list[Row], arguments: Row) -> Row:
    """Both the order's currency and the base's; arguments are in the base currency, which is the same here."""
    totals: Row = {}
    more, less = number(arguments.get("adjustment_positive")), number(arguments.get("adjustment_negative"))
    for prefix in ("", "base_"):
        left = (order.get(f"{prefix}shipping_invoiced") or ZERO) - (order.get(f"{prefix}shipping_refunded") or ZERO)
        wanted = arguments.get("shipping_amount")
        shipping = left if wanted is None else number(wanted)
        if shipping > left:
            raise refused("Maximum shipping amount allowed to refund is: %1", _told(left))
        net = order.get(f"{prefix}shipping_amount") or ZERO
        part = shipping / net if net else ZERO
        shipping_tax = ((order.get(f"{prefix}shipping_tax_amount") or ZERO) * part).quantize(PLACES)
        sums = {name: sum((line[f"{prefix}{name}"] for line in lines), ZERO) for name in LINE_AMOUNTS}
        tax = sums["tax_amount"] + shipping_tax
        totals |= {
            f"{prefix}subtotal": sums["row_total"],
            f"{prefix}subtotal_incl_tax": sums["row_total_incl_tax"],
            f"{prefix}tax_amount": tax,
            f"{prefix}discount_amount": -sums["discount_amount"],
            f"{prefix}discount_tax_compensation_amount": sums["discount_tax_compensation_amount"],
            f"{prefix}shipping_amount": shipping,
            f"{prefix}shipping_tax_amount": shipping_tax,
            f"{prefix}shipping_incl_tax": shipping + shipping_tax,
            f"{prefix}adjustment_positive": more,
            f"{prefix}adjustment_negative": less,
            f"{prefix}adjustment": more - less,
            f"{prefix}grand_total": sums["row_total"] - sums["discount_amount"] + tax + shipping + more - less,
        }
    return totals


def _refuse_wrong_sum(order: Row, amounts: Row) -> None:
    grand = amounts["grand_total"]
    left = (order.get("total_paid") or ZERO) - (order.get("total_refunded") or ZERO)
    if grand <= 0:
        raise validation("Creditmemo", ["The credit memo's total must be positive."])
    if grand > left + Decimal("0.0001"):
        raise refused("The most money available to refund is %1.", _told(left))


def _give_back(shop: Shop, order: Order, item: Row, quantity: Decimal, *, to_stock: bool) -> None:
    """Pieces that were shipped go back to the warehouse when asked; promised ones are promised no more."""
    product = shop.store.product(item.get("sku", ""))
    if product is None or not product.manage_stock or product.type_id in COMPOSITES:
        return
    waiting = max(item["qty_ordered"] - item["qty_canceled"] - max(item["qty_shipped"], item["qty_refunded"]), ZERO)
    unsent = min(quantity, waiting)
    source = shop.source_of(order)
    there = shop.ledger.source_item(product.sku, source)
    lies = there.quantity if there else ZERO
    back = (quantity - unsent) if to_stock else -unsent
    with shop.moving(product.sku, "refund", order.id):
        if unsent:
            shop.ledger.reserve(product.sku, shop.stock(), unsent, order.id)
        if back:
            shop.ledger.put(product.sku, source, lies + back)


def _book_line(shop: Shop, item: Row, quantity: Decimal) -> None:
    for prefix in ("", "base_"):
        add(
            item,
            {
                f"{prefix}amount_refunded": share(item, f"{prefix}row_total", quantity),
                f"{prefix}tax_refunded": share(item, f"{prefix}tax_amount", quantity),
                f"{prefix}discount_refunded": share(item, f"{prefix}discount_amount", quantity),
                f"{prefix}discount_tax_compensation_refunded": share(
                    item, f"{prefix}discount_tax_compensation_amount", quantity
                ),
            },
        )
    add(item, {"qty_refunded": quantity})
    item["updated_at"] = shop.now()


def _book(order: Order, row: Row) -> None:
    """The order's own sums, and the payment's."""
    for prefix in ("", "base_"):
        amounts = {name: row[f"{prefix}{name}"] for name in ("subtotal", "tax_amount", "shipping_amount")}
        grand = row[f"{prefix}grand_total"]
        add(
            order.row,
            {
                f"{prefix}subtotal_refunded": amounts["subtotal"],
                f"{prefix}tax_refunded": amounts["tax_amount"],
                f"{prefix}discount_refunded": row[f"{prefix}discount_amount"],
                f"{prefix}discount_tax_compensation_refunded": row[f"{prefix}discount_tax_compensation_amount"],
                f"{prefix}shipping_refunded": amounts["shipping_amount"],
                f"{prefix}shipping_tax_refunded": row[f"{prefix}shipping_tax_amount"],
                f"{prefix}adjustment_positive": row[f"{prefix}adjustment_positive"],
                f"{prefix}adjustment_negative": row[f"{prefix}adjustment_negative"],
                f"{prefix}total_offline_refunded": grand,
                f"{prefix}total_refunded": grand,
            },
        )
        if order.payment is not None:
            refunded = {f"{prefix}amount_refunded": grand, f"{prefix}shipping_refunded": amounts["shipping_amount"]}
            add(order.payment, refunded)


def _note(shop: Shop, order: Order, grand: Decimal) -> None:
    symbol = SYMBOLS.get(order.row.get("order_currency_code", ""), f"{order.row.get('order_currency_code', '')} ")
    words = f"We refunded {symbol}{_told(grand)} offline."
    shop.add_history(order, {"comment": words, "status": order.row.get("status"), "entity_name": "creditmemo"})


def _told(amount: Decimal) -> str:
    return f"{amount:.2f}"
