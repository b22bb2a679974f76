"""Upkeep: feeds that stopped, data that has had its time."""

from __future__ import annotations

from mirakl_sync.notify import telling
from mirakl_sync.upkeep import prune as retention
from mirakl_sync.upkeep import quiet, silence
from tasks.app import app
from tasks.work import at_work, told


@app.task(name="upkeep.watch_silence")
def watch_silence() -> str:
    """Ask a person about every feed that stopped; close what speaks again."""
    with at_work("upkeep.watch_silence") as wiring:
        return told(silence.watch(wiring))


@app.task(name="upkeep.watch_quiet")
def watch_quiet() -> str:
    """Ask a person about connections that had orders in these hours for weeks and have none now."""
    with at_work("upkeep.watch_quiet") as wiring:
        return told(quiet.watch(wiring))


@app.task(name="upkeep.notify")
def notify() -> str:
    """Tell people about questions: at once, in digests, and others when nobody acts."""
    with at_work("upkeep.notify") as wiring:
        return told(telling.notify(wiring))


@app.task(name="upkeep.prune")
def prune() -> str:
    """Let go of payloads, deliveries and timelines past their time."""
    with at_work("upkeep.prune") as wiring:
        return told(retention.prune(wiring))
