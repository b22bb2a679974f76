"""One Magento store, opened for work: the ``Platform`` the rest of the program sees."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Misconfigured
from mirakl_sync.http.contract import Auth, Dial, OAuth1, TokenHeader
from mirakl_sync.http.tokens import FixedToken
from mirakl_sync.platforms.contract import Delivery, StoreAccess
from mirakl_sync.platforms.magento import checks, notices, placing, watching
from mirakl_sync.platforms.magento.answers import interpret
from mirakl_sync.platforms.magento.catalogue import Catalogue
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.reading import Reader
from mirakl_sync.platforms.magento.schemas import ShopOrder
from mirakl_sync.platforms.magento.settings import StoreSettings, read_settings
from mirakl_sync.platforms.magento.shop_facts import ShopFacts
from mirakl_sync.platforms.refusals import order_gone
from mirakl_sync.records.shop import (
    Finding,
    Notice,
    NoticeKind,
    OrderDraft,
    OrderReference,
    PlatformOrder,
    ProductFacts,
)

# Hosts throttle, and a saved order locks rows; two to four at once are what others do.
PARALLEL = 3
KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def connect(access: StoreAccess, dial: Dial, clock: Clock) -> Magento:
    """Open a store. ``Misconfigured`` for a missing key or an impossible setting; no call is made."""
    settings = read_settings(access.settings)
    url = access.url.rstrip("/").removesuffix("/rest")
    transport = dial(url, auth=_auth(access, settings), interpret=interpret, parallel=PARALLEL)
    return Magento(
        MagentoClient(transport, clock, settings), settings, url, access.credentials.get("webhook_secret", "")
    )


def _auth(access: StoreAccess, settings: StoreSettings) -> Auth:
    needed = KEYS if settings.auth == "oauth1" else ("access_token",)
    missing = [name for name in needed if not access.credentials.get(name)]
    if missing:
        raise Misconfigured(
            f"The Magento store lacks {', '.join(missing)}.",
            way_out="Copy the four keys from System, Integrations in the shop, after activating the integration.",
        )
    key, secret, token, token_secret = (access.credentials.get(name, "") for name in KEYS)
    if settings.auth == "bearer":
        return TokenHeader(FixedToken(token))
    return OAuth1(key, secret, token, token_secret)


class Magento:
    """Implements ``Platform``; every method's promise is written there."""

    def __init__(self, client: MagentoClient, settings: StoreSettings, url: str, webhook_secret: str) -> None:
        self.client = client
        self.settings = settings
        self._secret = webhook_secret
        self._facts = ShopFacts(client, settings)
        self._catalogue = Catalogue(client, self._facts, settings)
        self._desk = placing.Desk(client, self._catalogue, self._facts, settings)
        self._reader = Reader(client, settings, url)
        self._stock = notices.StockNews(client, self._catalogue, settings, client.clock)

    def check(self) -> list[Finding]:
        """Access, rights by name, and what orders do to the stock, in sentences."""
        return checks.check(self.client, self._facts, self.settings, secret=bool(self._secret))

    def product_facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """``GET /V1/products`` and the salable quantities, a hundred SKUs to a call."""
        return self._catalogue.facts(skus)

    def levels(self) -> Iterator[ProductFacts]:
        """Every product by id, its salable quantity and its quantities by source."""
        return self._catalogue.levels()

    def create_order(self, draft: OrderDraft, *, held: bool) -> PlatformOrder:
        """One save, on hold either way: Magento ships, invoices and cancels nothing that is on hold."""
        del held
        return self._reader.shown(placing.create(self._desk, draft))

    def find_order(self, reference: OrderReference, *, since: datetime) -> PlatformOrder | None:
        """By number, which the shop keeps unique; of carts also by the purchase order number of what was made since."""
        order = placing.look(self._desk, reference, since)
        return self._reader.shown(order) if order else None

    def read_order(self, order_id: str) -> PlatformOrder | None:
        """``GET /V1/orders/{id}``, shipments and credit memos where there are any."""
        order = self.client.order(order_id) if order_id.isdigit() else None
        return self._reader.shown(order) if order else None

    def read_orders(self, order_ids: Sequence[str]) -> Iterator[PlatformOrder]:
        """Three calls a hundred orders; finds numbers entered later, which move no date."""
        return self._reader.by_ids(int(order_id) for order_id in order_ids if order_id.isdigit())

    def release_order(self, order_id: str, draft: OrderDraft) -> PlatformOrder:
        """Addresses, off hold, invoice."""
        return self._reader.shown(placing.release(self._desk, self._existing(order_id), draft))

    def cancel_order(self, order_id: str, reason: str) -> PlatformOrder:
        """Off hold, cancelled, and a comment that says why."""
        return self._reader.shown(placing.cancel(self._desk, self._existing(order_id), reason))

    def notices_since(self, kind: NoticeKind, since: datetime) -> Iterator[Notice]:
        """The poll; ``since`` counts by the shop's own times of change."""
        if kind is NoticeKind.ORDER:
            return notices.orders_since(self.client, self._reader, since)
        return self._stock.since(since)

    def doubt_numbers(self, skus: Collection[str]) -> None:
        """See ``RemembersNumbers``."""
        self._stock.doubt(skus)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """``x-magento-signature`` over the raw body, where the shop has the module."""
        return notices.verify(headers, body, self._secret, on=self.settings.events)

    def read_notices(self, topic: str, body: bytes) -> tuple[Notice, ...]:
        """The order a delivery tells whole, else which one must be read. Asks the shop nothing."""
        return notices.read_notices(topic, body, self._reader, self.client.clock())

    def watch(self, hooks_url: str) -> list[Finding]:
        """Every event we need, subscribed at ``hooks_url``."""
        if not self.settings.events:
            return [Finding(True, "webhooks", "This shop sends no webhooks; changes are found by polling.")]
        return watching.watch(self.client, hooks_url, self._secret)

    def _existing(self, order_id: str) -> ShopOrder:
        order = self.client.order(order_id) if order_id.isdigit() else None
        if order is None:
            raise order_gone("Magento", order_id)
        return order
