"""`fields=items[entity_id,items[sku]],total_count`: an answer trimmed to what was asked for (reference 2)."""

from __future__ import annotations

import re
from typing import Any

WORDS = re.compile(r"[A-Za-z0-9_]+|[\[\],]")
Wanted = dict[str, "Wanted"]


def parse(text: str) -> Wanted:
    """The tree of names; an empty tree means everything below."""
    stack: list[Wanted] = [{}]
    last: Wanted = {}
    for word in WORDS.findall(text):
        if word == "[":
            stack.append(last)
        elif word == "]":
            stack = stack[:-1] or [{}]
        elif word != ",":
            last = stack[-1].setdefault(word, {})
    return stack[0]


def keep(body: Any, wanted: Wanted) -> Any:
    """The body with the wanted names alone. A list that is asked for by parts and has none becomes null (99.2)."""
    if not wanted:
        return body
    if isinstance(body, list):
        return [keep(one, wanted) for one in body] if body else None
    if not isinstance(body, dict):
        return body
    return {name: keep(body[name], below) for name, below in wanted.items() if name in body}


def trimmed(body: Any, text: str | None) -> Any:
    """What `fields` leaves of an answer."""
    if not text or not isinstance(body, dict | list):
        return body
    left = keep(body, parse(text))
    return left or []
