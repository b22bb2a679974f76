"""One Shopify store, opened for work: the ``Platform`` the rest of the program sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Misconfigured, Unreadable
from mirakl_sync.http.contract import Auth, Dial, Operation, TokenHeader, Transport
from mirakl_sync.http.tokens import FixedToken, SharedToken, Token
from mirakl_sync.platforms.contract import Delivery, StoreAccess
from mirakl_sync.platforms.shopify import checks, heirs, looking, notices, orders, watching, working
from mirakl_sync.platforms.shopify.answers import interpret, no_token
from mirakl_sync.platforms.shopify.asking import Asking
from mirakl_sync.platforms.shopify.client import Orders
from mirakl_sync.platforms.shopify.facts import Catalogue
from mirakl_sync.platforms.shopify.settings import StoreSettings, read_settings
from mirakl_sync.platforms.shopify.told import ShopOrder
from mirakl_sync.records.shop import (
    Finding,
    Heir,
    Notice,
    NoticeKind,
    OrderDraft,
    OrderReference,
    PlatformOrder,
    ProductFacts,
)

# Points, not connections, limit how much may be asked.
PARALLEL = 8
LOGIN = Operation("shopify.access_token")
LOGIN_PATH = "/admin/oauth/access_token"


def connect(access: StoreAccess, dial: Dial, clock: Clock) -> Shopify:
    """Open a store. ``Misconfigured`` for missing credentials or an impossible setting; no call is made."""
    settings = read_settings(access.settings)
    url = _address(access.url)
    transport = dial(url, auth=_auth(access, url, dial), interpret=interpret, parallel=PARALLEL)
    asking = Asking(transport, clock, settings.api_version)
    secrets = tuple(access.credentials.get(name, "") for name in ("client_secret", "client_secret_before"))
    return Shopify(asking, settings, f"{url}/admin", secrets)


def _address(url: str) -> str:
    """``shop.myshopify.com`` and what people copy from a browser's line."""
    whole = url if "://" in url else f"https://{url}"
    parts = urlsplit(whole)
    if not parts.netloc:
        raise Misconfigured(f"{url!r} is no address of a Shopify store.", way_out="Enter name.myshopify.com.")
    return f"{parts.scheme}://{parts.netloc}"


def _auth(access: StoreAccess, url: str, dial: Dial) -> Auth:
    fixed = access.credentials.get("access_token", "")
    if fixed:
        return TokenHeader(FixedToken(fixed), "X-Shopify-Access-Token", "")
    client, secret = (access.credentials.get(name, "") for name in ("client_id", "client_secret"))
    if not client or not secret:
        raise Misconfigured(
            "The Shopify store has neither client_id and client_secret nor an access_token.",
            way_out="Make an app in the Dev Dashboard of the store's organisation, install it, and copy both from its "
            "settings; an older app of the store has an access token.",
        )
    door = dial(url, auth=None, interpret=no_token, parallel=1)
    token = SharedToken(access.tokens, f"shopify:{url}:{client}", lambda: _login(door, client, secret))
    return TokenHeader(token, "X-Shopify-Access-Token", "")


def _login(door: Transport, client: str, secret: str) -> Token:
    """The client credentials grant: a token for a day."""
    fields = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    told = door.call(LOGIN, "POST", LOGIN_PATH, fields=fields).json
    if not isinstance(told, Mapping) or not told.get("access_token"):
        raise Unreadable("Shopify's login shows no token.")
    return Token(str(told["access_token"]), timedelta(seconds=int(told.get("expires_in") or 3600)))


class Shopify:
    """Implements ``Platform`` and ``ReplacesOrders``; every method's promise is written there."""

    def __init__(self, asking: Asking, settings: StoreSettings, admin_url: str, secrets: tuple[str, ...]) -> None:
        self.asking = asking
        self.settings = settings
        self._admin_url = admin_url
        self._secrets = secrets
        self._client = Orders(asking)
        self._catalogue = Catalogue(asking, settings)
        self._desk = working.Desk(self._client, self._catalogue, settings)

    def check(self) -> list[Finding]:
        """Access, permissions by name, places and the settings that matter, in sentences."""
        return checks.check(self._catalogue, self.settings, has_secret=any(self._secrets))

    def product_facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """``productVariants(query: "sku:…")``; a quantity may be negative where the shop oversold."""
        return self._catalogue.facts(skus)

    def levels(self) -> Iterator[ProductFacts]:
        """A bulk operation's file, or ``productVariants`` page by page."""
        return looking.levels(self._catalogue)

    def create_order(self, draft: OrderDraft, *, held: bool) -> PlatformOrder:
        """``orderCreate``, unpaid, then a hold on every unit of fulfilment. Both kinds take their stock at once."""
        del held
        return self._seen(working.create(self._desk, draft))

    def find_order(self, reference: OrderReference, *, since: datetime) -> PlatformOrder | None:
        """By the unique metafield, then by ``source_identifier``; a hold that is missing is placed."""
        del since
        order = working.find(self._desk, reference)
        return self._seen(order) if order else None

    def read_order(self, order_id: str) -> PlatformOrder | None:
        """``order(id:)``."""
        order = self._client.order(order_id)
        return self._seen(order) if order else None

    def read_orders(self, order_ids: Sequence[str]) -> Iterator[PlatformOrder]:
        """``nodes(ids:)``, as many to a call as its cost allows."""
        return map(self._seen, self._client.many(order_ids))

    def release_order(self, order_id: str, draft: OrderDraft) -> PlatformOrder:
        """``orderUpdate``, ``orderMarkAsPaid``, ``fulfillmentOrderReleaseHold``."""
        return self._seen(working.release(self._desk, order_id, draft))

    def cancel_order(self, order_id: str, reason: str) -> PlatformOrder:
        """``orderCancel`` without refund or mail, with its stock back."""
        return self._seen(working.cancel(self._desk, order_id, reason))

    def notices_since(self, kind: NoticeKind, since: datetime) -> Iterator[Notice]:
        """The poll that makes the webhooks' losses good, with some overlap for the search's delay."""
        if kind is NoticeKind.ORDER:
            return notices.orders_since(self._client, since, self._admin_url)
        return notices.products_since(self._catalogue, since)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """``X-Shopify-Hmac-Sha256`` over the raw body, by the secret of now or of before."""
        return notices.verify(headers, body, self._secrets)

    def read_notices(self, topic: str, body: bytes) -> tuple[Notice, ...]:
        """Which order or product to look at; what is to be read is ``incomplete``. Asks the shop nothing."""
        return notices.read_notices(topic, body, self.asking.now())

    def watch(self, hooks_url: str) -> list[Finding]:
        """Every topic we need at ``hooks_url``, our metafield, and the version."""
        return watching.watch(self.asking, hooks_url, has_secret=any(self._secrets))

    def find_heirs(self, order_id: str, reference: OrderReference, *, since: datetime) -> list[Heir]:
        """Among the orders made since: by what apps copy, by number, by buyer."""
        return heirs.find(self._desk, order_id, reference, since)

    def hand_over(self, order_id: str, heir_id: str, reference: OrderReference) -> PlatformOrder:
        """Our metafield moves; the heir's attributes are kept."""
        return self._seen(heirs.hand_over(self._desk, order_id, heir_id, reference))

    def _seen(self, order: ShopOrder) -> PlatformOrder:
        return orders.platform_order(order, self._admin_url)
