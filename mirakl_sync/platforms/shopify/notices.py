"""Webhooks and the poll: two doors to the same notices."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.errors import Misconfigured, Unreadable
from mirakl_sync.platforms import webhooks
from mirakl_sync.platforms.contract import Delivery
from mirakl_sync.platforms.fields import utc
from mirakl_sync.platforms.shopify import orders
from mirakl_sync.platforms.shopify.client import Orders
from mirakl_sync.platforms.shopify.documents import products as documents
from mirakl_sync.platforms.shopify.facts import Catalogue
from mirakl_sync.platforms.shopify.gids import number
from mirakl_sync.records.shop import Notice, NoticeKind, ProductFacts

# What the shop's search shows lags behind what was written, by seconds as a rule.
LAG = timedelta(minutes=2)
_TOGETHER = 100
# Where the id of what a webhook is about stands in its body.
ORDER_IN = {
    "orders/create": "id",
    "orders/updated": "id",
    "orders/cancelled": "id",
    "orders/delete": "id",
    "orders/edited": "order_edit.order_id",
    "fulfillments/create": "order_id",
    "fulfillments/update": "order_id",
    "refunds/create": "order_id",
}
PRODUCT_IN = {
    "products/update": "id",
    "products/delete": "id",
    "inventory_levels/update": "inventory_item_id",
}
GONE = frozenset({"orders/delete", "products/delete"})


def verify(headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Delivery:
    """``X-Shopify-Hmac-Sha256``: base64 of HMAC-SHA256 over the raw body. See ``Platform.verify``.

    After a change of the secret the old one signs for up to an hour. The event id is shared by the deliveries of one
    event, repeated ones too.
    """
    if not any(secrets):
        raise Misconfigured(
            "No client secret is known for this store.",
            way_out="Enter client_secret: Shopify signs its webhooks with it, also those of an app with its own token.",
        )
    told = webhooks.lowered(headers)
    expected = [_signature(body, secret) for secret in secrets if secret]
    webhooks.check_signature(told.get("x-shopify-hmac-sha256", ""), expected)
    topic = told.get("x-shopify-topic", "")
    event = told.get("x-shopify-event-id") or told.get("x-shopify-webhook-id") or hashlib.sha256(body).hexdigest()
    return Delivery(key=f"{topic}:{event}", topic=topic)


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def read_notices(topic: str, body: bytes, at: datetime) -> tuple[Notice, ...]:
    """What a delivery is about. Bodies tell less than a look, and come in any order: whoever is told looks."""
    kind = NoticeKind.ORDER if topic in ORDER_IN else NoticeKind.PRODUCT
    where = ORDER_IN.get(topic) or PRODUCT_IN.get(topic)
    if where is None:
        return ()
    payload = webhooks.payload(topic, body)
    subject: Any = payload
    for step in where.split("."):
        subject = subject.get(step) if isinstance(subject, Mapping) else None
    if not isinstance(subject, int | str) or not str(subject):
        raise Unreadable(f"The webhook {topic} carries no id.", payload=payload)
    deleted = topic in GONE
    return (Notice(kind, str(subject), _date(payload, at), deleted=deleted, incomplete=not deleted),)


def _date(payload: Mapping[str, Any], otherwise: datetime) -> datetime:
    return utc(payload.get("updated_at")) or otherwise


def orders_since(client: Orders, since: datetime, admin_url: str) -> Iterator[Notice]:
    """``orders(query: "updated_at:…")``: ours and what was copied from ours, read whole, oldest change first."""
    for page in client.changed(since - LAG):
        ours = {number(gid): at for gid, at, is_ours in page if is_ours}
        read = {number(order.id): order for order in client.many(list(ours))}
        for order_id, at in sorted(ours.items(), key=lambda pair: pair[1]):
            if order_id in read:
                yield Notice(NoticeKind.ORDER, order_id, at, order=orders.platform_order(read[order_id], admin_url))


def products_since(catalogue: Catalogue, since: datetime) -> Iterator[Notice]:
    """Levels and variants changed since, oldest first; facts as of the moment they were asked for."""
    changed = _changed(catalogue, since - LAG)
    skus = sorted(changed, key=lambda sku: changed[sku])
    for start in range(0, len(skus), _TOGETHER):
        some = skus[start : start + _TOGETHER]
        for sku, fact in catalogue.facts(some).items():
            yield _notice(sku, fact, changed[sku])


def _notice(sku: str, fact: ProductFacts, at: datetime) -> Notice:
    subject = fact.product_id.rpartition("/")[2] or sku
    return Notice(NoticeKind.PRODUCT, subject, at, product=fact)


def _changed(catalogue: Catalogue, since: datetime) -> dict[str, datetime]:
    """When each SKU last changed: a variant is dated without its stock, stock is dated by place."""
    query = f"updated_at:>='{since.strftime('%Y-%m-%dT%H:%M:%SZ')}'"
    changed: dict[str, datetime] = {}
    for place in catalogue.ground().places:
        for page in catalogue.asking.pages(documents.CHANGED_LEVELS, {"id": place, "query": query}, "location.page"):
            for row in page:
                _note(changed, (row.get("item") or {}).get("sku"), row["updatedAt"])
    for page in catalogue.asking.pages(documents.CHANGED_VARIANTS, {"query": query}):
        for row in page:
            _note(changed, row.get("sku"), row["updatedAt"])
    return changed


def _note(changed: dict[str, datetime], sku: str | None, at: str) -> None:
    if sku:
        moment = datetime.fromisoformat(at)
        changed[sku] = max(moment, changed.get(sku, moment))
