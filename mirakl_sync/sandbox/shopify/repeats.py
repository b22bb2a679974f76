"""`@idempotent(key: …)`: obligatory since 2026-04 on some mutations; the same key with the same input happens once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.faults import BadRequest

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call

OBLIGATORY_SINCE = "2026-04"
KEPT_SECONDS = 24 * 3600
MISMATCH = "The same idempotency key cannot be used with different parameters."


def once(call: Call, name: str, key: str | None, arguments: dict[str, Any], resolve: Callable[..., Any]) -> Any:
    """The result of the first call with this key; a user error when the input is another one."""
    if key is None:
        if call.version >= OBLIGATORY_SINCE:
            raise BadRequest("The @idempotent directive is required for this mutation but was not provided.")
        return resolve(call, **arguments)
    if not key:
        raise BadRequest("The idempotency key must not be empty.")
    now, kept = call.shop.clock.seconds(), call.shop.idempotency
    for old in [known for known, (until, _, _) in kept.items() if until < now]:
        del kept[old]
    said = json.dumps(arguments, sort_keys=True, default=str)
    if (name, key) in kept:
        _, first, result = kept[name, key]
        return result if first == said else _mismatch(name)
    result = resolve(call, **arguments)
    kept[name, key] = (now + KEPT_SECONDS, said, result)
    return result


def _mismatch(name: str) -> dict[str, Any]:
    error = {"field": None, "message": MISMATCH, "code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}
    return {"userErrors": [error]}
