from __future__ import annotations

import pytest

from tests.http.server import Server


@pytest.fixture
def serve():
    """Start servers with a script each; they end with the test."""
    running: list[Server] = []

    def start(script) -> Server:
        running.append(Server(script))
        return running[-1]

    yield start
    for server in running:
        server.stop()
