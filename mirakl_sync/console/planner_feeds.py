"""GET and HEAD /feeds/<token>/<feed>.csv: whole tables for a planner that fetches them, behind its own password."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request
from werkzeug.http import http_date

from mirakl_sync.planning import serving
from mirakl_sync.planning.serving import Door, Fetch
from mirakl_sync.wiring import Wiring

# Bytes that are handed to the server at a time.
PIECE = 256 * 1024


def blueprint(wiring: Wiring) -> Blueprint:
    """The door for planners: 200, 401 without its password, 404 for what is not served."""
    door = Blueprint("feeds", __name__)

    @door.get("/feeds/<token>/<feed>.csv")
    def table(token: str, feed: str) -> Response:
        given, whole = request.authorization, request.method == "GET"
        basic = given is not None and given.type == "basic"
        user, password = (given.username or "", given.password or "") if given and basic else ("", "")
        return _answer(wiring, serving.fetch(wiring, token, feed, user, password, whole=whole), whole=whole)

    return door


def _answer(wiring: Wiring, found: Fetch, *, whole: bool) -> Response:
    if found.door is Door.ASKS:
        answer = Response("This table has a password.\n", status=401, mimetype="text/plain")
        answer.headers["WWW-Authenticate"] = 'Basic realm="tables", charset="UTF-8"'
        return answer
    if found.door is Door.UNKNOWN:
        return Response("There is no such table.\n", status=404, mimetype="text/plain")
    answer = Response(_pieces(wiring, found) if whole else b"", mimetype="text/csv")
    answer.headers["Content-Length"] = str(found.size)
    if found.made_at is not None:
        answer.headers["Last-Modified"] = http_date(found.made_at)
    answer.headers["ETag"] = f'"{found.number}"'
    return answer


def _pieces(wiring: Wiring, found: Fetch) -> Iterator[bytes]:
    for start in range(0, found.size, PIECE):
        yield found.content[start : start + PIECE]
    serving.fetched(wiring, found.number)
