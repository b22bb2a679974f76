"""The bench of the simulated B2C Commerce instance, over real HTTP."""

from __future__ import annotations

from typing import Any

from mirakl_sync.http.tokens import MemoryTokens
from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.registry import platform
from mirakl_sync.platforms.salesforce.store import connect
from mirakl_sync.sandbox.salesforce import Client, Shop, create_app, settings_from, warehouse
from mirakl_sync.sandbox.salesforce.catalogue import remove, seed
from mirakl_sync.sandbox.salesforce.checkout import product_of
from mirakl_sync.sandbox.salesforce.control import order_of, set_by_staff
from mirakl_sync.sandbox.salesforce.settings import USUAL_CLIENTS
from mirakl_sync.sandbox.salesforce.stock_control import correct
from tests.platforms.bench import SKUS, Lever, ServedBench, parcel

CREDENTIALS = {
    "client_id": "am-client",
    "client_secret": "am-secret",
    "slas_client_id": "slas-client",
    "slas_client_secret": "slas-secret",
}
# what the merchant's systems write, and what we are told of it
CHOSEN = {
    "parcels_attribute": "c_parcels",
    "cancelled_attribute": "c_cancelledQty",
    "refunded_attribute": "c_refundedAmount",
}


class SalesforceBench(ServedBench):
    """The simulated instance over real HTTP; its OMS keeps parcels as JSON with ids."""

    levers = frozenset(
        {
            Lever.INERT,
            Lever.WRONG_TOTAL,
            Lever.CONTENTS,
            Lever.CORRECT,
            Lever.UNPACK,
            Lever.COMPLETE_BY_HAND,
            Lever.DRAFTS,
            Lever.UNCOUNTED,
        }
    )

    @classmethod
    def capabilities(cls) -> frozenset[Capability]:
        return platform("salesforce").capabilities_with(CHOSEN)

    def __init__(self, shop_settings: dict[str, Any] | None = None, clients: Any = None, **settings: Any) -> None:
        known = [Client(**client) for client in clients] if clients else list(USUAL_CLIENTS)
        self.shop = Shop(settings_from({"tracking_style": "json", **(shop_settings or {})}), known)
        for sku in SKUS:
            self.add(sku, 1000)
        self.serve(create_app(self.shop))
        self.slept: list[float] = []
        self.tokens = MemoryTokens()
        self.settings = {
            "organization": self.shop.settings.organization,
            "site": self.shop.settings.site,
            "account_url": self.server.url,
            "ocapi_url": self.server.url,
            "inventory_list": self.shop.settings.inventory_list,
            **CHOSEN,
            **settings,
        }
        self.platform = self.connect()

    def connect(self, credentials: dict[str, str] | None = None, **settings: Any) -> Any:
        """Another door to the same site, as another worker has it."""
        given = CREDENTIALS | (credentials or {})
        access = StoreAccess("shop", self.server.url, given, self.settings | settings, self.tokens)
        return connect(access, self._dial, self.shop.clock.now, self._sleep)

    def _sleep(self, seconds: float) -> None:
        """Time passes at the instance, not here."""
        self.slept.append(seconds)
        self.shop.clock.advance(seconds)

    def calls(self, operation: str) -> int:
        """How often the instance was asked that."""
        return self.shop.calls.total(operation)

    def staff(self, order_id: str, act: str) -> None:
        with self.shop.lock:
            set_by_staff(self.shop, order_of(self.shop, order_id), {"status": act})

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        sent = parcel(carrier, number, inside, left=left)
        with self.shop.lock:
            told = warehouse.ship(self.shop, order_of(self.shop, order_id), sent)
        return told["parcels"][-1]["tracking_id"]

    def correct(self, order_id: str, parcel_id: str, number: str) -> None:
        with self.shop.lock:
            warehouse.correct(self.shop, order_of(self.shop, order_id), parcel_id, {"number": number})

    def unpack(self, order_id: str, parcel_id: str) -> None:
        with self.shop.lock:
            warehouse.take_off(self.shop, order_of(self.shop, order_id), parcel_id)

    def buyer_mails(self) -> list[str]:
        return self.shop.books(summary=False)["mails"]

    def delivery(self, order_id: str, secret: str | None = None) -> tuple[dict[str, str], bytes]:
        raise NotImplementedError("Salesforce sends no webhooks")

    def product_delivery(self, product_id: str, event: str = "updated") -> tuple[dict[str, str], bytes]:
        raise NotImplementedError("Salesforce sends no webhooks")

    def add(self, sku: str, quantity: int | None = 10, **more: Any) -> None:
        with self.shop.lock:
            seed(self.shop, {"sku": sku, "quantity": quantity, **more})

    def add_family(self, parent: str, quantity: int, *skus: str) -> str:
        raise NotImplementedError("variants count for themselves")

    def set_stock(self, sku: str, quantity: int, *, silently: bool = False) -> None:
        with self.shop.lock:
            sent = {"quantity": quantity, "silent": silently}
            correct(self.shop, product_of(self.shop, sku), sent)

    def double(self, sku: str) -> None:
        raise NotImplementedError("a product's id is its SKU")

    def remove(self, sku: str) -> None:
        with self.shop.lock:
            remove(self.shop, product_of(self.shop, sku))
