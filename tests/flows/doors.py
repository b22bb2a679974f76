"""Our door for webhooks on a real port, and a shop that rings at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from werkzeug.serving import make_server

from mirakl_sync.console.app import create_app
from mirakl_sync.db.models import Store
from tests.flows.days import Day

SECRET = "a long random text"


@contextmanager
def open_hooks(day: Day) -> Iterator[str]:
    """The web process listens, the shop's webhooks are made; answers the address they go to."""
    with day.wiring.db.reading() as tx:
        credentials = tx.execute(select(Store)).scalar_one().credentials
    day.change_store(credentials={**credentials, "webhook_secret": SECRET})
    server = make_server("127.0.0.1", 0, create_app(day.wiring), threaded=True)
    listening = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    listening.start()
    address = f"http://127.0.0.1:{server.server_port}/hooks/webshop"
    try:
        with day.wiring.db.reading() as tx:
            shop = day.wiring.connections.store(tx.execute(select(Store)).scalar_one())
        assert all(finding.ok for finding in shop.watch(address))
        yield address
    finally:
        server.shutdown()
        server.server_close()
        listening.join(5)
