"""The remote control as tests of every shop use it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient


class Remote:
    """A client of a shop that serves no port; `control` speaks to /_sandbox/."""

    flask: FlaskClient

    def open(self, app: Flask) -> None:
        app.testing = True
        self.flask = app.test_client()

    def control(self, path: str, body: Any = None, method: str = "") -> Any:
        """Reads without a body, else posts; the answer must be a 200."""
        answer = self.flask.open(f"/_sandbox/{path}", method=method or ("GET" if body is None else "POST"), json=body)
        assert answer.status_code == 200, answer.text
        return answer.json
