"""The shape of a web API route and of a call to it; which routes exist is listed beside the views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.magento.criteria import Criteria, criteria_of
from mirakl_sync.sandbox.magento.errors import RestError, required
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.tables import Table

ADDRESS = re.compile(r"/rest/(?:(?!async/|V1/)(?P<store>\w+)/)?(?:(?P<bulk>async/bulk|async)/)?V1/(?P<rest>.*)$")
NAMED = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Call:
    """One request: the shop, its address, the store of the path, the query, and the JSON body."""

    shop: Shop
    base: str
    store: str
    query: list[tuple[str, str]]
    body: Any
    late: bool = False
    """Done by the consumer of the bulk queue."""

    def criteria(self, *, optional: bool = False) -> Criteria:
        return criteria_of(self.query, optional=optional, limited=self.shop.settings.input_limits)

    def argument(self, name: str) -> str | None:
        return next((value for key, value in reversed(self.query) if key == name), None)

    def arguments(self, name: str) -> list[str]:
        """`skus[0]=A&skus[1]=B`."""
        return [value for key, value in self.query if key == name or key.startswith(f"{name}[")]

    def given(self, name: str) -> Any:
        """One parameter of the body. Raises the 400 of a missing one."""
        found = self.maybe(name)
        if found is None:
            raise required(name)
        return found

    def maybe(self, name: str, default: Any = None) -> Any:
        if not isinstance(self.body, dict):
            return default
        snake = re.sub(r"(?<=\w)([A-Z])", lambda found: f"_{found[1].lower()}", name)
        found = self.body.get(name, self.body.get(snake))
        return default if found is None else found


@dataclass(frozen=True)
class Route:
    """`rule` below /rest/<store>/V1/; `operation` is its name in calls and trouble; `topic` in the bulk queue.

    `resource` is the right it needs, `anonymous` none. `only` names the setting of the module that brings it.
    """

    method: str
    rule: str
    operation: str
    resource: str | Callable[[Shop], str]
    view: Callable[..., Any]
    topic: str | None = None
    only: str | None = None

    def right(self, shop: Shop) -> str:
        return self.resource if isinstance(self.resource, str) else self.resource(shop)

    def is_in(self, shop: Shop) -> bool:
        return self.only is None or bool(getattr(shop.settings, self.only))


@dataclass(frozen=True)
class Found:
    """What a path means: the route and its arguments, and whether it is to be done later."""

    route: Route
    store: str
    later: str | None
    arguments: dict[str, str]


class Router:
    """Routes by method and number of parts; the one with the most fixed words is tried first."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[tuple[str, int], list[tuple[re.Pattern[str], Route]]] = {}
        for route in sorted(routes, key=lambda one: one.rule.count("<")):
            pattern = NAMED.sub(r"(?P<\1>[^/]+)", route.rule)
            key = (route.method, route.rule.count("/"))
            self._routes.setdefault(key, []).append((re.compile(f"{pattern}$"), route))

    def find(self, method: str, path: str) -> Found | None:
        """The route of a path, None where there is none. `path` has its parts decoded."""
        address = ADDRESS.match(path)
        if address is None:
            return None
        rest = address["rest"].rstrip("/")
        for pattern, route in self._routes.get((method, rest.count("/")), ()):
            found = pattern.match(rest)
            if found:
                return Found(route, address["store"] or "default", address["bulk"], found.groupdict())
        return None


def listed(call: Call, table: Table[Any], shown: Callable[[Any], Any], *, optional: bool = False) -> dict[str, Any]:
    """The answer of every list: a page, the question once more, and how many there are on all."""
    criteria = call.criteria(optional=optional)
    rows, total = table.search(criteria, repeats_last_page=call.shop.settings.repeats_last_page)
    return {"items": [shown(row) for row in rows], "search_criteria": criteria.shown(), "total_count": total}


def whole(text: str) -> int:
    """An id of a path. Raises the 400 of a wrong type."""
    if not text.isdigit():
        words = 'The "%value" value\'s type is invalid. The "%type" type was expected. Verify and try again.'
        raise RestError(400, words, {"value": text, "type": "int"})
    return int(text)
