"""Keeps the lines of a Procfile running on one machine: starts, restarts, stops in order, leaves nobody behind."""

from __future__ import annotations

import json
import logging
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from mirakl_sync.embedded.child import Child, Line
from mirakl_sync.embedded.files import write_private
from mirakl_sync.errors import Misconfigured

log = logging.getLogger(__name__)

LOOK_EVERY = 0.1
# Longest call (30 s) and a little: a worker ends when what it runs has ended.
GRACE = 45.0


class Supervisor:
    """Runs ``lines`` as children. All methods are for one thread, except ``ask_to_stop``."""

    def __init__(
        self, lines: Sequence[Line], *, folder: Path, environ: Mapping[str, str], status: Path | None = None
    ) -> None:
        self.children = {line.name: Child(line, environ, folder) for line in lines}
        self._status = status
        self._over = threading.Event()

    def start(self, *names: str) -> None:
        """Start these lines, or all that do not run yet."""
        for child in map(self._child, names) if names else self.children.values():
            if child.pid is None:
                child.start()
        self._write_status()

    def look(self) -> list[str]:
        """Notice deaths, start again what had its pause; answers the names of those that died since the last look."""
        before = {name: child.pid for name, child in self.children.items()}
        died = []
        for name, child in self.children.items():
            code = child.look()
            if code is not None:
                died.append(name)
                pause = (child.starts_again_at or 0) - time.monotonic()
                log.warning("%s ended with %s (death %s); starts again in %.1f s", name, code, child.deaths, pause)
        if died or before != {name: child.pid for name, child in self.children.items()}:
            self._write_status()
        return died

    def run(self) -> None:
        """Watch until somebody asks to stop, then stop all."""
        while not self._over.wait(LOOK_EVERY):
            self.look()
        self.stop()

    def ask_to_stop(self, *_signal: object) -> None:
        """End ``run`` soon; fit for a signal."""
        self._over.set()

    def stop(self, grace: float = GRACE) -> None:
        """Stop stage by stage: each is asked, given ``grace`` seconds, then killed. Nothing is left of any group."""
        ordered = sorted(self.children.values(), key=lambda child: child.line.stage)
        for _, stage in groupby(ordered, key=lambda child: child.line.stage):
            children = list(stage)
            for child in children:
                child.send(signal.SIGTERM)
            until = time.monotonic() + grace
            for child in children:
                if not child.wait(until):
                    log.warning("%s did not stop within %.0f s and was killed", child.line.name, grace)
        self._write_status()

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Do harm to one child; ``look`` will start it again."""
        self._child(name).send(number)

    def restart(self, name: str, grace: float = GRACE) -> None:
        """Stop one child in good order and start it again."""
        child = self._child(name)
        child.send(signal.SIGTERM)
        child.wait(time.monotonic() + grace)
        child.start()
        self._write_status()

    def _child(self, name: str) -> Child:
        if name not in self.children:
            raise Misconfigured(f"No process is called {name!r}.", way_out=f"There are {', '.join(self.children)}.")
        return self.children[name]

    def _write_status(self) -> None:
        """Who runs under which number, for `mirakl-sync doctor` and for those who break things on purpose."""
        if self._status is not None:
            said = {name: {"pid": child.pid, "deaths": child.deaths} for name, child in self.children.items()}
            write_private(self._status, json.dumps(said, indent=2) + "\n")
