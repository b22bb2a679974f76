"""Native order editing: a session collects changes, the commit applies them. Lines are never deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import sending, states, stock, totals
from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.model import (
    Agreement,
    App,
    Attributes,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Line,
    Order,
    Refund,
    RefundLine,
    Tax,
)
from mirakl_sync.sandbox.shopify.placing_checks import Refused

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop


@dataclass
class Added:
    """A variant that is not on the order yet."""

    id: int
    variant: Variant
    quantity: int
    attributes: Attributes = field(default_factory=list)


@dataclass
class Session:
    """An edit under way: `quantities` are the new current quantities by line, `restock` whether pieces come back."""

    id: int
    order_id: int
    app: App | None
    quantities: dict[int, int] = field(default_factory=dict)
    restock: dict[int, bool] = field(default_factory=dict)
    added: list[Added] = field(default_factory=list)
    committed: bool = False

    def quantity(self, line: Line) -> int:
        return self.quantities.get(line.id, line.current)


def begin(shop: Shop, order: Order, app: App | None) -> Session:
    problem = states.why_not_editable(order)
    if problem:
        raise Refused(None, problem, ["id"])
    session = Session(shop.number("CalculatedOrder"), order.id, app)
    shop.edits[session.id] = session
    return session


def set_quantity(order: Order, session: Session, line: Line, quantity: int, *, restock: bool) -> None:
    """The line shall have so many pieces; what is sent already cannot be taken back."""
    if quantity < states.fulfilled_pieces(order, line):
        raise Refused(None, "Quantity cannot be less than the fulfilled quantity", ["quantity"])
    session.quantities[line.id] = quantity
    session.restock[line.id] = restock


def add(
    shop: Shop, order: Order, session: Session, variant: Variant, quantity: int, *, allow_duplicates: bool
) -> Added:
    if quantity < 1:
        raise Refused(None, "Quantity must be greater than 0", ["quantity"])
    there = any(line.variant_id == variant.id and session.quantity(line) for line in order.lines)
    there = there or any(each.variant is variant for each in session.added)
    if there and not allow_duplicates:
        raise Refused(None, "Variant is already in the order", ["variantId"])
    row = Added(shop.number("CalculatedLineItem"), variant, quantity)
    session.added.append(row)
    return row


def commit(shop: Shop, order: Order, session: Session, *, notify: bool, note: str | None) -> dict[str, Any]:
    """Apply the changes; answers them as the webhook tells them: lines and differences."""
    additions: list[dict[str, int]] = []
    removals: list[dict[str, int]] = []
    refund = Refund(shop.number("Refund"), order.id, shop.now(), note or "")
    for line in list(order.lines):
        difference = session.quantity(line) - line.current
        if difference > 0:
            _more(shop, order, line, difference)
            additions.append({"id": line.id, "delta": difference})
        elif difference < 0:
            refund.lines.append(_less(shop, order, line, -difference, restock=session.restock.get(line.id, False)))
            removals.append({"id": line.id, "delta": -difference})
    for each in session.added:
        row = _new_line(shop, order, each)
        additions.append({"id": row.id, "delta": row.quantity})
    if refund.lines:
        order.refunds.append(refund)
    session.committed, order.edited = True, True
    order.agreements.append(Agreement(shop.number("SalesAgreement"), "edit", shop.now(), session.app))
    order.history.append(("edited", shop.now()))
    shop.save(order)
    changes = {"additions": additions, "removals": removals}
    shop.announce_edit(order, session, changes, notify=notify, note=note)
    if refund.lines:
        shop.announce_refund(order, refund)
    if notify:
        shop.mail("order_edited", order)
    return changes


def _more(shop: Shop, order: Order, line: Line, pieces: int) -> None:
    for tax in line.taxes:
        tax.amount = totals.rounded(tax.amount * (line.quantity + pieces) / line.quantity, order.currency)
    line.quantity += pieces
    _to_send(shop, order, line, pieces)
    stock.claim(shop, order, line, pieces, "edit")


def _less(shop: Shop, order: Order, line: Line, pieces: int, *, restock: bool) -> RefundLine:
    """Removed pieces are a refund line without money."""
    tax = totals.share(line, line.tax, pieces, order.currency)
    line.removed += pieces
    if restock:
        stock.release(shop, order, line, pieces, "edit")
    else:
        stock.uncommit(shop, order, line, pieces)
    sending.withdraw(shop, order, line.id, pieces)
    kind = "CANCEL" if restock else "NO_RESTOCK"
    return RefundLine(shop.number("RefundLineItem"), line, pieces, kind, line.price * pieces, tax)


def _new_line(shop: Shop, order: Order, added: Added) -> Line:
    """An added variant gets a line id of its own and the shop's price, taxed as the other lines are."""
    variant = added.variant
    line = Line(
        shop.number("LineItem"),
        variant.product.title,
        added.quantity,
        variant.price,
        sku=variant.sku,
        variant_id=variant.id,
        variant_title=variant.title,
        product_id=variant.product.id,
        vendor=variant.product.vendor,
        attributes=added.attributes,
        requires_shipping=variant.requires_shipping,
        added=True,
    )
    model = next((each for each in order.lines if each.taxes), None)
    line.taxes = [_like(order, line, tax) for tax in model.taxes] if model else []
    order.lines.append(line)
    _to_send(shop, order, line, line.quantity)
    stock.claim(shop, order, line, line.quantity, "edit")
    return line


def _like(order: Order, line: Line, tax: Tax) -> Tax:
    price = line.price * line.quantity
    amount = totals.tax_inside(price, [tax.rate], tax.rate) if order.taxes_included else price * tax.rate
    return Tax(tax.title, tax.rate, totals.rounded(amount, order.currency), tax.channel_liable)


def _to_send(shop: Shop, order: Order, line: Line, pieces: int) -> None:
    unit = next(iter(states.open_units(order)), None)
    if unit is None:
        unit = FulfillmentOrder(shop.number("FulfillmentOrder"), order.id, shop.locations[0].id, shop.now(), shop.now())
        order.fulfillment_orders.append(unit)
    known = next((each for each in unit.lines if each.line is line), None)
    if known:
        known.total += pieces
        known.remaining += pieces
    else:
        unit.lines.append(FulfillmentOrderLine(shop.number("FulfillmentOrderLineItem"), line, pieces, pieces))


def calculated_total(order: Order, session: Session) -> Decimal:
    """What the order would come to."""
    kept = sum((line.price * session.quantity(line) for line in order.lines), Decimal(0))
    return kept + sum((each.variant.price * each.quantity for each in session.added), totals.shipping(order))
