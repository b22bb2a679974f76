"""Trouble on demand: rules that say which calls go wrong, and how."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = (
    "fail",  # answer `status` without doing it
    "drop",  # close the connection before doing it
    "lose_answer",  # do it, then close the connection without an answer
    "fail_after",  # do it, then answer `status`
    "slow",  # wait `seconds`, then do it and answer
    "late",  # close the connection now, do it `seconds` later
    "odd_json",  # do it, answer 200 with HTML
    "truncated",  # do it, send the right headers and half of the body
    "unknown_fields",  # do it, add fields and `values` nobody has heard of to the JSON answer
)


@dataclass(frozen=True)
class Rule:
    """One kind of trouble; `match` is an operation ("OR21") or a regular expression on "METHOD /path"."""

    what: str
    match: str = ""
    chance: float = 1.0
    times: int | None = None  # stop after so many firings; None = never stop
    skip: int = 0  # let so many matching calls pass first
    seconds: float = 0.0
    status: int = 503
    retry_after: int | None = None
    hold: float = 0.0  # keep the caller waiting so long before its connection is closed
    values: Mapping[str, Any] = field(default_factory=dict)  # unknown_fields: key → value put wherever it occurs

    def __post_init__(self) -> None:
        if self.what not in KINDS:
            raise ValueError(f"unknown trouble {self.what!r}; known: {', '.join(KINDS)}")
        re.compile(self.match)

    def concerns(self, operation: str, line: str) -> bool:
        """Does this rule speak of a call to `operation`, whose "METHOD /path" is `line`?"""
        return not self.match or self.match == operation or re.search(self.match, line) is not None


class TroubleRules:
    """The rules in force and how often each fired. Safe to ask from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.latency_seconds = 0.0
        self.replace([], seed=None)

    def replace(self, rules: list[Rule], seed: int | None = None) -> None:
        """Put `rules` in force instead of the old ones; counts start at zero, chance starts from `seed`."""
        with self._lock:
            self._random = random.Random(seed)
            self._rules = rules
            self._seen = [0] * len(rules)
            self._fired = [0] * len(rules)

    def reset(self) -> None:
        """No rules, no latency."""
        self.latency_seconds = 0.0
        self.replace([])

    def firing(self, operation: str, line: str) -> Rule | None:
        """The first rule that fires for this call, counted as fired."""
        if not self._rules:
            return None
        with self._lock:
            for position, rule in enumerate(self._rules):
                if rule.concerns(operation, line) and self._fires(position, rule):
                    return rule
        return None

    def _fires(self, position: int, rule: Rule) -> bool:
        self._seen[position] += 1
        if self._seen[position] <= rule.skip:
            return False
        if rule.times is not None and self._fired[position] >= rule.times:
            return False
        if rule.chance < 1 and self._random.random() >= rule.chance:
            return False
        self._fired[position] += 1
        return True

    def shown(self) -> list[dict[str, Any]]:
        """Every rule with how often it matched and fired."""
        with self._lock:
            return [
                {**asdict(rule), "seen": seen, "fired": fired}
                for rule, seen, fired in zip(self._rules, self._seen, self._fired, strict=True)
            ]
