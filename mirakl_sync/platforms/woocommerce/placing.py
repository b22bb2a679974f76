"""Orders made and released: exactly the drafted amounts, or none at all."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from mirakl_sync.errors import MiraklSyncError, Refused, Unavailable
from mirakl_sync.platforms.refusals import made_then
from mirakl_sync.platforms.sums import check_sum
from mirakl_sync.platforms.woocommerce import orders
from mirakl_sync.platforms.woocommerce.amounts import (
    SHIPPING,
    Amounts,
    gross_amounts,
    net_amounts,
    place_of,
    taxed_by_shop,
)
from mirakl_sync.platforms.woocommerce.client import WooClient
from mirakl_sync.platforms.woocommerce.facts import Catalogue
from mirakl_sync.platforms.woocommerce.leaving import on_its_way
from mirakl_sync.platforms.woocommerce.parcels import LINE_ID
from mirakl_sync.platforms.woocommerce.schemas import ShopOrder
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.records.shop import OrderDraft

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What placing an order takes."""

    client: WooClient
    catalogue: Catalogue
    settings: StoreSettings


def create(desk: Desk, draft: OrderDraft, *, held: bool) -> ShopOrder:
    """``POST`` the order, check what came of it, leave a note. See ``Platform.create_order``."""
    check_sum(draft)
    taxed = taxed_by_shop(draft, desk.settings)
    products = desk.catalogue.refs(draft, with_classes=taxed)
    amounts = _amounts(desk, draft, _classes(products)) if taxed else gross_amounts(draft, desk.settings)
    order = desk.client.create_order(orders.order_body(draft, amounts, products, desk.settings, held=held))
    try:
        order = settle(desk, draft, order, amounts)
    except Refused as refusal:
        desk.catalogue.forget(products)
        withdraw(desk, draft, order, refusal)
        raise
    except MiraklSyncError as error:
        raise made_then(error) from error
    if draft.note:
        note(desk, order, draft.note)
    return order


def settle(desk: Desk, draft: OrderDraft, order: ShopOrder, sent: Amounts) -> ShopOrder:
    """Bring the order to the drafted total, or ``Refused`` with both numbers."""
    problems = orders.wrong_lines(draft, order.lines)
    if problems:
        raise Refused(
            f"WooCommerce order {order.number} is not as drafted: {'; '.join(problems)}.", code="lines_differ"
        )
    for amounts in _other_ways(desk, draft, order, sent):
        if order.total == sent.total:
            break
        order = desk.client.update_order(order.id, orders.amount_bodies(amounts, order))
    if order.total != sent.total:
        raise Refused(
            f"WooCommerce order {order.number} shows {order.total} {order.currency}, it must be {sent.total} "
            f"{draft.currency}.",
            code="total_differs",
            way_out="Compare the shop's tax rates with the marketplace's, or choose taxes = exempt for this store.",
        )
    return order


def _other_ways(desk: Desk, draft: OrderDraft, order: ShopOrder, sent: Amounts) -> Iterator[Amounts]:
    """Amounts to try after a total that is off: by the rates the shop really used, the other rounding, a moved cent."""
    if order.total == sent.total or not taxed_by_shop(draft, desk.settings):
        return
    applied, known = _applied(order), _classes_held(order)
    rules = desk.client.tax_rules()
    if any(rules.by_id(ids) is None for ids in applied.values()):
        rules = desk.client.tax_rules(anew=True)
    tried = [sent]
    off = sent.total - (order.total or Decimal(0))
    for more in ({}, {"other_rounding": True}, {"shift": off}):
        amounts = net_amounts(draft, rules, known, applied=applied, **more)
        if all((amounts.lines, amounts.shipping, amounts.fee) != (t.lines, t.shipping, t.fee) for t in tried):
            tried.append(amounts)
            yield amounts


def _applied(order: ShopOrder) -> dict[str, tuple[int, ...]]:
    """The rate ids the shop's answer shows, per Mirakl line and for shipping."""
    applied = {str(line.meta.get(LINE_ID, "")): tuple(sorted(line.taxes)) for line in order.lines}
    if order.shipping_lines and order.shipping_lines[0].total:
        applied[SHIPPING] = tuple(sorted(order.shipping_lines[0].taxes))
    return applied


