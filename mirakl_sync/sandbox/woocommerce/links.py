"""The `_links` block every object carries."""

from __future__ import annotations

from typing import Any

ALL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def rest(base: str, path: str) -> str:
    return f"{base}/wp-json/wc/v3/{path}"


def item_links(
    base: str, own: str, collection: str, *, up: str | None = None, allow: tuple[str, ...] = ALL_METHODS
) -> dict[str, Any]:
    links: dict[str, Any] = {
        "self": [{"href": rest(base, own), "targetHints": {"allow": list(allow)}}],
        "collection": [{"href": rest(base, collection)}],
    }
    if up:
        links["up"] = [{"href": rest(base, up)}]
    return {"_links": links}
