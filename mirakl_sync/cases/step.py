"""What rules may answer about any case. Steps that change another system are the subject's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """A person must decide. Equal ``kind`` and ``key`` of one connection are one question.

    ``until`` is when the case looks again by itself, for causes that may go away.
    """

    kind: str
    key: str
    question: str
    until: datetime | None = None
    due: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until ``until``, or until news from outside when that is None."""

    waiting_for: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """The case changes its state without asking anybody. ``tell`` opens a question beside it."""

    state: str
    why: str
    tell: Ask | None = None
