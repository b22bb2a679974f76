"""Webhooks and the poll: two doors to the same notices."""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mirakl_sync.errors import Misconfigured, Unreadable
from mirakl_sync.platforms import webhooks
from mirakl_sync.platforms.contract import Delivery
from mirakl_sync.platforms.woocommerce import orders, schemas
from mirakl_sync.platforms.woocommerce.client import ORDER_FIELDS, PRODUCT_FIELDS, WooClient
from mirakl_sync.platforms.woocommerce.family import Family
from mirakl_sync.platforms.woocommerce.levels import BUNDLE, VARIABLE, Telling, product_facts, ref_of
from mirakl_sync.platforms.woocommerce.looking import PRODUCTS, VARIATIONS, children, read_product, read_variation
from mirakl_sync.platforms.woocommerce.refunds import refunds_of
from mirakl_sync.platforms.woocommerce.schemas import Product, ShopOrder
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.records.shop import Notice, NoticeKind, PlatformOrder, ProductFacts

PING = b"webhook_id="


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> Delivery:
    """``X-WC-Webhook-Signature``: base64 of HMAC-SHA256 over the raw body. See ``Platform.verify``.

    The greeting a new webhook sends is unsigned and form-encoded. ``X-WC-Webhook-Delivery-ID`` is shared by everything
    delivered in one second, so the key is topic, resource id and a digest of the body.
    """
    told = webhooks.lowered(headers)
    if "x-wc-webhook-topic" not in told and body.startswith(PING) and body[len(PING) :].strip().isdigit():
        return Delivery(key=f"ping:{body[len(PING) :].decode().strip()}", topic="ping", greeting=True)
    if not secret:
        raise webhooks.no_secret()
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    webhooks.check_signature(told.get("x-wc-webhook-signature", ""), [signature])
    topic = told.get("x-wc-webhook-topic", "")
    return Delivery(key=f"{topic}:{_resource(body)}:{hashlib.sha256(body).hexdigest()}", topic=topic)


def _resource(body: bytes) -> str:
    try:
        return str(json.loads(body).get("id", ""))
    except (ValueError, AttributeError):
        return ""


def read_notices(
    topic: str, body: bytes, settings: StoreSettings, shop_url: str, at: datetime, includes_tax: bool | None
) -> tuple[Notice, ...]:
    """What a delivery says; orders of others are passed over. See ``Platform.read_notices``."""
    kind, _, event = topic.partition(".")
    if kind not in ("order", "product"):
        return ()
    payload = _payload(topic, body)
    if event == "deleted":
        return (Notice(NoticeKind(kind), str(payload["id"]), at, deleted=True),)
    if kind == "order":
        notice = order_notice(schemas.read(schemas.ORDER, payload, topic), settings, shop_url, at)
        return () if notice is None else (notice,)
    return (pushed_product(schemas.read(schemas.PRODUCT, payload, topic), at, includes_tax),)


def _payload(topic: str, body: bytes) -> Mapping[str, Any]:
    payload = webhooks.payload(topic, body)
    if "code" in payload and "id" not in payload:
        raise Misconfigured(
            f"The shop's webhook {topic} says {payload['code']}: its user has lost the right to read.",
            way_out="Make the webhooks anew with the key of a user with the shop manager role.",
        )
    if not isinstance(payload.get("id"), int):
        raise Unreadable(f"The webhook {topic} carries no id.", payload=payload)
    return payload


def order_notice(order: ShopOrder, settings: StoreSettings, shop_url: str, at: datetime) -> Notice | None:
    """A webhook's notice of an order of ours, dated by the shop; None for everybody else's.

    Incomplete where money was given back: what for, only a call tells.
    """
    if orders.reference_of(order) is None:
        return None
    seen = orders.platform_order(order, settings, shop_url)
    return _dated(seen, order, at, incomplete=bool(order.refund_ids))


