"""Magento's answers, read tolerantly: modules add fields at will, null fields are left out, ``fields=`` drops most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from marshmallow import fields, post_load

from mirakl_sync.platforms.fields import Amount, Made, Shape, Utc, read_answer

NOUGHT = Decimal(0)


class Word(fields.Field[str]):
    """Text, of some modules a number; null is as good as absent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_none=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        return "" if isinstance(value, (Mapping, list)) else str(value)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order. Quantities are Magento's own: to ship are ``ordered - max(shipped, refunded) - canceled``."""

    id: int
    sku: str = ""
    ext_id: str = ""
    name: str = ""
    parent_id: int = 0
    virtual: bool = False
    ordered: Decimal = NOUGHT
    shipped: Decimal = NOUGHT
    invoiced: Decimal = NOUGHT
    canceled: Decimal = NOUGHT
    refunded: Decimal = NOUGHT

    @property
    def to_ship(self) -> Decimal:
        """Pieces that still have to leave."""
        return max(self.ordered - max(self.shipped, self.refunded) - self.canceled, NOUGHT)


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as Magento tells it. Addresses keep Magento's spelling."""

    id: int
    number: str = ""
    ext_id: str = ""
    state: str = ""
    status: str = ""
    currency: str = ""
    total: Decimal | None = None
    refunded: Decimal = NOUGHT
    created_at: datetime | None = None
    updated_at: datetime | None = None
    email: str = ""
    customer_id: int = 0
    lines: tuple[Item, ...] = ()
    billing: Mapping[str, Any] = field(default_factory=dict, repr=False)
    shipping: Mapping[str, Any] = field(default_factory=dict, repr=False)
    payment: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def told(self) -> tuple[str, ...]:
        """What stands in the payment's additional information."""
        rows = self.payment.get("additional_information")
        return tuple(str(row) for row in rows if row is not None) if isinstance(rows, list) else ()


