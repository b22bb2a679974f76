"""The clock's hand: it does not ring at a door where nobody opens."""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

from mirakl_sync.broker_look import BrokerLook
from tasks.queues import QUEUES

log = logging.getLogger(__name__)

# A stopped worker would find one tick for every second it was away, and throwing away 10,000 of them takes it 9 s
# (measured). A queue this long has a thousand better reasons to be worked on; one more question "is anything due?" is
# none, and each sweep comes again.
FULL = 1000


class Considerate(PersistentScheduler):
    """Celery's own scheduler, which leaves a tick out while its queue is full."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._broker = BrokerLook(self.app.conf.broker_url, [queue.name for queue in QUEUES])

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Ring, or not. A broker that does not answer is tried all the same."""
        # every tick of ours names its queue (beat_schedule.py)
        queue = (entry.options or {})["queue"]
        waiting = self._broker.depths().waiting.get(queue, 0)
        if waiting >= FULL:
            log.warning("%s is left out: %s messages wait on %s", entry.task, waiting, queue)
            return
        super().apply_entry(entry, producer=producer)
