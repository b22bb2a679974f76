"""The polls, which are Magento's only certain door, and the webhooks of the module async-events."""

from __future__ import annotations

import hashlib
import heapq
import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Refused, Unreadable
from mirakl_sync.http.contract import Operation
from mirakl_sync.platforms import webhooks
from mirakl_sync.platforms.contract import Delivery
from mirakl_sync.platforms.fields import utc
from mirakl_sync.platforms.magento import client as calls
from mirakl_sync.platforms.magento import orders, schemas
from mirakl_sync.platforms.magento.catalogue import Catalogue
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.reading import Reader
from mirakl_sync.platforms.magento.schemas import SourceItem
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.remembered import Remembered
from mirakl_sync.records.shop import Notice, NoticeKind, PlatformOrder, ProductFacts

# Orders of ours have one; it keeps the web shop's own out of the answer.
OURS = ("ext_order_id", 1, "notnull")
MOVED = "entity_id,order_id,updated_at,items[sku]"
AT_ONCE = 100
# So many SKUs are asked about at once without a thought …
SMALL = 1000
# … and after so many scans that others may have made, what was seen is old.
SCANS_MISSED = 3
Moved = Iterator[tuple[datetime, str]]


def orders_since(client: MagentoClient, reader: Reader, since: datetime) -> Iterator[Notice]:
    """Orders of ours that changed, and those whose shipments or credit memos did, oldest first.

    A number entered later moves no date at all: reading the placed orders again finds it.
    """
    doors = (
        _changed_orders(client, reader, since),
        _behind(client, reader, calls.SHIPMENTS, "/shipments", since),
        _behind(client, reader, calls.MEMOS, "/creditmemos", since),
    )
    return heapq.merge(*doors, key=lambda notice: notice.observed_at)


def _changed_orders(client: MagentoClient, reader: Reader, since: datetime) -> Iterator[Notice]:
    pages = client.changed(calls.LIST_ORDERS, "/orders", since, OURS, fields=calls.ORDER_FIELDS)
    for _, rows in pages:
        found = [schemas.read(schemas.ORDER, row, "order") for row in rows]
        for seen in reader.all_shown([order for order in found if orders.reference_of(order) is not None]):
            yield _notice(seen, seen.modified_at or since)


def _behind(
    client: MagentoClient, reader: Reader, operation: Operation, path: str, since: datetime
) -> Iterator[Notice]:
    for _, rows in client.changed(operation, path, since, fields="entity_id,order_id,updated_at"):
        at = {int(row["order_id"]): _date(row, since) for row in rows if row.get("order_id")}
        told = [_notice(seen, at[int(seen.order_id)]) for seen in reader.by_ids(at) if seen.reference is not None]
        yield from sorted(told, key=lambda notice: notice.observed_at)


def _notice(seen: PlatformOrder, at: datetime) -> Notice:
    return Notice(NoticeKind.ORDER, seen.order_id, at, order=seen)


def _date(row: Mapping[str, Any], otherwise: datetime) -> datetime:
    return utc(row.get("updated_at")) or otherwise


