"""A simulated shop, a client with its key, and a place webhooks can be sent to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.woocommerce import Key, Shop, ShopSettings, create_app
from tests.sandbox.listening import receiving
from tests.sandbox.remote import Remote

BASIC = ("ck_sandbox", "cs_sandbox")


@dataclass
class Client(Remote):
    """Speaks wc/v3 with the shop's key; `control` speaks to /_sandbox/."""

    shop: Shop

    def __post_init__(self) -> None:
        self.open(create_app(self.shop))

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        more.setdefault("auth", BASIC)
        if body is not None:
            more["json"] = body
        return self.flask.open(f"/wp-json/wc/v3/{path}", method=method, **more)

    def get(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: Any) -> Any:
        answer = self("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json

    def put(self, path: str, body: Any) -> Any:
        answer = self("PUT", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json

    def stock(self, sku: str) -> int | None:
        return self.control("books")["stock"][sku]


@pytest.fixture
def make_client() -> Callable[..., Client]:
    """A client of a shop with a 21 % Spanish and a 20 % Austrian rate, a mug and a tee in two sizes."""

    def make(**settings: Any) -> Client:
        shop = Shop(ShopSettings(**{"webhook_seconds": 0.0, **settings}), [Key(*BASIC)])
        client = Client(shop)
        rates = [("ES", "21", "IVA", "standard"), ("AT", "20", "USt", "standard"), ("ES", "0", "Zero", "zero-rate")]
        taxes = [{"country": c, "rate": r, "name": n, "class": k} for c, r, n, k in rates]
        client.control("taxes", {"taxes": taxes})
        sizes = [{"sku": "TEE-S", "option": "S", "price": "19.99", "stock": 5},
                 {"sku": "TEE-M", "option": "M", "price": "19.99", "stock": 0}]  # fmt: skip
        goods = [{"sku": "MUG-1", "name": "Mug", "price": "12.10", "stock": 10}]
        client.control("products", {"products": [*goods, {"sku": "TEE", "name": "Tee", "variations": sizes}]})
        return client

    return make


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


@dataclass
class Sink:
    """Remembers what it was sent; `status` is what it answers."""

    url: str = ""
    status: int = 200
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def topics(self) -> list[str]:
        return [headers.get("X-WC-Webhook-Topic", "ping") for _, headers, _ in self.got]

    def take(self, path: str, headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, str]]:
        self.got.append((path, headers, raw))
        return self.status, {"Location": "/elsewhere"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    with receiving(sink.take) as sink.url:
        yield sink
