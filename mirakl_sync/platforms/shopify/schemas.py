"""What Shopify answers, read. Unknown fields and values are tolerated; what the work rests on is required."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from marshmallow import fields, post_load, pre_load

from mirakl_sync.platforms.fields import Shape, read_answer
from mirakl_sync.platforms.shopify.told import (
    Fulfillment,
    FulfillmentOrder,
    Level,
    Line,
    Refund,
    RefundLine,
    ShopOrder,
    Tracked,
    Variant,
)


def _text(**more: Any) -> fields.String:
    return fields.String(load_default="", allow_none=True, **more)


def _when(key: str, **more: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(data_key=key, format="iso", **more)


class _Flat(Shape):
    """Takes Shopify's wrappings off before the fields are read: connections, attributes, shop money."""

    @pre_load
    def unwrap(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {key: _unwrapped(value) for key, value in data.items()}


def _unwrapped(value: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(value.get("nodes"), list):
        return value["nodes"]
    if isinstance(value, Mapping) and isinstance(value.get("shopMoney"), Mapping):
        return value["shopMoney"]
    return value


class _Money(Shape):
    amount = fields.Decimal(required=True)
    currency = _text(data_key="currencyCode")


class _Ref(Shape):
    id = fields.String(required=True)
    sku = _text()


class _Metafield(Shape):
    value = fields.String(required=True)


class _Attribute(Shape):
    key = fields.String(required=True)
    value = _text()


class LineSchema(_Flat):
    """``LineItem``."""

    id = fields.String(required=True)
    sku = _text()
    title = _text()
    quantity = fields.Integer(required=True)
    current = fields.Integer(required=True, data_key="currentQuantity")
    attributes = fields.List(fields.Nested(_Attribute), data_key="customAttributes", load_default=list)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Line:
        sku, title = data["sku"] or "", data["title"] or ""
        return Line(data["id"], data["quantity"], data["current"], sku, title, _pairs(data["attributes"]))


class _Hold(Shape):
    id = fields.String(required=True)
    ours = fields.Boolean(data_key="heldByRequestingApp", load_default=False)


class _FulfillmentOrderSchema(_Flat):
    id = fields.String(required=True)
    status = fields.String(required=True)
    holds = fields.List(fields.Nested(_Hold), data_key="fulfillmentHolds", load_default=list)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> FulfillmentOrder:
        ours = tuple(hold["id"] for hold in data["holds"] if hold["ours"])
        return FulfillmentOrder(data["id"], data["status"], ours)


class _TrackedSchema(Shape):
    company = _text()
    number = _text()
    url = _text()

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Tracked:
        return Tracked(**{key: (value or "").strip() for key, value in data.items()})


class _InsideSchema(Shape):
    quantity = fields.Integer(load_default=0, allow_none=True)
    line = fields.Nested(_Ref, data_key="lineItem", required=True)


class FulfillmentSchema(_Flat):
    """``Fulfillment``."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    created_at = _when("createdAt", load_default=None)
    tracked = fields.List(fields.Nested(_TrackedSchema), data_key="trackingInfo", load_default=list)
    inside = fields.List(fields.Nested(_InsideSchema), data_key="fulfillmentLineItems", load_default=list)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Fulfillment:
        inside = tuple((each["line"]["id"], each["quantity"] or 0) for each in data["inside"])
        return Fulfillment(data["id"], data["status"], data["created_at"], tuple(data["tracked"]), inside)


class _RefundLineSchema(_Flat):
    quantity = fields.Integer(required=True)
    restock = _text(data_key="restockType")
    subtotal = fields.Nested(_Money, data_key="subtotalSet", required=True)
    tax = fields.Nested(_Money, data_key="totalTaxSet", required=True)
    line = fields.Nested(_Ref, data_key="lineItem", required=True)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> RefundLine:
        line, amounts = data["line"], (data["subtotal"]["amount"], data["tax"]["amount"])
        return RefundLine(line["id"], line["sku"] or "", data["quantity"], data["restock"] or "", *amounts)


class _RefundShippingSchema(_Flat):
    subtotal = fields.Nested(_Money, data_key="subtotalAmountSet", required=True)
    tax = fields.Nested(_Money, data_key="taxAmountSet", required=True)


class RefundSchema(_Flat):
    """``Refund``."""

    id = fields.String(required=True)
    at = _when("createdAt", load_default=None, allow_none=True)
    note = _text()
    total = fields.Nested(_Money, data_key="totalRefundedSet", required=True)
    lines = fields.List(fields.Nested(_RefundLineSchema), data_key="refundLineItems", load_default=list)
    shipping = fields.List(fields.Nested(_RefundShippingSchema), data_key="refundShippingLines", load_default=list)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Refund:
        shipping = tuple((each["subtotal"]["amount"], each["tax"]["amount"]) for each in data["shipping"])
        total = data["total"]
        return Refund(
            data["id"],
            total["amount"],
            total["currency"],
            data["at"],
            data["note"] or "",
            tuple(data["lines"]),
            shipping,
        )


class OrderSchema(_Flat):
    """``Order`` as our fragment asks for it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    updated_at = _when("updatedAt", required=True)
    cancelled_at = _when("cancelledAt", load_default=None, allow_none=True)
    paid = _text(data_key="displayFinancialStatus")
    sent = fields.String(data_key="displayFulfillmentStatus", required=True)
    total = fields.Nested(_Money, data_key="totalPriceSet", required=True)
    current = fields.Nested(_Money, data_key="currentTotalPriceSet", required=True)
    taxes_included = fields.Boolean(data_key="taxesIncluded", load_default=True)
    attributes = fields.List(fields.Nested(_Attribute), data_key="customAttributes", load_default=list)
    reference = fields.Nested(_Metafield, load_default=None, allow_none=True)
    claims = fields.Nested(_Metafield, load_default=None, allow_none=True)
    released = fields.Nested(_Metafield, load_default=None, allow_none=True)
    lines = fields.List(fields.Nested(LineSchema), data_key="lineItems", required=True)
    fulfillment_orders = fields.List(
        fields.Nested(_FulfillmentOrderSchema), data_key="fulfillmentOrders", required=True
    )
    fulfillments = fields.List(fields.Nested(FulfillmentSchema), load_default=list)
    refund_ids = fields.List(fields.Nested(_Ref), data_key="refunds", load_default=list)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> ShopOrder:
        for name in ("reference", "claims", "released"):
            data[name] = data[name]["value"] if data[name] else ""
        for name in ("lines", "fulfillment_orders", "fulfillments"):
            data[name] = tuple(data[name])
        data["attributes"] = _pairs(data["attributes"])
        data["refund_ids"] = tuple(each["id"] for each in data["refund_ids"])
        total, data["current"] = data.pop("total"), data["current"]["amount"]
        data["paid"] = data["paid"] or ""
        return ShopOrder(**data, total=total["amount"], currency=total["currency"])


class _QuantitySchema(Shape):
    quantity = fields.Integer(required=True)


class LevelSchema(Shape):
    """``InventoryLevel``, also as a line of a bulk operation's file."""

    location = fields.Nested(_Ref, required=True)
    updated_at = _when("updatedAt", load_default=None, allow_none=True)
    quantities = fields.List(fields.Nested(_QuantitySchema), required=True)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Level:
        available = sum(each["quantity"] for each in data["quantities"])
        return Level(data["location"]["id"], available, data["updated_at"])


class _ItemSchema(_Flat):
    id = fields.String(required=True)
    tracked = fields.Boolean(required=True)
    requires_shipping = fields.Boolean(data_key="requiresShipping", load_default=True)
    levels = fields.List(fields.Nested(LevelSchema), data_key="inventoryLevels", load_default=list)


class _ProductSchema(Shape):
    id = fields.String(required=True)
    status = fields.String(required=True)
    kind = _text(data_key="productType")
    tags = fields.List(fields.String(), load_default=list)


class VariantSchema(_Flat):
    """``ProductVariant`` with its product and its inventory item."""

    id = fields.String(required=True)
    sku = _text()
    price = fields.Decimal(load_default=None, allow_none=True)
    updated_at = _when("updatedAt", load_default=None, allow_none=True)
    policy = _text(data_key="inventoryPolicy")
    product = fields.Nested(_ProductSchema, required=True)
    item = fields.Nested(_ItemSchema, data_key="inventoryItem", required=True)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Variant:
        product, item = data["product"], data["item"]
        return Variant(
            id=data["id"],
            item_id=item["id"],
            product_id=product["id"],
            sku=data["sku"] or "",
            tracked=item["tracked"],
            policy=data["policy"] or "",
            status=product["status"],
            price=data["price"],
            updated_at=data["updated_at"],
            requires_shipping=item["requires_shipping"],
            categories=tuple(dict.fromkeys(filter(None, (product["kind"], *product["tags"])))),
            levels=tuple(item["levels"]),
        )


def _pairs(told: list[dict[str, str]]) -> dict[str, str]:
    return {each["key"]: each["value"] or "" for each in told}


ORDER, REFUND, VARIANT, LEVEL = OrderSchema(), RefundSchema(), VariantSchema(), LevelSchema()

# See ``read_answer``.
read = partial(read_answer, "Shopify")
