"""Threads that really race, on a clock that moves only while all of them sleep."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from mirakl_sync.errors import Unavailable


class Crash(BaseException):
    """The worker process dies at this boundary."""


class Theatre:
    """A virtual clock for many threads: when all sleep, time moves to the first who wakes."""

    def __init__(self, at: datetime, actors: int) -> None:
        self._at, self._awake = at, actors
        self._sleepers: list[datetime] = []
        self._stage = threading.Condition()

    def __call__(self) -> datetime:
        return self._at

    def sleep(self, seconds: float) -> None:
        """Let this thread rest; whoever is left plays on."""
        with self._stage:
            wakes_at = self._at + timedelta(seconds=seconds)
            self._sleepers.append(wakes_at)
            self._leave()
            while self._at < wakes_at:
                self._stage.wait()

    def exit(self) -> None:
        """This thread plays no more."""
        with self._stage:
            self._leave()

    def _leave(self) -> None:
        self._awake -= 1
        if self._awake == 0 and self._sleepers:
            self._at = min(self._sleepers)
            woken = [at for at in self._sleepers if at <= self._at]
            self._sleepers = [at for at in self._sleepers if at > self._at]
            self._awake = len(woken)
            self._stage.notify_all()


def play(theatre: Theatre, parts: Sequence[Callable[[], None]]) -> None:
    """Run every part in a thread of its own; the first error of any is raised."""
    errors: list[BaseException] = []

    def run(part: Callable[[], None]) -> None:
        try:
            part()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that started it
            errors.append(error)
        finally:
            theatre.exit()

    threads = [threading.Thread(target=run, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@dataclass
class TroubledShop:
    """Creates orders slowly, loses every third call before or after doing it, and finds late what it made."""

    theatre: Theatre
    chance: random.Random
    call_timeout: float
    search_lag: float
    trouble: float = 0.35
    crashes: float = 0.08
    down: tuple[float, float] = (0, 0)
    made: list[datetime] = field(default_factory=list)
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.theatre()

    def make(self, row_id: int) -> Any:
        """Create. A caller who gave up does not stop what is under way on our side."""
        self.crash()
        self._unless_down()
        patience = self.call_timeout * self.chance.random()
        fate = self.chance.random()
        if fate < self.trouble / 2:
            self.theatre.sleep(patience)
            raise Unavailable("lost before it was done", outcome_unknown=True)
        if fate < self.trouble:
            # done at some time before the caller's time-out would have ended, perhaps after he gave up
            self.made.append(self.theatre() + timedelta(seconds=self.call_timeout * self.chance.random()))
            self.theatre.sleep(patience)
            self.crash()
            raise Unavailable("lost after it was done", outcome_unknown=True)
        self.theatre.sleep(patience)
        self.made.append(self.theatre())
        self.crash()
        return SimpleNamespace(order_id=f"T-{len(self.made)}")

    def find(self, row_id: int) -> Any:
        """Search, as it was ``search_lag`` ago."""
        self.crash()
        self._unless_down()
        if self.chance.random() < self.trouble:
            raise Unavailable("the look was lost", outcome_unknown=True)
        shown = [at for at in self.made if at <= self.theatre() - timedelta(seconds=self.search_lag)]
        self.theatre.sleep(self.call_timeout * self.chance.random())
        return SimpleNamespace(order_id="T-found") if shown else None

    def tell(self, row_id: int) -> Any:
        """May be told twice."""
        self.crash()
        return SimpleNamespace(order_id="")

    def crash(self) -> None:
        """Sometimes nobody survives this line."""
        if self.chance.random() < self.crashes:
            raise Crash

    def _unless_down(self) -> None:
        since = (self.theatre() - self.began).total_seconds()
        if self.down[0] <= since < self.down[1]:
            raise Unavailable("could not connect")