@dataclass(frozen=True, slots=True)
class Track:
    """A tracking number of a shipment."""

    id: int
    carrier_code: str = ""
    title: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a shipment or credit memo, by the order's own line."""

    item_id: int
    sku: str = ""
    quantity: Decimal = NOUGHT
    gross: Decimal | None = None
    net: Decimal = NOUGHT
    tax: Decimal = NOUGHT


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment of an order."""

    id: int
    order_id: int
    created_at: datetime | None = None
    pieces: tuple[Piece, ...] = ()
    tracks: tuple[Track, ...] = ()


@dataclass(frozen=True, slots=True)
class Memo:
    """A credit memo; only those in ``state`` 2 are refunds."""

    id: int
    order_id: int
    state: int = 0
    created_at: datetime | None = None
    currency: str = ""
    shipping: Decimal = NOUGHT
    positive: Decimal = NOUGHT
    negative: Decimal = NOUGHT
    pieces: tuple[Piece, ...] = ()
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """A row of ``GET /V1/products``. ``status`` 1 is enabled; ``websites`` None where the answer does not tell."""

    id: int
    sku: str
    type: str = "simple"
    status: int = 1
    name: str = ""
    price: Decimal | None = None
    weight: Decimal | None = None
    websites: tuple[int, ...] | None = None
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Salable:
    """What may be sold of a SKU in a website."""

    sku: str
    quantity: Decimal
    salable: bool


@dataclass(frozen=True, slots=True)
class SourceItem:
    """What lies of a SKU at a source; ``status`` 0 is not for sale."""

    sku: str
    source: str
    quantity: Decimal
    status: int = 1


class ItemSchema(Made):
    """``items[]`` of an order."""

    made = Item
    id = fields.Integer(required=True, data_key="item_id")
    sku = Word()
    ext_id = Word(data_key="ext_order_item_id")
    name = Word()
    parent_id = fields.Integer(allow_none=True, data_key="parent_item_id")
    virtual = fields.Boolean(allow_none=True, data_key="is_virtual")
    ordered = Amount(allow_none=True, data_key="qty_ordered")
    shipped = Amount(allow_none=True, data_key="qty_shipped")
    invoiced = Amount(allow_none=True, data_key="qty_invoiced")
    canceled = Amount(allow_none=True, data_key="qty_canceled")
    refunded = Amount(allow_none=True, data_key="qty_refunded")


def _shipping_address(told: Any) -> Mapping[str, Any] | None:
    rows = told.get("shipping_assignments") if isinstance(told, Mapping) else None
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) else {}
    shipping = first.get("shipping")
    address = shipping.get("address") if isinstance(shipping, Mapping) else None
    return address if isinstance(address, Mapping) else None


class OrderSchema(Made):
    """``GET /V1/orders`` and ``/V1/orders/{id}``, and the answer of a save."""

    made = ShopOrder
    id = fields.Integer(required=True, data_key="entity_id")
    number = Word(data_key="increment_id")
    ext_id = Word(data_key="ext_order_id")
    state = Word()
    status = Word()
    currency = Word(data_key="order_currency_code")
    total = Amount(allow_none=True, data_key="grand_total")
    refunded = Amount(allow_none=True, data_key="total_refunded")
    created_at = Utc(allow_none=True)
    updated_at = Utc(allow_none=True)
    email = Word(data_key="customer_email")
    customer_id = fields.Integer(allow_none=True)
    lines = fields.List(fields.Nested(ItemSchema), allow_none=True, data_key="items")
    billing = fields.Dict(allow_none=True, data_key="billing_address")
    payment = fields.Dict(allow_none=True)
    shipping = fields.Function(deserialize=_shipping_address, allow_none=True, data_key="extension_attributes")


class TrackSchema(Made):
    """``tracks[]`` of a shipment."""

    made = Track
    id = fields.Integer(required=True, data_key="entity_id")
    carrier_code = Word()
    title = Word()
    number = Word(data_key="track_number")


class PieceSchema(Made):
    """``items[]`` of a shipment or credit memo."""

    made = Piece
    item_id = fields.Integer(required=True, data_key="order_item_id")
    sku = Word()
    quantity = Amount(allow_none=True, data_key="qty")
    gross = Amount(allow_none=True, data_key="row_total_incl_tax")
    net = Amount(allow_none=True, data_key="row_total")
    tax = Amount(allow_none=True, data_key="tax_amount")


class ShipmentSchema(Made):
    """``GET /V1/shipments``."""

    made = Shipment
    id = fields.Integer(required=True, data_key="entity_id")
    order_id = fields.Integer(required=True)
    created_at = Utc(allow_none=True)
    pieces = fields.List(fields.Nested(PieceSchema), allow_none=True, data_key="items")
    tracks = fields.List(fields.Nested(TrackSchema), allow_none=True)


def _comments(told: Any) -> tuple[str, ...]:
    rows = told if isinstance(told, list) else []
    return tuple(str(row["comment"]) for row in rows if isinstance(row, Mapping) and row.get("comment"))


class MemoSchema(Shape):
    """``GET /V1/creditmemos``."""

    id = fields.Integer(required=True, data_key="entity_id")
    order_id = fields.Integer(required=True)
    state = fields.Integer(allow_none=True)
    created_at = Utc(allow_none=True)
    currency = Word(data_key="order_currency_code")
    shipping = Amount(allow_none=True, data_key="shipping_incl_tax")
    shipping_net = Amount(allow_none=True, data_key="shipping_amount")
    shipping_tax = Amount(allow_none=True, data_key="shipping_tax_amount")
    positive = Amount(allow_none=True, data_key="adjustment_positive")
    negative = Amount(allow_none=True, data_key="adjustment_negative")
    pieces = fields.List(fields.Nested(PieceSchema), allow_none=True, data_key="items")
    comments = fields.Function(deserialize=_comments, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Memo:
        """A ``Memo``; its shipping holds the tax, whatever the shop tells of it."""
        told = {name: value for name, value in data.items() if value is not None}
        net, tax = told.pop("shipping_net", NOUGHT), told.pop("shipping_tax", NOUGHT)
        told.setdefault("shipping", net + tax)
        told["pieces"] = tuple(told.get("pieces", ()))
        return Memo(**told)


class ProductSchema(Shape):
    """``GET /V1/products``."""

    id = fields.Integer(required=True)
    sku = fields.String(required=True)
    type = Word(data_key="type_id")
    status = fields.Integer(allow_none=True)
    name = Word()
    price = Amount(allow_none=True)
    weight = Amount(allow_none=True)
    extension = fields.Dict(allow_none=True, data_key="extension_attributes")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Product:
        """A ``Product`` with its websites and the ids of its categories."""
        extension = data.pop("extension", None) or {}
        told = {name: value for name, value in data.items() if value is not None}
        websites, links = extension.get("website_ids"), extension.get("category_links")
        if isinstance(websites, list):
            told["websites"] = tuple(int(str(number)) for number in websites if str(number).isdigit())
        if isinstance(links, list):
            ids = {str(link.get("category_id")) for link in links if isinstance(link, Mapping)}
            told["categories"] = tuple(sorted(ids))
        return Product(**told)


class SalableSchema(Made):
    """``GET /V1/inventory/export-stock-salable-qty``."""

    made = Salable
    sku = fields.String(required=True)
    quantity = Amount(required=True, data_key="qty")
    salable = fields.Boolean(required=True, data_key="is_salable")


class SourceItemSchema(Made):
    """``GET /V1/inventory/source-items``."""

    made = SourceItem
    sku = fields.String(required=True)
    source = fields.String(required=True, data_key="source_code")
    quantity = Amount(required=True)
    status = fields.Integer(allow_none=True)


ORDER, SHIPMENT, MEMO = OrderSchema(), ShipmentSchema(), MemoSchema()
PRODUCT, SALABLE, SOURCE_ITEM = ProductSchema(), SalableSchema(), SourceItemSchema()

# See ``read_answer``.
read = partial(read_answer, "Magento")
