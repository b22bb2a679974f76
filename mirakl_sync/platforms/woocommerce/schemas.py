"""WooCommerce's answers, read tolerantly: plugins add fields at will, ``_fields`` leaves most of them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from marshmallow import fields, post_load

from mirakl_sync.platforms.fields import Amount, Shape, Utc, read_answer


@dataclass(frozen=True, slots=True)
class Line:
    """A line, shipping line or fee of an order, as far as we look at it."""

    id: int
    name: str | None = None
    product_id: int | None = 0
    variation_id: int | None = 0
    quantity: Any = 1
    sku: str | None = None
    tax_class: str | None = ""
    total: Decimal = Decimal(0)
    total_tax: Decimal = Decimal(0)
    taxes: tuple[int, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as WooCommerce tells it. Addresses keep WooCommerce's spelling."""

    id: int
    status: str
    number: str = ""
    currency: str = ""
    total: Decimal | None = None
    customer_id: int | None = 0
    transaction_id: str | None = ""
    modified_at: datetime | None = None
    paid_at: datetime | None = None
    billing: Mapping[str, Any] = field(default_factory=dict, repr=False)
    shipping: Mapping[str, Any] = field(default_factory=dict, repr=False)
    meta: Mapping[str, Any] = field(default_factory=dict, repr=False)
    lines: tuple[Line, ...] = ()
    shipping_lines: tuple[Line, ...] = ()
    fees: tuple[Line, ...] = ()
    # the shop's ids of what was given back
    refund_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back, ``amount`` above zero, its lines below."""

    id: int
    amount: Decimal
    reason: str | None = ""
    made_at: datetime | None = None
    lines: tuple[Line, ...] = ()
    shipping_lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """What a bundle of the Product Bundles plugin holds of one product; ``most`` None is as many as the buyer likes."""

    product_id: int
    least: int
    most: int | None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """A product or variation. ``categories`` are slugs, None where the answer does not tell them.

    The plugin Product Bundles adds ``pieces`` and ``bundle_stock_*`` to products of the type ``bundle``;
    ``bundle_sized`` where the buyer chooses how many pieces there are in all.
    """

    id: int
    type: str = "simple"
    parent_id: int | None = 0
    sku: str | None = ""
    status: str = "publish"
    manage_stock: Any = False
    stock_quantity: Any = None
    stock_status: str | None = "instock"
    backorders: str | None = "no"
    price: Decimal | None = None
    tax_class: str | None = ""
    modified_at: datetime | None = None
    categories: tuple[str, ...] | None = None
    pieces: tuple[Piece, ...] = ()
    bundle_stock_quantity: Any = None
    bundle_stock_status: str | None = None
    bundle_sized: bool = False


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook registered in the shop."""

    id: int
    topic: str
    status: str
    delivery_url: str
    name: str = ""


def _meta(rows: Any) -> dict[str, Any]:
    if not isinstance(rows, list):
        return {}
    return {str(row["key"]): row.get("value") for row in rows if isinstance(row, Mapping) and "key" in row}


def _ids(rows: Any) -> tuple[int, ...]:
    """Of the short form of a list of rows."""
    if not isinstance(rows, list):
        return ()
    return tuple(row["id"] for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), int))


def _applied(rows: Any) -> tuple[int, ...]:
    """Ids of the tax rates the shop applied to a line."""
    if not isinstance(rows, list):
        return ()
    told = (row.get("id") for row in rows if isinstance(row, Mapping) and row.get("total") not in ("", None))
    return tuple(int(str(rate)) for rate in told if str(rate).isdigit())


def _slugs(rows: Any) -> tuple[str, ...] | None:
    """Categories by slug, by name where a plugin leaves the slug out."""
    if not isinstance(rows, list):
        return None
    told = (row.get("slug") or row.get("name") for row in rows if isinstance(row, Mapping))
    return tuple(sorted({str(word) for word in told if word}))


def _pieces(rows: Any) -> tuple[Piece, ...]:
    if not isinstance(rows, list):
        return ()
    return tuple(_piece(row) for row in rows if isinstance(row, Mapping))


def _piece(row: Mapping[str, Any]) -> Piece:
    least, most = _count(row.get("quantity_min")), _count(row.get("quantity_max"))
    return Piece(_count(row.get("product_id")) or 0, 1 if least is None else least, most, row.get("optional") is True)


def _count(told: Any) -> int | None:
    return int(str(told)) if str(told).isdigit() else None


def _told(value: Any) -> bool:
    return value not in (None, "", 0, "0")


class LineSchema(Shape):
    """``line_items[]``, ``shipping_lines[]`` (``method_title`` is the name) and ``fee_lines[]``."""

    id = fields.Integer(required=True)
    name = fields.Raw(allow_none=True)
    product_id = fields.Integer(allow_none=True)
    variation_id = fields.Integer(allow_none=True)
    quantity = fields.Raw(allow_none=True)
    sku = fields.String(allow_none=True)
    tax_class = fields.String(allow_none=True)
    total = Amount()
    total_tax = Amount()
    taxes = fields.Function(deserialize=_applied)
    meta = fields.Function(deserialize=_meta, data_key="meta_data")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Line:
        """A ``Line``."""
        return Line(**data)


