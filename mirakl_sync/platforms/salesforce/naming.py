"""The number of our order: the same for the same sale, whoever computes it and however often. Pure."""

from __future__ import annotations

import hashlib
import re

from mirakl_sync.records.shop import OrderReference

LONGEST = 50
_MARK = 10
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


def order_number(reference: OrderReference, prefix: str) -> str:
    """``MKP-SHOPA-000123-A-0b1c2d3e4f``: at most 50 characters, letters, digits and hyphens behind the prefix.

    The marketplace's number for people, and a mark of the whole reference, so that two sales never share one.
    """
    room = LONGEST - len(prefix) - _MARK - 1
    readable = _UNSAFE.sub("-", reference.order_id)[:room].strip("-")
    return f"{prefix}{readable}-{mark(reference)}"


def mark(reference: OrderReference) -> str:
    """Ten hexadecimal digits that stand for the whole reference."""
    return hashlib.sha256(str(reference).encode()).hexdigest()[:_MARK]
