"""The bench of the simulated WooCommerce, over real HTTP."""

from __future__ import annotations

from typing import Any

from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.registry import platform
from mirakl_sync.records.shop import OrderReference
from mirakl_sync.sandbox.woocommerce import Key, Shop, ShopSettings, create_app, tracking
from mirakl_sync.sandbox.woocommerce import shipping_control as packing
from mirakl_sync.sandbox.woocommerce.catalogue import delete_product, seed
from mirakl_sync.sandbox.woocommerce.checkout import product_of
from mirakl_sync.sandbox.woocommerce.deliveries import encode, sign
from mirakl_sync.sandbox.woocommerce.order_json import order_json
from mirakl_sync.sandbox.woocommerce.orders import find_order, trash_order, update_order
from mirakl_sync.sandbox.woocommerce.product_json import product_json
from mirakl_sync.sandbox.woocommerce.stock_control import correct, double
from mirakl_sync.sandbox.woocommerce.views_shop import add_rate
from tests.platforms.bench import SKUS, Lever, ServedBench, parcel

CLASSES = ("reduced-rate", "super-reduced", "zero-rate")
RATES = [
    {"country": "ES", "rate": "21.0000", "name": "IVA"},
    {"country": "ES", "rate": "10.0000", "name": "IVA", "class": "reduced-rate"},
    {"country": "ES", "rate": "4.0000", "name": "IVA", "class": "super-reduced"},
    {"country": "AT", "rate": "20.0000", "name": "USt"},
    {"country": "AT", "rate": "10.0000", "name": "USt", "class": "reduced-rate"},
    {"country": "AT", "rate": "10.0000", "name": "USt", "class": "super-reduced"},
    {"country": "", "rate": "0.0000", "name": "Zero", "class": "zero-rate"},
]


class WooBench(ServedBench):
    """The simulated WooCommerce over real HTTP."""

    SECRET = "hook-secret"
    levers = frozenset(Lever)

    @classmethod
    def capabilities(cls) -> frozenset[Capability]:
        return platform("woocommerce").capabilities

    def __init__(self, shop_settings: dict[str, Any] | None = None, **settings: Any) -> None:
        given = {"customers": {7: "marketplace@shop.example"}, "tax_classes": CLASSES, "tracking_plugin": "ast"}
        given |= shop_settings or {}
        self.shop = Shop(ShopSettings(**given), [Key("ck_test", "cs_test"), Key("ck_read", "cs_read", "read")])
        for rate in RATES:
            add_rate(self.shop.store, rate)
        self.seed()
        self.serve(create_app(self.shop))
        self.settings = {"auth": "basic", "generic_customer": 7, **settings}
        self.platform = self.connect()

    def connect(self, key: str = "ck_test", secret: str = "cs_test", **settings: Any) -> Any:
        """Another door to the same shop, as another worker has it."""
        credentials = {"consumer_key": key, "consumer_secret": secret, "webhook_secret": self.SECRET}
        access = StoreAccess("shop", self.server.url, credentials, self.settings | settings)
        return platform("woocommerce").connect(access, self._dial, self.shop.clock.now)

    def seed(self) -> None:
        for sku, tax_class in SKUS.items():
            if sku != "TEE-S":
                seed(self.shop, {"sku": sku, "price": "10.00", "stock": 1000, "tax_class": tax_class})
        seed(self.shop, {"sku": "TEE", "variations": [{"sku": "TEE-S", "price": "19.95", "stock": 1000}]})

    def staff(self, order_id: str, act: str) -> None:
        with self.shop.lock:
            order = find_order(self.shop, int(order_id))
            if act == "trash":
                trash_order(self.shop, order)
            else:
                update_order(self.shop, order, {"status": act})

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        sent = parcel(carrier, number, inside, left=left)
        with self.shop.lock:
            told = packing.ship(self.shop, find_order(self.shop, int(order_id)), sent)
        return told["parcels"][-1]["tracking_id"]

    def correct(self, order_id: str, parcel_id: str, number: str) -> None:
        with self.shop.lock:
            order = find_order(self.shop, int(order_id))
            assert tracking.correct(self.shop, order, parcel_id, {"tracking_number": number})

    def unpack(self, order_id: str, parcel_id: str) -> None:
        with self.shop.lock:
            assert tracking.remove(self.shop, find_order(self.shop, int(order_id)), parcel_id)

    def standing(self, reference: OrderReference) -> list[str]:
        key = f"{reference.shop}/{reference.order_id}"
        return [str(number) for number in self.shop.books(summary=False)["by_reference"].get(key, [])]

    def buyer_mails(self) -> list[str]:
        own = {self.shop.settings.admin_email, *self.shop.settings.customers.values()}
        return [mail["to"] for mail in self.shop.mails if mail["to"] not in own]

    def delivery(self, order_id: str, secret: str | None = None) -> tuple[dict[str, str], bytes]:
        with self.shop.lock:
            raw = encode(order_json(self.shop, find_order(self.shop, int(order_id)), "http://shop.example")).encode()
        return self._signed("order.updated", raw, secret)

    def _signed(self, topic: str, raw: bytes, secret: str | None) -> tuple[dict[str, str], bytes]:
        headers = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Resource": topic.partition(".")[0]}
        return headers | {"X-WC-Webhook-Signature": sign(raw, secret or self.SECRET)}, raw

    def add(self, sku: str, quantity: int | None = 10, **more: Any) -> None:
        with self.shop.lock:
            seed(self.shop, {"sku": sku, "price": "10.00", "stock": quantity, **more})

    def add_family(self, parent: str, quantity: int, *skus: str) -> str:
        children = [{"sku": sku, "price": "9.90", "stock": quantity, "manage_stock": "parent"} for sku in skus]
        with self.shop.lock:
            return str(seed(self.shop, {"sku": parent, "stock": quantity, "variations": children}).id)

    def set_stock(self, sku: str, quantity: int, *, silently: bool = False) -> None:
        with self.shop.lock:
            correct(self.shop, product_of(self.shop, sku), quantity, "silent" if silently else "edit")

    def double(self, sku: str) -> None:
        with self.shop.lock:
            double(self.shop, product_of(self.shop, sku))

    def remove(self, sku: str) -> None:
        with self.shop.lock:
            delete_product(self.shop, product_of(self.shop, sku), force=False)

    def product_delivery(self, product_id: str, event: str = "updated") -> tuple[dict[str, str], bytes]:
        number = int(product_id.rpartition("/")[2])
        with self.shop.lock:
            row = self.shop.store.products.rows[number]
            told = {"id": number} if event == "deleted" else product_json(self.shop, row, "http://shop.example")
        return self._signed(f"product.{event}", encode(told).encode(), None)
