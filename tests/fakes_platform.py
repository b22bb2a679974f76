"""A shop in memory that keeps the promises of ``Platform``, for the flows that need a shop but no HTTP.

``FakeShop`` is the shop (stock, orders, mails, staff); ``FakePlatform`` is our door to it. Trouble is asked for by
name: ``shop.trouble.append(("create_order", "lose_answer"))`` spoils the next such call and only that one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar

from mirakl_sync.clock import Clock, now
from mirakl_sync.errors import NeedsAnswer, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.platforms.contract import Capability, Delivery, PlatformSpec, StoreAccess
from mirakl_sync.records.shipment import Parcel
from mirakl_sync.records.shop import (
    Finding,
    Notice,
    NoticeKind,
    OrderDraft,
    OrderReference,
    PlatformOrder,
    ProductFacts,
)

R = TypeVar("R")
RESERVING = frozenset({"held", "open", "completed"})


@dataclass
class FakeProduct:
    """A product of the fake shop; ``quantity`` None is a product whose stock nobody counts."""

    sku: str
    quantity: int | None = 10
    price: Decimal = Decimal("10.00")
    sellable: bool = True
    backorders: bool = False
    matches: int = 1
    modified_at: datetime | None = None
    parent: str = ""
    categories: tuple[str, ...] = ()
    locations: dict[str, int] | None = None
    components: tuple[tuple[str, int], ...] = ()


@dataclass
class FakeOrder:
    """An order of the fake shop. Status: draft, held, open, completed, cancelled, trash."""

    order_id: str
    draft: OrderDraft
    status: str
    created_at: datetime
    modified_at: datetime
    line_ids: dict[str, str] = field(default_factory=dict)
    address: object = None
    email: str = ""
    notes: list[str] = field(default_factory=list)
    parcels: dict[str, Parcel] = field(default_factory=dict)


@dataclass
class FakeShop:
    """The shop itself, with what its staff and its customers do to it."""

    clock: Clock = now
    products: dict[str, FakeProduct] = field(default_factory=dict)
    orders: dict[str, FakeOrder] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)
    trouble: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    hooks: dict[str, str] = field(default_factory=dict)
    secret: str = "fake-secret"

    def add_product(self, sku: str, quantity: int | None = 10, **more: Any) -> FakeProduct:
        """Put a product on the shelf."""
        product = self.products[sku] = FakeProduct(sku, quantity, modified_at=self.clock(), **more)
        return product

    def set_stock(self, sku: str, quantity: int | None, *, silently: bool = False) -> None:
        """Correct a quantity as staff do, or ``silently`` as a program does that writes the database past the shop."""
        product = self.products[sku]
        product.quantity = quantity
        if not silently:
            product.modified_at = self.clock()

    def remove_product(self, sku: str) -> str:
        """Throw a product away; answers the subject its webhook names."""
        product = self.products.pop(sku)
        return f"P-{product.sku}"

    def set_status(self, order_id: str, status: str) -> None:
        """Change a status as staff do it, with what that does to the stock."""
        order = self.orders[order_id]
        self._move_stock(order, status)
        order.status, order.modified_at = status, self.clock()
        if status in ("held", "open", "completed") and order.email:
            self.mails.append((order.email, status))

    def ship(self, order_id: str, parcels: Sequence[Parcel] = (), *, left: bool = True) -> None:
        """What the packing table tells the shop: parcels, known ones corrected by their id; ``left`` is everything."""
        order = self.orders[order_id]
        order.parcels |= {parcel.parcel_id: parcel for parcel in parcels}
        order.modified_at = self.clock()
        if left and order.status != "completed":
            self.set_status(order_id, "completed")

    def unpack(self, order_id: str, parcel_id: str) -> None:
        """Take a parcel off again; the status stays."""
        del self.orders[order_id].parcels[parcel_id]
        self.orders[order_id].modified_at = self.clock()

    def live(self, reference: OrderReference) -> list[FakeOrder]:
        """The orders of a sale that are neither cancelled nor thrown away, lowest number first."""
        found = (o for o in self.orders.values() if o.draft.reference == reference)
        return [o for o in found if o.status not in ("cancelled", "trash")]

    def delivery(self, topic: str, payload: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """A webhook as this shop sends it: headers and raw body."""
        body = json.dumps(payload, default=str).encode()
        return {"X-Fake-Topic": topic, "X-Fake-Signature": _sign(self.secret, body)}, body

    def _move_stock(self, order: FakeOrder, status: str) -> None:
        before, after = order.status in RESERVING, status in RESERVING
        if before == after or status == "trash":
            return
        for line in order.draft.lines:
            product = self.products[line.sku]
            if product.quantity is not None:
                product.quantity += line.quantity if before else -line.quantity
                product.modified_at = self.clock()


def _sign(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _troubled(work: Callable[..., R]) -> Callable[..., R]:
    """Let the shop's trouble happen to a call: before it, after it, or not at all."""
    name = work.__name__

    @wraps(work)
    def call(platform: FakePlatform, *args: Any, **kwargs: Any) -> R:
        shop = platform.shop
        shop.calls.append(name)
        what = next((w for n, w in shop.trouble if n == name), None)
        if what:
            shop.trouble.remove((name, what))
        if what == "fail":
            raise Unavailable(f"the shop did not take {name}")
        if what == "limit":
            raise RateLimited("the shop asks for patience", after=5.0)
        if what == "drop":
            raise Unavailable(f"no answer to {name}", outcome_unknown=True)
        if what == "refuse":
            raise Refused(f"the shop refuses {name}", code="fake_refusal", status=400)
        result = work(platform, *args, **kwargs)
        if what == "lose_answer":
            raise Unavailable(f"the answer to {name} was lost", outcome_unknown=True)
        return result

    return call


