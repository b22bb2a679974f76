"""Webhooks: what the web process kept is read here."""

from __future__ import annotations

from mirakl_sync.hooks import inbox
from mirakl_sync.upkeep import queues
from tasks.app import app
from tasks.work import at_work, told


@app.task(name="webhooks.digest")
def digest(delivery_id: int) -> str:
    """Read one kept delivery and act on what it says."""
    with at_work("webhooks.digest", delivery=delivery_id) as wiring:
        return told(inbox.digest(delivery_id, wiring))


@app.task(name="webhooks.sweep")
def sweep() -> str:
    """Ring again for deliveries nobody has read."""
    with at_work("webhooks.sweep") as wiring:
        return told(inbox.sweep(wiring))


@app.task(name="webhooks.beat")
def beat() -> str:
    """Show that a worker serves this queue."""
    with at_work("webhooks.beat") as wiring:
        return told(queues.beat("webhooks", wiring))
