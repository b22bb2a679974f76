"""Somewhere a simulated shop can send to or fetch from: small servers of the tests' own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Take = Callable[[str, dict[str, str], bytes], tuple[int, dict[str, str]]]
"""What a receiver does with the path, the headers and the body of a POST: the status and headers of its answer."""


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *words: Any) -> None:
        """Nothing."""


@contextmanager
def listening(answering: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server whose calls the class answers, each in a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def receiving(take: Take) -> Iterator[str]:
    """The address of a server that hands every POST to `take`."""

    class Receiver(Quiet):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = take(self.path, dict(self.headers.items()), raw)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

    with listening(Receiver) as url:
        yield url
