"""Webhooks: what the web process kept is read here."""

from __future__ import annotations

from mirakl_sync.hooks import inbox
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
