"""Planners: told in time, read after their nights. Each task is a name and one call."""

from __future__ import annotations

from mirakl_sync.planning import reading, sending
from mirakl_sync.planning import watch as watching
from tasks.app import app
from tasks.work import at_work, told


@app.task(name="planning.due")
def due() -> str:
    """Wake the planners whose files are due or on their way, and those whose night is over."""
    with at_work("planning.due") as wiring:
        return told(sending.due(wiring))


@app.task(name="planning.send")
def send(planner_id: int) -> str:
    """Make one planner's files for its next night, and bring them."""
    with at_work("planning.send", planner=planner_id) as wiring:
        return told(sending.send(planner_id, wiring))


@app.task(name="planning.read")
def read(planner_id: int) -> str:
    """Read what one planner plans and expects, and whether its numbers show our files."""
    with at_work("planning.read", planner=planner_id) as wiring:
        return told(reading.read(planner_id, wiring))


@app.task(name="planning.watch")
def watch() -> str:
    """Ask about what a planner does not know, show or get in time, and close what is over."""
    with at_work("planning.watch") as wiring:
        return told(watching.watch(wiring))
