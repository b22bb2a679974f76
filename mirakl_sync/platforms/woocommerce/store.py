"""One WooCommerce store, opened for work: the ``Platform`` the rest of the program sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.http.contract import Auth, Basic, Dial, OAuth1, QueryKeys
from mirakl_sync.platforms.contract import Delivery, StoreAccess
from mirakl_sync.platforms.refusals import order_gone
from mirakl_sync.platforms.woocommerce import checks, finding, looking, notices, orders, placing, refunds, watching
from mirakl_sync.platforms.woocommerce.answers import interpret
from mirakl_sync.platforms.woocommerce.client import PAGE, WooClient
from mirakl_sync.platforms.woocommerce.facts import Catalogue
from mirakl_sync.platforms.woocommerce.leaving import has_begun_to_leave, on_its_way
from mirakl_sync.platforms.woocommerce.schemas import ShopOrder
from mirakl_sync.platforms.woocommerce.settings import StoreSettings, read_settings
from mirakl_sync.records.shop import (
    Finding,
    Notice,
    NoticeKind,
    OrderDraft,
    OrderReference,
    PlatformOrder,
    ProductFacts,
)

# Small shops run on few PHP workers; more at once only makes them queue.
PARALLEL = 4


def connect(access: StoreAccess, dial: Dial, clock: Clock) -> WooCommerce:
    """Open a store. ``Misconfigured`` for a missing key or an impossible setting; no call is made."""
    settings = read_settings(access.settings)
    url = access.url.rstrip("/").removesuffix("/wp-json")
    transport = dial(f"{url}/wp-json", auth=_auth(access, url, settings), interpret=interpret, parallel=PARALLEL)
    return WooCommerce(WooClient(transport, clock), settings, url, access.credentials.get("webhook_secret", ""))


def _auth(access: StoreAccess, url: str, settings: StoreSettings) -> Auth:
    key, secret = (access.credentials.get(name, "") for name in ("consumer_key", "consumer_secret"))
    if not key or not secret:
        raise Misconfigured(
            "The WooCommerce store has no consumer key or secret.",
            way_out="Make a key in WooCommerce, Settings, Advanced, REST API, with Read/Write permission.",
        )
    way = settings.auth or ("basic" if url.startswith("https://") else "oauth1")
    if way == "oauth1":
        return OAuth1(key, secret)
    if way == "query":
        return QueryKeys({"consumer_key": key, "consumer_secret": secret})
    return Basic(key, secret)


class WooCommerce:
    """Implements ``Platform``; every method's promise is written there."""

    def __init__(self, client: WooClient, settings: StoreSettings, url: str, webhook_secret: str) -> None:
        self.client = client
        self.settings = settings
        self.url = url
        self._secret = webhook_secret
        self._catalogue = Catalogue(client)
        self._desk = placing.Desk(client, self._catalogue, settings)

    def check(self) -> list[Finding]:
        """Access, versions and the settings that matter, in sentences."""
        return checks.check(self.client, self.settings, has_secret=bool(self._secret))

    def product_facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """``GET /products?sku=``; a quantity may be negative where the shop oversold."""
        return self._catalogue.facts(skus)

    def levels(self) -> Iterator[ProductFacts]:
        """``GET /products`` and ``GET /variations`` (10.3 and later), a hundred rows to a call, by id."""
        return looking.levels(self.client, self._catalogue.family)

    def create_order(self, draft: OrderDraft, *, held: bool) -> PlatformOrder:
        """``POST /orders`` as ``pending``, or as ``on-hold``, which takes the stock."""
        return self._seen(placing.create(self._desk, draft, held=held))

    def find_order(self, reference: OrderReference, *, since: datetime) -> PlatformOrder | None:
        """By search, by origin, by plain list and in the trash, always compared exactly."""
        order = finding.find(self._desk, reference, since)
        return self._seen(order) if order else None

    def read_order(self, order_id: str) -> PlatformOrder | None:
        """``GET /orders/{id}``; one in the trash is shown as cancelled."""
        order = self.client.order(order_id) if order_id.isdigit() else None
        return self._seen(order) if order else None

    def read_orders(self, order_ids: Sequence[str]) -> Iterator[PlatformOrder]:
        """``GET /orders?include=``, a hundred to a call, one call at a time; thrown-away ones are absent."""
        known = [order_id for order_id in order_ids if order_id.isdigit()]
        for start in range(0, len(known), PAGE):
            yield from map(self._seen, self.client.orders_of(known[start : start + PAGE]))

    def release_order(self, order_id: str, draft: OrderDraft) -> PlatformOrder:
        """Addresses, amounts, ``processing``, and only then the buyer's e-mail."""
        order = self._existing(order_id)
        if self.settings.look_for_doubles:
            finding.look_for_doubles(self._desk, order, draft.reference)
        return self._seen(placing.release(self._desk, order, draft))

    def cancel_order(self, order_id: str, reason: str) -> PlatformOrder:
        """``cancelled``, which gives the stock back, and a note that says why."""
        order = self._existing(order_id)
        seen = self._seen(order)
        if seen.canceled:
            return seen
        told = order.status if order.status == "refunded" or on_its_way(order.status, self.settings) else ""
        if told or seen.left or has_begun_to_leave(order, self.settings):
            raise Refused(
                f"WooCommerce order {order.number} is {told or 'shipped'} and cannot be cancelled any more.",
                code=f"order_{(told or 'shipped').replace('-', '_')}",
            )
        order = self.client.update_order(order.id, {"status": self.settings.status_canceled})
        placing.note(self._desk, order, reason)
        return self._seen(order)

    def notices_since(self, kind: NoticeKind, since: datetime) -> Iterator[Notice]:
        """The poll that makes the webhooks' losses good; ``since`` counts by the shop's own modification times."""
        if kind is NoticeKind.ORDER:
            return notices.orders_since(self.client, self.settings, self.url, since)
        return notices.products_since(self.client, self._catalogue.family, since)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """``X-WC-Webhook-Signature`` over the raw body."""
        return notices.verify(headers, body, self._secret)

    def read_notices(self, topic: str, body: bytes) -> tuple[Notice, ...]:
        """An order of ours, a product, or what was deleted. Asks the shop nothing."""
        return notices.read_notices(
            topic, body, self.settings, self.url, self.client.clock(), self.client.prices_include_tax()
        )

    def watch(self, hooks_url: str) -> list[Finding]:
        """Every topic we need, active, at ``hooks_url``."""
        return watching.watch(self.client, hooks_url, self._secret)

    def _existing(self, order_id: str) -> ShopOrder:
        order = self.client.order(order_id)
        if order is None:
            raise order_gone("WooCommerce", order_id)
        return order

    def _seen(self, order: ShopOrder) -> PlatformOrder:
        told = refunds.refunds_of(order, self.client.refunds(order))
        return orders.platform_order(order, self.settings, self.url, told)
