"""Wake-ups: messages that say a row is worth looking at now. Losing one loses time, never work."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wake:
    """Ring ``task`` with ids; ``countdown`` seconds later at most a minute (longer ones are a column's business)."""

    task: str
    args: tuple[int | str, ...] = ()
    countdown: float | None = None


# Rows rung for in one message: a message costs more than a visit, and one page must not become a hundred of them.
BELL_HOLDS = 25


def packed(task: str, row_ids: Sequence[int]) -> list[Wake]:
    """Wake-ups of ``task`` for these rows, in their order, several to a message."""
    return [Wake(task, tuple(row_ids[start : start + BELL_HOLDS])) for start in range(0, len(row_ids), BELL_HOLDS)]


class Dispatcher(Protocol):
    """Sends wake-ups. Never raises: the sweep finds what a lost message forgot."""

    def send(self, wakes: Sequence[Wake]) -> None:
        """Ring every bell, in order."""


class NullDispatcher:
    """Rings nothing: for commands that do the work here and now."""

    def send(self, wakes: Sequence[Wake]) -> None:
        """Nothing is sent."""


@dataclass
class RecordingDispatcher:
    """Remembers what was rung; for tests."""

    sent: list[Wake] = field(default_factory=list)

    def send(self, wakes: Sequence[Wake]) -> None:
        """Keep them."""
        self.sent.extend(wakes)


class CeleryDispatcher:
    """Rings by task name through a Celery app, on one pooled connection for the whole batch."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def send(self, wakes: Sequence[Wake]) -> None:
        """Publish; an unreachable broker is logged once per batch and left to the sweep."""
        if not wakes:
            return
        try:
            with self._app.producer_pool.acquire(block=True, timeout=5) as producer:
                for wake in wakes:
                    self._app.send_task(
                        wake.task, args=list(wake.args), countdown=wake.countdown, producer=producer, retry=False
                    )
        except Exception as error:  # noqa: BLE001 - whatever the broker does, the rows are committed
            log.warning("wake-ups not sent, the sweep will find them: %s", error, extra={"wakes": len(wakes)})
