"""Who may call: tokens that expire after a day, tokens that never do, and a shop that is closed."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

WRONG_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
CLOSED = {
    402: "This shop's plan does not allow access to this feature",
    403: "This shop is unavailable",
    404: "Not Found",
    423: "This shop is locked",
}
KEPT = 500


class Tokens:
    """Tokens handed out for client credentials: token → when it ends, in the sandbox's seconds."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}
        self.issued = 0

    def issue(self, now: float, seconds: int) -> str:
        token = f"shpat_{secrets.token_hex(16)}"
        self._ends[token] = now + seconds
        self.issued += 1
        while len(self._ends) > KEPT:
            del self._ends[next(iter(self._ends))]
        return token

    def valid(self, token: str, now: float) -> bool:
        return self._ends.get(token, 0.0) > now

    def expire(self) -> int:
        """End every token now; answers how many lived."""
        ended = len(self._ends)
        self._ends.clear()
        return ended


def grant(shop: Shop, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The answer of the token endpoint: status and body."""
    settings = shop.settings
    if form.get("grant_type") != "client_credentials":
        return 400, _oauth_error("unsupported_grant_type", "Only client_credentials is supported here.")
    told = str(form.get("client_secret") or "").encode()
    if form.get("client_id") != settings.client_id or not hmac.compare_digest(told, settings.client_secret.encode()):
        return 400, _oauth_error("application_cannot_be_found", "No application exists with these credentials.")
    token = shop.tokens.issue(shop.clock.seconds(), settings.token_seconds)
    scope = ",".join(settings.scopes)
    return 200, {"access_token": token, "scope": scope, "expires_in": settings.token_seconds}


def refused(shop: Shop, token: str | None) -> tuple[int, dict[str, Any]] | None:
    """Why a call is turned away before anybody reads it; None = it may come in."""
    status = shop.settings.closed
    if status:
        return status, {"errors": CLOSED.get(status, "Unavailable Shop")}
    if token and (token in shop.settings.static_tokens or shop.tokens.valid(token, shop.clock.seconds())):
        return None
    return 401, {"errors": WRONG_TOKEN}


def served_version(shop: Shop, asked: str) -> str | None:
    """The version a call is served by: an old one by the oldest still served; None = there is no such version."""
    versions = shop.settings.versions
    if asked in versions:
        return asked
    year, _, month = asked.partition("-")
    wellformed = year.isdigit() and month in ("01", "04", "07", "10")
    return versions[0] if wellformed and asked < versions[0] else None


def _oauth_error(code: str, words: str) -> dict[str, Any]:
    return {"error": code, "error_description": words}
