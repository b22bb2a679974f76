"""Stock: what shops have, what marketplaces show, and files that make them agree. Each task is a name and one call."""

from __future__ import annotations

from mirakl_sync.stock import comparing, pushing, reading
from mirakl_sync.stock import watch as watching
from mirakl_sync.stores import full_look, levels
from mirakl_sync.upkeep import queues
from tasks.app import app
from tasks.work import at_work, told


@app.task(name="stock.push_due")
def push_due() -> str:
    """Wake the lane of each connection that has numbers to weigh, to send or to follow."""
    with at_work("stock.push_due") as wiring:
        return told(pushing.push_due(wiring))


@app.task(name="stock.push")
def push(connection_id: int) -> str:
    """Weigh what was touched, send one stock file (STO01), follow it (STO02, STO03)."""
    with at_work("stock.push", connection=connection_id) as wiring:
        return told(pushing.push(connection_id, wiring))


@app.task(name="stock.read_due")
def read_due() -> str:
    """Wake a look at each store whose time has come, or of whose SKUs somebody doubts."""
    with at_work("stock.read_due") as wiring:
        return told(levels.read_due(wiring))


@app.task(name="stock.poll")
def poll(store_id: int) -> str:
    """Read the SKUs that changed in one store since the last look."""
    with at_work("stock.poll", store=store_id) as wiring:
        return told(levels.poll(store_id, wiring))


@app.task(name="stock.look")
def look(store_id: int) -> str:
    """Ask one store about the SKUs somebody doubts."""
    with at_work("stock.look", store=store_id) as wiring:
        return told(levels.look(store_id, wiring))


@app.task(name="stock.read_levels")
def read_levels(store_id: int) -> str:
    """Read every SKU of one store: what changed past its own dates is seen, and what is gone."""
    with at_work("stock.read_levels", store=store_id) as wiring:
        return told(full_look.read_levels(store_id, wiring))


@app.task(name="stock.offers_due")
def offers_due() -> str:
    """Wake a reading of each marketplace's list of offers whose time has come."""
    with at_work("stock.offers_due") as wiring:
        return told(reading.read_due(wiring))


@app.task(name="stock.read_offers")
def read_offers(connection_id: int) -> str:
    """Take the reading of one list of offers a step further (OF21; OF52, OF53, OF54)."""
    with at_work("stock.read_offers", connection=connection_id) as wiring:
        return told(reading.read_offers(connection_id, wiring))


@app.task(name="stock.compare_due")
def compare_due() -> str:
    """Ask for the nightly comparisons, and ring for those under way that nobody is at."""
    with at_work("stock.compare_due") as wiring:
        return told(comparing.compare_due(wiring))


@app.task(name="stock.compare")
def compare(comparison_id: int) -> str:
    """Compare a marketplace with its shop, offer by offer, as soon as both told their numbers."""
    with at_work("stock.compare", comparison=comparison_id) as wiring:
        return told(comparing.compare(comparison_id, wiring))


@app.task(name="stock.watch")
def watch() -> str:
    """Ask about numbers nobody knows, takes or confirms, and close what is over."""
    with at_work("stock.watch") as wiring:
        return told(watching.watch(wiring))


@app.task(name="stock.beat")
def beat() -> str:
    """Show that a worker serves this queue."""
    with at_work("stock.beat") as wiring:
        return told(queues.beat("stock", wiring))
