"""Take an order as far as it can go: what task, console and command line call alike."""

from __future__ import annotations

import contextvars
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mirakl_sync.cases import advance as machinery
from mirakl_sync.cases.outcome import Outcome, Trouble
from mirakl_sync.orders.case import OrderCase
from mirakl_sync.wiring import Wiring


def advance(order_pk: int, wiring: Wiring, lane: str | None = None) -> Outcome:
    """Advance one order; with a ``lane`` ("acceptance" or "orders") only through that lane's calls."""
    return machinery.advance(
        OrderCase(wiring.connections, wiring.config.call_timeout), order_pk, wiring.machinery, lane=lane
    )


@dataclass(frozen=True, slots=True)
class Advanced:
    """How a handful of orders fared."""

    outcomes: tuple[Outcome, ...]

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
        return f"{len(self.outcomes)} orders: " + "; ".join(parts + ["…"] * (len(said) > 4))


def advance_all(order_pks: Sequence[int], wiring: Wiring, lane: str | None = None) -> Advanced:
    """Advance many orders at the same time, each by itself: one message, many calls in flight.

    The process's crew bounds how many; without one they go one after another. An order that fails unexpectedly does
    not stop the others; the first such error is raised when all are through.
    """
    if wiring.crew is None:
        return Advanced(tuple(advance(pk, wiring, lane) for pk in order_pks))
    under_way = [wiring.crew.submit(contextvars.copy_context().run, advance, pk, wiring, lane) for pk in order_pks]
    errors = [error for each in under_way if (error := each.exception()) is not None]
    if errors:
        raise errors[0]
    return Advanced(tuple(each.result() for each in under_way))
