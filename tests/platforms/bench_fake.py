"""The bench of the shop in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from mirakl_sync.platforms.contract import Capability
from mirakl_sync.records.shipment import Parcel, ParcelLine
from mirakl_sync.records.shop import OrderReference
from tests.fakes_platform import FakePlatform, FakeShop, fake_spec
from tests.platforms.bench import SKUS, Lever


@dataclass
class FakeBench:
    """The shop in memory."""

    shop: FakeShop = field(default_factory=FakeShop)
    parcel_ids: Iterator[int] = field(default_factory=count)

    levers = frozenset(Lever)

    @classmethod
    def capabilities(cls) -> frozenset[Capability]:
        return fake_spec(FakeShop()).capabilities

    def now(self) -> datetime:
        return self.shop.clock()

    def __post_init__(self) -> None:
        self.platform = FakePlatform(self.shop)
        for sku in SKUS:
            self.shop.add_product(sku, 1000)

    def stock(self, sku: str) -> int | None:
        return self.shop.products[sku].quantity

    def trouble(self, what: str) -> None:
        self.shop.trouble.append(("create_order", what))

    def staff(self, order_id: str, act: str) -> None:
        self.shop.set_status(order_id, act)

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        parcel_id = f"P{next(self.parcel_ids)}"
        lines = None if inside is None else tuple(ParcelLine(*piece) for piece in inside.items())
        parcel = Parcel(parcel_id, carrier, number, left_at=self.shop.clock(), lines=lines)
        self.shop.ship(order_id, [parcel], left=left)
        return parcel_id

    def correct(self, order_id: str, parcel_id: str, number: str) -> None:
        known = self.shop.orders[order_id].parcels[parcel_id]
        self.shop.ship(order_id, [replace(known, number=number)], left=False)

    def unpack(self, order_id: str, parcel_id: str) -> None:
        self.shop.unpack(order_id, parcel_id)

    def standing(self, reference: OrderReference) -> list[str]:
        return [order.order_id for order in self.shop.live(reference)]

    def buyer_mails(self) -> list[str]:
        return [to for to, _ in self.shop.mails]

    def notes(self, order_id: str) -> list[str]:
        return self.shop.orders[order_id].notes

    def delivery(self, order_id: str, secret: str | None = None) -> tuple[dict[str, str], bytes]:
        self.shop.secret, kept = secret or self.shop.secret, self.shop.secret
        try:
            return self.shop.delivery("order", {"id": order_id})
        finally:
            self.shop.secret = kept

    def add(self, sku: str, quantity: int | None = 10, **more: Any) -> None:
        more["sellable"] = more.pop("status", "publish") == "publish"
        self.shop.add_product(sku, quantity, **more)

    def add_family(self, parent: str, quantity: int, *skus: str) -> str:
        for sku in skus:
            self.shop.add_product(sku, quantity, parent=parent)
        return parent

    def set_stock(self, sku: str, quantity: int, *, silently: bool = False) -> None:
        parent = self.shop.products[sku].parent
        family = [each for each in self.shop.products.values() if parent and each.parent == parent]
        for each in family or [self.shop.products[sku]]:
            self.shop.set_stock(each.sku, quantity, silently=silently)

    def double(self, sku: str) -> None:
        self.shop.products[sku].matches += 1

    def remove(self, sku: str) -> None:
        self.shop.remove_product(sku)

    def pass_time(self, seconds: float) -> None:
        at = self.shop.clock() + timedelta(seconds=seconds)
        self.shop.clock = lambda: at

    def stop_clock(self) -> None:
        self.pass_time(0)

    def product_delivery(self, product_id: str, event: str = "updated") -> tuple[dict[str, str], bytes]:
        topic, subject = ("product.deleted", product_id) if event == "deleted" else ("product", product_id)
        return self.shop.delivery(
            topic, {"id": subject.rpartition("/")[2].removeprefix("" if event == "deleted" else "P-")}
        )

    def close(self) -> None:
        """Nothing runs."""
