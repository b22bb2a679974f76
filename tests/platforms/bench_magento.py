"""The bench of the simulated Magento, over real HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from mirakl_sync.http.client import HttpTransport
from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.magento.store import connect
from mirakl_sync.platforms.registry import platform
from mirakl_sync.records.shop import OrderReference
from mirakl_sync.sandbox.magento import Shop, create_app, settings_from, stock_control
from mirakl_sync.sandbox.magento import shipping_control as packing
from mirakl_sync.sandbox.magento.catalogue import remove, seed
from mirakl_sync.sandbox.magento.checkout import product_of
from mirakl_sync.sandbox.server import serve
from mirakl_sync.sandbox.trouble import Rule
from tests.platforms.bench import SKUS, CountingTransport, Lever


class MagentoBench:
    """The simulated Magento over real HTTP, as most shops have it: orders saved directly, nothing compensated."""

    SECRET = "hook-secret"
    levers = frozenset(
        {
            Lever.INERT,
            Lever.INERT,
            Lever.WRONG_TOTAL,
            Lever.CONTENTS,
            Lever.CORRECT,
            Lever.PARCEL_DATES,
            Lever.UNCOUNTED,
            Lever.GIVE_BACK,
            Lever.NOTES,
            Lever.ALL_STATUSES,
        }
    )
    chosen: ClassVar[dict[str, Any]] = {}
    shop_chosen: ClassVar[dict[str, Any]] = {}

    @classmethod
    def capabilities(cls) -> frozenset[Capability]:
        return platform("magento").capabilities_with(cls.chosen)

    def __init__(self, shop_settings: dict[str, Any] | None = None, **settings: Any) -> None:
        self.shop = Shop(settings_from({**self.shop_chosen, **(shop_settings or {})}))
        for sku in SKUS:
            self.add(sku, 1000)
        self.server = serve(create_app(self.shop))
        self.lines: list[CountingTransport] = []
        self.settings = {
            "generic_customer": "marketplace@shop.example",
            "cancel_paid": "refund_offline",
            **self.chosen,
            **settings,
        }
        self.platform = self.connect()

    def connect(self, **settings: Any) -> Any:
        """Another door to the same shop, as another worker has it."""
        keys = self.shop.access
        credentials = {
            "consumer_key": keys.consumer_key,
            "consumer_secret": keys.consumer_secret,
            "access_token": keys.token,
            "access_token_secret": keys.token_secret,
            "webhook_secret": self.SECRET,
        }
        access = StoreAccess("shop", self.server.url, credentials, self.settings | settings)
        return connect(access, self._dial, self.shop.clock.now)

    def _dial(self, base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> CountingTransport:
        plain = HttpTransport(base_url, name="shop", auth=auth, interpret=interpret, parallel=parallel)
        self.lines.append(CountingTransport(plain))
        return self.lines[-1]

    def now(self) -> datetime:
        return self.shop.clock.now()

    def stock(self, sku: str) -> int | None:
        return self.shop.books(summary=False)["stock"][sku]

    def trouble(self, what: str) -> None:
        self.spoil("order.create", what)

    def spoil(self, operation: str, what: str, **more: Any) -> None:
        self.shop.trouble.replace([Rule(what, operation, **{"times": 1, **more})])

    def staff(self, order_id: str, act: str) -> None:
        with self.shop.lock:
            order = self.shop.store.orders.rows[int(order_id)]
            if act == "cancelled" and order.state == "holded":
                packing.change(self.shop, order, "unhold")
            packing.change(self.shop, order, act)

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        items = [{"line_id": line_id, "quantity": count} for line_id, count in (inside or {}).items()]
        sent = {"carrier": carrier, "number": number, "complete": left, "items": items}
        with self.shop.lock:
            packing.send(self.shop, self.shop.store.orders.rows[int(order_id)], sent)
        return str(self.book(order_id)["shipments"][-1]["id"])

    def correct(self, order_id: str, parcel_id: str, number: str) -> None:
        with self.shop.lock:
            track = self.shop.store.shipments.rows[int(parcel_id)].tracks[0]["entity_id"]
            packing._correct(self.shop, track, {"number": number})

    def unpack(self, order_id: str, parcel_id: str) -> None:
        raise NotImplementedError("Magento has no way to take a shipment back")

    def give_back(self, order_id: str, inside: dict[str, int]) -> None:
        items = [{"line_id": line_id, "quantity": count} for line_id, count in inside.items()]
        with self.shop.lock:
            packing.pay_back(self.shop, self.shop.store.orders.rows[int(order_id)], {"items": items})

    def standing(self, reference: OrderReference) -> list[str]:
        return [str(number) for number in self.shop.books(summary=False)["by_reference"].get(str(reference), [])]

    def book(self, order_id: str) -> dict[str, Any]:
        """The shop's own account of an order."""
        return next(o for o in self.shop.books(summary=False)["orders"] if o["id"] == int(order_id))

    def buyer_mails(self) -> list[str]:
        return [mail["to"] for mail in self.shop.mails if mail["to"] != self.settings["generic_customer"]]

    def notes(self, order_id: str) -> list[str]:
        return self.book(order_id)["notes"]

    def delivery(self, order_id: str, secret: str | None = None) -> tuple[dict[str, str], bytes]:
        raise NotImplementedError("this shop sends no webhooks")

    def product_delivery(self, product_id: str, event: str = "updated") -> tuple[dict[str, str], bytes]:
        raise NotImplementedError("Magento tells nothing of products")

    def add(self, sku: str, quantity: int | None = 10, **more: Any) -> None:
        with self.shop.lock:
            seed(self.shop, {"sku": sku, "price": "10.00", "quantity": quantity, "weight": "0.5", **more})

    def add_family(self, parent: str, quantity: int, *skus: str) -> str:
        raise NotImplementedError("children count for themselves")

    def set_stock(self, sku: str, quantity: int, *, silently: bool = False) -> None:
        with self.shop.lock:
            stock_control.correct(self.shop, product_of(self.shop, sku), {"quantity": quantity, "silent": silently})

    def double(self, sku: str) -> None:
        raise NotImplementedError("a SKU is unique")

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


class MagentoModuleBench(MagentoBench):
    """A Magento with our small module, which reserves the stock of an order as it saves it, held or not."""

    levers = MagentoBench.levers - {Lever.INERT}
    chosen: ClassVar[dict[str, Any]] = {"orders_by": "module"}
    shop_chosen: ClassVar[dict[str, Any]] = {"module": True}

    def trouble(self, what: str) -> None:
        self.spoil("module.order", what)
