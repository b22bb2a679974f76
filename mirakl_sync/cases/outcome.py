"""How a visit to a case ended; each can say itself in a sentence, for the timeline, the log and Flower."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """The case rests until ``until`` (or news)."""

    waiting_for: str
    until: datetime | None = None

    def sentence(self) -> str:
        """What is waited for, and until when."""
        return f"waits for {self.waiting_for}" + (f" until {self.until:%Y-%m-%d %H:%M:%S} UTC" if self.until else "")


@dataclass(frozen=True, slots=True)
class Blocked:
    """A person is asked."""

    question: str

    def sentence(self) -> str:
        """The question, marked as one."""
        return f"asks: {self.question}"


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing more will happen."""

    why: str

    def sentence(self) -> str:
        """Why it is over."""
        return f"finished: {self.why}"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The next deed belongs to another queue's workers, who were rung."""

    lane: str
    deed: str

    def sentence(self) -> str:
        """Who has it now."""
        return f"handed to {self.lane} to {self.deed}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """An attempt failed; the row says when it is tried again. The task raises it so that Flower shows red."""

    words: str
    until: datetime | None

    def sentence(self) -> str:
        """What failed and when it is tried again."""
        return self.words + (f"; next attempt at {self.until:%H:%M:%S} UTC" if self.until else "")


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else is at it, or took over while we were calling: nothing was recorded by us."""

    words: str = "somebody else is at it"

    def sentence(self) -> str:
        """Why nothing was done."""
        return self.words


Outcome = Waiting | Blocked | Finished | HandedOver | Trouble | Taken
