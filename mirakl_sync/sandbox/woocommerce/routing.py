"""The shape of a wc/v3 route and of a call to it; which routes exist is listed beside the views."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.sandbox.woocommerce.arguments import check_arguments, integer, truth, whole
from mirakl_sync.sandbox.woocommerce.errors import RestError
from mirakl_sync.sandbox.woocommerce.links import rest
from mirakl_sync.sandbox.woocommerce.shop import Shop

MAX_BATCH = 100
WRITES = ("POST", "PUT", "PATCH")


@dataclass(frozen=True)
class Call:
    """One request: the shop, its address, the query, and query and body together."""

    shop: Shop
    base: str
    path: str
    query: dict[str, str]
    given: dict[str, Any]

    @property
    def dp(self) -> int | None:
        check_arguments(self.given, {"dp": integer()})
        return None if self.given.get("dp") is None else whole(self.given["dp"])

    @property
    def force(self) -> bool:
        return truth(self.given.get("force", False))


@dataclass
class Reply:
    """What a view answers; `after` runs when the shop's lock is free again (a ping)."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: Callable[[], None] | None = None


@dataclass(frozen=True)
class Route:
    """`rule` below /wp-json/<namespace>/; `operation` is its name in calls and trouble.

    `action` names the right it needs, `open` none. A plugin's route exists only in shops with one of `plugins`.
    """

    rule: str
    methods: tuple[str, ...]
    operation: str
    action: str
    view: Callable[..., Reply]
    namespace: str = "wc/v3"
    plugins: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"/wp-json/{self.namespace}/{self.rule}"

    @property
    def pattern(self) -> re.Pattern[str]:
        numbered = re.sub(r"<int:\w+>", r"\\d+", self.path)
        named = re.sub(r"<\w+>", "[^/]+", numbered)
        return re.compile(f"^{named}$")

    def is_in(self, shop: Shop) -> bool:
        return not self.plugins or shop.settings.tracking_plugin in self.plugins


def created(call: Call, body: dict[str, Any], path: str) -> Reply:
    return Reply(body, 201, {"Location": rest(call.base, path)})


Work = Callable[[dict[str, Any]], dict[str, Any]]


def batch(call: Call, create: Work, update: Work, delete: Work) -> Reply:
    """Always 200 with an error in the place of each element that failed; more than 100 elements: 413 (reference 2)."""
    wanted = {name: call.given.get(name) or [] for name in ("create", "update", "delete")}
    if sum(map(len, wanted.values())) > MAX_BATCH:
        words = f"Unable to accept more than {MAX_BATCH} items for this request."
        raise RestError(413, "woocommerce_rest_request_entity_too_large", words)
    deletes = [{"id": number} for number in wanted["delete"]]
    steps = {"create": (create, wanted["create"]), "update": (update, wanted["update"])}
    steps["delete"] = (delete, deletes)
    return Reply({name: [_one(work, e) for e in entries] for name, (work, entries) in steps.items() if entries})


def _one(work: Work, element: dict[str, Any]) -> dict[str, Any]:
    try:
        return work(element)
    except RestError as error:
        return {"id": element.get("id", 0), "error": error.body()}