class StockNews:
    """Finds SKUs whose number may have moved, since Magento dates none: those of orders, shipments and credit memos
    that moved, and now and then those whose source items differ from what this worker saw before."""

    def __init__(self, client: MagentoClient, catalogue: Catalogue, settings: StoreSettings, clock: Clock) -> None:
        self._client, self._catalogue, self._settings, self._clock = client, catalogue, settings, clock
        self._seen = Remembered()
        self._scanned_at: datetime | None = None
        self._untold: dict[str, None] = {}

    def since(self, since: datetime) -> Iterator[Notice]:
        """Facts of each such SKU, asked for now; dated by what moved it, so that the next poll goes on from there."""
        self._untold |= dict.fromkeys(self._corrected())
        while self._untold:
            some = list(self._untold)[:AT_ONCE]
            yield from self._told(dict.fromkeys(some, since))
            # only now was it heard
            for sku in some:
                self._untold.pop(sku, None)
        doors = (
            self._moved(calls.LIST_ORDERS, "/orders", since),
            self._moved(calls.SHIPMENTS, "/shipments", since),
            self._moved(calls.MEMOS, "/creditmemos", since),
        )
        page: dict[str, datetime] = {}
        for at, sku in heapq.merge(*doors):
            page[sku] = at
            if len(page) >= AT_ONCE:
                yield from self._told(page)
                page = {}
        yield from self._told(page)

    def doubt(self, skus: Collection[str]) -> None:
        """The next scan tells these, whatever this worker saw before."""
        self._seen.forget(skus)

    def _moved(self, operation: Operation, path: str, since: datetime) -> Moved:
        for _, rows in self._client.changed(operation, path, since, fields=MOVED):
            for row in rows:
                at = _date(row, since)
                yield from sorted({(at, str(item["sku"])) for item in row.get("items") or () if item.get("sku")})

    def _corrected(self) -> list[str]:
        """SKUs whose source items changed since this worker's last scan.

        A first scan, or one after a long pause in which other workers told what this one did not see, tells the whole
        of a small catalogue and only learns a large one: the full look is cheaper than that.
        """
        now = self._clock()
        every = timedelta(seconds=self._settings.sources_every)
        if self._settings.inventory != "msi" or not every:
            return []
        since = now - self._scanned_at if self._scanned_at is not None else None
        if since is not None and since < every:
            return []
        if since is None or since > every * SCANS_MISSED:
            self._seen = Remembered()
        anew = not len(self._seen)
        lying = list(_as_facts(self._client.every_source_item(), now))
        changed = [fact.sku for fact in self._seen.changed(lying)]
        self._scanned_at = now
        return [] if anew and len(changed) > SMALL else changed

    def _told(self, moved: Mapping[str, datetime]) -> list[Notice]:
        facts = self._catalogue.facts(list(moved)) if moved else {}
        told = [
            Notice(NoticeKind.PRODUCT, fact.product_id, moved[sku], product=fact)
            for sku, fact in facts.items()
            if fact.matches
        ]
        return sorted(told, key=lambda notice: notice.observed_at)


def _as_facts(items: Iterable[SourceItem], at: datetime) -> Iterator[ProductFacts]:
    """The rows of each SKU as one fact to remember."""
    lying: dict[str, dict[str, int]] = {}
    for item in items:
        lying.setdefault(item.sku, {})[item.source] = int(item.quantity) if item.status else -1
    for sku, places in lying.items():
        yield ProductFacts(sku, at, locations=places)


def verify(headers: Mapping[str, str], body: bytes, secret: str, *, on: bool) -> Delivery:
    """``x-magento-signature``: hex of HMAC-SHA256 over the raw body. See ``Platform.verify``."""
    if not on:
        raise Refused("This Magento store sends no webhooks.", code="no_webhooks", status=404)
    if not secret:
        raise webhooks.no_secret()
    told = webhooks.lowered(headers).get("x-magento-signature", "").lower()
    webhooks.check_signature(told, [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()])
    return Delivery(key=f"order:{hashlib.sha256(body).hexdigest()}", topic="order")


def read_notices(topic: str, body: bytes, reader: Reader, at: datetime) -> tuple[Notice, ...]:
    """What a delivery says; orders known to be of others are passed over. See ``Platform.read_notices``.

    An order nothing has left of, and nothing was given back for, is told whole. Of every other one, and by a shipment
    or a credit memo, only a part is told: the notice is incomplete, and the order must be read.
    """
    payload = webhooks.payload(topic, body)
    if isinstance(payload.get("payment"), Mapping) and "order_id" not in payload:
        order = schemas.read(schemas.ORDER, payload, topic)
        if orders.reference_of(order) is None:
            return ()
        if reader.is_whole(order):
            seen = reader.shown(order)
            return (_notice(seen, seen.modified_at or at),)
        return (_part_of(order.id, _date(payload, at)),)
    return (_part_of(_order_id(topic, payload), _date(payload, at)),)


def _part_of(number: int, at: datetime) -> Notice:
    return Notice(NoticeKind.ORDER, str(number), at, incomplete=True)


def _order_id(topic: str, payload: Mapping[str, Any]) -> int:
    number = payload.get("order_id") or payload.get("entity_id")
    if not str(number or "").isdigit():
        raise Unreadable(f"The webhook {topic} names no order.", payload=payload)
    return int(str(number))
