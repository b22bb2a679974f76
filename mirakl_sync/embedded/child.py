"""One process of ours: started in a process group of its own, restarted when it dies, never left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# A process that lived this long had started well: its next death is answered at once again.
LIVED_WELL = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Line:
    """What to run. ``stage`` orders the stopping: lower stages first."""

    name: str
    command: str
    stage: int = 0


@dataclass
class Child:
    """A line and the process that runs it now."""

    line: Line
    environ: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    starts_again_at: float | None = None
    deaths: int = 0
    in_a_row: int = 0
    last_code: int | None = field(default=None)

    @property
    def pid(self) -> int | None:
        """The process now running, if one is."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def start(self) -> None:
        """Run the line; ``exec`` makes the shell's process the program itself, so that signals arrive."""
        self.starts_again_at, self.started_at = None, time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - the Procfile is ours
            ["/bin/sh", "-c", f"exec {self.line.command}"],
            cwd=self.folder,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, no lock
        )

    def look(self) -> int | None:
        """Notice a death (answers its exit code once) and start again when the pause is over."""
        if self.starts_again_at is not None:
            if time.monotonic() >= self.starts_again_at:
                self.start()
            return None
        if self.process is None or self.process.poll() is None:
            return None
        return self._died(self.process.returncode)

    def _died(self, code: int) -> int:
        self.kill_group()
        lived = time.monotonic() - self.started_at
        self.in_a_row = 1 if lived > LIVED_WELL else self.in_a_row + 1
        self.deaths += 1
        self.last_code = code
        self.starts_again_at = time.monotonic() + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.in_a_row - 1))
        return code

    def send(self, number: int) -> None:
        """Send a signal to the process, if it lives."""
        if self.pid is not None:
            os.kill(self.pid, number)

    def kill_group(self) -> None:
        """End whatever the process may have left in its group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self, until: float) -> bool:
        """True when the process is over by ``until`` (monotonic seconds); else it and its group are killed."""
        self.starts_again_at = None
        if self.process is None:
            return True
        try:
            self.last_code = self.process.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.kill_group()
            self.last_code = self.process.wait()
            return False
        self.kill_group()
        return True


def _die_with_parent() -> None:
    """When the supervisor is killed outright, its children are told to stop (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
