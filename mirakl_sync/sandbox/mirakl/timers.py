"""What time alone will do: a queue of (when, what, order), overtaken entries included."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator

from mirakl_sync.sandbox.mirakl.model import Order

Deed = Callable[[Order, int], None]  # order, the moment it was due


class Timers:
    """Deeds by the moment they are due."""

    def __init__(self) -> None:
        self._queue: list[tuple[int, int, Order, int | None, Deed]] = []
        self._number = itertools.count()

    def plan(self, due: int, order: Order, deed: Deed, *, whatever_state: bool = False) -> None:
        """Do `deed` at `due`, unless the order has changed its state by then (or `whatever_state`)."""
        turn = None if whatever_state else order.turn
        heapq.heappush(self._queue, (due, next(self._number), order, turn, deed))

    def due(self, now: int) -> Iterator[tuple[Deed, Order, int]]:
        """Take out what is due at `now`, in the order it was due; a deed may plan the next one."""
        while self._queue and self._queue[0][0] <= now:
            due, _, order, turn, deed = heapq.heappop(self._queue)
            if turn is None or turn == order.turn:
                yield deed, order, due