def _dated(seen: PlatformOrder, order: ShopOrder, at: datetime, *, incomplete: bool = False) -> Notice:
    when, gone = order.modified_at or at, order.status == "trash"
    return Notice(NoticeKind.ORDER, seen.order_id, when, order=seen, deleted=gone, incomplete=incomplete and not gone)


def pushed_product(product: Product, at: datetime, includes_tax: bool | None) -> Notice:
    """What a webhook tells of a product, dated by the shop.

    Incomplete where the payload cannot tell all: a parent may count for its variations, or have been switched off with
    them; what a bundle holds is named by ids. A variation is told without its parent. No SKU, no facts.
    """
    incomplete = product.type in (VARIABLE, BUNDLE)
    facts = None
    if product.sku and product.type != BUNDLE:
        facts = product_facts(product.sku, [product], Telling(at, includes_tax, dated_by_shop=True), {}, {})
    seen_at = product.modified_at or at
    return Notice(NoticeKind.PRODUCT, str(product.id), seen_at, product=facts, incomplete=incomplete)


def orders_since(client: WooClient, settings: StoreSettings, shop_url: str, since: datetime) -> Iterator[Notice]:
    """Orders of ours changed since, thrown-away ones too, oldest first."""
    doors = (_order_notices(client, status, settings, shop_url, since) for status in ("any", "trash"))
    return heapq.merge(*doors, key=lambda notice: notice.observed_at)


def _order_notices(
    client: WooClient, status: str, settings: StoreSettings, shop_url: str, since: datetime
) -> Iterator[Notice]:
    for _, rows in client.changed("/wc/v3/orders", ORDER_FIELDS, since, status=status):
        for row in rows:
            order: ShopOrder = schemas.read(schemas.ORDER, row, "order")
            if orders.reference_of(order) is not None:
                told = refunds_of(order, client.refunds(order))
                yield _dated(orders.platform_order(order, settings, shop_url, told), order, since)


def products_since(client: WooClient, family: Family, since: datetime) -> Iterator[Notice]:
    """Products and variations changed since, oldest first; facts as of the moment their page was asked for.

    Before 10.3 there is no list of all variations: those of every changed parent are read instead. A parent that counts
    the stock for its variations, or that is not published, moves alone: its variations are read in every version.
    """
    listed = client.has_variations_list()
    includes_tax = client.tax_rules().prices_include_tax
    doors = [_product_notices(client, family, since, all_children=not listed, includes_tax=includes_tax)]
    if listed:
        doors.append(_variation_notices(client, family, since, includes_tax))
    return heapq.merge(*doors, key=lambda notice: notice.observed_at)


def _product_notices(
    client: WooClient, family: Family, since: datetime, *, all_children: bool, includes_tax: bool
) -> Iterator[Notice]:
    for asked, rows in client.changed(PRODUCTS, PRODUCT_FIELDS, since, status="any"):
        products = [read_product(row) for row in rows]
        told = _by_id(family.facts(products, Telling(asked, includes_tax)))
        for product in products:
            at = product.modified_at or since
            yield Notice(NoticeKind.PRODUCT, str(product.id), at, product=told.get(str(product.id)))
            moves_alone = product.manage_stock is True or product.status != "publish"
            if product.type == VARIABLE and (all_children or moves_alone):
                for number, facts in _by_id(children(client, family, product, includes_tax)).items():
                    yield Notice(NoticeKind.PRODUCT, number.rpartition("/")[2], at, product=facts)


def _variation_notices(client: WooClient, family: Family, since: datetime, includes_tax: bool) -> Iterator[Notice]:
    for asked, rows in client.changed(VARIATIONS, PRODUCT_FIELDS, since):
        variations = [read_variation(row) for row in rows]
        told = _by_id(family.facts(variations, Telling(asked, includes_tax)))
        for variation in variations:
            facts = told.get(str(ref_of(variation)))
            yield Notice(NoticeKind.PRODUCT, str(variation.id), variation.modified_at or since, product=facts)


def _by_id(told: Sequence[ProductFacts]) -> dict[str, ProductFacts]:
    return {fact.product_id: fact for fact in told}
