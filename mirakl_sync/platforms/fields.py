"""What the answers of several shops have in common: exact numbers, dates in UTC, and tolerance for the unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields


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
