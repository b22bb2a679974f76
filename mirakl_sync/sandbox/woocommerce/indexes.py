"""The two indexes that keep lists and search quick with many orders: by time, and by what a text contains."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from datetime import datetime

TimeKey = tuple[datetime, int]


class TimeIndex:
    """Ids ordered by (time, id)."""

    def __init__(self) -> None:
        self._keys: list[TimeKey] = []
        self._times: dict[int, datetime] = {}

    def put(self, number: int, moment: datetime) -> None:
        if self._times.get(number) == moment:
            return
        self.drop(number)
        self._times[number] = moment
        insort(self._keys, (moment, number))

    def drop(self, number: int) -> None:
        moment = self._times.pop(number, None)
        if moment is not None:
            del self._keys[bisect_left(self._keys, (moment, number))]

    def between(self, after: datetime | None, before: datetime | None) -> list[int]:
        """Ids strictly between the two moments, oldest first."""
        low = bisect_right(self._keys, (after, 2**62)) if after else 0
        high = bisect_left(self._keys, (before, -1)) if before else len(self._keys)
        return [number for _, number in self._keys[low:high]]


class ContainsIndex:
    """Which texts contain a piece: three-letter pieces narrow the choice, the text itself decides."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._pieces: dict[str, set[int]] = {}

    def put(self, number: int, text: str) -> None:
        text = text.lower()
        if self._texts.get(number) == text:
            return
        self.drop(number)
        self._texts[number] = text
        for piece in pieces(text):
            self._pieces.setdefault(piece, set()).add(number)

    def drop(self, number: int) -> None:
        for piece in pieces(self._texts.pop(number, "")):
            self._pieces[piece].discard(number)

    def find(self, term: str) -> set[int]:
        """Ids whose text contains the term, whatever the case."""
        term = term.lower()
        wanted = sorted((self._pieces.get(piece, set()) for piece in pieces(term)), key=len)
        candidates = wanted[0] if wanted else self._texts.keys()
        return {number for number in candidates if term in self._texts[number]}


def pieces(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(len(text) - 2)}
