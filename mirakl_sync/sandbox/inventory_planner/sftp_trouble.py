"""What can go wrong with an upload, by rules like those of the API's trouble."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

KINDS = (
    "refuse_login",  # the right password and the right key are not accepted
    "cut",  # the connection ends after `after_bytes` of a file; what came so far stays there
    "lose_answer",  # the file is there whole, the connection ends before its end is confirmed
    "disk_full",  # writing fails after `after_bytes` of a file; what came so far stays there
    "slow",  # every write waits `seconds`
)


@dataclass(frozen=True)
class SftpRule:
    """One kind of trouble; it concerns one login or one file at a time."""

    what: str
    times: int | None = None  # stop after so many firings; None = never stop
    skip: int = 0  # let so many pass first
    after_bytes: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.what not in KINDS:
            raise ValueError(f"unknown trouble {self.what!r}; known: {', '.join(KINDS)}")


class SftpTrouble:
    """The rules in force. Safe to ask from the SFTP server's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.replace([])

    def replace(self, rules: Iterable[SftpRule]) -> None:
        """Put `rules` in force instead of the old ones, with counts at zero."""
        with self._lock:
            self._rules = list(rules)
            self._seen = [0] * len(self._rules)
            self._fired = [0] * len(self._rules)

    def firing(self, *kinds: str) -> SftpRule | None:
        """The first rule of these kinds that fires now, counted as fired."""
        with self._lock:
            for position, rule in enumerate(self._rules):
                if rule.what in kinds and self._fires(position, rule):
                    return rule
        return None

    def _fires(self, position: int, rule: SftpRule) -> bool:
        self._seen[position] += 1
        if self._seen[position] <= rule.skip or (rule.times is not None and self._fired[position] >= rule.times):
            return False
        self._fired[position] += 1
        return True

    def shown(self) -> list[dict[str, Any]]:
        """Every rule with how often it was asked and fired."""
        with self._lock:
            counts = zip(self._rules, self._seen, self._fired, strict=True)
            return [{**asdict(rule), "seen": seen, "fired": fired} for rule, seen, fired in counts]
