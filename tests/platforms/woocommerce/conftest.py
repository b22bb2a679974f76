from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request

from mirakl_sync.sandbox.server import serve
from tests.platforms.bench_woocommerce import WooBench


@pytest.fixture
def woo() -> Iterator[Callable[..., WooBench]]:
    """Open shops as a test wants them; they close with the test."""
    benches: list[WooBench] = []

    def opened(shop_settings: dict | None = None, **settings) -> WooBench:
        benches.append(WooBench(shop_settings, **settings))
        return benches[-1]

    yield opened
    for bench in benches:
        bench.close()


@pytest.fixture(scope="module")
def shop() -> Iterator[WooBench]:
    """One shop for the tests that leave it as they found it."""
    bench = WooBench()
    yield bench
    bench.close()


class Sink:
    """A receiver of webhooks that keeps what came."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        app = Flask("sink")

        @app.post("/")
        def take() -> str:
            self.taken.append((dict(request.headers), request.get_data()))
            return ""

        self.server = serve(app)
        self.url = f"{self.server.url}/"


@pytest.fixture
def hooks_sink() -> Iterator[Sink]:
    """Somewhere the shop's webhooks can go."""
    sink = Sink()
    yield sink
    sink.server.stop()
