"""The same questions to every platform: a bench is a platform with the levers of the shop behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from mirakl_sync.http.client import HttpTransport
from mirakl_sync.platforms.contract import Capability, Platform
from mirakl_sync.records.shop import OrderReference
from mirakl_sync.sandbox.server import serve
from mirakl_sync.sandbox.trouble import Rule

SKUS = {"MUG": "", "TEE-S": "", "BOOK": "super-reduced", "FOOD": "reduced-rate"}


class Lever(StrEnum):
    """What can happen in some shops and not in others; a question that needs it is asked only where it can."""

    # whatever it claims, nobody can edit its orders or give money back
    UNCHANGING = "unchanging"
    # an order can be thrown away and still be read
    TRASH = "trash"
    # two orders for one sale are possible
    DOUBLE_ORDERS = "double_orders"
    # an order that is not held takes no stock before its release
    INERT = "inert"
    # a total the lines do not reach is possible to ask for and refused
    WRONG_TOTAL = "wrong_total"
    # parcels tell what is inside by line
    CONTENTS = "contents"
    # a parcel's number is corrected in place
    CORRECT = "correct"
    # a parcel can be taken off again
    UNPACK = "unpack"
    # a parcel tells when it left
    PARCEL_DATES = "parcel_dates"
    # an order can be sent without a parcel
    COMPLETE_BY_HAND = "complete_by_hand"
    # a SKU can stand on two products
    DOUBLE = "double"
    # variations can share their parent's number
    FAMILY = "family"
    # products can be drafts
    DRAFTS = "drafts"
    # products tell their categories
    CATEGORIES = "categories"
    # a product's webhook tells its number, not only that it changed
    TELLING_HOOKS = "telling_hooks"
    # a product tells when its number changed
    STOCK_DATES = "stock_dates"
    # a program can write past the shop, and its poll does not see that
    SILENT = "silent"
    # products can be uncounted
    UNCOUNTED = "uncounted"
    # staff can give money back for pieces, on the order itself
    GIVE_BACK = "give_back"
    # staff can take pieces off an order before it is sent
    TAKE_OFF = "take_off"
    # apps can make another order in the place of one they cancel
    REPLACE = "replace"
    # the note of a draft stands on the order
    NOTES = "notes"
    # every order shows up whatever its status
    ALL_STATUSES = "all_statuses"


class Bench(Protocol):
    """What a question may do to the shop behind the platform."""

    platform: Platform
    # what of this protocol the vendor has no such thing for is left out of the levers
    levers: frozenset[Lever]

    @classmethod
    def capabilities(cls) -> frozenset[Capability]:
        """What a store of this bench claims."""

    def now(self) -> datetime:
        """The shop's time."""

    def stock(self, sku: str) -> int | None: ...
    def trouble(self, what: str) -> None:
        """Spoil the next creation: ``lose_answer`` (done, unanswered) or ``drop`` (never arrived)."""

    def staff(self, order_id: str, act: str) -> None:
        """``completed``, ``cancelled`` or ``trash``."""

    def ship(self, order_id: str, carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> str:
        """A parcel, with what is ``inside`` by our line ids or None; ``left`` is the whole order. Answers its id."""

    def correct(self, order_id: str, parcel_id: str, number: str) -> None: ...
    def unpack(self, order_id: str, parcel_id: str) -> None: ...
    def give_back(self, order_id: str, inside: dict[str, int]) -> None:
        """Staff refund so many pieces of lines, by our line ids, at what they were sold for."""

    def take_off(self, order_id: str, left: dict[str, int]) -> None:
        """Staff edit the order: so many pieces are ``left`` of lines, by our line ids."""

    def replace(self, order_id: str, *, marked: bool) -> str:
        """An app cancels the order and makes another; ``marked`` with what we wrote on it. Answers the new id."""

    def standing(self, reference: OrderReference) -> list[str]:
        """Ids of the orders of a sale that are neither cancelled nor thrown away."""

    def buyer_mails(self) -> list[str]: ...
    def notes(self, order_id: str) -> list[str]: ...
    def delivery(self, order_id: str, secret: str | None = None) -> tuple[dict[str, str], bytes]:
        """The webhook the shop sends about an order."""

    def add(self, sku: str, quantity: int | None = 10, **more: Any) -> None:
        """A product; ``status`` draft, ``categories``."""

    def add_family(self, parent: str, quantity: int, *skus: str) -> str:
        """Variations that share the number their parent counts. Answers the parent's id."""

    def set_stock(self, sku: str, quantity: int, *, silently: bool = False) -> None:
        """Staff correct a number, or a program does past the shop."""

    def double(self, sku: str) -> None:
        """One more product carries the SKU, as imports leave them."""

    def remove(self, sku: str) -> None:
        """Throw the product away."""

    def pass_time(self, seconds: float) -> None: ...
    def stop_clock(self) -> None:
        """From now on everything happens in one second."""

    def product_delivery(self, product_id: str, event: str = "updated") -> tuple[dict[str, str], bytes]:
        """The webhook the shop sends about a product, a variation or a parent."""

    def close(self) -> None: ...


@dataclass
class CountingTransport:
    """A transport that remembers what it was asked."""

    plain: HttpTransport
    calls: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    def call(self, operation: Any, method: str, path: str, **more: Any) -> Any:
        self.calls.append((method, path, more.get("params"), more.get("json")))
        return self.plain.call(operation, method, path, **more)

    def download(self, operation: Any, url: str, to: Any, **more: Any) -> Any:
        self.calls.append(("GET", url, None, None))
        return self.plain.download(operation, url, to, **more)


class ServedBench:
    """What every simulated shop over real HTTP has: its server, its clock, its books, and lines that are counted.

    A bench sets ``shop`` first, and calls ``serve`` when its shelf is filled.
    """

    shop: Any
    # the operation that makes an order, for trouble
    creation = "order.create"

    def serve(self, app: Any) -> None:
        """Open the shop."""
        self.server = serve(app)
        self.lines: list[CountingTransport] = []

    def _dial(self, base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> CountingTransport:
        plain = HttpTransport(base_url, name="shop", auth=auth, interpret=interpret, parallel=parallel)
        self.lines.append(CountingTransport(plain))
        return self.lines[-1]

    def now(self) -> datetime:
        return self.shop.clock.now()

    def stock(self, sku: str) -> int | None:
        return self.shop.books(summary=False)["stock"][sku]

    def book(self, order_id: str) -> dict[str, Any]:
        """The shop's own account of an order."""
        return next(o for o in self.shop.books(summary=False)["orders"] if str(o["id"]) == order_id)

    def standing(self, reference: OrderReference) -> list[str]:
        return [str(number) for number in self.shop.books(summary=False)["by_reference"].get(str(reference), [])]

    def notes(self, order_id: str) -> list[str]:
        return self.book(order_id)["notes"]

    def trouble(self, what: str) -> None:
        self.spoil(self.creation, what)

    def spoil(self, operation: str, what: str, **more: Any) -> None:
        """Spoil the next call of an operation, or so many ``times``."""
        self.shop.trouble.replace([Rule(what, operation, **{"times": 1, **more})])

    def pass_time(self, seconds: float) -> None:
        self.shop.clock.advance(seconds)

    def stop_clock(self) -> None:
        at = self.shop.clock.now()
        self.shop.clock.now = lambda: at

    def close(self) -> None:
        self.server.stop()


def parcel(carrier: str, number: str, inside: dict[str, int] | None, *, left: bool) -> dict[str, Any]:
    """A parcel as the remote control of every simulated shop takes it."""
    return {"carrier": carrier, "number": number, "complete": left, "items": pieces(inside or {})}


def pieces(inside: dict[str, int]) -> list[dict[str, Any]]:
    """Pieces by our line ids, as the remote control takes them."""
    return [{"line_id": line_id, "quantity": count} for line_id, count in inside.items()]
