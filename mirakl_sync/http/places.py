"""A cap on simultaneous calls that is fair: a place goes to whoever waits longest.

Python's semaphores let the thread that gives its place back take it again before the one that waits; with more threads
than places some would wait for as long as there is work.
"""

from __future__ import annotations

import threading
from collections import deque


class Places:
    """So many places. Safe to share between threads."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._turns: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def take(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds for a place; False when there was none."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Event()
            self._turns.append(turn)
        if turn.wait(timeout):
            return True
        with self._lock:
            if turn.is_set():
                return True
            self._turns.remove(turn)
            return False

    def give_back(self) -> None:
        """The place goes on to the next in line."""
        with self._lock:
            if self._turns:
                self._turns.popleft().set()
            else:
                self._free += 1
