"""A small case to try the machinery with: a toy is made once by a far workshop, then told, then done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mirakl_sync.cases.advance import Machinery
from mirakl_sync.cases.deed import Deed
from mirakl_sync.cases.outcome import Trouble, Waiting
from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.clock import Clock
from mirakl_sync.db.models.base import Base, CaseColumns
from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.errors import Refused

CALL_TIMEOUT = timedelta(seconds=30)
LEASE = timedelta(seconds=45)
SETTLING = timedelta(seconds=40)


class ToyBase(DeclarativeBase):
    """A metadata of its own, so that no other test sees this table."""

    metadata = MetaData()
    type_annotation_map = Base.type_annotation_map


class Toy(ToyBase, CaseColumns):
    """One row to be worked on."""

    __tablename__ = "toys"

    id: Mapped[int] = mapped_column(primary_key=True)
    promised_by: Mapped[datetime | None] = mapped_column(default=None)
    made_as: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Make:
    """Have the toy made, which must happen once."""


@dataclass(frozen=True)
class Tell:
    """Say that it was made; may be said twice."""


@dataclass(frozen=True)
class Read:
    """A call that changes nothing."""


def make_then_tell(row: Toy, now: datetime) -> Any:
    """The rules of toys."""
    done = Settle("done", "made and told")
    return {"new": Make(), "made": Tell(), "told": done, "done": done}[row.state]


@dataclass
class Workshop:
    """The other side. Each call takes the next answer of its script: an error is raised, anything else returned."""

    made: list[int] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    looks: int = 0
    script: deque[Any] = field(default_factory=deque)

    def make(self, row_id: int) -> Any:
        """Make it. The script may lose the call ``before`` or ``after`` it is done: (when, error)."""
        when, error = self.script.popleft() if self.script else ("", None)
        if when == "before":
            raise error
        self.made.append(row_id)
        if when == "after":
            raise error
        return SimpleNamespace(order_id=f"T-{len(self.made)}")

    def find(self, row_id: int) -> Any:
        """What was made for this row."""
        self.looks += 1
        when, error = self.script.popleft() if self.script and self.script[0][0] == "look" else ("", None)
        if when:
            raise error
        return SimpleNamespace(order_id="T-found") if row_id in self.made else None

    def tell(self, row_id: int) -> Any:
        """Take note."""
        self.told.append(row_id)
        return SimpleNamespace(order_id="")


@dataclass
class ToyCase:
    """Implements ``mirakl_sync.cases.case.Case``; ``rule`` may be replaced, and what is written down spoilt."""

    workshop: Any
    rule: Callable[[Toy, datetime], Any] = make_then_tell
    follow: Any = None
    settling: timedelta = SETTLING
    looks: bool = True
    silences: list[str] = field(default_factory=list)
    settlings: list[str] = field(default_factory=list)
    before_record: Callable[[], None] = lambda: None

    model = Toy
    subject = "toy"
    final = frozenset({"done", "lost"})

    def next_step(self, tx: Transaction, row: Toy, now: datetime) -> Any:
        return self.rule(row, now)

    def deed(self, tx: Transaction, row: Toy, step: Any, now: datetime) -> Deed:
        row_id = row.id
        if isinstance(step, Make):
            look = (lambda: self.workshop.find(row_id)) if self.looks else None
            return Deed(
                "make", "makers", lambda: self.workshop.make(row_id), f"make:{row_id}", look, settling=self.settling
            )
        if isinstance(step, Tell):
            return Deed("tell", "tellers", lambda: self.workshop.tell(row_id), f"tell:{row_id}")
        return Deed("read", "makers", lambda: self.workshop.make(row_id))

    def succeeded(self, tx: Transaction, row: Toy, step: Any, result: Any, now: datetime) -> str:
        self.before_record()
        if isinstance(step, Make):
            row.state, row.made_as = "made", result.order_id
            return f"made as {result.order_id}"
        if isinstance(step, Tell):
            row.state = "told"
            return "told"
        row.state = "read"
        return ""

    def refused(self, tx: Transaction, row: Toy, step: Any, error: Refused, now: datetime) -> Wait | Ask | None:
        return self.follow(row, error) if self.follow else None

    def silent(self, tx: Transaction, row: Toy, step: Any, now: datetime) -> None:
        self.silences.append(type(step).__name__)

    def settled(self, tx: Transaction, row: Toy, now: datetime) -> None:
        self.settlings.append(row.state)

    def wake(self, tx: Transaction, row: Toy, lane: str, countdown: float | None = None) -> None:
        tx.wake(f"toys.{lane}", row.id, countdown=countdown)

    def lane_of(self, tx: Transaction, row: Toy) -> str:
        return "makers"

    def deadline(self, row: Toy) -> datetime | None:
        return row.promised_by

    def connection_of(self, row: Any) -> Any:
        return None


def machinery(db: Database, now: Clock) -> Machinery:
    """The loop's surroundings with the usual times."""
    return Machinery(db, now, CALL_TIMEOUT, LEASE, who="a test")


def new_toy(db: Database, **values: Any) -> int:
    """A row that is due."""
    with db.transaction() as tx:
        row = Toy(**{"state": "new", **values})
        tx.add(row)
        tx.flush()
        return row.id


def read(db: Database, row_id: int) -> Toy:
    """The row as it stands."""
    with db.reading() as tx:
        return tx.get_one(Toy, row_id)


def resting(outcome: Any) -> datetime:
    """Until when the case rests."""
    assert isinstance(outcome, Waiting | Trouble)
    assert outcome.until is not None
    return outcome.until
