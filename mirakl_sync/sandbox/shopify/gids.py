"""Global ids: `gid://shopify/Order/123` outside, numbers inside."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"^gid://shopify/(\w+)/([\w-]+)(?:\?.*)?$")


def gid(kind: str, number: int | str) -> str:
    return f"gid://shopify/{kind}/{number}"


def split(text: str) -> tuple[str, str]:
    """Kind and number of a global id; ("", "") of anything else."""
    found = _SHAPE.match(text)
    return (found[1], found[2]) if found else ("", "")


def number_of(text: str | None, *kinds: str) -> int:
    """The number in a global id of one of `kinds`; 0 = it is none, and no row has that number."""
    kind, number = split(text or "")
    return int(number) if kind in kinds and number.isdigit() else 0
