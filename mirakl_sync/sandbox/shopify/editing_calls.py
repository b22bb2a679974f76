"""Order editing by the API: begin, set a quantity, add a variant, commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import editing, states
from mirakl_sync.sandbox.shopify.editing import Added, Session
from mirakl_sync.sandbox.shopify.gids import gid, number_of
from mirakl_sync.sandbox.shopify.goods_views import VariantView
from mirakl_sync.sandbox.shopify.model import Line, Order
from mirakl_sync.sandbox.shopify.order_calls import NO_ORDER, order_of
from mirakl_sync.sandbox.shopify.order_views import OrderView
from mirakl_sync.sandbox.shopify.paging import Page, whole
from mirakl_sync.sandbox.shopify.placing_checks import Refused
from mirakl_sync.sandbox.shopify.small_views import attributes, bag

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
NO_SESSION = "The calculated order does not exist."


def begin(call: Call, id: str) -> Shown:
    """orderEditBegin."""
    order = order_of(call, id)
    try:
        if order is None:
            raise Refused(None, NO_ORDER, ["id"])
        session = editing.begin(call.shop, order, call.app)
    except Refused as refused:
        return {"calculatedOrder": None, "orderEditSession": None, "userErrors": _plain(refused)}
    return {**_state(call.shop, order, session), "userErrors": []}


def set_quantity(
    call: Call, id: str, line_item_id: str, quantity: int, restock: bool | None = None, location_id: str | None = None
) -> Shown:
    """orderEditSetQuantity: of a line of the order, or of one added in this session."""
    number = number_of(line_item_id, "CalculatedLineItem", "LineItem")
    try:
        order, session = _open(call, id)
        added = next((each for each in session.added if each.id == number), None)
        line = next((each for each in order.lines if each.id == number), None)
        if added is not None:
            added.quantity = quantity
            shown = _added_view(call.shop, order, added)
        elif line is not None:
            editing.set_quantity(order, session, line, quantity, restock=bool(restock))
            shown = _line_view(call.shop, order, session, line)
        else:
            raise Refused(None, "Line item does not exist", ["lineItemId"])
    except Refused as refused:
        return {"calculatedLineItem": None, "calculatedOrder": None, "userErrors": _plain(refused)}
    return {"calculatedLineItem": shown, **_state(call.shop, order, session), "userErrors": []}


def add_variant(
    call: Call,
    id: str,
    variant_id: str,
    quantity: int,
    allow_duplicates: bool = False,
    location_id: str | None = None,
) -> Shown:
    """orderEditAddVariant."""
    variant = call.shop.catalogue.variants.get(number_of(variant_id, "ProductVariant"))
    try:
        order, session = _open(call, id)
        if variant is None:
            raise Refused(None, "Variant does not exist", ["variantId"])
        added = editing.add(call.shop, order, session, variant, quantity, allow_duplicates=allow_duplicates)
    except Refused as refused:
        return {"calculatedLineItem": None, "calculatedOrder": None, "userErrors": _plain(refused)}
    shown = _added_view(call.shop, order, added)
    return {"calculatedLineItem": shown, **_state(call.shop, order, session), "userErrors": []}


def commit(call: Call, id: str, notify_customer: bool | None = None, staff_note: str | None = None) -> Shown:
    """orderEditCommit."""
    try:
        order, session = _open(call, id)
    except Refused as refused:
        return {"order": None, "successMessages": [], "userErrors": _plain(refused)}
    editing.commit(call.shop, order, session, notify=bool(notify_customer), note=staff_note)
    return {"order": OrderView(call.shop, order), "successMessages": ["Order updated"], "userErrors": []}


def _open(call: Call, id: str) -> tuple[Order, Session]:
    session = call.shop.edits.get(number_of(id, "CalculatedOrder", "OrderEditSession"))
    order = call.shop.orders.rows.get(session.order_id) if session else None
    if session is None or order is None or session.committed:
        raise Refused(None, NO_SESSION, ["id"])
    return order, session


def _state(shop: Shop, order: Order, session: Session) -> Shown:
    return {
        "calculatedOrder": CalculatedOrderView(shop, order, session),
        "orderEditSession": {"id": gid("OrderEditSession", session.id)},
    }


def _plain(refused: Refused) -> list[Shown]:
    return [{"field": each["field"], "message": each["message"]} for each in refused.errors()]


class CalculatedOrderView:
    graphql_type = "CalculatedOrder"

    def __init__(self, shop: Shop, order: Order, session: Session) -> None:
        self._shop, self._order, self._session = shop, order, session
        self.id, self.committed = gid("CalculatedOrder", session.id), session.committed
        self.total_price_set = bag(editing.calculated_total(order, session), order.currency)

    @property
    def original_order(self) -> OrderView:
        return OrderView(self._shop, self._order)

    @property
    def subtotal_line_items_quantity(self) -> int:
        kept = sum(self._session.quantity(line) for line in self._order.lines)
        return kept + sum(each.quantity for each in self._session.added)

    def line_items(self, call: Call, query: str | None = None, **window: Any) -> Page:
        rows = [_line_view(self._shop, self._order, self._session, line) for line in self._order.lines]
        rows += [_added_view(self._shop, self._order, each) for each in self._session.added]
        return whole(rows, _same, **window)

    def added_line_items(self, call: Call, **window: Any) -> Page:
        return whole(self._session.added, lambda row: _added_view(self._shop, self._order, row), **window)


def _same(row: Shown) -> Shown:
    return row


def _line_view(shop: Shop, order: Order, session: Session, line: Line) -> Shown:
    variant = shop.variant_of(line)
    quantity, sent = session.quantity(line), states.fulfilled_pieces(order, line)
    return {
        "id": gid("CalculatedLineItem", line.id),
        "sku": line.sku,
        "title": line.title,
        "variant": VariantView(shop, variant) if variant else None,
        "variantTitle": line.variant_title,
        "quantity": quantity,
        "editableQuantity": quantity - sent,
        "editableQuantityBeforeChanges": line.current - sent,
        "restockable": variant is not None,
        "restocking": session.restock.get(line.id, False),
        "originalUnitPriceSet": bag(line.price, order.currency),
        "customAttributes": attributes(line.attributes),
    }


def _added_view(shop: Shop, order: Order, added: Added) -> Shown:
    return {
        "id": gid("CalculatedLineItem", added.id),
        "sku": added.variant.sku,
        "title": added.variant.product.title,
        "variant": VariantView(shop, added.variant),
        "variantTitle": added.variant.title,
        "quantity": added.quantity,
        "editableQuantity": added.quantity,
        "editableQuantityBeforeChanges": 0,
        "restockable": True,
        "restocking": False,
        "originalUnitPriceSet": bag(added.variant.price, order.currency),
        "customAttributes": attributes(added.attributes),
    }
