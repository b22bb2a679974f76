"""Stores: the second door beside webhooks."""

from __future__ import annotations

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
