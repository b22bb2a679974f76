"""What the address of a list asks for."""

from __future__ import annotations

from collections.abc import Container

from flask import request


def page_number() -> int:
    """Which page of the list; the first when nothing sensible is said."""
    return request.args.get("page", 1, type=int)


def word(name: str, known: Container[str] | None = None) -> str:
    """A parameter without blanks around it; empty when it is missing or none of those ``known``."""
    said = request.args.get(name, "").strip()
    return said if known is None or said in known else ""
