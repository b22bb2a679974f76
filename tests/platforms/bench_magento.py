"""The bench of the simulated Magento, over real HTTP."""

from __future__ import annotations

from typing import Any, ClassVar

from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.magento.store import connect
from mirakl_sync.platforms.registry import platform
from mirakl_sync.sandbox.magento import Shop, create_app, settings_from, stock_control
from mirakl_sync.sandbox.magento import shipping_control as packing
from mirakl_sync.sandbox.magento.catalogue import remove, seed
from mirakl_sync.sandbox.magento.checkout import product_of
from tests.platforms.bench import SKUS, Lever, ServedBench, parcel, pieces


class MagentoBench(ServedBench):
    """The simulated Magento over real HTTP, as most shops have it: orders saved directly, nothing compensated."""

    SECRET = "hook-secret"
    levers = frozenset(
        {
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
        self.serve(create_app(self.shop))
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

    def staff(self, order_id: str, act: str) -> None:
        with self.shop.lock:
            order = self.shop.store.orders.rows[int(order_id)]
            if act == "cancelled" and order.state == "holded":
                packing.change(self.shop, order, "unhold")
            packing.change(self.shop, order, act)

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        sent = parcel(carrier, number, inside, left=left)
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
        items = pieces(inside)
        with self.shop.lock:
            packing.pay_back(self.shop, self.shop.store.orders.rows[int(order_id)], {"items": items})

    def buyer_mails(self) -> list[str]:
        return [mail["to"] for mail in self.shop.mails if mail["to"] != self.settings["generic_customer"]]

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


class MagentoModuleBench(MagentoBench):
    """A Magento with our small module, which reserves the stock of an order as it saves it, held or not."""

    levers = MagentoBench.levers - {Lever.INERT}
    chosen: ClassVar[dict[str, Any]] = {"orders_by": "module"}
    shop_chosen: ClassVar[dict[str, Any]] = {"module": True}
    creation = "module.order"
