"""The shapes of a connections file: which tables and keys there are, and how each value is written."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, validate
from marshmallow import fields as kinds

from mirakl_sync.notify import hours
from mirakl_sync.policy.schema import Strict, Written
from mirakl_sync.policy.units import read_duration, write_duration

FEEDS = ("orders", "shipments", "stock")

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def is_key(text: str) -> None:
    """Keys stand in addresses, ledger keys and metrics."""
    if not _KEY.fullmatch(text):
        raise ValidationError("a name here has small letters, digits, - and _, at most 60")


def _address(value: Any) -> str:
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("expected an address such as https://shop.example, without user and password")
    return str(value).rstrip("/")


def _time(value: Any) -> str:
    hours.read_time(value)
    return str(value)


def _quiet(value: Any) -> str:
    if value:
        hours.read_quiet(value)
    return str(value)


def _zone(value: Any) -> str:
    return str(hours.read_zone(value))


def _period(value: Any) -> float:
    """A call limit: a duration, or 0 to lift it."""
    return 0.0 if value in (0, "0") and not isinstance(value, bool) else read_duration(value).total_seconds()


def _shop_id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise ValueError("expected the shop's number")
    return str(value).strip()


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise ValueError("expected a date such as 2026-11-21 or a time such as 2026-11-21T08:00:00Z, without quotes")


class FileSchema(Strict):
    """The whole file."""

    marketplace = kinds.Dict(kinds.String(validate=is_key), kinds.Raw())
    store = kinds.Dict(kinds.String(validate=is_key), kinds.Raw())
    connection = kinds.Dict(kinds.String(validate=is_key), kinds.Raw())
    people = kinds.Dict(kinds.String(validate=is_key), kinds.Raw())


class MarketplaceSchema(Strict):
    """``[marketplace.X]``."""

    name = kinds.String()
    url = Written(_address, str, required=True)
    profile = kinds.String()
    caller = kinds.String(validate=validate.OneOf(("default", "external_partner"), error="allowed are {choices}"))
    window = kinds.Raw()
    call_limits = kinds.Dict(kinds.String(), Written(_period, float))
    tax_mode = kinds.String(validate=validate.OneOf(("TAX_INCLUDED", "TAX_EXCLUDED"), error="allowed are {choices}"))
    locale = kinds.String()
    pages_count = kinds.Boolean(truthy={True}, falsy={False})


class StoreSchema(Strict):
    """``[store.X]``."""

    platform = kinds.String(required=True)
    url = Written(_address, str, required=True)
    credentials = kinds.Dict(kinds.String(), kinds.String(), required=True)
    settings = kinds.Dict(kinds.String(), kinds.Raw())


class ConnectionSchema(Strict):
    """``[connection.X]``."""

    marketplace = kinds.String(required=True)
    shop = Written(_shop_id, str, required=True)
    api_key = kinds.String(required=True)
    store = kinds.String(required=True)
    planner = kinds.String()
    preset = kinds.String()
    orders_from = Written(_moment, str)
    paused = kinds.List(kinds.String(validate=validate.OneOf(FEEDS, error="allowed are {choices}")))
    orders = kinds.Dict(kinds.String(), kinds.Raw())
    shipments = kinds.Dict(kinds.String(), kinds.Raw())
    stock = kinds.Dict(kinds.String(), kinds.Raw())


class RouteSchema(Strict):
    """``[people.ROLE]``."""

    email = kinds.List(kinds.String(validate=validate.Email(error="expected an e-mail address")))
    webhook = kinds.String()
    timezone = Written(_zone, str)
    quiet = Written(_quiet, str)
    digest = kinds.List(Written(_time, str))
    escalate_after = Written(read_duration, write_duration)
    escalate_to = kinds.String()
