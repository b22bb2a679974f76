"""What a subject (orders, shipments) tells the machinery about its cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from mirakl_sync.cases.deed import Deed
from mirakl_sync.cases.step import Ask, Wait
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused


class Case(Protocol):
    """One subject's side of the loop in ``advance``. Nothing here calls another system, except inside deeds."""

    model: type[Any]
    subject: str

    @property
    def final(self) -> frozenset[str]:
        """The states in which nothing more happens."""

    def next_step(self, tx: Transaction, row: Any, now: datetime) -> Any:
        """Load the facts and ask the rules: ``Settle``, ``Wait``, ``Ask``, or a step this subject turns into a deed."""

    def deed(self, tx: Transaction, row: Any, step: Any, now: datetime) -> Deed | Wait | Ask:
        """Prepare the call for a step, with everything it needs in hand; or say why not now."""

    def succeeded(self, tx: Transaction, row: Any, step: Any, result: Any, now: datetime) -> str:
        """Write down that it happened; answers the sentence for the timeline."""

    def refused(self, tx: Transaction, row: Any, step: Any, error: Refused, now: datetime) -> Wait | Ask | None:
        """They said no: what follows. None asks the rules again with what was learned."""

    def silent(self, tx: Transaction, row: Any, step: Any, now: datetime) -> None:
        """The other side gave no answer we can use; remember it where it helps others."""

    def settled(self, tx: Transaction, row: Any, now: datetime) -> None:
        """The row changed its state without a deed; bring what hangs on it along."""

    def wake(self, tx: Transaction, row: Any, lane: str, countdown: float | None = None) -> None:
        """Ring the workers of ``lane`` for this row, ``countdown`` seconds later."""

    def lane_of(self, tx: Transaction, row: Any) -> str:
        """Whose workers should look at this row next."""

    def deadline(self, row: Any) -> datetime | None:
        """The promise that runs."""

    def connection_of(self, row: Any) -> int:
        """The connection whose people are asked."""
