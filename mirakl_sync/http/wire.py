"""One request on the wire: it ends by its deadline, and we know whether it left.

requests' timeouts bound single reads, so a server that trickles bytes holds a worker for ever. Here every read and
every send asks the deadline of the whole call first, headers included.
"""

from __future__ import annotations

import io
import logging
import math
import socket
import threading
import time
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection

# Below ERROR these print whole addresses and signatures, keys included.
for _name in ("urllib3", "requests_oauthlib", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.ERROR)


class Exchange:
    """What this thread's running call knows of itself.

    ``deadline`` is on the monotonic clock; ``patience`` is how many seconds the other side may be silent before it.
    """

    def __init__(self, deadline: float, patience: float = math.inf) -> None:
        self.deadline = deadline
        self.patience = patience
        self.begun = False
        self.connecting = False
        self.sent = False

    def remaining(self) -> float:
        """Seconds the next read or send may take; ``TimeoutError`` when there are none left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the whole call is over")
        return min(left, self.patience)


class _Current(threading.local):
    exchange: Exchange | None = None


current = _Current()


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket, each time for no longer than the call still has."""

    def __init__(self, sock: socket.socket, exchange: Exchange) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._exchange.remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        if current.exchange is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_DeadlineReader(sock, current.exchange))


class _Watched:
    """Tells the running call when bytes of the request begin to leave, and lets none leave too late."""

    sock: Any
    response_class: Any = _Response

    def connect(self) -> None:
        exchange = current.exchange or Exchange(0)
        exchange.connecting = True
        super().connect()  # type: ignore[misc]  # mixed into urllib3's connections
        exchange.connecting = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        exchange = current.exchange
        if exchange is not None and not exchange.connecting:
            self.sock.settimeout(exchange.remaining())
            exchange.sent = True
        super().send(data)  # type: ignore[misc]  # mixed into urllib3's connections


class _PlainConnection(_Watched, HTTPConnection):
    pass


class _SecureConnection(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class OnceAdapter(HTTPAdapter):
    """Sends a request once, over watched and reused connections. It never repeats and never follows."""

    def __init__(self, pool: int) -> None:
        never = Retry(total=0, connect=0, read=False, redirect=0, status=0, other=0)
        super().__init__(pool_connections=4, pool_maxsize=pool, max_retries=never)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        if not args[0].lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager
