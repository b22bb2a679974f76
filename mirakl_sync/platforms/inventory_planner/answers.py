"""Inventory Planner's envelope and refusals, sorted by who moves next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirakl_sync.errors import Misconfigured, Refused, Unavailable, Unreadable
from mirakl_sync.http.contract import Answer, Operation

_KEY = (
    "Make a key in Account, Settings, API, as a service user with full access, and enter it as api_key with the "
    "account's id (a and digits) as account."
)


def interpret(operation: Operation, answer: Answer) -> Exception | None:
    """The error for a refused answer (4xx), or None where the common table knows better (429)."""
    if answer.status in (408, 425, 429):
        return None
    if not isinstance(answer.json, Mapping):
        # a page: maintenance, or what stands in front of the API and filters
        return Unavailable(f"Something in front of Inventory Planner answered {operation.code} ({answer.status}).")
    said = message(answer.json)
    if answer.status in (401, 403):
        return Misconfigured(
            f"Inventory Planner does not accept the key or the account ({answer.status}{said}).", way_out=_KEY
        )
    return Refused(
        f"Inventory Planner refused {operation.code} ({answer.status}{said}).",
        status=answer.status,
        request=operation.code,
    )


def rows_of(name: str, body: Any) -> tuple[list[Any], Mapping[str, Any]]:
    """The rows of a collection and its ``meta``.

    ``Refused`` where the envelope says error although the status does not, ``Unreadable`` where there are no rows.
    """
    if not isinstance(body, Mapping):
        raise Unreadable(f"Inventory Planner's {name} wear no envelope.", payload=body)
    result = body.get("result")
    if isinstance(result, Mapping) and str(result.get("status", "success")).lower() == "error":
        raise Refused(f"Inventory Planner refused to list {name}{message(body)}.")
    rows, meta = body.get(name), body.get("meta")
    if not isinstance(rows, list):
        raise Unreadable(f"Inventory Planner's list of {name} is no list.", payload=body)
    return rows, meta if isinstance(meta, Mapping) else {}


def message(body: Mapping[str, Any]) -> str:
    """What it says of an error, after a colon; empty when it says nothing."""
    result = body.get("result")
    said = result.get("message") if isinstance(result, Mapping) else None
    return f": {str(said)[:300]}" if said else ""
