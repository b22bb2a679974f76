"""Signs of life of queues: somebody serves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Served:
    """A queue that is served."""

    queue: str

    def sentence(self) -> str:
        """For Flower."""
        return f"a worker serves {self.queue}"


def beat(queue: str, wiring: Wiring) -> Served:
    """A worker of this queue did something now."""
    with wiring.db.transaction() as tx:
        heartbeat.beat(tx, f"queue:{queue}", wiring.now(), EVERY, "a task was done")
    return Served(queue)
