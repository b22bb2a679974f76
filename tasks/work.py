"""What every task shares: the process's wiring, fields in the log, and outcomes turned into what Flower shows."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, Protocol

from celery import Task, signals

from mirakl_sync import config as settings
from mirakl_sync import log as logs
from mirakl_sync.cases.outcome import Trouble
from mirakl_sync.dispatch import CeleryDispatcher
from mirakl_sync.errors import MiraklSyncError, TryLater
from mirakl_sync.upkeep import queues
from mirakl_sync.wiring import Wiring, wire
from tasks.queues import QUEUE_OF

log = logging.getLogger(__name__)


STOPPING = "this worker stops; the sweep rings for what it did not begin"


class NotNow(Exception):
    """A recorded failure: the row knows when it is tried again or who was asked. Red in Flower, one line in the log."""


class Quiet(Task):  # type: ignore[type-arg]  # only the stubs know arguments; when it runs, Task takes none
    """Our tasks: an expected failure is told in one line, without a traceback and without a report to Sentry."""

    throws = (NotNow,)


class Speaks(Protocol):
    """An outcome or a report."""

    def sentence(self) -> str:
        """What came of it."""


def told(outcome: Speaks) -> str:
    """The outcome's sentence, as the task's result in Flower; ``NotNow`` for recorded trouble.

    Waiting is a success. Trouble raises, so that a sick marketplace or shop is seen as red; nothing retries here, the
    row carries its next attempt.
    """
    words = outcome.sentence()
    if isinstance(outcome, Trouble) or getattr(outcome, "trouble", False):
        raise NotNow(words)
    # a tick is about nothing in particular and comes every few seconds: Flower has its answer, the log need not
    log.log(logging.INFO if len(logs.fields()) > 1 else logging.DEBUG, "%s", words)
    return words


@contextmanager
def at_work(name: str, **fields: object) -> Iterator[Wiring]:
    """The process's wiring, for one task. Every line logged meanwhile carries ``task`` and ``fields``.

    Our own errors end as ``NotNow`` with their words and the way out; anything else is a bug and propagates. So does
    work this worker did not begin because it was told to stop: its rows are due, and the sweep rings for them.
    """
    with logs.bound(task=name, **fields):
        began = time.perf_counter()
        try:
            yield _process.wiring()
        except NotNow as trouble:
            log.info("%s", trouble)
            raise
        except (CancelledError, RuntimeError):
            if not _process.stopping:
                raise
            raise NotNow(STOPPING) from None
        except TryLater as error:
            log.info("%s", error.words)
            raise NotNow(error.words) from None
        except MiraklSyncError as error:
            log.warning("%s %s", error.words, error.way_out)
            raise NotNow(f"{error.words} {error.way_out}".strip()) from None
        finally:
            log.debug("took %.0f ms", (time.perf_counter() - began) * 1000)


# A worker writes down at most so often that it lives.
BEAT_AGAIN_AFTER = 15.0


class _Process:
    """One wiring per worker process, built by the first task that needs it: pools without ``worker_process_init``
    (threads) and forked ones alike never share a connection made before the fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wiring: Wiring | None = None
        self.threads = 0
        self.stopping = False
        self._beaten: dict[str, float] = {}

    def wiring(self) -> Wiring:
        """The wiring, built once however many threads ask."""
        if self._wiring is None:
            with self._lock:
                if self._wiring is None:
                    self._wiring = self._build()
        return self._wiring

    def use(self, wiring: Wiring | None) -> None:
        """Put a wiring in place, or forget it; for tests and for workers that stop."""
        with self._lock:
            self._wiring = wiring

    def close(self) -> None:
        """Return the database's connections."""
        if self._wiring is not None:
            self._wiring.close()
        self.use(None)

    def stop_soon(self) -> None:
        """Begin nothing more: a message may hold many orders, and those under way fill the time given to stop."""
        self.stopping = True
        if self._wiring is not None and self._wiring.crew is not None:
            self._wiring.crew.shutdown(wait=False, cancel_futures=True)

    def beat(self, queue: str) -> None:
        """Something was done for this queue: show it now and then. Trouble with that is not the task's."""
        at = time.monotonic()
        if at - self._beaten.get(queue, -BEAT_AGAIN_AFTER) < BEAT_AGAIN_AFTER:
            return
        self._beaten[queue] = at
        try:
            queues.beat(queue, self.wiring())
        except Exception:
            log.debug("the queue %s could not show that it lives", queue, exc_info=True)

    def _build(self) -> Wiring:
        from tasks.app import app

        return wire(settings.read(), dispatcher=CeleryDispatcher(app), pool=self.threads)


_process = _Process()
use = _process.use


@signals.celeryd_after_setup.connect
def _learn_threads(instance: Any = None, **_: Any) -> None:
    """One database connection per thread that may work."""
    _process.threads = int(getattr(instance, "concurrency", 0) or 0)


@signals.task_postrun.connect
def _show_life(task: Any = None, **_: Any) -> None:
    """Also a failed task shows that its queue is served."""
    queue = QUEUE_OF.get(getattr(task, "name", ""))
    if queue is not None:
        _process.beat(queue)


@signals.worker_shutting_down.connect
def _finish_what_is_under_way(**_: Any) -> None:
    # the signal's own code may hold no lock, and the crew has some: another thread takes them
    threading.Thread(target=_process.stop_soon, name="stop-soon").start()


@signals.worker_shutdown.connect
def _return_connections(**_: Any) -> None:
    _process.close()
