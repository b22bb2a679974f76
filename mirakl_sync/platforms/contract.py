"""What the work needs from a commerce platform, and how a platform declares itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from mirakl_sync.clock import Clock
from mirakl_sync.http.contract import Dial
from mirakl_sync.http.tokens import MemoryTokens, TokenShelf
from mirakl_sync.platforms.planner import Planner
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


class Capability(StrEnum):
    """What a platform can do; nobody guesses."""

    CREATE_ORDERS = "create_orders"
    HOLD_ORDERS = "hold_orders"
    FIND_BY_REFERENCE = "find_by_reference"
    COMMISSION_LINE = "commission_line"
    COMMISSION_DISCOUNT = "commission_discount"
    COMMISSION_ATTRIBUTE = "commission_attribute"
    PRODUCT_FACTS = "product_facts"
    # it can tell every SKU it sells, for the full look
    STOCK_LEVELS = "stock_levels"
    # it tells its numbers by place of stock, too
    STOCK_PLACES = "stock_places"
    ORDER_NOTICES = "order_notices"
    PRODUCT_NOTICES = "product_notices"
    # orders it shows carry parcels and say when everything has left
    PARCELS = "parcels"
    # orders it shows carry their lines as they are after an edit
    EDITS = "edits"
    # orders it shows carry the money given back
    REFUNDS = "refunds"
    # its staff and apps edit by cancelling an order and making another; it implements ``ReplacesOrders``
    REPLACES_ORDERS = "replaces_orders"
    WEBHOOKS = "webhooks"
    CLIENT_KEY = "client_key"
    # its own number falls with an order of ours, without anybody's doing
    RESERVES_STOCK = "reserves_stock"
    # a planner beside the store: it implements ``Planner``, takes sales and stock …
    SALES_FEED = "sales_feed"
    # … and knows what is on its way to the shelf
    INCOMING_STOCK = "incoming_stock"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified webhook: ``key`` tells equal deliveries apart, ``topic`` says how to read the body.

    ``greeting`` deliveries (pings) are answered and forgotten.
    """

    key: str
    topic: str
    greeting: bool = False


class Platform(Protocol):
    """One store, opened for work. Every method may raise the families of ``mirakl_sync.errors``."""

    def check(self) -> list[Finding]:
        """Say in sentences whether the store can be worked with: access, permissions, settings that matter."""

    def product_facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """What the store knows of each SKU. Unknown ones are present with ``matches=0``."""

    def levels(self) -> Iterator[ProductFacts]:
        """Every SKU the store has, sellable or not, for the full look, in no order.

        A SKU that further products carry comes again, later, with ``matches`` counted up: the last word holds. Ends
        only when complete: raises where any page failed, so that nothing passes for gone because it was not seen.
        Read it to the end before concluding anything from what is absent.
        """

    def create_order(self, draft: OrderDraft, *, held: bool) -> PlatformOrder:
        """Create the order so that nothing leaves the house yet.

        ``held`` orders reserve stock and wait for the marketplace; others are inert until ``release_order``. No mail
        goes to the buyer. Not repeatable: after an unknown outcome ``find_order`` decides. ``Refused`` when the
        store will not hold this order as drafted (line missing, total off by a cent).
        """

    def find_order(self, reference: OrderReference, *, since: datetime) -> PlatformOrder | None:
        """The look behind ``create_order``: exactly our order, or None. Finding two is ``NeedsAnswer``."""

    def read_order(self, order_id: str) -> PlatformOrder | None:
        """The order as it stands now, or None when it is gone."""

    def read_orders(self, order_ids: Sequence[str]) -> Iterator[PlatformOrder]:
        """The orders as they stand now, in few calls; those that are gone are absent."""

    def release_order(self, order_id: str, draft: OrderDraft) -> PlatformOrder:
        """Complete the order with addresses and payment and let the warehouse work. Repeatable."""

    def cancel_order(self, order_id: str, reason: str) -> PlatformOrder:
        """Cancel the order, giving its stock back; a note says why. Repeatable. ``Refused`` if it has left."""

    def notices_since(self, kind: NoticeKind, since: datetime) -> Iterator[Notice]:
        """Everything of ``kind`` changed after ``since``, oldest first, possibly again; the equal second door."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Check a webhook's signature over its raw bytes in constant time. ``Refused`` if it is not theirs."""

    def read_notices(self, topic: str, body: bytes) -> tuple[Notice, ...]:
        """What a verified delivery says. ``Unreadable`` with the payload kept when it cannot be understood."""

    def watch(self, hooks_url: str) -> list[Finding]:
        """Make sure our webhooks exist at ``hooks_url`` and are active; say what was mended. Repeatable."""


class ReplacesOrders(Protocol):
    """What a platform with ``Capability.REPLACES_ORDERS`` can do besides."""

    def find_heirs(self, order_id: str, reference: OrderReference, *, since: datetime) -> list[Heir]:
        """Orders made since then that may have taken the place of this cancelled one, surest first; a read."""

    def hand_over(self, order_id: str, heir_id: str, reference: OrderReference) -> PlatformOrder:
        """Move our reference from an order to its heir, so that ``find_order`` finds the heir. Repeatable."""


@runtime_checkable
class RemembersNumbers(Protocol):
    """A platform whose poll tells what differs from what this worker saw before, because the shop dates nothing."""

    def doubt_numbers(self, skus: Collection[str]) -> None:
        """Others learned of these since the last poll: the next one tells them, whatever was seen before."""


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """How to reach one store: address, credentials as its spec names them, and settings of its own.

    ``tokens`` keeps what was logged in for, shared by every worker.
    """

    key: str
    url: str
    credentials: Mapping[str, str]
    settings: Mapping[str, Any]
    tokens: TokenShelf = field(default_factory=MemoryTokens)


@dataclass(frozen=True, slots=True)
class Files:
    """For teams that import files: our orders as the platform would have made them, and what a shelf holds.

    ``orders`` raises ``Refused`` for a draft it cannot write; ``ending`` is that of the file's name.
    """

    ending: str
    orders: Callable[[StoreAccess, Iterable[OrderDraft]], bytes]
    levels: Callable[[StoreAccess, Iterable[ProductFacts]], bytes]


@dataclass(frozen=True, slots=True)
class PlatformSpec:
    """The whole declaration of a platform.

    ``credentials`` and ``settings`` map each name to a sentence for the person who fills it in. ``look_after`` is how
    long an order made by an unanswered call may stay invisible to ``find_order``. ``capabilities`` are those some
    store of the kind has; ``able`` says which ones a store with given settings has, where that differs. ``connect``
    opens a shop, ``plan`` a planner; a kind is one of both. ``files`` are for teams that import them. ``mails_buyers``
    is a sentence on what a shop does with a buyer's address by itself, empty where we do not know.
    """

    key: str
    label: str
    credentials: Mapping[str, str]
    optional_credentials: Mapping[str, str]
    settings: Mapping[str, str]
    capabilities: frozenset[Capability]
    connect: Callable[[StoreAccess, Dial, Clock], Platform] | None
    look_after: timedelta
    able: Callable[[Mapping[str, Any]], frozenset[Capability]] | None = None
    plan: Callable[[StoreAccess, Dial, Clock], Planner] | None = None
    files: Files | None = None
    mails_buyers: str = ""

    def capabilities_with(self, settings: Mapping[str, Any]) -> frozenset[Capability]:
        """What a store with these settings can do, where they make a difference."""
        return self.able(settings) if self.able else self.capabilities