class FakePlatform:
    """Our door to a ``FakeShop``; keeps every promise of ``Platform``."""

    def __init__(self, shop: FakeShop) -> None:
        self.shop = shop

    def check(self) -> list[Finding]:
        """The fake shop is always in order."""
        return [Finding(True, "access", "The fake shop answers.")]

    @_troubled
    def product_facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """What the shelf says, now."""
        return {sku: self._facts(sku) for sku in skus}

    @_troubled
    def levels(self) -> Iterator[ProductFacts]:
        """Everything on the shelf, now."""
        return iter([self._facts(sku) for sku in self.shop.products])

    @_troubled
    def create_order(self, draft: OrderDraft, *, held: bool) -> PlatformOrder:
        """Write the order; ``held`` ones take their stock at once."""
        self._refuse_impossible(draft)
        number, at = str(1000 + len(self.shop.orders)), self.shop.clock()
        lines = {line.line_id: f"{number}-{n}" for n, line in enumerate(draft.lines, 1)}
        self.shop.orders[number] = FakeOrder(number, draft, "draft", at, at, lines, draft.shipping_address)
        self.shop.orders[number].notes.append(draft.note)
        if held:
            self.shop.set_status(number, "held")
        return self._seen(number)

    @_troubled
    def find_order(self, reference: OrderReference, *, since: datetime) -> PlatformOrder | None:
        """Exactly our order; of two, the inert higher one is cancelled."""
        hits = [o for o in self.shop.orders.values() if o.draft.reference == reference and o.created_at >= since]
        live = [o for o in hits if o.status not in ("cancelled", "trash")]
        working = [o for o in live if o.status in ("open", "completed")]
        if len(working) > 1:
            raise NeedsAnswer("the shop has two orders", kind="doubled_in_shop", key=str(reference))
        keep = next(iter(working or live or hits), None)
        for order in live:
            if order is not keep:
                self.shop.set_status(order.order_id, "cancelled")
        return self._seen(keep.order_id) if keep else None

    @_troubled
    def read_order(self, order_id: str) -> PlatformOrder | None:
        """The order as it stands."""
        return self._seen(order_id) if order_id in self.shop.orders else None

    @_troubled
    def read_orders(self, order_ids: Sequence[str]) -> Iterator[PlatformOrder]:
        """Those there are, thrown-away ones left out."""
        known = (self.shop.orders.get(order_id) for order_id in order_ids)
        return iter([self._seen(order.order_id) for order in known if order and order.status != "trash"])

    @_troubled
    def release_order(self, order_id: str, draft: OrderDraft) -> PlatformOrder:
        """Let the warehouse work; the buyer's e-mail is written after the status so that no mail leaves."""
        order = self._existing(order_id)
        if order.status in ("cancelled", "trash"):
            raise Refused(f"order {order_id} is {order.status}", code="order_cancelled")
        order.draft, order.address = draft, draft.shipping_address
        if order.status in ("draft", "held"):
            self.shop.set_status(order_id, "open")
        order.email = "" if draft.customer.generic else draft.customer.email
        return self._seen(order_id)

    @_troubled
    def cancel_order(self, order_id: str, reason: str) -> PlatformOrder:
        """Cancel, give the stock back, say why."""
        order = self._existing(order_id)
        if order.status == "completed":
            raise Refused(f"order {order_id} has left", code="order_completed")
        if order.status not in ("cancelled", "trash"):
            self.shop.set_status(order_id, "cancelled")
            order.notes.append(reason)
        return self._seen(order_id)

    def notices_since(self, kind: NoticeKind, since: datetime) -> Iterator[Notice]:
        """Everything changed at or after ``since``, oldest first."""
        if kind is NoticeKind.ORDER:
            orders = sorted(self.shop.orders.values(), key=lambda o: o.modified_at)
            yield from (self._order_notice(o.order_id) for o in orders if o.modified_at >= since)
            return
        for product in sorted(self.shop.products.values(), key=lambda p: p.modified_at or since):
            if (product.modified_at or since) >= since:
                yield self._product_notice(product.sku)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Compare the signature in constant time."""
        low = {name.lower(): value for name, value in headers.items()}
        if body.startswith(b"ping"):
            return Delivery(key="ping", topic="ping", greeting=True)
        if not hmac.compare_digest(low.get("x-fake-signature", ""), _sign(self.shop.secret, body)):
            raise Refused("the signature is not the shop's", code="bad_signature", status=401)
        topic = low.get("x-fake-topic", "")
        return Delivery(key=f"{topic}:{hashlib.sha256(body).hexdigest()}", topic=topic)

    def read_notices(self, topic: str, body: bytes) -> tuple[Notice, ...]:
        """Orders of others are passed over."""
        try:
            subject = str(json.loads(body)["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"cannot read {topic}", payload=body) from error
        if topic == "product":
            return (self._pushed(subject),)
        if topic == "product.deleted":
            return (Notice(NoticeKind.PRODUCT, subject, self.shop.clock(), deleted=True),)
        return (self._order_notice(subject),) if subject in self.shop.orders else ()

    def watch(self, hooks_url: str) -> list[Finding]:
        """Remember where to call."""
        known = self.shop.hooks.get("all") == hooks_url
        self.shop.hooks["all"] = hooks_url
        return [Finding(True, "webhooks", "The webhook is active." if known else "The webhook was created.")]

    def _existing(self, order_id: str) -> FakeOrder:
        if order_id not in self.shop.orders:
            raise Refused(f"the shop has no order {order_id}", code="order_gone", status=404)
        return self.shop.orders[order_id]

    def _refuse_impossible(self, draft: OrderDraft) -> None:
        for line in draft.lines:
            if self._facts(line.sku).matches != 1:
                raise Refused(f"the shop does not know the SKU {line.sku}", code="unknown_sku")
        if sum((line.gross for line in draft.lines), draft.shipping.gross) != draft.total.amount:
            raise Refused("the lines do not add up to the total", code="total_differs")

    def _facts(self, sku: str) -> ProductFacts:
        product = self.shop.products.get(sku)
        if product is None:
            return ProductFacts(sku, self.shop.clock(), matches=0, in_stock=False, sellable=False)
        return ProductFacts(
            sku,
            self.shop.clock(),
            matches=product.matches,
            product_id=f"{product.parent}/P-{sku}" if product.parent else f"P-{sku}",
            quantity=product.quantity,
            in_stock=product.quantity is None or product.quantity > 0 or product.backorders,
            backorders=product.backorders,
            price=product.price,
            sellable=product.sellable,
            changed_at=product.modified_at,
            categories=product.categories,
            locations=product.locations,
            components=product.components,
        )

    def _seen(self, order_id: str) -> PlatformOrder:
        order = self.shop.orders[order_id]
        return PlatformOrder(
            order_id=order_id,
            number=order_id,
            status=order.status,
            total=order.draft.total,
            live=order.status in ("open", "completed"),
            canceled=order.status in ("cancelled", "trash"),
            reserves=order.status in RESERVING,
            line_ids=dict(order.line_ids),
            url=f"https://fake.example/orders/{order_id}",
            modified_at=order.modified_at,
            reference=order.draft.reference,
            left=order.status == "completed",
            parcels=tuple(order.parcels.values()),
        )

    def _order_notice(self, order_id: str) -> Notice:
        seen = self._seen(order_id)
        gone = seen.status == "trash"
        return Notice(NoticeKind.ORDER, order_id, seen.modified_at or self.shop.clock(), order=seen, deleted=gone)

    def _product_notice(self, sku: str) -> Notice:
        """As a poll tells it: the cursor is the shop's date, the facts are of the moment we asked."""
        facts = self._facts(sku)
        at = facts.changed_at or facts.observed_at
        return Notice(NoticeKind.PRODUCT, facts.product_id.rpartition("/")[2] or sku, at, product=facts)

    def _pushed(self, sku: str) -> Notice:
        """As a webhook tells it: dated by the shop alone. One of a parent tells nothing of its variations."""
        if any(product.parent == sku for product in self.shop.products.values()):
            return Notice(NoticeKind.PRODUCT, sku, self.shop.clock(), incomplete=True)
        told = self._product_notice(sku)
        assert told.product is not None
        at = told.observed_at.replace(microsecond=0)
        return replace(
            told, observed_at=at, product=replace(told.product, observed_at=at, changed_at=at, dated_by_shop=True)
        )


def fake_spec(shop: FakeShop) -> PlatformSpec:
    """A declaration whose ``connect`` opens ``shop``, whatever the access says."""

    def connect(_access: StoreAccess, _dial: object, _clock: Clock) -> FakePlatform:
        return FakePlatform(shop)

    return PlatformSpec(
        key="fake",
        label="Fake shop",
        credentials={},
        optional_credentials={},
        settings={},
        capabilities=frozenset(Capability) - {Capability.CLIENT_KEY},
        connect=connect,
        look_after=timedelta(0),
    )


def second_order(shop: FakeShop, order_id: str) -> str:
    """Double an order behind everybody's back, as a retrying proxy would; answers the copy's number."""
    number = str(1000 + len(shop.orders))
    shop.orders[number] = replace(shop.orders[order_id], order_id=number, notes=[], parcels={})
    return number
