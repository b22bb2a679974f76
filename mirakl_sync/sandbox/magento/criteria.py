"""`searchCriteria[…]` as a client may spell it, and as the shop repeats it in its answer (reference 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.magento.errors import refused, required

NAMES = ("searchCriteria", "search_criteria")
PART = re.compile(r"\[([^\]]*)\]")
LIMITED_PAGE = 300
LIMITED_DEFAULT = 20


@dataclass(frozen=True)
class Filter:
    field: str
    value: str
    condition: str

    def shown(self) -> dict[str, Any]:
        return {"field": self.field, "value": self.value, "condition_type": self.condition}


@dataclass(frozen=True)
class Sort:
    field: str
    descending: bool


@dataclass(frozen=True)
class Criteria:
    """`groups` are joined by AND, the filters of one by OR."""

    groups: tuple[tuple[Filter, ...], ...] = ()
    sorts: tuple[Sort, ...] = ()
    page_size: int | None = None
    page: int | None = None

    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "filter_groups": [{"filters": [one.shown() for one in group]} for group in self.groups]
        }
        if self.sorts:
            orders = [{"field": s.field, "direction": "DESC" if s.descending else "ASC"} for s in self.sorts]
            shown["sort_orders"] = orders
        if self.page_size is not None:
            shown["page_size"] = self.page_size
        if self.page is not None:
            shown["current_page"] = self.page
        return shown


def criteria_of(query: list[tuple[str, str]], *, optional: bool = False, limited: bool = False) -> Criteria:
    """The criteria of a query string. Raises the 400 of a list that was asked without any."""
    tree = _tree(query)
    if tree is None:
        if not optional:
            raise required("searchCriteria")
        tree = {}
    size = _whole(_either(tree, "pageSize", "page_size"))
    if limited and size is not None and size > LIMITED_PAGE:
        raise refused("Maximum SearchCriteria pageSize is %max", LIMITED_PAGE)
    if limited and size is None:
        size = LIMITED_DEFAULT
    return Criteria(
        groups=tuple(_group(group) for group in _rows(_either(tree, "filterGroups", "filter_groups"))),
        sorts=tuple(_sort(sort) for sort in _rows(_either(tree, "sortOrders", "sort_orders"))),
        page_size=size,
        page=_whole(_either(tree, "currentPage", "current_page")),
    )


def _tree(query: list[tuple[str, str]]) -> dict[str, Any] | None:
    """PHP's arrays of a query: names with brackets become nested objects."""
    tree: dict[str, Any] | None = None
    for name, value in query:
        word, _, rest = name.partition("[")
        if word not in NAMES:
            continue
        tree = {} if tree is None else tree
        parts = PART.findall(f"[{rest}") if rest else []
        _put(tree, parts, value)
    return tree


def _put(tree: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        inner = tree.get(part)
        if not isinstance(inner, dict):
            inner = tree[part] = {}
        tree = inner
    if parts:
        tree[parts[-1]] = value


def _either(tree: dict[str, Any], *names: str) -> Any:
    return next((tree[name] for name in names if name in tree), None)


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value.values() if isinstance(row, dict)] if isinstance(value, dict) else []


def _group(group: dict[str, Any]) -> tuple[Filter, ...]:
    return tuple(_filter(one) for one in _rows(group.get("filters")))


def _filter(one: dict[str, Any]) -> Filter:
    condition = _either(one, "condition_type", "conditionType") or "eq"
    return Filter(str(one.get("field", "")), str(one.get("value", "")), str(condition))


def _sort(sort: dict[str, Any]) -> Sort:
    return Sort(str(sort.get("field", "")), str(sort.get("direction") or "DESC").upper() != "ASC")


def _whole(value: Any) -> int | None:
    if not isinstance(value, str) or not value.strip().isdigit():
        return None
    return int(value)
