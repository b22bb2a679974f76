"""Tables with the indexes that keep searches quick, and the conditions of a search as MySQL understands them."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Generic, TypeVar

from mirakl_sync.sandbox.magento.columns import DATE, INTEGER, NUMBER
from mirakl_sync.sandbox.magento.criteria import Criteria, Filter, Sort
from mirakl_sync.sandbox.magento.errors import RestError, internal
from mirakl_sync.sandbox.magento.values import date_text, folded, number

T = TypeVar("T")
Column = Callable[[T, str], Any]
KEPT_LISTS = 8


class TextIndex:
    """Folded text → ids; almost always one, so one is kept as it is."""

    def __init__(self) -> None:
        self._ids: dict[str, int | set[int]] = {}
        self._of: dict[int, str] = {}

    def put(self, number: int, value: Any) -> None:
        key = None if value is None else folded(value)
        if self._of.get(number) == key:
            return
        self.drop(number)
        if key is None:
            return
        self._of[number] = key
        known = self._ids.get(key)
        if known is None:
            self._ids[key] = number
        elif isinstance(known, set):
            known.add(number)
        else:
            self._ids[key] = {known, number}

    def drop(self, number: int) -> None:
        key = self._of.pop(number, None)
        if key is None:
            return
        known = self._ids[key]
        if isinstance(known, set):
            known.discard(number)
        if not isinstance(known, set) or not known:
            del self._ids[key]

    def find(self, value: Any) -> list[int]:
        known = self._ids.get(folded(value))
        if known is None:
            return []
        return sorted(known) if isinstance(known, set) else [known]


class DateIndex:
    """Ids by (date text, id)."""

    def __init__(self) -> None:
        self._keys: list[tuple[str, int]] = []
        self._dates: dict[int, str] = {}

    def put(self, number: int, date: str) -> None:
        if self._dates.get(number) == date:
            return
        self.drop(number)
        self._dates[number] = date
        insort(self._keys, (date, number))

    def drop(self, number: int) -> None:
        date = self._dates.pop(number, None)
        if date is not None:
            del self._keys[bisect_left(self._keys, (date, number))]

    def since(self, date: str) -> list[int]:
        return [number for _, number in self._keys[bisect_left(self._keys, (date, -1)) :]]


class Table(Generic[T]):
    """Rows by id. `save` must follow every change; `types` names the columns that can be searched."""

    def __init__(
        self,
        column: Column[T],
        types: Mapping[str, str],
        *,
        key: str = "entity_id",
        indexed: Iterable[str] = (),
        dated: str | None = None,
        fixed: Iterable[str] = (),
        unknown: Callable[[str], RestError] = lambda _: internal(),
    ) -> None:
        self.rows: dict[int, T] = {}
        self.key = key
        self._column, self._types, self._unknown = column, types, unknown
        self._texts = {name: TextIndex() for name in indexed}
        self._dated, self._dates = dated, DateIndex()
        self._fixed = {key, *fixed}
        self._lists: dict[Any, list[int]] = {}

    def save(self, number: int, row: T) -> None:
        if number not in self.rows:
            self._lists.clear()
        self.rows[number] = row
        for name, index in self._texts.items():
            index.put(number, self._column(row, name))
        if self._dated:
            self._dates.put(number, self._column(row, self._dated) or "")

    def remove(self, number: int) -> None:
        del self.rows[number]
        self._lists.clear()
        for index in self._texts.values():
            index.drop(number)
        self._dates.drop(number)

    def by(self, name: str, value: Any) -> list[T]:
        """Rows whose indexed column has the value, oldest first."""
        return [self.rows[number] for number in self._texts[name].find(value)]

    def search(self, criteria: Criteria, *, repeats_last_page: bool = False) -> tuple[list[T], int]:
        """The rows of one page, and how many there are on all. Raises the error of an unknown column."""
        ids = self._sorted(criteria)
        total = len(ids)
        if not criteria.page_size:
            return [self.rows[number] for number in ids], total
        page = max(criteria.page or 1, 1)
        if repeats_last_page:
            page = min(page, max(-(-total // criteria.page_size), 1))
        first = (page - 1) * criteria.page_size
        return [self.rows[number] for number in ids[first : first + criteria.page_size]], total

    def _sorted(self, criteria: Criteria) -> list[int]:
        """Lists by columns that never change are remembered until a row comes or goes."""
        used = {one.field for group in criteria.groups for one in group} | {sort.field for sort in criteria.sorts}
        question = (criteria.groups, criteria.sorts)
        if used <= self._fixed and question in self._lists:
            return self._lists[question]
        ids = self._matching(criteria)
        for sort in reversed(criteria.sorts):
            ids.sort(key=self._place(sort), reverse=sort.descending)
        if used <= self._fixed:
            if len(self._lists) >= KEPT_LISTS:
                self._lists.clear()
            self._lists[question] = ids
        return ids

    def _place(self, sort: Sort) -> Callable[[int], Any]:
        kind = self._type(sort.field)
        rows, column, field = self.rows, self._column, sort.field
        if field == self.key:
            return lambda number: number

        def place(number: int) -> Any:
            value = column(rows[number], field)
            return (value is not None, _comparable(value, kind) if value is not None else 0)

        return place

    def _matching(self, criteria: Criteria) -> list[int]:
        tests = [[(one, self._test(one)) for one in group] for group in criteria.groups if group]
        candidates = self._candidates(criteria)
        if not tests:
            return sorted(candidates)
        rows, column = self.rows, self._column
        return sorted(
            number
            for number in candidates
            if all(any(test(column(rows[number], one.field)) for one, test in group) for group in tests)
        )

    def _candidates(self, criteria: Criteria) -> Iterable[int]:
        narrowed = [self._narrowed(group[0]) for group in criteria.groups if len(group) == 1]
        known = [ids for ids in narrowed if ids is not None]
        if not known:
            return self.rows
        return min(known, key=len)

    def _narrowed(self, one: Filter) -> list[int] | None:
        """The ids an index names for a filter, None where no index helps."""
        if one.condition in ("eq", "in"):
            values = one.value.split(",") if one.condition == "in" else [one.value]
            if one.field == self.key:
                wanted = {int(number(value)) for value in values}
                return [found for found in wanted if found in self.rows]
            if one.field in self._texts:
                return list({found for value in values for found in self._texts[one.field].find(value)})
        if one.field == self._dated and one.condition in ("gt", "gteq", "moreq", "from"):
            return self._dates.since(date_text(one.value))
        return None

    def _type(self, field: str) -> str:
        if field not in self._types:
            raise self._unknown(field)
        return self._types[field]

    def _test(self, one: Filter) -> Callable[[Any], bool]:
        kind = self._type(one.field)
        make = CONDITIONS.get(one.condition)
        if make is None:
            raise internal()
        return make(one.value, kind)


def _comparable(value: Any, kind: str) -> Any:
    if kind in (NUMBER, INTEGER):
        return value if isinstance(value, int | Decimal) else number(value)
    return date_text(value) if kind == DATE else folded(value)


def _compare(relation: Callable[[Any, Any], bool]) -> Callable[[str, str], Callable[[Any], bool]]:
    def make(text: str, kind: str) -> Callable[[Any], bool]:
        wanted = _comparable(text, kind)
        if kind == DATE:
            return lambda value: value is not None and relation(value, wanted)
        return lambda value: value is not None and relation(_comparable(value, kind), wanted)

    return make


def _one_of(*, negated: bool) -> Callable[[str, str], Callable[[Any], bool]]:
    def make(text: str, kind: str) -> Callable[[Any], bool]:
        wanted = {_comparable(part, kind) for part in text.split(",")}
        return lambda value: value is not None and (_comparable(value, kind) in wanted) is not negated

    return make


def _like(*, negated: bool) -> Callable[[str, str], Callable[[Any], bool]]:
    def make(text: str, kind: str) -> Callable[[Any], bool]:
        pattern = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in folded(text))
        wanted = re.compile(pattern, re.DOTALL)
        return lambda value: value is not None and (wanted.fullmatch(folded(value)) is not None) is not negated

    return make


def _in_set(*, negated: bool) -> Callable[[str, str], Callable[[Any], bool]]:
    def make(text: str, kind: str) -> Callable[[Any], bool]:
        wanted = folded(text)
        return lambda value: value is not None and (wanted in folded(value).split(",")) is not negated

    return make


CONDITIONS: dict[str, Callable[[str, str], Callable[[Any], bool]]] = {
    "eq": _compare(lambda value, wanted: value == wanted),
    "neq": _compare(lambda value, wanted: value != wanted),
    "gt": _compare(lambda value, wanted: value > wanted),
    "gteq": _compare(lambda value, wanted: value >= wanted),
    "moreq": _compare(lambda value, wanted: value >= wanted),
    "from": _compare(lambda value, wanted: value >= wanted),
    "lt": _compare(lambda value, wanted: value < wanted),
    "lteq": _compare(lambda value, wanted: value <= wanted),
    "to": _compare(lambda value, wanted: value <= wanted),
    "like": _like(negated=False),
    "nlike": _like(negated=True),
    "in": _one_of(negated=False),
    "nin": _one_of(negated=True),
    "finset": _in_set(negated=False),
    "nfinset": _in_set(negated=True),
    "null": lambda _text, _kind: lambda value: value is None,
    "notnull": lambda _text, _kind: lambda value: value is not None,
}
