"""Small objects inside Mirakl's answers: read whole, or refused with a sentence (``ValueError``)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mirakl_sync.mirakl import values
from mirakl_sync.records.order import Address

# code, amount for the whole quantity, rate in percent, tax_calculation_rule
Tax = tuple[str, Decimal, Decimal | None, str]

_ADDRESS = (
    ("first_name", "firstname"),
    ("last_name", "lastname"),
    ("company", "company"),
    ("street_1", "street_1"),
    ("street_2", "street_2"),
    ("zip_code", "zip_code"),
    ("city", "city"),
    ("state", "state"),
    ("country_label", "country"),
    ("phone", "phone"),
    ("additional_info", "additional_info"),
)


def address(value: Any) -> Address | None:
    """An address; None where nothing of it is told. The country's label stays when its code cannot be told."""
    told = _object(value)
    texts = {name: _text(told, key) for name, key in _ADDRESS}
    iso_code = _text(told, "country_iso_code")
    if not iso_code and not any(texts.values()):
        return None
    code = values.country_code(iso_code, texts["country_label"])
    texts["country_label"] = texts["country_label"] or iso_code
    return Address(**texts, country_code=code)


def taxes(value: Any) -> tuple[Tax, ...]:
    """A list of taxes; null items are passed over."""
    return tuple(_tax(_object(item)) for item in _list(value) if item is not None)


def errors(value: Any) -> tuple[str, ...]:
    """Errors of one item as words: ``CODE on field: message``."""
    return tuple(_error(_object(item)) for item in _list(value))


def warehouses(value: Any) -> dict[str, int]:
    """Quantities by the code of their warehouse; what has no code or no number is passed over."""
    told = [(_text(item, "code"), values.pieces(item.get("quantity"))) for item in map(_object, _list(value))]
    return {code: quantity for code, quantity in told if code and quantity is not None}


def words(value: Any) -> tuple[str, ...]:
    """A list of texts; null items are passed over."""
    return tuple(values.text(item) for item in _list(value) if item is not None)


def failure(value: Any) -> str:
    """Why a job failed: ``CODE: detail``."""
    told = _object(value)
    return ": ".join(part for part in (_text(told, "code"), _text(told, "detail")) if part)


def _tax(told: Mapping[str, Any]) -> Tax:
    rate = told.get("rate")
    if told.get("amount") is None:
        raise ValueError("the amount of a tax is missing")
    return (
        _text(told, "code"),
        values.amount(told["amount"]),
        None if rate is None else values.amount(rate),
        _text(told, "tax_calculation_rule"),
    )


def _error(told: Mapping[str, Any]) -> str:
    named = " on ".join(part for part in (_text(told, "code"), _text(told, "field")) if part)
    return ": ".join(part for part in (named, _text(told, "message")) if part) or "refused without a word"


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("expected an object")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("expected a list")
    return value


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if value is None:
        return ""
    try:
        return values.text(value)
    except ValueError as problem:
        raise ValueError(f"{key}: {problem}") from None
