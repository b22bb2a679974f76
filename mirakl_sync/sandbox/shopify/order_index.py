"""What search knows of orders: a picture of each as it was when the index last looked, which may be seconds ago."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from mirakl_sync.sandbox.shopify.search_words import Term, Tree, read

EXACT = ("source_identifier", "name", "tag", "email", "po_number", "id")
"""Fields with an index of their own."""
STATES = {"open", "closed", "cancelled", "not_closed"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One order in the index; texts are in small letters, moments are seconds since 1970."""

    id: int
    created_at: int
    updated_at: int
    processed_at: int
    words: dict[str, tuple[str, ...]]
    """`source_identifier`, `tag`, `sku` and the like → their values."""


class OrderIndex:
    """`put` says what is true now; searches see it once it is due."""

    def __init__(self) -> None:
        self._seen: dict[int, Picture] = {}
        self._coming: deque[tuple[float, int, Picture | None]] = deque()
        self._exact: dict[tuple[str, str], set[int]] = {}
        self._by_update: list[tuple[int, int]] = []

    def put(self, due: float, number: int, picture: Picture | None) -> None:
        """The picture (None: the order is gone) is seen from `due` on."""
        self._coming.append((due, number, picture))

    def find(self, text: str | None, sort_key: str, now: float) -> tuple[Sequence[Picture], Any]:
        """Pictures that meet the query, ascending by the sort key, and the key they are sorted by."""
        while self._coming and self._coming[0][0] <= now:
            _, number, picture = self._coming.popleft()
            self._take(number, picture)
        tree, key = read(text), _KEYS.get(sort_key, _KEYS["ID"])
        chosen = [picture for picture in self._candidates(tree) if tree.holds(partial(meets, picture))]
        chosen.sort(key=key)
        return chosen, key

    def _candidates(self, tree: Tree) -> Iterable[Picture]:
        for term in tree.needed():
            if term.field in EXACT and not term.compare and not term.value.endswith("*"):
                numbers = self._exact.get((term.field, term.value.lower()), set())
                return [self._seen[number] for number in numbers]
        for term in tree.needed():
            if term.field == "updated_at" and term.compare in (">", ">="):
                low = bisect_left(self._by_update, (_seconds(term.value), 0))
                return [self._seen[number] for _, number in self._by_update[low:]]
        return self._seen.values()

    def _take(self, number: int, picture: Picture | None) -> None:
        old = self._seen.pop(number, None)
        if old is not None:
            del self._by_update[bisect_left(self._by_update, (old.updated_at, number))]
            for place in _exact_places(old):
                self._exact[place].discard(number)
        if picture is not None:
            self._seen[number] = picture
            insort(self._by_update, (picture.updated_at, number))
            for place in _exact_places(picture):
                self._exact.setdefault(place, set()).add(number)


def meets(picture: Picture, term: Term) -> bool:
    """Does the order meet one condition? A field nobody knows is no condition, as the vendor has it."""
    if term.field in ("created_at", "updated_at", "processed_at"):
        return _compares(getattr(picture, term.field), term.compare, _seconds(term.value))
    if term.field == "id":
        wanted = term.value.rpartition("/")[2]
        return wanted.isdigit() and _compares(picture.id, term.compare, int(wanted))
    if term.field == "status":
        return term.value.lower() not in STATES or term.value.lower() in picture.words["status"]
    if term.field == "tag_not":
        return not _has(picture.words["tag"], term)
    if not term.field:
        return any(_has(values, term) for values in picture.words.values())
    values = picture.words.get(term.field)
    return values is None or _has(values, term)


def _has(values: tuple[str, ...], term: Term) -> bool:
    wanted = term.value.lower()
    if wanted.endswith("*") and not term.quoted:
        return any(value.startswith(wanted[:-1]) for value in values)
    return wanted in values


def _compares(value: int, compare: str, wanted: int) -> bool:
    if compare == ">":
        return value > wanted
    if compare == ">=":
        return value >= wanted
    if compare == "<":
        return value < wanted
    return value <= wanted if compare == "<=" else value == wanted


def _seconds(text: str) -> int:
    """A moment in a query; without a zone it is UTC. What is no moment is the beginning of time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _exact_places(picture: Picture) -> list[tuple[str, str]]:
    places = [(name, value) for name in EXACT for value in picture.words.get(name, ())]
    return [*places, ("id", str(picture.id))]


_KEYS: dict[str, Any] = {
    "ID": lambda picture: (picture.id,),
    "ORDER_NUMBER": lambda picture: (picture.id,),
    "CREATED_AT": lambda picture: (picture.created_at, picture.id),
    "UPDATED_AT": lambda picture: (picture.updated_at, picture.id),
    "PROCESSED_AT": lambda picture: (picture.processed_at, picture.id),
}
