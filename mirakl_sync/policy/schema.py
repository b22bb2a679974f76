"""What a file or a row says of a policy, read into frozen values: unknown keys and values are refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, validate
from marshmallow import fields as kinds

from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.model import OrderPolicy, Policy, ShipmentPolicy, StockPolicy, WarehouseCode, Window
from mirakl_sync.policy.units import (
    read_count,
    read_duration,
    read_percent,
    read_share,
    read_whole,
    write_duration,
    write_percent,
    write_whole,
)

_PARTS: dict[str, Any] = {"orders": OrderPolicy, "shipments": ShipmentPolicy, "stock": StockPolicy}
_WINDOW = '"24h", {hours = 24} or {working_days = 1, holidays = "DE"}'


class Written(kinds.Field[Any]):
    """A value people write as text: ``read`` raises ``ValueError`` with what was expected."""

    def __init__(self, read: Callable[[Any], Any], write: Callable[[Any], Any], **options: Any) -> None:
        super().__init__(allow_none=False, **options)
        self._read, self._write = read, write

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        try:
            return self._read(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return self._write(value)


class Strict(Schema):
    """Unknown keys are errors."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "this key is not known", "type": "a table is expected"}  # noqa: RUF012 - never written


class _WindowSchema(Strict):
    hours = kinds.Decimal(validate=validate.Range(min=0, min_inclusive=False, max=24 * 60))
    working_days = kinds.Integer(strict=True, validate=validate.Range(min=1, max=60))
    timezone = kinds.String()
    holidays = kinds.String()


def read_policy(content: Mapping[str, Any]) -> Policy:
    """The policy a file or row describes; what it leaves out has our default.

    ``Misconfigured`` names every wrong key, what came and what is allowed.
    """
    if not isinstance(content, Mapping) or set(content) - set(_PARTS):
        raise Misconfigured(f"The policy is {content!r}.", way_out=f"It is a table with the keys {', '.join(_PARTS)}.")
    parts = {name: kind(**load(_schema(kind), content.get(name, {}), name)) for name, kind in _PARTS.items()}
    return Policy(**parts)


def write_policy(policy: Policy) -> dict[str, Any]:
    """The policy as JSON-safe values, complete; ``read_policy`` gives an equal one back."""
    return {name: dict(_schema(kind).dump(getattr(policy, name))) for name, kind in _PARTS.items()}


def read_window(content: Mapping[str, Any] | str | None, *, facts: Mapping[str, Any] | None = None) -> Window | None:
    """The time a marketplace gives us to answer, or None where nothing is known.

    Text is a duration. Where the file says no time zone, the marketplace's own (PC01 ``timezone`` in ``facts``)
    counts, else UTC.
    """
    if not content:
        return None
    values = load(_WindowSchema(), content if isinstance(content, Mapping) else {"hours": _hours(content)}, "window")
    if ("hours" in values) == ("working_days" in values):
        raise Misconfigured("The window must say either hours or working_days.", way_out=f"Write window = {_WINDOW}.")
    values.setdefault("timezone", (facts or {}).get("timezone") or "UTC")
    _refuse_unknown_places(values["timezone"], values.get("holidays", ""))
    return Window(**values)


@cache
def _schema(kind: Any) -> Schema:
    """Built from the part of the policy itself, so that a key cannot be in one and not in the other."""
    hints = get_type_hints(kind)
    return Strict.from_dict({each.name: _field(hints[each.name]) for each in fields(kind)})()


def _field(hint: Any) -> kinds.Field[Any]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Written(partial(_one_of, hint), str)
    kind: dict[Any, Callable[[], kinds.Field[Any]]] = {
        timedelta: lambda: Written(read_duration, write_duration),
        Decimal | None: lambda: Written(read_percent, write_percent),
        Decimal: lambda: Written(read_share, write_percent),
        int | None: lambda: Written(read_whole, write_whole),
        int: lambda: Written(read_count, int),
        str: kinds.String,
        bool: lambda: Written(_true_or_false, bool),
        dict[str, str]: lambda: kinds.Dict(kinds.String(), kinds.String(validate=_is_country)),
        dict[str, WarehouseCode]: lambda: kinds.Dict(kinds.String(), kinds.String(validate=validate.Length(min=1))),
    }
    return kind[hint]()


def _one_of(choices: type[StrEnum], value: Any) -> StrEnum:
    try:
        return choices(value)
    except ValueError:
        raise ValueError(f"allowed are {', '.join(choices)}") from None


def _true_or_false(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def _is_country(code: str) -> None:
    if not (len(code) == 2 and code.isalpha() and code.isupper()):
        raise ValidationError("expected a country code of two capital letters")


def load(schema: Schema, content: Any, what: str) -> dict[str, Any]:
    """What the schema makes of ``content``; ``Misconfigured`` says each wrong key of ``what`` in words."""
    try:
        return dict(schema.load(content))
    except ValidationError as error:
        raise Misconfigured(
            f"{'; '.join(_sentences(error.messages_dict, content, what))}.",
            way_out=f"The keys of {what} are {', '.join(schema.fields)}.",
        ) from error


def _sentences(messages: Mapping[Any, Any], content: Any, name: str) -> Iterator[str]:
    for key, found in messages.items():
        # marshmallow's own levels: the whole table, and the key or value of a dictionary
        inner = key in ("_schema", "key", "value")
        came = content if inner else content[key] if isinstance(content, list) else content.get(key)
        below = name if inner else f"{name}.{key}"
        if isinstance(found, Mapping):
            yield from _sentences(found, came, below)
        else:
            yield from (f"{below} is {came!r}: {words[0].lower()}{words[1:].rstrip('.')}" for words in map(str, found))


def _hours(text: object) -> Decimal:
    try:
        return Decimal(str(read_duration(text).total_seconds())) / 3600
    except ValueError as error:
        raise Misconfigured(f"window is {text!r}: {error}.", way_out=f"Write window = {_WINDOW}.") from error


def _refuse_unknown_places(timezone: str, country: str) -> None:
    import holidays

    try:
        ZoneInfo(timezone)
    except (OSError, ValueError, KeyError) as error:
        raise Misconfigured(
            f"window.timezone is {timezone!r}, which is no time zone.", way_out="Write a name such as Europe/Berlin."
        ) from error
    if country and country not in holidays.list_supported_countries():
        raise Misconfigured(
            f"window.holidays is {country!r}, a country we have no calendar of.",
            way_out="Write a country code such as DE or FR; leave it out to count public holidays as working days.",
        )
