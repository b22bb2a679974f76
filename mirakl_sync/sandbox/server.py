"""Runs a Flask application as a real HTTP/1.1 server in this process."""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.serving import DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler

TICK_SECONDS = 0.2
LISTEN_BACKLOG = 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Running:
    """A server that listens: its address, and the way to stop it."""

    url: str
    port: int
    stop: Callable[[], None]


class _Server(ThreadedWSGIServer):
    """Knows its open connections, so that they can be closed with it."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self.open_connections: set[socket.socket] = set()
        super().__init__(host, port, app, handler=_Request)


class _Request(WSGIRequestHandler):
    """Keeps connections open; werkzeug's own closes each one and waits 10 ms after every answer."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def setup(self) -> None:
        super().setup()
        self.server.open_connections.add(self.connection)

    def finish(self) -> None:
        self.server.open_connections.discard(self.connection)
        with contextlib.suppress(ConnectionError):  # the client is gone; there is nobody left to tell
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet: the call log keeps what matters."""

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        try:
            environ["wsgi.input"] = io.BytesIO(self._body(environ))
            self._answer(environ)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:
            log.exception("the sandbox failed to answer %s %s", self.command, self.path)
            self.close_connection = True

    def _body(self, environ: dict[str, Any]) -> bytes:
        """Read the whole body, so that the next request on this connection starts where it should."""
        if isinstance(environ["wsgi.input"], DechunkedInput):
            body = environ["wsgi.input"].read()
            environ["CONTENT_LENGTH"] = str(len(body))
            return body
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _answer(self, environ: dict[str, Any]) -> None:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            head[:] = [status, headers]
            return self.wfile.write

        chunks = self.server.app(environ, start_response)
        try:
            self._send(head, chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _send(self, head: list[Any], chunks: Any) -> None:
        status, headers = head
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        self.send_header("Server", self.version_string())
        if not any(key.lower() == "date" for key, _ in headers):  # a vendor's clock may have been moved
            self.send_header("Date", self.date_time_string())
        for key, value in headers:
            self.send_header(key, value)
        if not any(key.lower() == "content-length" for key, _ in headers) and code not in ("204", "304"):
            self.send_header("Connection", "close")
        self.end_headers()
        try:
            for chunk in chunks:
                if self.command != "HEAD":
                    self.wfile.write(chunk)
        finally:
            self.wfile.flush()


def serve(app: Flask, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Serve `app` from threads of this process, with keep-alive; port 0 takes any free one.

    The vendor in `app.extensions["sandbox"]`, if there is one, is ticked while the server runs.
    """
    server = _Server(app, host, port)
    server.socket.listen(LISTEN_BACKLOG)
    over = threading.Event()
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)]
    vendor = app.extensions.get("sandbox")
    if vendor is not None:
        threads.append(threading.Thread(target=_keep_ticking, args=(vendor, over), daemon=True))
    for thread in threads:
        thread.start()

    def stop() -> None:
        over.set()
        _end(server)
        _close_connections(server)
        server.server_close()
        for thread in threads:
            thread.join(timeout=2)
        close = getattr(vendor, "close", None)  # what else a vendor runs, an SFTP server say
        if close is not None:
            close()

    return Running(f"http://{host}:{server.server_port}", server.server_port, stop)


def _end(server: _Server) -> None:
    """End the loop of requests, which looks up now and then, or when somebody knocks."""
    ending = threading.Thread(target=server.shutdown, daemon=True)
    ending.start()
    with contextlib.suppress(OSError):
        socket.create_connection(server.socket.getsockname()[:2], timeout=1).close()
    ending.join()


def _close_connections(server: _Server) -> None:
    for connection in list(server.open_connections):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue  # the caller was quicker


def _keep_ticking(vendor: Any, over: threading.Event) -> None:
    while not over.wait(TICK_SECONDS):
        try:
            vendor.tick()
        except Exception:
            log.exception("the sandbox's clockwork of %s stumbled", vendor.name)
