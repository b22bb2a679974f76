"""`python -m mirakl_sync.console`: the web process, served by waitress."""

from __future__ import annotations

import logging
import signal
from typing import Any

from waitress.server import create_server

from mirakl_sync import config as settings
from mirakl_sync import error_reports
from mirakl_sync import log as logs
from mirakl_sync.config import Config
from mirakl_sync.console.app import create_app
from mirakl_sync.console.hooks import LARGEST
from mirakl_sync.dispatch import CeleryDispatcher
from mirakl_sync.errors import Misconfigured
from mirakl_sync.listening import address, is_loopback
from mirakl_sync.wiring import wire

log = logging.getLogger(__name__)

THREADS = 8


def main() -> None:
    """Serve until told to stop. Refuses to start half-configured, in one sentence."""
    try:
        config = settings.read()
        host, port = listen_at(config)
        server = serve(config, host, port)
    except Misconfigured as error:
        raise SystemExit(f"The web process does not start. {error.words} {error.way_out}".strip()) from error
    signal.signal(signal.SIGTERM, _leave)
    try:
        server.run()
    finally:
        server.close()


def listen_at(config: Config) -> tuple[str, int]:
    """Where to listen: as set, but on this machine alone while the console has no password."""
    logs.configure(config.log_format, config.log_level, process="web")
    host, port = address(config.web_bind, "WEB_BIND")
    if config.console_password or is_loopback(host):
        return host, port
    log.warning("no MIRAKL_SYNC_CONSOLE_PASSWORD is set, so the web process listens on this machine only")
    return "127.0.0.1", port


def serve(config: Config, host: str, port: int) -> Any:
    """The server, listening but not yet serving."""
    from tasks import app as celery
    from tasks.queues import QUEUES
    from tasks.startup import refuse_half_configured

    refuse_half_configured(config)
    error_reports.start(config, process="web")
    wiring = wire(config, dispatcher=CeleryDispatcher(celery), who="web")
    app = create_app(wiring, [queue.name for queue in QUEUES])
    log.info("listening on http://%s:%s", host, port)
    return create_server(
        app, host=host, port=port, threads=THREADS, ident="", max_request_body_size=2 * LARGEST, channel_timeout=30
    )


def _leave(*_: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
