"""Answers of SCAPI and OCAPI, read tolerantly: unknown members and words are passed over, ``c_`` members are kept.

OCAPI's documents are SCAPI's in snake case: ``camel`` makes one of the other, so that one schema reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from marshmallow import fields, post_load, pre_load

from mirakl_sync.platforms.fields import Amount, Made, Shape, Utc, read_answer

_PEOPLE = frozenset({"billingAddress", "shippingAddress", "customerInfo", "customerName", "paymentInstruments"})


class Extended(Made):
    """A part that may carry custom attributes."""

    custom = fields.Raw()

    @pre_load
    def gather(self, data: Any, **_: Any) -> Any:
        """Everything that begins with ``c_`` in one place."""
        if not isinstance(data, Mapping):
            return data
        return {**data, "custom": {name: value for name, value in data.items() if name.startswith("c_")}}


@dataclass(frozen=True, slots=True)
class Item:
    """A product line of an order."""

    product_id: str
    item_id: str = ""
    name: str = ""
    quantity: Decimal = Decimal(1)
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment of an order; the first one is ``me``."""

    shipment_id: str
    status: str = ""
    tracking_number: str = ""
    method: str = ""
    address: Mapping[str, Any] = field(default_factory=dict, repr=False)
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as Salesforce tells it, by either door."""

    order_no: str
    status: str = ""
    currency: str = ""
    total: Decimal | None = None
    taxation: str = ""
    export_status: str = ""
    confirmation_status: str = ""
    payment_status: str = ""
    shipping_status: str = ""
    external_status: str = ""
    modified_at: datetime | None = None
    items: tuple[Item, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """An inventory record. ``ats`` holds what may be sold beyond the stock too (``beyond``)."""

    product_id: str
    ats: Decimal = Decimal(0)
    beyond: Decimal = Decimal(0)
    handling: str = "none"
    perpetual: bool = False
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the catalogue tells it; flags and dates by site or ``default``."""

    product_id: str
    kinds: frozenset[str] = frozenset()
    online: Mapping[str, Any] = field(default_factory=dict)
    valid_from: Mapping[str, Any] = field(default_factory=dict)
    valid_to: Mapping[str, Any] = field(default_factory=dict)
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Available:
    """A product's availability for the storefront; ``ats`` None where the list holds nothing of it."""

    product_id: str
    ats: Decimal | None = None
    stock: Decimal | None = None
    beyond: bool = False


class ItemSchema(Extended):
    """``productItems`` of an order."""

    made = Item
    product_id = fields.String(required=True, data_key="productId")
    item_id = fields.String(allow_none=True, data_key="itemId")
    name = fields.String(allow_none=True, data_key="productName")
    quantity = Amount(data_key="quantity")


class ShipmentSchema(Extended):
    """``shipments`` of an order."""

    made = Shipment
    shipment_id = fields.String(required=True, data_key="shipmentId")
    status = fields.String(allow_none=True, data_key="shippingStatus")
    tracking_number = fields.String(allow_none=True, data_key="trackingNumber")
    method = fields.Raw(allow_none=True, data_key="shippingMethod")
    address = fields.Raw(allow_none=True, data_key="shippingAddress")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Shipment:
        """A ``Shipment``; of the shipping method its id."""
        method = data.pop("method", None)
        data["method"] = str(method.get("id") or "") if isinstance(method, Mapping) else ""
        if not isinstance(data.get("address"), Mapping):
            data.pop("address", None)
        shipment: Shipment = super().make(data)
        return shipment


class OrderSchema(Extended):
    """SCAPI ``getOrder`` and the rows of ``getOrders``; OCAPI's order made camel."""

    made = ShopOrder
    order_no = fields.String(required=True, data_key="orderNo")
    status = fields.String(allow_none=True)
    currency = fields.String(allow_none=True)
    total = Amount(allow_none=True, data_key="orderTotal")
    taxation = fields.String(allow_none=True)
    export_status = fields.String(allow_none=True, data_key="exportStatus")
    confirmation_status = fields.String(allow_none=True, data_key="confirmationStatus")
    payment_status = fields.String(allow_none=True, data_key="paymentStatus")
    shipping_status = fields.String(allow_none=True, data_key="shippingStatus")
    external_status = fields.String(allow_none=True, data_key="externalOrderStatus")
    modified_at = Utc(allow_none=True, data_key="lastModified")
    items = fields.List(fields.Nested(ItemSchema), allow_none=True, data_key="productItems")
    shipments = fields.List(fields.Nested(ShipmentSchema), allow_none=True)


class RecordSchema(Made):
    """OCAPI ``product_inventory_record``."""

    made = Record
    product_id = fields.String(required=True)
    ats = Amount()
    beyond = Amount(data_key="pre_order_back_order_allocation")
    handling = fields.String(data_key="pre_order_back_order_handling")
    perpetual = fields.Boolean(data_key="perpetual_flag")
    modified_at = Utc(allow_none=True, data_key="last_modified")


class ProductSchema(Shape):
    """A product: SCAPI ``getProduct``, or a hit of OCAPI ``product_search`` made camel."""

    product_id = fields.String(required=True, data_key="id")
    kinds = fields.Raw(data_key="type")
    online = fields.Raw(data_key="onlineFlag")
    valid_from = fields.Raw(data_key="validFrom")
    valid_to = fields.Raw(data_key="validTo")
    modified_at = Utc(allow_none=True, data_key="lastModified")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Product:
        """A ``Product``; its kinds are those members of ``type`` that are true."""
        kinds = data.pop("kinds", None)
        data["kinds"] = frozenset(name for name, yes in _mapping(kinds).items() if yes is True)
        for part in ("online", "valid_from", "valid_to"):
            data[part] = _mapping(data.get(part))
        return Product(**data)


class AvailableSchema(Shape):
    """SCAPI ``getAvailability``: one product, and what the list that was asked for says."""

    product_id = fields.String(required=True, data_key="id")
    inventories = fields.List(fields.Raw(), load_default=list)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Available:
        """An ``Available``."""
        told = _mapping(next(iter(data["inventories"]), None))
        ats, stock = (_number(told.get(name)) for name in ("ats", "stockLevel"))
        return Available(data["product_id"], ats, stock, bool(told.get("backorderable") or told.get("preorderable")))


class AtoSchema(Shape):
    """OCI: one SKU of a group; ``ato`` is what may be ordered, ``atf`` the part that can be sent now."""

    product_id = fields.String(required=True, data_key="sku")
    ats = Amount(allow_none=True, data_key="ato")
    stock = Amount(allow_none=True, data_key="atf")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Available:
        """An ``Available``."""
        ats, stock = data.get("ats"), data.get("stock")
        return Available(data["product_id"], ats, stock, ats is not None and stock is not None and stock < ats)


ORDER, RECORD, PRODUCT = OrderSchema(), RecordSchema(), ProductSchema()
AVAILABLE, ATO = AvailableSchema(), AtoSchema()


def camel(value: Any) -> Any:
    """OCAPI's document with SCAPI's member names; custom attributes keep theirs."""
    if isinstance(value, list):
        return [camel(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {_camel_name(name): inner if name.startswith("c_") else camel(inner) for name, inner in value.items()}


def _camel_name(name: str) -> str:
    if name.startswith(("c_", "_")):
        return name
    first, *others = name.split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _without_people(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_people(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    hidden = {name for name in value if camel({name: None}).keys() & _PEOPLE or name.startswith("c_")}
    return {name: _without_people(inner) for name, inner in value.items() if name not in hidden}


# See ``read_answer``; people are never kept.
read = partial(read_answer, "Salesforce", kept=_without_people)