class OrderSchema(Shape):
    """``GET /orders/{id}`` and every answer and webhook that carries an order."""

    id = fields.Integer(required=True)
    status = fields.String(required=True)
    number = fields.String()
    currency = fields.String()
    total = Amount(allow_none=True)
    customer_id = fields.Integer(allow_none=True)
    transaction_id = fields.String(allow_none=True)
    modified_at = Utc(allow_none=True, data_key="date_modified_gmt")
    paid_at = Utc(allow_none=True, data_key="date_paid_gmt")
    billing = fields.Raw(allow_none=True)
    shipping = fields.Raw(allow_none=True)
    meta = fields.Function(deserialize=_meta, data_key="meta_data")
    lines = fields.List(fields.Nested(LineSchema), data_key="line_items")
    shipping_lines = fields.List(fields.Nested(LineSchema))
    fees = fields.List(fields.Nested(LineSchema), data_key="fee_lines")
    refund_ids = fields.Function(deserialize=_ids, data_key="refunds", allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ShopOrder:
        """A ``ShopOrder``; PHP shows an empty address as a list."""
        for part in ("billing", "shipping"):
            if not isinstance(data.get(part), Mapping):
                data.pop(part, None)
        for part in ("lines", "shipping_lines", "fees", "refund_ids"):
            data[part] = tuple(data.get(part) or ())
        return ShopOrder(**data)


class RefundSchema(Shape):
    """``GET /orders/{id}/refunds``."""

    id = fields.Integer(required=True)
    amount = Amount(required=True)
    reason = fields.String(allow_none=True)
    made_at = Utc(allow_none=True, data_key="date_created_gmt")
    lines = fields.List(fields.Nested(LineSchema), data_key="line_items")
    shipping_lines = fields.List(fields.Nested(LineSchema))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Refund:
        """A ``Refund``."""
        for part in ("lines", "shipping_lines"):
            data[part] = tuple(data.get(part) or ())
        return Refund(**data)


class ProductSchema(Shape):
    """``GET /products``, ``/variations`` and product webhooks, with what the plugin Product Bundles adds."""

    id = fields.Integer(required=True)
    type = fields.String()
    parent_id = fields.Integer(allow_none=True)
    sku = fields.String(allow_none=True)
    status = fields.String()
    manage_stock = fields.Raw()
    stock_quantity = fields.Raw(allow_none=True)
    stock_status = fields.String(allow_none=True)
    backorders = fields.String(allow_none=True)
    price = fields.Raw(allow_none=True)
    tax_class = fields.String(allow_none=True)
    modified_at = Utc(allow_none=True, data_key="date_modified_gmt")
    categories = fields.Function(deserialize=_slugs)
    pieces = fields.Function(deserialize=_pieces, data_key="bundled_items")
    bundle_stock_quantity = fields.Raw(allow_none=True)
    bundle_stock_status = fields.Raw(allow_none=True)
    bundle_min_size = fields.Function(deserialize=_told)
    bundle_max_size = fields.Function(deserialize=_told)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Product:
        """A ``Product``; a price that is no number is no price."""
        sizes = [data.pop(name, False) for name in ("bundle_min_size", "bundle_max_size")]
        data["bundle_sized"] = any(sizes)
        try:
            price = Decimal(str(data.get("price") or ""))
        except InvalidOperation:
            price = None
        data["price"] = price if price is not None and price.is_finite() else None
        return Product(**data)


class HookSchema(Shape):
    """``GET /webhooks``."""

    id = fields.Integer(required=True)
    topic = fields.String(required=True)
    status = fields.String(required=True)
    delivery_url = fields.String(required=True)
    name = fields.String()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Hook:
        """A ``Hook``."""
        return Hook(**data)


class RateSchema(Shape):
    """``GET /taxes``: one row of the tax table."""

    id = fields.Integer(required=True)
    country = fields.String(load_default="")
    state = fields.String(load_default="")
    postcode = fields.String(load_default="")
    city = fields.String(load_default="")
    postcodes = fields.List(fields.String(), load_default=list)
    cities = fields.List(fields.String(), load_default=list)
    rate = Amount(required=True)
    priority = fields.Integer(load_default=1)
    order = fields.Integer(load_default=0)
    compound = fields.Boolean(load_default=False)
    shipping = fields.Boolean(load_default=True)
    tax_class = fields.String(data_key="class", load_default="standard")


ORDER, PRODUCT, HOOK, RATE = OrderSchema(), ProductSchema(), HookSchema(), RateSchema()
REFUND = RefundSchema()

# See ``read_answer``.
read = partial(read_answer, "WooCommerce")
