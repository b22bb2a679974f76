"""The shape of a route and of a call to it, and the envelope every answer wears."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.inventory_planner.errors import ApiError
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.queries import Query
from mirakl_sync.sandbox.inventory_planner.values import printed

SUCCESS = {"status": "success"}


@dataclass(frozen=True)
class Call:
    """One request: the account, the query, and the JSON body."""

    planner: Planner
    arguments: Mapping[str, str]
    body: Any

    def sent(self, name: str) -> dict[str, Any]:
        """The entity in the body, under its singular name."""
        given = self.body.get(name) if isinstance(self.body, dict) else None
        if not isinstance(given, dict):
            raise ApiError(400, f"The body must hold an object named {name}")
        return given

    def wearing(self, name: str, value: Any) -> dict[str, Any]:
        """An entity in its envelope."""
        return {"result": SUCCESS, name: printed(value, self.planner.settings.dates)}

    def page(self, name: str, rows: list[Any], total: int, query: Query) -> dict[str, Any]:
        """A page of a collection in its envelope."""
        meta = {"name": name, "start": query.page * query.limit, "count": len(rows), "limit": query.limit}
        shown = printed(rows, self.planner.settings.dates)
        return {"result": SUCCESS, "meta": {**meta, "total": total}, name: shown}


@dataclass(frozen=True)
class Route:
    """`rule` below /api/v1/; `operation` is its name in calls and trouble."""

    rule: str
    methods: tuple[str, ...]
    operation: str
    view: Callable[..., dict[str, Any]]

    @property
    def path(self) -> str:
        return f"/api/v1/{self.rule}"

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(f"^{re.sub('<[a-z_]+>', '[^/]+', self.path)}$")
