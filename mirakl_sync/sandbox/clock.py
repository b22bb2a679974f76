"""A clock that can be moved forward, so that a day of deadlines fits into a minute."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class SandboxClock:
    """Tells the sandbox's time: real time times `speed`, plus whatever it was advanced by."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._lock = threading.Lock()
        self.reset()

    def seconds(self) -> float:
        """Sandbox time in seconds since 1970."""
        return self._start + (time.time() - self._start) * self._speed + self._ahead

    def now(self) -> datetime:
        """Sandbox time, aware, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, seconds: float) -> datetime:
        """Move the clock forward by `seconds` of sandbox time; return the new time."""
        if seconds < 0:
            raise ValueError("the sandbox clock only moves forward")
        with self._lock:
            self._ahead += seconds
        return self.now()

    def reset(self) -> None:
        """Go back to real time."""
        self._start = time.time()
        self._ahead = 0.0
