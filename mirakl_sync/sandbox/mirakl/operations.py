"""What every operation shares: who may call it, for which shop, how often; and how its answer leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.refusals import Refusal, bad
from mirakl_sync.sandbox.mirakl.settings import Key

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant

ADMIN = "ROLE_SHOP_ADMIN"


@dataclass(frozen=True)
class Call:
    """One admitted call: of which tenant and shop, and when (milliseconds)."""

    tenant: Tenant
    shop_id: int
    now: int

    def json(self) -> dict[str, Any]:
        """The JSON object of the body; 400 VALIDATION_ERROR when there is none."""
        sent = request.get_json(force=True, silent=True)
        if not isinstance(sent, dict):
            raise bad("A JSON object is expected in the body", "VALIDATION_ERROR")
        return sent

    def order(self, order_id: str) -> Order | None:
        """The order, as far as it is one of the shop's."""
        order = self.tenant.orders.by_id.get(order_id)
        return order if order is not None and order.shop_id == self.shop_id else None

    def count(self, operation: str) -> None:
        """Count this call against its limit; 429 when it comes too early."""
        self.refuse_early(operation, self.tenant.limits.wait(self.shop_id, operation, self.now / 1000))

    def refuse_early(self, operation: str, wait: int | None) -> None:
        """429 with Retry-After when there are seconds to `wait`."""
        if wait is None:
            return
        self.tenant.calls.over_limit(operation)
        raise Refusal(429, "You have reached the number of calls allowed for this API", retry_after=wait)


Operation = Callable[..., Any]


def add_operation(
    app: Flask,
    tenant: Tenant,
    code: str,
    rule: str,
    do: Operation,
    *,
    roles: tuple[str, ...] | None = (),
    counts_itself: bool = False,
    needs: str | None = None,
) -> None:
    """Put `do(call, **path)` at `rule` ("GET /api/…") as operation `code`, open to ADMIN and `roles` (None: any key).

    `do` answers a dict or text (sent as JSON, 200) or None (204). It runs with the tenant's lock held, and
    with time brought up to date. `needs` names the setting without which the operation does not exist (404).
    """
    method, path = rule.split(" ", 1)

    def view(**arguments: Any) -> Response:
        key = _admitted(tenant, None if roles is None else (ADMIN, *roles))
        with tenant.lock:
            call = Call(tenant, _shop_of(tenant, key), tenant.now())
            tenant.tick()
            if needs is not None and not getattr(tenant.settings, needs):
                raise Refusal(404, "Not found")
            if not counts_itself:
                call.count(code)
            return answered(do(call, **arguments))

    app.add_url_rule(path, code, view, methods=[method], provide_automatic_options=False)


def answered(result: Any) -> Response:
    """JSON for a dict or ready JSON text, 204 for None; a Response passes."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=204)
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    return Response(text, mimetype="application/json")


def refuse_without_length() -> Response | None:
    """A PUT must say how long it is, even when it is empty (front API description)."""
    lengthless = "CONTENT_LENGTH" not in request.environ and "HTTP_TRANSFER_ENCODING" not in request.environ
    if request.method == "PUT" and lengthless:
        return Refusal(411, "Content-Length is required").answer()
    return None


def _admitted(tenant: Tenant, roles: tuple[str, ...] | None) -> Key:
    key = tenant.keys.get(request.headers.get("Authorization", ""))
    if key is None:
        raise Refusal(401, "Unauthorized")
    if roles is not None and not set(key.roles) & set(roles):
        raise Refusal(403, "Access is denied: a role is missing")
    return key


def _shop_of(tenant: Tenant, key: Key) -> int:
    asked = request.args.get("shop_id")
    if asked is None:
        return key.shop_ids[0]
    if not asked.isdecimal() or int(asked) not in tenant.shops:
        raise Refusal(404, f"Shop with identifier '{asked}' not found")
    if int(asked) not in key.shop_ids:
        raise Refusal(403, f"Shop '{asked}' is not accessible with this key")
    return int(asked)
