"""The shape of a route and of a call to it; which routes exist is listed beside the views."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from mirakl_sync.sandbox.salesforce.settings import Token
from mirakl_sync.sandbox.salesforce.shop import Shop


@dataclass(frozen=True)
class Call:
    """One request: the instance, its address, path parts, query, parsed body, raw body and headers."""

    shop: Shop
    base: str
    method: str
    path: str
    parts: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes = b""
    json: Any = None
    form: dict[str, str] = field(default_factory=dict)
    token: Token | None = None

    @property
    def own_path(self) -> str:
        """Path and query, as the web tier keeps answers by."""
        return self.path + "?" + "&".join(f"{name}={self.query[name]}" for name in sorted(self.query))


@dataclass
class Reply:
    """What a view answers; `body` None is no content, bytes are sent as they are."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media: str = "application/json;charset=UTF-8"


View = Callable[..., Reply]


@dataclass(frozen=True)
class Route:
    """`rule` is a path with {names}, {name:path} takes slashes too; `operation` is its name in calls and trouble.

    `door`: oauth (no token), scapi, ocapi, webdav. `tokens` are the kinds it takes, `scopes` any one of which opens it.
    """

    method: str
    rule: str
    operation: str
    door: str
    view: View
    scopes: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ("account_manager",)
    needs_site: bool = True

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        escaped = re.sub(r"\{(\w+):path\}", r"(?P<\1>.*)", self.rule)
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped))

    @property
    def family(self) -> str:
        """What one rate limit is about: the first part of the path."""
        return self.rule.split("/", 2)[1]


class Switchboard:
    """Finds the route of a call."""

    def __init__(self, routes: list[Route]) -> None:
        self._by_start: dict[tuple[str, str], list[Route]] = {}
        self.methods = sorted({route.method for route in routes})
        for route in routes:
            self._by_start.setdefault((route.method, route.family), []).append(route)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """By the path as it was sent, so that an encoded slash stays part of a number; its parts come decoded."""
        start = path.split("/", 2)[1] if "/" in path else ""
        for route in self._by_start.get((method, start), ()):
            found = route.pattern.fullmatch(path)
            if found:
                return route, {name: unquote(part) for name, part in found.groupdict().items()}
        return None

    def operation_of(self, method: str, path: str) -> str | None:
        """The name of a call in the call log and in trouble rules, such as `order.create`."""
        found = self.find(method, path)
        return found[0].operation if found else None
