"""One B2C Commerce site, opened for work: the ``Platform`` the rest of the program sees."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.http.contract import Dial
from mirakl_sync.platforms.contract import Delivery, StoreAccess
from mirakl_sync.platforms.salesforce import checks, desk, orders
from mirakl_sync.platforms.salesforce.access import Doors, Sleep, open_doors
from mirakl_sync.platforms.salesforce.catalogue import Instance, Omnichannel, Storefront
from mirakl_sync.platforms.salesforce.doors import Maker, Ocapi, Scapi, every_changed
from mirakl_sync.platforms.salesforce.schemas import ShopOrder
from mirakl_sync.platforms.salesforce.settings import SENTENCES, StoreSettings, read_settings
from mirakl_sync.platforms.salesforce.stock import OVERLAP, ByAvailability, ByOmnichannel, ByRecords, Stock
from mirakl_sync.records.shop import (
    Finding,
    Notice,
    NoticeKind,
    OrderDraft,
    OrderReference,
    PlatformOrder,
    ProductFacts,
)


def connect(access: StoreAccess, dial: Dial, clock: Clock, sleep: Sleep = time.sleep) -> Salesforce:
    """Open a site. ``Misconfigured`` for a missing credential or an impossible setting; no call is made."""
    settings = read_settings(access.settings)
    return Salesforce(open_doors(access, settings, dial, sleep), settings, clock)


class Salesforce:
    """Implements ``Platform``; every method's promise is written there."""

    def __init__(self, doors: Doors, settings: StoreSettings, clock: Clock) -> None:
        self.settings = settings
        self.scapi = Scapi(doors.admin, settings.organization, settings.site)
        self._maker = Maker(doors.create, settings.organization, settings.site)
        self._doors = doors
        self._instance = None
        if doors.ocapi is not None:
            self._instance = Instance(doors.ocapi, settings.site, settings.inventory_list)
        self._stock = self._stock_by(clock)
        self._desk = desk.Desk(self._door(), self._maker, self._stock, settings)

    def _door(self) -> Scapi | Ocapi:
        if self.settings.door == "ocapi" and self._doors.ocapi is not None:
            return Ocapi(self._doors.ocapi, self.settings.site)
        return self.scapi

    def _stock_by(self, clock: Clock) -> Stock:
        settings = self.settings
        if not settings.by_records:
            place = (settings.organization, settings.site, settings.inventory_list)
            return ByAvailability(Storefront(self._doors.shopper, self._doors.admin, *place), clock)
        if self._instance is None:
            raise Misconfigured("The Salesforce store has no setting ocapi_url.", way_out=SENTENCES["ocapi_url"])
        if settings.inventory == "oci":
            group = Omnichannel(self._doors.admin, settings.oci_organization, settings.oci_group)
            return ByOmnichannel(self._instance, group, clock)
        return ByRecords(self._instance, clock)

    def check(self) -> list[Finding]:
        """Logins, rights, the inventory list, taxation and conventions, in sentences."""
        return checks.check(
            self.scapi, self._desk.door, self._maker.may_create, self._instance, self._stock, self.settings
        )

    def product_facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """By product id; what may be sold (ATS) without what is sold beyond the stock."""
        return self._stock.facts(skus)

    def levels(self) -> Iterator[ProductFacts]:
        """The whole inventory list, two hundred records to a call, each with its product."""
        return self._stock.levels()

    def create_order(self, draft: OrderDraft, *, held: bool) -> PlatformOrder:
        """``createOrders`` under our own number: placed, but not ready for export. Holds no stock, ``held`` or not."""
        del held
        return self._seen(desk.create(self._desk, draft))

    def find_order(self, reference: OrderReference, *, since: datetime) -> PlatformOrder | None:
        """``getOrder`` by our number, which is made of the reference; from the database, at once."""
        del since
        order = desk.find(self._desk, reference)
        return self._seen(order) if order else None

    def read_order(self, order_id: str) -> PlatformOrder | None:
        """``getOrder``; one number, one order."""
        order = self._desk.door.order(order_id)
        return self._seen(order) if order else None

    def read_orders(self, order_ids: Sequence[str]) -> Iterator[PlatformOrder]:
        """One ``getOrder`` each: no API lists orders by number."""
        for order_id in order_ids:
            order = self.read_order(order_id)
            if order is not None:
                yield order

    def release_order(self, order_id: str, draft: OrderDraft) -> PlatformOrder:
        """Payment, confirmation, and ready for export last."""
        return self._seen(desk.release(self._desk, desk.existing(self._desk, order_id), draft))

    def cancel_order(self, order_id: str, reason: str) -> PlatformOrder:
        """``cancelled``, with the reason as external status."""
        return self._seen(desk.cancel(self._desk, desk.existing(self._desk, order_id), reason))

    def notices_since(self, kind: NoticeKind, since: datetime) -> Iterator[Notice]:
        """Orders by date of modification; products by comparing the whole inventory list with what was last seen."""
        if kind is NoticeKind.PRODUCT:
            return self._stock.changes(since)
        return self._order_notices(since)

    def doubt_numbers(self, skus: Collection[str]) -> None:
        """See ``RemembersNumbers``."""
        self._stock.doubt(skus)

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """``Refused``: Salesforce has no webhooks we could check."""
        del headers, body
        raise Refused("Salesforce sends no webhooks.", code="no_webhooks", status=401)

    def read_notices(self, topic: str, body: bytes) -> tuple[Notice, ...]:
        """Nothing: no delivery is ever verified."""
        del topic, body
        return ()

    def watch(self, hooks_url: str) -> list[Finding]:
        """Nothing to watch."""
        del hooks_url
        return [Finding(True, "webhooks", "Salesforce sends no webhooks: orders and stock are polled.")]

    def _order_notices(self, since: datetime) -> Iterator[Notice]:
        for order in every_changed(self._desk.door, since - OVERLAP):
            if orders.reference_of(order, self.settings) is not None:
                at = order.modified_at or since
                yield Notice(NoticeKind.ORDER, order.order_no, at, order=self._seen(order))

    def _seen(self, order: ShopOrder) -> PlatformOrder:
        return orders.platform_order(order, self.settings)
