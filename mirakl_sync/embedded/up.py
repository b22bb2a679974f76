"""`mirakl-sync up`: everything on this machine, from nothing to running, until it is told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mirakl_sync.embedded import broker, procfile
from mirakl_sync.embedded.child import Line
from mirakl_sync.embedded.files import alone
from mirakl_sync.embedded.setup import Ground, prepare
from mirakl_sync.embedded.supervisor import GRACE, Supervisor
from mirakl_sync.errors import MiraklSyncError, Misconfigured

RELEASE, BROKER = "release", "broker"
# Stopped in this order: workers finish what they hold, then those that ring and show, the broker last.
WORKERS, OTHERS, LAST = 0, 1, 2
NOT_WORKERS = ("beat", "web", "flower")


def run(
    var: Path,
    *,
    without: Collection[str] = (),
    environ: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = lambda _: None,
    ready: Callable[[Supervisor], None] = lambda _: None,
    start: Path | None = None,
) -> int:
    """Prepare ``var``, bring the database up to date and run every Procfile line but those ``without``.

    Returns 0 after SIGTERM or SIGINT stopped everything. ``Misconfigured`` or ``Unavailable`` when it cannot begin.
    ``say`` hears one sentence per event, ``ready`` gets the supervisor once all has started. Main thread only.
    """
    path = procfile.find(start)
    commands = procfile.read(path)
    var.mkdir(parents=True, exist_ok=True)
    with alone(var):
        ground = prepare(var, environ)
        supervisor = Supervisor(
            lines_of(commands, ground, without),
            folder=path.parent,
            environ=ground.environ,
            status=ground.var / "processes.json",
        )
        with _stops_on_signals(supervisor):
            try:
                _start(supervisor, ground, commands, path.parent, say)
            except MiraklSyncError:
                supervisor.stop(grace=5)
                raise
            ready(supervisor)
            supervisor.run()
    say("Everything has stopped.")
    return 0


def lines_of(commands: Mapping[str, str], ground: Ground, without: Collection[str] = ()) -> list[Line]:
    """The Procfile's lines (release is run once, before) and our broker, in the order they start."""
    lines = [
        Line(name, command, OTHERS if name in NOT_WORKERS else WORKERS)
        for name, command in commands.items()
        if name != RELEASE and name not in without
    ]
    if ground.broker is None:
        return lines
    program, conf = ground.broker.command
    return [Line(BROKER, f"'{program}' '{conf}'", LAST), *lines]


def _start(
    supervisor: Supervisor, ground: Ground, commands: Mapping[str, str], folder: Path, say: Callable[[str], None]
) -> None:
    if ground.broker is not None:
        supervisor.start(BROKER)
        broker.wait_until_ready(ground.broker.url)
        say("The broker runs.")
    if RELEASE in commands:
        _release(commands[RELEASE], ground, folder)
        say("The database is up to date.")
    supervisor.start()
    say(f"Running: {', '.join(supervisor.children)}. Workers have {GRACE:.0f} s to finish when this is stopped.")


def _release(command: str, ground: Ground, folder: Path) -> None:
    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=dict(ground.environ), check=False)  # noqa: S603 - the Procfile is ours
    if done.returncode:
        raise Misconfigured(
            f"The release line of the Procfile ended with {done.returncode}.", way_out="Its own words stand above."
        )


@contextmanager
def _stops_on_signals(supervisor: Supervisor) -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, supervisor.ask_to_stop) for number in numbers}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)
