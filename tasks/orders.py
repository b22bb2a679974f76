"""Orders: pull, answer, advance, watch. Each task is a name and one call."""

from __future__ import annotations

from mirakl_sync.orders import flow, intake, paid, references
from mirakl_sync.orders import sweep as due
from mirakl_sync.orders import watch as promises
from tasks.app import app
from tasks.work import at_work, told


@app.task(name="orders.pull_due")
def pull_due() -> str:
    """Wake a pull for each connection whose time has come."""
    with at_work("orders.pull_due") as wiring:
        return told(intake.pull_due(wiring))


@app.task(name="orders.pull")
def pull(connection_id: int) -> str:
    """Take in what changed at one shop (OR11) and wake the answers."""
    with at_work("orders.pull", connection=connection_id) as wiring:
        return told(intake.pull(connection_id, wiring))


@app.task(name="orders.accept")
def accept(*order_ids: int) -> str:
    """Answer the marketplace for these orders (OR21), and nothing that could wait for a shop's order."""
    with at_work("orders.accept", orders=order_ids) as wiring:
        return told(flow.advance_all(order_ids, wiring, lane="acceptance"))


@app.task(name="orders.advance")
def advance(*order_ids: int) -> str:
    """Take these orders as far as they can go in the shop."""
    with at_work("orders.advance", orders=order_ids) as wiring:
        return told(flow.advance_all(order_ids, wiring, lane="orders"))


@app.task(name="orders.sweep")
def sweep() -> str:
    """Ring again for every row that is due and was not rung lately."""
    with at_work("orders.sweep") as wiring:
        return told(due.sweep(wiring))


@app.task(name="orders.watch")
def watch() -> str:
    """Tell people about promises that run out."""
    with at_work("orders.watch") as wiring:
        return told(promises.watch(wiring))


@app.task(name="orders.tell_references")
def tell_references() -> str:
    """Tell marketplaces the shops' order numbers (OR04), in batches."""
    with at_work("orders.tell_references") as wiring:
        return told(references.tell_due(wiring))


@app.task(name="orders.sweep_unanswered")
def sweep_unanswered() -> str:
    """Let the next pulls look for every order that waits for an answer, shown by a change or not."""
    with at_work("orders.sweep_unanswered") as wiring:
        return told(intake.want_unanswered(wiring))


@app.task(name="orders.look_at_open")
def look_at_open() -> str:
    """Once a night, let the next pulls look at every open order by its number."""
    with at_work("orders.look_at_open") as wiring:
        return told(intake.want_open(wiring))


@app.task(name="orders.compare_paid")
def compare_paid() -> str:
    """Compare with the marketplaces' own lists of what must ship (ST12): what no pull showed is looked at."""
    with at_work("orders.compare_paid") as wiring:
        return told(paid.compare(wiring))
