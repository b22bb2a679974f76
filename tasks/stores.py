"""Stores: the second door beside webhooks."""

from __future__ import annotations

from mirakl_sync.stores import looking, webhooks
from mirakl_sync.stores import poll as polling
from tasks.app import app
from tasks.work import at_work, told


@app.task(name="stores.poll_due")
def poll_due() -> str:
    """Wake a poll for each store whose time has come."""
    with at_work("stores.poll_due") as wiring:
        return told(polling.poll_due(wiring))


@app.task(name="stores.poll")
def poll(store_id: int) -> str:
    """Read what changed in one store since the last look."""
    with at_work("stores.poll", store=store_id) as wiring:
        return told(polling.poll(store_id, wiring))


@app.task(name="stores.watch_webhooks")
def watch_webhooks() -> str:
    """Make our webhooks where they are missing and switch them on again where a shop switched them off."""
    with at_work("stores.watch_webhooks") as wiring:
        return told(webhooks.watch(wiring))


@app.task(name="stores.look_at_placed")
def look_at_placed() -> str:
    """Look by number at the orders that shall leave: what neither webhooks nor polls showed is seen here."""
    with at_work("stores.look_at_placed") as wiring:
        return told(looking.look_at_placed(wiring))
