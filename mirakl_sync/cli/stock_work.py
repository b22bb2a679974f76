"""Do here and now what acts about stock ring for: as workers would, but for one command and with an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import click

from mirakl_sync.cli.output import note
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.orders import intake
from mirakl_sync.stock import comparing, pushing, reading
from mirakl_sync.stores import full_look, levels
from mirakl_sync.wiring import Wiring


class Report(Protocol):
    """What every piece of work answers."""

    def sentence(self) -> str:
        """What came of it."""


_WORK: dict[str, Callable[[int, Wiring], Report]] = {
    "orders.pull": intake.pull,
    "stock.push": pushing.push,
    "stock.poll": levels.poll,
    "stock.look": levels.look,
    "stock.read_levels": full_look.read_levels,
    "stock.read_offers": reading.read_offers,
    "stock.compare": comparing.compare,
}
# Between two looks whether something is to be done; seconds.
BREATH = 0.5


@dataclass
class Here:
    """The work that is rung for, done in this process, each at its time."""

    wiring: Wiring
    bells: RecordingDispatcher
    update: Callable[[str], None]
    failed: bool = False
    _heard: int = 0
    _waiting: list[tuple[float, str, int]] = field(default_factory=list)

    def until(self, over: Callable[[], bool], patience: float) -> bool:
        """Work until ``over``; False when it is not after ``patience`` seconds."""
        ends = time.monotonic() + patience
        while not over():
            if time.monotonic() >= ends:
                return False
            if not self.once():
                time.sleep(BREATH)
        return True

    def once(self) -> bool:
        """Do what is rung for and due; False when there was nothing."""
        self._listen()
        now = time.monotonic()
        due = [each for each in self._waiting if each[0] <= now]
        self._waiting = [each for each in self._waiting if each[0] > now]
        # the same bell rung twice is one visit
        for task, number in dict.fromkeys((task, number) for _, task, number in sorted(due)):
            self.do(task, number)
        return bool(due)

    def do(self, task: str, number: int) -> str:
        """One piece of work; its sentence, or what stood against it."""
        try:
            words = _WORK[task](number, self.wiring).sentence()
        except MiraklSyncError as error:
            self.failed = True
            note(f"{error.words} {error.way_out}".rstrip())
            return error.words
        self.update(words)
        return words

    def ring(self, task: str, number: int, countdown: float = 0.0) -> None:
        """Let something be done, now or later."""
        self.bells.send([Wake(task, (number,), countdown=countdown)])

    def _listen(self) -> None:
        news, self._heard = self.bells.sent[self._heard :], len(self.bells.sent)
        for wake in news:
            if wake.task in _WORK:
                self._waiting.append((time.monotonic() + (wake.countdown or 0.0), wake.task, int(wake.args[0])))


def echo(words: str) -> None:
    """A sentence with its end."""
    click.echo(words if words.endswith((".", "!", "?")) else f"{words}.")
