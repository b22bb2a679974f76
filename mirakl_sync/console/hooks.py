"""POST /hooks/<store>: verify, keep, answer. Nothing else happens while the sender waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# Shops send single orders and products; more is a mistake or an attack.
LARGEST = 1024 * 1024


class Received(Protocol):
    """What the sender is answered."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def words(self) -> str:
        """A sentence that gives nothing away."""


Receive = Callable[[Wiring, str, Mapping[str, str], bytes], Received]


def blueprint(wiring: Wiring, receive: Receive) -> Blueprint:
    """The door for webhooks. 202 kept, 200 greeted, 401, 404, 413, and 503 when the sender shall try again."""
    door = Blueprint("hooks", __name__)

    @door.post("/hooks/<store>")
    def take(store: str) -> Response:
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return _say(413, f"A delivery may have {LARGEST} bytes at most; the poll sees the same change.")
        try:
            received = receive(wiring, store, request.headers, body)  # type: ignore[arg-type]  # a mapping in all but name
        except Exception:
            # whatever is wrong here, the sender must keep the delivery and come again
            log.exception("a webhook could not be kept", extra={"store": store})
            return _say(503, "It could not be kept; please send it again.", {"Retry-After": "30"})
        return _say(received.status, received.words)

    @door.get("/hooks/<store>")
    def explain(store: str) -> Response:
        return _say(405, f"Shops send webhooks for {store!r} here, by POST and signed.", {"Allow": "POST"})

    return door


def _say(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(words + "\n", status=status, mimetype="text/plain", headers=dict(headers or {}))
