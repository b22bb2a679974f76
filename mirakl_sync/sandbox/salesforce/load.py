"""Load shedding and rate limits: sfdc_load headers, 503 when throttled, 429 above a rate (reference 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mirakl_sync.sandbox.gate import WsgiApp
from mirakl_sync.sandbox.salesforce.errors import Fault, Problem, Refusal
from mirakl_sync.sandbox.salesforce.routing import Route
from mirakl_sync.sandbox.salesforce.shop import Shop

WARN, THROTTLE = 80, 90
BROKEN_LOAD = 95
"""What the headers say beside a 503 that trouble made."""


def check_load(shop: Shop, route: Route) -> None:
    """Raises 503 for some calls of a throttled instance, 429 for too many in one second."""
    if shop.settings.load >= THROTTLE and shop.random.random() < shop.settings.shed_chance:
        words = "The service is temporarily unavailable because of high load."
        raise _refusal(route, 503, "Service Unavailable", "ServiceUnavailableException", words)
    limit = shop.settings.calls_per_second
    if not limit:
        return
    second = int(shop.clock.seconds())
    if next(iter(shop.counted), ("", second))[1] != second:
        shop.counted.clear()
    shop.counted[route.family, second] += 1
    if shop.counted[route.family, second] > limit:
        shop.calls.over_limit(route.operation)
        words = "The rate limit of this API family is exceeded."
        raise _refusal(route, 429, "Too Many Requests", "RateLimitExceededException", words)


def load_headers(load: int) -> list[tuple[str, str]]:
    if load < WARN:
        return []
    return [("sfdc_load", str(load)), ("sfdc_load_status", "THROTTLE" if load >= THROTTLE else "WARN")]


def under_load(app: WsgiApp, shop: Shop, control: str) -> WsgiApp:
    """Every answer of a loaded instance carries the headers, and every 503 does, whoever made it."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(control):
            return app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            load = max(shop.settings.load, BROKEN_LOAD if status.startswith("503") else 0)
            return start_response(status, [*headers, *load_headers(load)], exc_info)

        return app(environ, start)

    return answer


def _refusal(route: Route, status: int, title: str, kind: str, words: str) -> Refusal:
    return Fault(status, kind, words) if route.door == "ocapi" else Problem(status, title, words)
