"""Inventory Planner's answers, read tolerantly: the API is "subject to change", and missing numbers are unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from mirakl_sync.platforms.fields import Made, Shape, read_answer


class Metric(fields.Field[Decimal | None]):
    """A number of the planner's; what is none, is unknown."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal | None:  # noqa: ARG002
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None


class Word(fields.Field[str]):
    """Text, or a number that serves as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if not isinstance(value, str | int):
            raise ValidationError(f"{value!r} is no word")
        return str(value)


class Day(fields.Field[date | None]):
    """A date in ISO 8601 or RFC 822; the day it names where it was written. What is none, nobody said."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date | None:  # noqa: ARG002
        try:
            return datetime.fromisoformat(str(value).strip()).date()
        except ValueError:
            pass
        try:
            return parsedate_to_datetime(str(value)).date()
        except ValueError:
            return None


class Truth(fields.Field[bool]):
    """Yes, or anything else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        return str(value).strip().lower() in ("true", "1", "yes")


class Several(fields.Field[list[Any]]):
    """Parts of a row. Accounts have been seen to answer bare ids in their place: those tell nothing."""

    def __init__(self, schema: Schema, needed: str, **more: Any) -> None:
        super().__init__(allow_none=True, **more)
        self._schema, self._needed = schema, needed

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:  # noqa: ARG002
        rows = value if isinstance(value, list) else []
        return [self._schema.load(row) for row in rows if isinstance(row, Mapping) and row.get(self._needed)]


@dataclass(frozen=True, slots=True)
class Place:
    """The metrics of a variant in one warehouse, by the vendor's names."""

    warehouse: str
    in_stock: Decimal | None = None
    purchase_orders_qty: Decimal | None = None
    to_order: Decimal | None = None
    oos: Decimal | None = None
    last_7_days_sales: Decimal | None = None
    last_30_days_sales: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant, as far as we look at it."""

    id: str
    sku: str = ""
    removed: bool = False
    connections: tuple[str, ...] = ()
    warehouse: tuple[Place, ...] = ()

    @property
    def known_as(self) -> str:
        """Its SKU; that of its first connection where it shows none."""
        return self.sku or next(iter(self.connections), "")


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """The header of a stock order. ``type`` may be empty, ``status`` is the account's own word."""

    id: str
    reference: str = ""
    status: str = ""
    type: str = ""
    warehouse: str = ""
    source_warehouse: str = ""
    expected_date: date | None = None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of it: ``replenishment`` pieces were ordered, ``received`` have come."""

    id: str
    sku: str = ""
    replenishment: Decimal | None = None
    received: Decimal | None = None


class PlaceSchema(Made):
    """See ``Place``."""

    made = Place
    warehouse = Word(required=True)
    in_stock = Metric(allow_none=True)
    purchase_orders_qty = Metric(allow_none=True)
    to_order = Metric(allow_none=True)
    oos = Metric(allow_none=True)
    last_7_days_sales = Metric(allow_none=True)
    last_30_days_sales = Metric(allow_none=True)


class ConnectionSchema(Shape):
    """Of a variant's connections only the SKU."""

    sku = Word(required=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> str:
        return str(data["sku"])


class VariantSchema(Made):
    """See ``Variant``."""

    made = Variant
    id = Word(required=True)
    sku = Word(allow_none=True)
    removed = Truth(allow_none=True)
    connections = Several(ConnectionSchema(), "sku")
    warehouse = Several(PlaceSchema(), "warehouse")


class PurchaseOrderSchema(Made):
    """See ``PurchaseOrder``."""

    made = PurchaseOrder
    id = Word(required=True)
    reference = Word(allow_none=True)
    status = Word(allow_none=True)
    type = Word(allow_none=True)
    warehouse = Word(allow_none=True)
    source_warehouse = Word(allow_none=True)
    expected_date = Day(allow_none=True)


class OrderItemSchema(Made):
    """See ``OrderItem``."""

    made = OrderItem
    id = Word(required=True)
    sku = Word(allow_none=True)
    replenishment = Metric(allow_none=True)
    received = Metric(allow_none=True)


VARIANT, ORDER, ITEM = VariantSchema(), PurchaseOrderSchema(), OrderItemSchema()

# See ``read_answer``.
read = partial(read_answer, "Inventory Planner")
