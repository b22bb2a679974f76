"""What time alone will do: a queue of (when, what), overtaken entries included."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator

from mirakl_sync.sandbox.mirakl.model import Order

Deed = Callable[[Order, int], None]  # order, the moment it was due
Act = Callable[[int], None]  # the moment it was due


class Timers:
    """Deeds by the moment they are due."""

    def __init__(self) -> None:
        self._queue: list[tuple[int, int, Act, Callable[[], bool]]] = []
        self._number = itertools.count()

    def plan(self, due: int, order: Order, deed: Deed, *, whatever_state: bool = False) -> None:
        """Do `deed` at `due`, unless the order has changed its state by then (or `whatever_state`)."""
        turn = order.turn
        self._push(due, lambda at: deed(order, at), lambda: whatever_state or turn == order.turn)

    def plan_act(self, due: int, act: Act) -> None:
        """Do `act` at `due`, come what may."""
        self._push(due, act, lambda: True)

    def due(self, now: int) -> Iterator[tuple[Act, int]]:
        """Take out what is due at `now`, in the order it was due; a deed may plan the next one."""
        while self._queue and self._queue[0][0] <= now:
            due, _, act, wanted = heapq.heappop(self._queue)
            if wanted():
                yield act, due

    def _push(self, due: int, act: Act, wanted: Callable[[], bool]) -> None:
        heapq.heappush(self._queue, (due, next(self._number), act, wanted))
