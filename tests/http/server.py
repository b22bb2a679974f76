"""A tiny real server that answers, trickles or breaks exactly as a test tells it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedReader


@dataclass
class Heard:
    """A request as its bytes came in."""

    line: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[socket.socket, Heard], bool | None]


@dataclass
class Server:
    """``script`` writes the answer to the socket; answering False closes the connection."""

    script: Script
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as reader:
                while (heard := _read(reader)) is not None:
                    self.heard.append(heard)
                    if self.script(connection, heard) is False:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
        except (OSError, ValueError):
            return


def _read(reader: BufferedReader) -> Heard | None:
    if reader.peek(1)[:1] == b"\x16":  # a TLS greeting: this server speaks plainly
        return None
    line = reader.readline().decode("latin-1").strip()
    if not line:
        return None
    headers = {}
    while row := reader.readline().decode("latin-1").strip():
        name, _, value = row.partition(":")
        headers[name.lower()] = value.strip()
    return Heard(line, headers, reader.read(int(headers.get("content-length", 0))))


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Script:
    """A whole answer; header names with underscores for dashes."""
    wire = _head(status, len(body), headers) + body
    return lambda connection, _heard: connection.sendall(wire)


def _head(status: int, length: int, headers: dict[str, str]) -> bytes:
    rows = {"Content-Type": "application/json", "Content-Length": str(length)}
    rows |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in rows.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode()


def head(status: int = 200, length: int = 2) -> bytes:
    """Only the head of an answer that announces ``length`` bytes."""
    return _head(status, length, {})
