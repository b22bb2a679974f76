"""What we insist on in Mirakl's answers about offers and stock."""

from __future__ import annotations

from typing import Any, ClassVar

from mirakl_sync.mirakl import parts, values
from mirakl_sync.mirakl.schemas import Count, Flag, Lenient, Moment, Name, Text, Value


class Pieces(Value):
    read = staticmethod(values.pieces)


class Warehouses(Value):
    read = staticmethod(parts.warehouses)
    absent: ClassVar[Any] = {}  # read only, as all records are


class Words(Value):
    read = staticmethod(parts.words)
    absent = ()


class Failure(Value):
    read = staticmethod(parts.failure)
    absent = ""


class OfferSchema(Lenient):
    """An offer of OF21."""

    sku = Name(required=True, data_key="shop_sku")
    offer_id = Text()
    product_sku = Text()
    quantity = Pieces()
    active = Flag(absent=True)
    inactive_because = Words(data_key="inactivity_reasons")
    warehouses = Warehouses()


class CountedSchema(Lenient):
    """How long a list is (OF21)."""

    total_count = Count(required=True)


class StockTakenSchema(Lenient):
    """STO01: a stock file was taken."""

    import_id = Name(required=True)


class StockImportSchema(Lenient):
    """STO02."""

    state = Name(required=True, data_key="status")
    created_at = Moment(data_key="date_created")
    lines_ok = Count(data_key="lines_in_success")
    lines_refused = Count(data_key="lines_in_error")
    has_report = Flag(data_key="has_error_report")


class ExportAskedSchema(Lenient):
    """OF52."""

    tracking_id = Name(required=True)


class ExportSchema(Lenient):
    """OF53."""

    state = Name(required=True, data_key="status")
    urls = Words()
    updated_at = Moment(data_key="last_updated")
    problem = Failure(data_key="error")
