"""Take many rows as far as they can go, at the same time, each by itself."""

from __future__ import annotations

import contextvars
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from mirakl_sync.cases.outcome import Outcome, Trouble


@dataclass(frozen=True, slots=True)
class Advanced:
    """How a handful of rows fared; ``what`` names them in the plural."""

    outcomes: tuple[Outcome, ...]
    what: str

    @property
    def trouble(self) -> bool:
        """True when an attempt failed; each row says when it is tried again."""
        return any(isinstance(outcome, Trouble) for outcome in self.outcomes)

    def sentence(self) -> str:
        """The one sentence, or each with how often it was said."""
        said = Counter(outcome.sentence() for outcome in self.outcomes)
        if len(self.outcomes) == 1:
            return next(iter(said))
        parts = [f"{times} × {words}" for words, times in said.most_common(4)]
        return f"{len(self.outcomes)} {self.what}: " + "; ".join(parts + ["…"] * (len(said) > 4))


def advance_all(
    row_ids: Sequence[int], advance: Callable[[int], Outcome], crew: Executor | None, what: str
) -> Advanced:
    """Advance many rows at the same time: one message, many calls in flight.

    The process's crew bounds how many; without one they go one after another. A row that fails unexpectedly does not
    stop the others; the first such error is raised when all are through.
    """
    if crew is None:
        return Advanced(tuple(advance(row_id) for row_id in row_ids), what)
    under_way = [crew.submit(contextvars.copy_context().run, advance, row_id) for row_id in row_ids]
    errors = [error for each in under_way if (error := each.exception()) is not None]
    if errors:
        raise errors[0]
    return Advanced(tuple(each.result() for each in under_way), what)
