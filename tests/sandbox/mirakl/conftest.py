"""A marketplace whose time stands still until a test moves it."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.mirakl import create_app
from mirakl_sync.sandbox.mirakl.settings import settings_from
from mirakl_sync.sandbox.mirakl.tenant import Tenant

OFFERS = [{"sku": f"SKU-{number}", "price": "19.90", "quantity": 50} for number in range(1, 9)]


@dataclass
class Market:
    """One marketplace and somebody who calls it."""

    tenant: Tenant
    client: FlaskClient
    key: str

    def call(self, method: str, path: str, json: Any = None, key: str | None = None, **query: Any) -> Any:
        length = {"CONTENT_LENGTH": "0"} if json is None and method == "PUT" else {}
        return self.client.open(
            path,
            method=method,
            json=json,
            query_string=query or None,
            headers={"Authorization": self.key if key is None else key},
            environ_overrides=length,
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query)

    def put(self, path: str, json: Any = None, **query: Any) -> Any:
        return self.call("PUT", path, json, **query)

    def control(self, path: str, **sent: Any) -> Any:
        return self.client.post(f"/_sandbox/{path}", json=sent)

    def place(self, **options: Any) -> str:
        answer = self.control("orders", **options)
        assert answer.status_code == 200, answer.text
        return answer.json["order_ids"][0]

    def act(self, order_id: str, action: str) -> Any:
        return self.client.post(f"/_sandbox/orders/{order_id}/{action}")

    def order(self, order_id: str, **query: Any) -> dict[str, Any]:
        (found,) = self.get("/api/orders", order_ids=order_id, **query).json["orders"]
        return found

    def answer(self, order_id: str, *accepted: bool) -> Any:
        """OR21 with `accepted` for line after line; the last word counts for the lines that follow."""
        lines = self.order(order_id)["order_lines"]
        words = itertools.chain(accepted, itertools.repeat(accepted[-1]))
        told = [{"id": line["order_line_id"], "accepted": word} for line, word in zip(lines, words, strict=False)]
        return self.put(f"/api/orders/{order_id}/accept", {"order_lines": told})

    def send_stock(self, *rows: str, **options: Any) -> Any:
        """STO01 with these rows below the usual header; `text` is a whole file instead."""
        text = options.pop("text", "\n".join(["offer-sku;quantity;warehouse-code;update-delete", *rows]))
        file = (io.BytesIO(text if isinstance(text, bytes) else text.encode()), "stock.csv")
        return self.client.post(
            "/api/offers/stock/imports",
            data={"file": file},
            query_string=options or None,
            headers={"Authorization": self.key},
            content_type="multipart/form-data",
        )

    def stock_status(self, import_id: str, **query: Any) -> dict[str, Any]:
        return self.get(f"/api/offers/stock/imports/{import_id}/status", **query).json

    def stock_report(self, import_id: str) -> list[list[str]]:
        answer = self.get(f"/api/offers/stock/imports/{import_id}/error_report")
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.text), delimiter=";"))

    def push(self, *rows: str, **options: Any) -> dict[str, Any]:
        """A stock file and all the time it needs; its status then."""
        import_id = self.send_stock(*rows, **options).json["import_id"]
        self.advance(5)
        return self.stock_status(import_id)

    def advance(self, seconds: float) -> None:
        assert self.control("clock", advance=seconds).status_code == 200

    def booked(self, order_id: str) -> dict[str, Any]:
        orders = self.client.get("/_sandbox/books").json["orders"]
        return next(order for order in orders if order["order_id"] == order_id)

    def stock(self, sku: str, shop_id: int = 2000) -> int:
        return self.tenant.offers[shop_id][sku].quantity


class StillClock(SandboxClock):
    """Stands still at a known moment, until it is advanced or reset."""

    def reset(self) -> None:
        self._start, self._ahead = 1_794_992_800.0, 0.0  # 2026-11-18T09:06:40Z

    def seconds(self) -> float:
        return self._start + self._ahead


def open_market(**settings: Any) -> Market:
    given = {"name": "demo", "limits": "off", "shops": [{"shop_id": 2000, "offers": OFFERS}], **settings}
    tenant = Tenant(settings_from(given), StillClock())
    return Market(tenant, create_app(tenant).test_client(), next(iter(tenant.keys)))


@pytest.fixture
def market():
    return open_market()


@pytest.fixture
def market_with():
    return open_market
