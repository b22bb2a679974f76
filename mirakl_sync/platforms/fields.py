"""What the answers of several shops have in common: exact numbers, dates in UTC, and tolerance for the unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from mirakl_sync.errors import Unreadable


class Amount(fields.Field[Decimal]):
    """An exact number, told as a number or as text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        try:
            amount = Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(f"{value!r} is no amount") from error
        if not amount.is_finite():
            raise ValidationError(f"{value!r} is no amount")
        return amount


class Utc(fields.Field[datetime]):
    """A date of ISO 8601; one without a zone is meant as UTC."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        at = utc(value)
        if at is None:
            raise ValidationError(f"{value!r} is no date")
        return at


def utc(value: Any) -> datetime | None:
    """A date as UTC; None for what is none."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Shape(Schema):
    """A part of an answer: unknown fields are passed over."""

    class Meta:
        """Tolerance is the rule at this border."""

        unknown = EXCLUDE


class Made(Shape):
    """A shape that becomes ``made``, leaving nulls to its defaults."""

    made: Any = None

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """The record; null is as good as absent, lists become tuples."""
        told = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
        return type(self).made(**{name: value for name, value in told.items() if value is not None})


def read_answer(
    vendor: str,
    schema: Schema,
    payload: Any,
    what: str,
    *,
    after_write: bool = False,
    kept: Callable[[Any], Any] = lambda payload: payload,
) -> Any:
    """One object of an answer; ``Unreadable`` names the fields that are wrong and keeps the payload.

    ``kept`` says what of the payload, where not all of it may be.
    """
    try:
        return schema.load(payload)
    except ValidationError as error:
        raise Unreadable(
            f"{vendor}'s {what} cannot be read: {error.messages}", payload=kept(payload), outcome_unknown=after_write
        ) from error
