"""The bench of the simulated Shopify, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.registry import platform
from mirakl_sync.platforms.shopify.pace import Pace
from mirakl_sync.sandbox.shopify import Shop, ShopSettings, create_app, payloads
from mirakl_sync.sandbox.shopify.catalogue import double, seed
from tests.platforms.bench import SKUS, Lever, ServedBench, parcel, pieces

CONNECT = platform("shopify").connect


class ShopifyBench(ServedBench):
    """The simulated Shopify over real HTTP: logged in for, with one warehouse."""

    SECRET = "shpss_sandbox"
    levers = frozenset(
        {
            Lever.WRONG_TOTAL,
            Lever.CONTENTS,
            Lever.CORRECT,
            Lever.PARCEL_DATES,
            Lever.COMPLETE_BY_HAND,
            Lever.DOUBLE,
            Lever.DRAFTS,
            Lever.CATEGORIES,
            Lever.STOCK_DATES,
            Lever.SILENT,
            Lever.UNCOUNTED,
            Lever.GIVE_BACK,
            Lever.TAKE_OFF,
            Lever.REPLACE,
            Lever.NOTES,
            Lever.ALL_STATUSES,
        }
    )

    @classmethod
    def capabilities(cls) -> frozenset[Capability]:
        return platform("shopify").capabilities

    def __init__(self, shop_settings: dict[str, Any] | None = None, **settings: Any) -> None:
        self.shop = Shop(ShopSettings(**{"webhook_seconds": 0.0, **(shop_settings or {})}))
        for sku in SKUS:
            self.add(sku, 1000)
        self.app = create_app(self.shop)
        self.serve(self.app)
        self.settings = settings
        self.platform = self.connect()

    def connect(self, *, credentials: dict[str, str] | None = None, **settings: Any) -> Any:
        """Another door to the same shop, as another worker has it."""
        usual = {"client_id": "sandbox-client", "client_secret": self.SECRET}
        access = StoreAccess("shop", self.server.url, credentials or usual, self.settings | settings)
        assert CONNECT is not None
        opened: Any = CONNECT(access, self._dial, self.shop.clock.now)
        # waits pass by the shop's clock
        opened.asking.sleep, opened.asking.pace = self._wait, Pace(self.shop.clock.seconds)
        return opened

    def _wait(self, seconds: float) -> None:
        self.pass_time(seconds)
        self.shop.tick()

    def control(self, path: str, body: Any = None, method: str = "") -> Any:
        """The shop's remote control."""
        answer = self.app.test_client().open(
            f"/_sandbox/{path}", method=method or ("GET" if body is None else "POST"), json=body
        )
        assert answer.status_code == 200, answer.text
        return answer.json

    def asked(self) -> list[str]:
        """The operationName of every call, oldest first of each door."""
        return [body["operationName"] for door in self.lines for _, _, _, body in door.calls if body]

    def staff(self, order_id: str, act: str) -> None:
        self.control(f"orders/{order_id}", {"status": act})

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        sent = parcel(carrier, number, inside, left=left)
        told = self.control(f"orders/{order_id}/ship", sent)
        return str(told["parcels"][-1]["tracking_id"])

    def correct(self, order_id: str, parcel_id: str, number: str) -> None:
        self.control(f"orders/{order_id}/parcels/{parcel_id}", {"number": number}, "PUT")

    def unpack(self, order_id: str, parcel_id: str) -> None:
        self.control(f"orders/{order_id}/parcels/{parcel_id}", method="DELETE")

    def give_back(self, order_id: str, inside: dict[str, int]) -> None:
        items = pieces(inside)
        self.control(f"orders/{order_id}/refund", {"items": items})

    def take_off(self, order_id: str, left: dict[str, int]) -> None:
        lines = pieces(left)
        self.control(f"orders/{order_id}/edit", {"lines": lines})

    def replace(self, order_id: str, *, marked: bool) -> str:
        return str(self.control(f"orders/{order_id}/replace", {"style": "cleverific", "copy_attributes": marked})["id"])

    def buyer_mails(self) -> list[str]:
        return [mail["to"] for mail in self.shop.mails]

    def notes(self, order_id: str) -> list[str]:
        cancelled = self.shop.orders.rows[int(order_id)].cancel_note
        return [*self.book(order_id)["notes"], *([cancelled] if cancelled else [])]

    def delivery(self, order_id: str, secret: str | None = None) -> tuple[dict[str, str], bytes]:
        with self.shop.lock:
            body = payloads.order(self.shop, self.shop.orders.rows[int(order_id)])
        return self.signed("orders/updated", body, secret)

    def signed(self, topic: str, body: dict[str, Any], secret: str | None = None) -> tuple[dict[str, str], bytes]:
        """A delivery; the same body is the same event."""
        raw = json.dumps(body).encode()
        signature = base64.b64encode(hmac.new((secret or self.SECRET).encode(), raw, hashlib.sha256).digest())
        event = hashlib.sha256(raw).hexdigest()[:32]
        headers = {"X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": signature.decode(), "X-Shopify-Event-Id": event}
        return headers, raw

    def add(self, sku: str, quantity: int | None = 10, **more: Any) -> None:
        with self.shop.lock:
            seed(self.shop, {"sku": sku, "price": "10.00", "quantity": quantity, **more})

    def set_stock(self, sku: str, quantity: int, *, silently: bool = False) -> None:
        self.control("stock", {"sku": sku, "quantity": quantity, "silent": silently})

    def double(self, sku: str) -> None:
        with self.shop.lock:
            double(self.shop, self.shop.catalogue.exactly(sku)[0])

    def remove(self, sku: str) -> None:
        self.control("remove", {"sku": sku})

    def product_delivery(self, product_id: str, event: str = "updated") -> tuple[dict[str, str], bytes]:
        number = int(product_id.partition("/")[0])
        if event == "deleted":
            return self.signed("products/delete", {"id": number})
        with self.shop.lock:
            return self.signed("products/update", payloads.product(self.shop, self.shop.catalogue.products[number]))
