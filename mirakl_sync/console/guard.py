"""Who may see the pages: everybody on this machine without a password, whoever has it otherwise."""

from __future__ import annotations

import hmac

from flask import Flask, Response, request

from mirakl_sync.listening import is_loopback

USER = "operator"
# Senders sign what they send; planners show a password of their own; probes learn nothing but "it lives".
OPEN = ("/hooks/", "/feeds/", "/health/live", "/health/ready", "/static/")
HEADERS = {
    # our one script and style sheet and nothing else, whoever wrote the words on the page
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def protect(app: Flask, password: str) -> None:
    """Ask for the password; without one, answer only requests addressed to this machine by its own names."""

    @app.before_request
    def may_enter() -> Response | None:
        if request.path.startswith(OPEN):
            return None
        if not password:
            return None if is_loopback(_host()) else _say(403, "Without a password only this machine may look.")
        return None if _knows(password) else _ask()

    @app.after_request
    def careful(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer


def _host() -> str:
    """The name we were called by: a proxy or a foreign page would use another than this machine's own."""
    host = request.host
    return host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]


def _knows(password: str) -> bool:
    given = request.authorization
    if given is None or given.type != "basic":
        return False
    same = hmac.compare_digest((given.password or "").encode(), password.encode())
    return same and given.username == USER


def _ask() -> Response:
    answer = _say(401, f"The console asks for its password (user {USER}).")
    answer.headers["WWW-Authenticate"] = 'Basic realm="mirakl_sync", charset="UTF-8"'
    return answer


def _say(status: int, words: str) -> Response:
    return Response(words + "\n", status=status, mimetype="text/plain")
