"""The bench of the simulated B2C Commerce instance, over real HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mirakl_sync.http.client import HttpTransport
from mirakl_sync.http.tokens import MemoryTokens
from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.registry import platform
from mirakl_sync.platforms.salesforce.store import connect
from mirakl_sync.records.shop import OrderReference
from mirakl_sync.sandbox.salesforce import Client, Shop, create_app, settings_from, warehouse
from mirakl_sync.sandbox.salesforce.catalogue import remove, seed
from mirakl_sync.sandbox.salesforce.checkout import product_of
from mirakl_sync.sandbox.salesforce.control import order_of, set_by_staff
from mirakl_sync.sandbox.salesforce.settings import USUAL_CLIENTS
from mirakl_sync.sandbox.salesforce.stock_control import correct
from mirakl_sync.sandbox.server import serve
from mirakl_sync.sandbox.trouble import Rule
from tests.platforms.bench import SKUS, CountingTransport, Lever

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


class SalesforceBench:
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
        self.server = serve(create_app(self.shop))
        self.lines: list[CountingTransport] = []
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

    def _dial(self, base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> CountingTransport:
        plain = HttpTransport(base_url, name="shop", auth=auth, interpret=interpret, parallel=parallel)
        self.lines.append(CountingTransport(plain))
        return self.lines[-1]

    def _sleep(self, seconds: float) -> None:
        """Time passes at the instance, not here."""
        self.slept.append(seconds)
        self.shop.clock.advance(seconds)

    def now(self) -> datetime:
        return self.shop.clock.now()

    def calls(self, operation: str) -> int:
        """How often the instance was asked that."""
        return self.shop.calls.total(operation)

    def stock(self, sku: str) -> int | None:
        return self.shop.books(summary=False)["stock"][sku]

    def trouble(self, what: str) -> None:
        self.spoil("order.create", what)

    def spoil(self, operation: str, what: str, **more: Any) -> None:
        self.shop.trouble.replace([Rule(what, operation, **{"times": 1, **more})])

    def staff(self, order_id: str, act: str) -> None:
        with self.shop.lock:
            set_by_staff(self.shop, order_of(self.shop, order_id), {"status": act})

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        items = [{"line_id": line_id, "quantity": count} for line_id, count in (inside or {}).items()]
        sent = {"carrier": carrier, "number": number, "complete": left, "items": items}
        with self.shop.lock:
            told = warehouse.ship(self.shop, order_of(self.shop, order_id), sent)
        return told["parcels"][-1]["tracking_id"]

    def correct(self, order_id: str, parcel_id: str, number: str) -> None:
        with self.shop.lock:
            warehouse.correct(self.shop, order_of(self.shop, order_id), parcel_id, {"number": number})

    def unpack(self, order_id: str, parcel_id: str) -> None:
        with self.shop.lock:
            warehouse.take_off(self.shop, order_of(self.shop, order_id), parcel_id)

    def standing(self, reference: OrderReference) -> list[str]:
        return self.shop.books(summary=False)["by_reference"].get(str(reference), [])

    def book(self, order_id: str) -> dict[str, Any]:
        """The site's own account of an order."""
        return next(o for o in self.shop.books(summary=False)["orders"] if o["id"] == order_id)

    def buyer_mails(self) -> list[str]:
        return self.shop.books(summary=False)["mails"]

    def notes(self, order_id: str) -> list[str]:
        return self.book(order_id)["notes"]

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

    def pass_time(self, seconds: float) -> None:
        self.shop.clock.advance(seconds)

    def stop_clock(self) -> None:
        at = self.shop.clock.now()
        self.shop.clock.now = lambda: at  # type: ignore[method-assign]

    def close(self) -> None:
        self.server.stop()
