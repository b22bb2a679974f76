"""Shopify's global ids, and the numbers people know."""

from __future__ import annotations


def gid(kind: str, number: str) -> str:
    """``gid://shopify/Order/123`` of ``Order`` and ``123``."""
    return f"gid://shopify/{kind}/{number}"


def number(of: str) -> str:
    """``123`` of ``gid://shopify/Order/123``; what comes after a question mark is no part of it."""
    return of.rpartition("/")[2].partition("?")[0]
