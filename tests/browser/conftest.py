"""The console served on loopback, and a real browser that looks at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from mirakl_sync.console.app import create_app
from mirakl_sync.wiring import Wiring
from tests.browser.driver import Browser, browser, missing
from tests.console.conftest import connection, listed, parcel, placed, wiring

__all__ = ["connection", "listed", "parcel", "placed", "wiring"]

# Quick enough to be waited for.
REFRESH = 0.3


@pytest.fixture(scope="session")
def _window() -> Iterator[Browser]:
    if absent := missing():
        pytest.skip(f"browser tests need {absent} on PATH")
    with browser() as window:
        yield window


@pytest.fixture
def window(_window: Browser) -> Browser:
    """The browser at desktop size, with nothing left to complain about."""
    _window.open("about:blank")
    _window.resize(1280, 844)
    _window.complaints()
    return _window


@pytest.fixture
def console(wiring: Wiring) -> Iterator[str]:
    """The console's address."""
    app = create_app(wiring, ["acceptance", "orders"])
    app.config["REFRESH_SECONDS"] = REFRESH
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()
