"""`python -m tasks.flower`: Flower on this machine only, or anywhere behind a password."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from typing import Any

from mirakl_sync import config as settings
from mirakl_sync.config import Config
from mirakl_sync.errors import Misconfigured
from mirakl_sync.listening import address, is_loopback

USER = "operator"
# Flower answers these without a password even when it has one; ours are on the web process.
OPEN_PAGES = ("/metrics", "/healthcheck")


def main() -> None:
    """Run Flower until told to stop."""
    from celery.__main__ import main as celery

    try:
        config = settings.read()
        words = arguments(config)
        give_password(config, os.environ)
    except Misconfigured as error:
        raise SystemExit(f"Flower does not start. {error.words} {error.way_out}".strip()) from error
    close_open_pages()
    sys.argv = ["celery", *words]
    celery()


def arguments(config: Config) -> list[str]:
    """Flower's command line. ``Misconfigured`` when it would listen to the network without a password."""
    host, port = address(config.flower_bind, "FLOWER_BIND")
    if not config.flower_password and not is_loopback(host):
        raise Misconfigured(
            f"It would listen on {host} without a password.",
            way_out="Set MIRAKL_SYNC_FLOWER_PASSWORD, or let MIRAKL_SYNC_FLOWER_BIND be 127.0.0.1:5555.",
        )
    return ["-A", "tasks", "flower", f"--address={host}", f"--port={port}"]


def give_password(config: Config, environ: MutableMapping[str, str]) -> None:
    """By environment, because a command line is for everybody to read."""
    if config.flower_password:
        environ["FLOWER_BASIC_AUTH"] = f"{USER}:{config.flower_password}"


def close_open_pages() -> None:
    """Take the pages away that no password guards."""
    from flower import urls

    urls.handlers[:] = [handler for handler in urls.handlers if _path(handler) not in OPEN_PAGES]


def _path(handler: Any) -> str:
    return str(handler[0]) if isinstance(handler, tuple) else str(handler.matcher.regex.pattern).rstrip("$")


if __name__ == "__main__":
    main()
