"""Webhooks and the poll: two doors to the same notices."""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.platforms.contract import Delivery
from mirakl_sync.platforms.woocommerce import orders, schemas
from mirakl_sync.platforms.woocommerce.client import ORDER_FIELDS, PRODUCT_FIELDS, WooClient
from mirakl_sync.platforms.woocommerce.facts import product_facts
from mirakl_sync.platforms.woocommerce.schemas import Product, ShopOrder
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.records.shop import Notice, NoticeKind

PING = b"webhook_id="


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> Delivery:
    """``X-WC-Webhook-Signature``: base64 of HMAC-SHA256 over the raw body. See ``Platform.verify``.

    The greeting a new webhook sends is unsigned and form-encoded. ``X-WC-Webhook-Delivery-ID`` is shared by everything
    delivered in one second, so the key is topic, resource id and a digest of the body.
    """
    told = {name.lower(): value for name, value in headers.items()}
    if "x-wc-webhook-topic" not in told and body.startswith(PING) and body[len(PING) :].strip().isdigit():
        return Delivery(key=f"ping:{body[len(PING) :].decode().strip()}", topic="ping", greeting=True)
    if not secret:
        raise Misconfigured(
            "No webhook secret is set for this store.",
            way_out="Enter webhook_secret, then let the webhooks be renewed.",
        )
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    if not hmac.compare_digest(signature, told.get("x-wc-webhook-signature", "").strip().encode()):
        raise Refused("The webhook's signature is missing or wrong.", code="bad_signature", status=401)
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
    return (product_notice(schemas.read(schemas.PRODUCT, payload, topic), at, includes_tax),)


def _payload(topic: str, body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise Unreadable(f"The webhook {topic} is no JSON.", payload=body.decode(errors="replace")) from error
    if isinstance(payload, Mapping) and "code" in payload and "id" not in payload:
        raise Misconfigured(
            f"The shop's webhook {topic} says {payload['code']}: its user has lost the right to read.",
            way_out="Make the webhooks anew with the key of a user with the shop manager role.",
        )
    if not isinstance(payload, Mapping) or not isinstance(payload.get("id"), int):
        raise Unreadable(f"The webhook {topic} carries no id.", payload=payload)
    return payload


def order_notice(order: ShopOrder, settings: StoreSettings, shop_url: str, at: datetime) -> Notice | None:
    """A notice of an order of ours, dated by the shop; None for everybody else's."""
    if orders.reference_of(order) is None:
        return None
    seen = orders.platform_order(order, settings, shop_url)
    return Notice(NoticeKind.ORDER, seen.order_id, order.modified_at or at, order=seen, deleted=order.status == "trash")


def product_notice(product: Product, at: datetime, includes_tax: bool | None) -> Notice:
    """A notice of a product; parents and products without a SKU carry no facts of their own."""
    seen_at = product.modified_at or at
    facts = product_facts(product.sku, [product], seen_at, includes_tax) if product.sku else None
    return Notice(NoticeKind.PRODUCT, str(product.id), seen_at, product=facts)


def orders_since(client: WooClient, settings: StoreSettings, shop_url: str, since: datetime) -> Iterator[Notice]:
    """Orders of ours changed since, thrown-away ones too, oldest first."""
    doors = (
        _order_notices(client.changed("/wc/v3/orders", ORDER_FIELDS, since, status=status), settings, shop_url, since)
        for status in ("any", "trash")
    )
    return heapq.merge(*doors, key=lambda notice: notice.observed_at)


def _order_notices(
    rows: Iterator[Mapping[str, Any]], settings: StoreSettings, shop_url: str, since: datetime
) -> Iterator[Notice]:
    for row in rows:
        notice = order_notice(schemas.read(schemas.ORDER, row, "order"), settings, shop_url, since)
        if notice is not None:
            yield notice


def products_since(client: WooClient, since: datetime) -> Iterator[Notice]:
    """Products and variations changed since, oldest first.

    Before 10.3 there is no list of all variations: those of every changed parent are read instead. A parent that counts
    the stock for its variations moves alone, so its variations are read in every version.
    """
    listed = client.has_variations_list()
    includes_tax = client.tax_rules().prices_include_tax
    doors = [_product_notices(client, since, all_children=not listed, includes_tax=includes_tax)]
    if listed:
        rows = client.changed("/wc/v3/variations", PRODUCT_FIELDS, since)
        doors.append(_variation_notices(rows, since, includes_tax))
    return heapq.merge(*doors, key=lambda notice: notice.observed_at)


def _product_notices(client: WooClient, since: datetime, *, all_children: bool, includes_tax: bool) -> Iterator[Notice]:
    for row in client.changed("/wc/v3/products", PRODUCT_FIELDS, since, status="any"):
        product = schemas.read(schemas.PRODUCT, row, "product")
        yield product_notice(product, since, includes_tax)
        if product.type == "variable" and (all_children or product.manage_stock is True):
            told_at = product.modified_at or since
            for child in client.variations(product.id):
                facts = product_facts(child.sku, [child], told_at, includes_tax) if child.sku else None
                yield Notice(NoticeKind.PRODUCT, str(child.id), told_at, product=facts)


def _variation_notices(rows: Iterator[Mapping[str, Any]], since: datetime, includes_tax: bool) -> Iterator[Notice]:
    for row in rows:
        variation = schemas.read(schemas.PRODUCT, {"type": "variation", **row}, "variation")
        yield product_notice(variation, since, includes_tax)
