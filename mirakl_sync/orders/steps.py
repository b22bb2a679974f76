"""The steps of an order that change something outside, as data. What they do is in ``deeds.py``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineDecision:
    """Our answer to one line, and why."""

    line_id: str
    accept: bool
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Tell the marketplace yes or no for every line (OR21)."""

    decisions: tuple[LineDecision, ...]
    why: str

    @property
    def accepts(self) -> bool:
        """True when at least one line is accepted."""
        return any(decision.accept for decision in self.decisions)


@dataclass(frozen=True, slots=True)
class Prove:
    """Ask the shop what it knows of these SKUs; changes nothing. ``urgent``: the answer to the order cannot wait."""

    skus: tuple[str, ...]
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Reserve:
    """Create a provisional order that holds the stock."""

    decisions: tuple[LineDecision, ...]


@dataclass(frozen=True, slots=True)
class Create:
    """Create the shop's order; it stays inert until it is released."""


@dataclass(frozen=True, slots=True)
class Release:
    """Complete the shop's order with addresses and payment, and let the warehouse work."""


@dataclass(frozen=True, slots=True)
class Find:
    """The sale is over while a creation's answer is still missing: look whether the shop holds an order for it."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Cancel the shop's order, because the sale is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Look for an order that took the place of the one cancelled in the shop; changes nothing."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Move our reference in the shop from a replaced order to the one that took its place."""


OrderStep = Answer | Prove | Reserve | Create | Release | Find | Withdraw | Trace | HandOver