def withdraw(desk: Desk, draft: OrderDraft, order: ShopOrder, refusal: Refused) -> None:
    """Cancel an order that came out wrong, so that it is neither worked on nor found again."""
    try:
        desk.client.update_order(order.id, orders.ghost_body(draft.reference, desk.settings))
    except MiraklSyncError as error:
        raise made_then(error) from error
    note(desk, order, f"Cancelled by mirakl_sync, not the order of {draft.reference}: {refusal.words}")


def note(desk: Desk, order: ShopOrder, words: str) -> None:
    """A private note. The order stands without it, so a note that fails is only logged."""
    try:
        desk.client.add_note(order.id, words)
    except MiraklSyncError as error:
        log.warning("WooCommerce order %s stands without its note: %s", order.id, error)


def release(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """Complete an order and let the warehouse work. See ``Platform.release_order``."""
    asleep = order.status in ("pending", desk.settings.status_held)
    if not asleep and not _live(order, desk.settings):
        raise Refused(
            f"WooCommerce order {order.number} is {order.status}; it is not opened again.",
            code=f"order_{order.status.replace('-', '_')}",
        )
    complete = orders.address_written(draft, order)
    if on_its_way(order.status, desk.settings) and not complete:
        raise Refused(
            f"WooCommerce order {order.number} was {order.status} without our release.", code="order_completed"
        )
    if asleep:
        order = _open(desk, order, draft, complete=complete)
    elif not complete:
        order = desk.client.update_order(order.id, orders.address_bodies(draft))
    return _write_email(desk, order, draft)


def _open(desk: Desk, order: ShopOrder, draft: OrderDraft, *, complete: bool) -> ShopOrder:
    """Addresses first where they change the tax, then the status; one call where they do not."""
    addresses = {} if complete else orders.address_bodies(draft)
    taxed = taxed_by_shop(draft, desk.settings)
    sent = _amounts(desk, draft, _classes_held(order)) if taxed else gross_amounts(draft, desk.settings)
    if order.total != sent.total or (addresses and _taxed_otherwise(desk, order, sent, draft)):
        order = desk.client.update_order(order.id, addresses | orders.amount_bodies(sent, order))
        addresses = {}
    order = settle(desk, draft, order, sent)
    released = desk.client.update_order(order.id, addresses | {"status": desk.settings.status_released})
    if released.status in ("pending", desk.settings.status_held):
        raise Unavailable(f"WooCommerce kept order {order.number} {released.status}: a plugin stopped the release.")
    return settle(desk, draft, released, sent)


def _taxed_otherwise(desk: Desk, order: ShopOrder, sent: Amounts, draft: OrderDraft) -> bool:
    """True where the addresses will make the shop use other rates than the order has now."""
    if not taxed_by_shop(draft, desk.settings):
        return False
    applied = _applied(order)
    return any(sent.rates[key] != ids for key, ids in applied.items() if key in sent.rates)


def _write_email(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """The buyer's relay address, only now: a status change would have mailed it."""
    email = "" if draft.customer.generic else draft.customer.email
    if not email or order.billing.get("email") == email:
        return order
    try:
        return desk.client.update_order(order.id, {"billing": {"email": email}})
    except Refused as error:
        log.warning("WooCommerce order %s stands without the buyer's e-mail: %s", order.id, error)
        return order


def _live(order: ShopOrder, settings: StoreSettings) -> bool:
    return orders.platform_order(order, settings, "").live


def _amounts(desk: Desk, draft: OrderDraft, classes: Mapping[str, str]) -> Amounts:
    rules = desk.client.tax_rules()
    return net_amounts(draft, rules, classes, place=place_of(draft, rules))


def _classes(products: Mapping[str, orders.ProductRef]) -> dict[str, str]:
    return {sku: ref.tax_class for sku, ref in products.items() if ref.tax_class is not None}


def _classes_held(order: ShopOrder) -> dict[str, str]:
    """The tax classes as the order's lines carry them."""
    return {line.sku: line.tax_class or "" for line in order.lines if line.sku}
