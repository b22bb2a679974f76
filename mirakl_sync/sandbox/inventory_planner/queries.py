"""Filters, sorting, pages and projections, the same for every collection. Pure: rows and query in, rows out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirakl_sync.sandbox.inventory_planner.errors import ApiError
from mirakl_sync.sandbox.inventory_planner.values import moment

OPERATORS = ("eq", "eqi", "ne", "gt", "gte", "lt", "lte", "range", "match", "in")
NOT_FILTERS = ("page", "limit", "fields")
LARGEST_PAGE = 1000
RANGE = re.compile(r"(-?[\d.]+)-(-?[\d.]+)")


@dataclass(frozen=True)
class Filter:
    """`field_operator=wanted`."""

    field: str
    operator: str
    wanted: str

    def fits(self, values: Iterable[Any]) -> bool:
        """Does one of `values` fit? A metric has a value in every warehouse."""
        test = TESTS[self.operator]
        return any(test(value, self.wanted) for value in values)


@dataclass(frozen=True)
class Query:
    """What a client asked of a collection."""

    filters: tuple[Filter, ...]
    sort: tuple[str, bool] | None  # field, downwards
    page: int
    limit: int
    fields: tuple[str, ...]


def query_from(arguments: Mapping[str, str], known: Callable[[str], bool], default_limit: int) -> Query:
    """Reads a query string. A field the entity does not have filters nothing: a misspelt filter is no filter."""
    filters, sort = [], None
    for name, value in arguments.items():
        if name in NOT_FILTERS:
            continue
        field, operator = _parted(name, known)
        if operator == "sort" and known(field):
            sort = (field, value.lower() == "desc")
        elif known(field):
            filters.append(Filter(field, operator, value))
    page, limit = _whole(arguments, "page", 0, 0), _whole(arguments, "limit", default_limit, 1)
    fields = tuple(name.strip() for name in arguments.get("fields", "").split(",") if name.strip())
    return Query(tuple(filters), sort, page, min(limit, LARGEST_PAGE), fields)


def sort_key(value: Any) -> tuple[int, Any]:
    """Orders values of any kind; what is missing comes first."""
    if value is None:
        return 0, 0
    if isinstance(value, bool | int | float):
        return 1, value
    return (2, value.timestamp()) if isinstance(value, datetime) else (3, str(value))


def project(row: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """`row` with only `fields`; a dot reaches inside, also inside each element of a list. The id is always there."""
    tree: dict[str, Any] = {"id": {}}
    for name in fields:
        branch = tree
        for part in name.split("."):
            branch = branch.setdefault(part, {})
    pruned: dict[str, Any] = _pruned(row, tree)
    return pruned


def _pruned(value: Any, tree: dict[str, Any]) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_pruned(each, tree) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _pruned(value[name], branch) for name, branch in tree.items() if name in value}


def _parted(name: str, known: Callable[[str], bool]) -> tuple[str, str]:
    """`in_stock_gt` is a field and an operator; `in_stock` is a field that only looks like one."""
    if known(name):
        return name, "eq"
    field, _, operator = name.rpartition("_")
    return (field, operator) if operator in (*OPERATORS, "sort") else (name, "eq")


def _whole(arguments: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = arguments.get(name, str(default))
    if not re.fullmatch(r"\d+", text) or int(text) < least:
        raise ApiError(400, f"{name} must be a whole number from {least}")
    return int(text)


def _compared(value: Any, wanted: str) -> int | None:
    """-1, 0, 1 as `value` is below, equal to or above `wanted`; None where they cannot be compared."""
    ours, theirs = _comparable(value, wanted)
    if ours is None or theirs is None:
        return None
    return int(ours > theirs) - int(ours < theirs)


def _comparable(value: Any, wanted: str) -> tuple[Any, Any]:
    if value is None:
        return None, None
    if isinstance(value, bool):
        return str(value).lower(), {"1": "true", "0": "false"}.get(wanted, wanted.lower())
    if isinstance(value, datetime):
        return value, moment(wanted)
    if isinstance(value, int | float):
        try:
            return value, float(wanted)
        except ValueError:
            return None, None
    return str(value), wanted


def _ranged(value: Any, wanted: str) -> bool:
    ends = RANGE.fullmatch(wanted)
    if ends is None:
        raise ApiError(400, f"{wanted} is not a range")
    return _compared(value, ends[1]) in (0, 1) and _compared(value, ends[2]) in (0, -1)


def _matched(value: Any, wanted: str) -> bool:
    try:
        return value is not None and re.search(wanted, str(value)) is not None
    except re.error:
        raise ApiError(500, f"Invalid regular expression {wanted}") from None


TESTS: dict[str, Callable[[Any, str], bool]] = {
    "eq": lambda value, wanted: _compared(value, wanted) == 0,
    "eqi": lambda value, wanted: value is not None and str(value).lower() == wanted.lower(),
    "ne": lambda value, wanted: _compared(value, wanted) != 0,
    "gt": lambda value, wanted: _compared(value, wanted) == 1,
    "gte": lambda value, wanted: _compared(value, wanted) in (0, 1),
    "lt": lambda value, wanted: _compared(value, wanted) == -1,
    "lte": lambda value, wanted: _compared(value, wanted) in (0, -1),
    "range": _ranged,
    "match": _matched,
    "in": lambda value, wanted: any(_compared(value, one) == 0 for one in wanted.split(",")),
}
