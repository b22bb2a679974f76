"""`mirakl-sync doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from mirakl_sync import config as settings
from mirakl_sync.cli import examine
from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import dump, findings, json_option, progress, say
from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.fit import blocking
from mirakl_sync.records.shop import Finding


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look at settings, key, database, broker, processes, feeds, connections, clocks and who is told.

    Exit code 1 when something keeps the work from being done.
    """
    found: list[Finding] = []
    with progress("Looking …"):
        found.extend(_everything())
    if as_json:
        dump(found)
    else:
        findings(found)
        say(_verdict(found))
    sys.exit(1 if blocking(found) else 0)


def _everything() -> Iterator[Finding]:
    try:
        config = settings.read(os.environ)
    except Misconfigured as error:
        yield Finding(False, "settings", error.words, error.way_out, blocking=True)
        return
    yield Finding(True, "settings", f"They can be read; {config.environment}, everything local under {config.var}.")
    keys, stored, broker = list(examine.key(config)), list(examine.database(config)), list(examine.broker(config))
    yield from (*keys, *stored, *broker, *examine.processes(reachable=not blocking(broker)))
    if not blocking([*keys, *stored]):
        with at_work() as wiring:
            yield from (*examine.feeds(wiring), *examine.connections(wiring), *examine.people(wiring))


def _verdict(found: list[Finding]) -> str:
    stops, minds = len(blocking(found)), sum(not finding.ok and not finding.blocking for finding in found)
    if stops:
        return f"What keeps the work from being done: {stops}. To mind: {minds}."
    return f"Everything that must work does. To mind: {minds}." if minds else "All is well."
