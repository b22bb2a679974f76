"""A deed: one call to another system, prepared with all it needs before the transaction closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mirakl_sync.errors import MiraklSyncError


@dataclass(frozen=True, slots=True)
class Deed:
    """What to call, under which key, and how to find out afterwards whether it happened.

    ``lane`` names the queue whose workers do it. ``key`` is empty for a read, which needs no ledger. ``look`` finds
    what an unanswered ask may have made, or answers None; a deed without it may simply be asked again. "Not found"
    counts only ``settling`` after the ask.
    """

    name: str
    lane: str
    act: Callable[[], Any]
    key: str = ""
    look: Callable[[], Any] | None = None
    settling: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a deed: a result, one of our errors, or (after a look) nothing found."""

    result: Any = None
    error: MiraklSyncError | None = None
    looked: bool = False

    @property
    def found_nothing(self) -> bool:
        """A look that proved the deed undone."""
        return self.looked and self.error is None and self.result is None


def carry_out(deed: Deed, *, look: bool) -> Report:
    """Make the call, or the look behind it. Our own errors are reported, anything else is a bug and propagates."""
    try:
        if look and deed.look is not None:
            return Report(result=deed.look(), looked=True)
        return Report(result=deed.act())
    except MiraklSyncError as error:
        return Report(error=error, looked=look)
