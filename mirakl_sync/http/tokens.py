"""Tokens that live for a while and are shared: asked for once, used by everybody, renewed in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

# A token is renewed when so much of its life is over: nobody meets its end in the middle of a call.
_USED = 0.8


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its server gave it out, and how long it lives from now."""

    value: str = field(repr=False)
    lives: timedelta

    @property
    def good_for(self) -> timedelta:
        """How long it is used."""
        return self.lives * _USED


Renew = Callable[[], Token]


class TokenShelf(Protocol):
    """Keeps tokens by name for everybody who may use them."""

    def get(self, name: str, renew: Renew) -> str:
        """A token that is good now; one caller at a time asks for a new one while the others wait for it."""

    def refuse(self, name: str, token: str) -> None:
        """Forget this token, if it is still the one kept."""


class MemoryTokens:
    """The tokens of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, name: str, renew: Renew) -> str:
        """See ``TokenShelf``."""
        with self._lock:
            value, over = self._kept.get(name, ("", 0.0))
            if not value or time.monotonic() >= over:
                fresh = renew()
                value, over = fresh.value, time.monotonic() + fresh.good_for.total_seconds()
                self._kept[name] = (value, over)
            return value

    def refuse(self, name: str, token: str) -> None:
        """See ``TokenShelf``."""
        with self._lock:
            if self._kept.get(name, ("", 0.0))[0] == token:
                del self._kept[name]


@dataclass(frozen=True, slots=True)
class SharedToken:
    """Implements ``TokenSource``: one token of a shelf, by its name."""

    shelf: TokenShelf
    name: str
    renew: Renew = field(repr=False)

    def token(self) -> str:
        """The kept one, or a new one."""
        return self.shelf.get(self.name, self.renew)

    def refused(self, token: str) -> bool:
        """It is thrown away."""
        self.shelf.refuse(self.name, token)
        return True


@dataclass(frozen=True, slots=True)
class FixedToken:
    """Implements ``TokenSource``: one that never changes."""

    value: str = field(repr=False)

    def token(self) -> str:
        """Always the same."""
        return self.value

    def refused(self, token: str) -> bool:
        """There is no other."""
        del token
        return False
