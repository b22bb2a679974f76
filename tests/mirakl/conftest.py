from __future__ import annotations

import json as json_library
from collections.abc import Iterator
from typing import Any, BinaryIO

import pytest
import requests

from mirakl_sync.http.client import HttpTransport, Timeouts
from mirakl_sync.http.contract import Answer, Auth, Interpret, Operation, Upload
from mirakl_sync.http.upload import Form
from mirakl_sync.mirakl.limits import PUBLISHED
from mirakl_sync.mirakl.shop import MiraklShop, open_shop
from mirakl_sync.sandbox.mirakl import from_plan
from mirakl_sync.sandbox.server import serve

SHOP = 2000
OFFERS = tuple({"sku": f"SKU-{n}", "price": 10 + n, "quantity": 1000, "title": f"Thing {n}"} for n in range(4))


class Marketplace:
    """A simulated marketplace over HTTP, with its remote control."""

    def __init__(self, **rules: Any) -> None:
        plan = {"limits": "off", "seed": 5, "staging_seconds": 0, "shops": [{"shop_id": SHOP, "offers": OFFERS}]}
        app, access = from_plan(plan | rules)
        self.running = serve(app)
        self.key = access["shops"][0]["key"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.running.url}/_sandbox/{path}", json=body, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def place(self, count: int = 1, **options: Any) -> list[str]:
        return self.control("POST", "orders", {"count": count, **options})["order_ids"]

    def trouble(self, **rule: Any) -> None:
        self.control("POST", "trouble", {"rules": [rule]})

    def calls(self, operation: str) -> int:
        return self.control("GET", "calls")["by_operation"].get(operation, {}).get("total", 0)

    def book(self, order_id: str) -> dict[str, Any]:
        return next(row for row in self.control("GET", "books")["orders"] if row["order_id"] == order_id)

    def shop(self, key: str = "", *, total: float = 5, **options: Any) -> MiraklShop:
        def dial(base_url: str, *, auth: Auth, interpret: Interpret | None = None, parallel: int = 0) -> HttpTransport:
            return HttpTransport(base_url, name="Demo", auth=auth, interpret=interpret, timeouts=Timeouts(1, total))

        return open_shop(dial, self.running.url + "/api/", api_key=key or self.key, shop_id=SHOP, **options)


@pytest.fixture
def marketplace() -> Iterator[Any]:
    """Open simulated marketplaces by their rules; they close with the test."""
    opened: list[Marketplace] = []

    def open_one(**rules: Any) -> Marketplace:
        opened.append(Marketplace(**rules))
        return opened[-1]

    yield open_one
    for one in opened:
        one.running.stop()


class Told:
    """A transport that gives prepared answers and remembers what it was asked.

    Answers are JSON, bytes of a file, or an exception. ``files`` are the uploads with what they held.
    """

    def __init__(self, *answers: Any, headers: Any = None) -> None:
        self._answers = list(answers)
        self._headers = headers or {}
        self.asked: list[tuple[str, str, str, dict[str, Any], Any, bool]] = []
        self.files: list[tuple[Upload, bytes]] = []

    def call(
        self,
        operation: Operation,
        method: str,
        path: str,
        *,
        params: Any = None,
        json: Any = None,
        upload: Upload | None = None,
        headers: Any = None,
        budget: bool = True,
    ) -> Answer:
        self.asked.append((operation.code, method, path, dict(params or {}), json, budget))
        if upload is not None:
            self.files.append((upload, b"".join(Form(upload)).split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]))
        body = self._next()
        return Answer(200, self._headers, json_library.dumps(body, default=str).encode(), body)

    def download(
        self,
        operation: Operation,
        url: str,
        to: BinaryIO,
        *,
        params: Any = None,
        headers: Any = None,
        budget: bool = True,
    ) -> Answer:
        self.asked.append((operation.code, "GET", url, dict(params or {}), None, budget))
        to.write(self._next())
        return Answer(200, self._headers, b"")

    def _next(self) -> Any:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def told() -> Any:
    """A shop with prepared answers, and its transport."""

    def shop(*answers: Any, headers: Any = None, **options: Any) -> tuple[MiraklShop, Told]:
        transport = Told(*answers, headers=headers)
        return MiraklShop(transport, shop_id=SHOP, **{"operations": PUBLISHED} | options), transport

    return shop
