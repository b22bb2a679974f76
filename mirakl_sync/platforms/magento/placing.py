"""Orders made, released and cancelled: exactly the drafted amounts, or none at all."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.errors import MiraklSyncError, Refused, Unavailable
from mirakl_sync.platforms.magento import carts, drafting, orders
from mirakl_sync.platforms.magento.amounts import Sum, amounts_of
from mirakl_sync.platforms.magento.answers import NO_INVOICE, NOT_ON_HOLD, TAKEN
from mirakl_sync.platforms.magento.catalogue import Catalogue
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.drafting import Setting
from mirakl_sync.platforms.magento.finding import find
from mirakl_sync.platforms.magento.numbering import GHOST, ghost_number
from mirakl_sync.platforms.magento.schemas import Item, ShopOrder
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.magento.shop_facts import ShopFacts
from mirakl_sync.platforms.refusals import made_then, order_gone
from mirakl_sync.platforms.sums import NOUGHT, expected_total
from mirakl_sync.records.shop import CommissionShape, OrderDraft, OrderReference

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What placing an order takes."""

    client: MagentoClient
    catalogue: Catalogue
    facts: ShopFacts
    settings: StoreSettings


def create(desk: Desk, draft: OrderDraft) -> ShopOrder:
    """Save the order on hold. Its number is unique in the shop, so a second creation answers the first order."""
    amounts = amounts_of(draft, desk.settings)
    products = desk.catalogue.products(draft)
    commission = desk.catalogue.commission(draft) if amounts.commission else None
    setting = _setting(desk, draft, products, commission)
    if desk.settings.orders_by == "cart":
        return _as_drafted(desk, draft, carts.create(desk.client, desk.settings, draft, setting))
    entity = drafting.order_entity(draft, amounts, setting, desk.settings)
    by_module = desk.settings.orders_by == "module"
    make = desk.client.create_by_module if by_module else desk.client.create_order
    try:
        order = make(entity)
    except Refused as error:
        if error.code != TAKEN:
            raise
        return _first(desk, draft, entity["increment_id"])
    return _as_drafted(desk, draft, order)


def _as_drafted(desk: Desk, draft: OrderDraft, order: ShopOrder) -> ShopOrder:
    """The order, or ``Refused`` and the order taken away."""
    problems = orders.wrong_lines(draft, order)
    if problems or order.total != expected_total(draft):
        refusal = _differs(draft, order, problems)
        desk.catalogue.forget(line.sku for line in draft.lines)
        _withdraw(desk, order, refusal)
        raise refusal
    return order


def look(desk: Desk, reference: OrderReference, since: datetime) -> ShopOrder | None:
    """The look behind ``create``. An order a cart left without our reference is held and gets it now."""
    found = find(desk.client, desk.settings, reference)
    if found is not None or desk.settings.orders_by != "cart":
        return found
    placed = carts.find(desk.client, reference, since)
    return carts.adopt(desk.client, placed, reference) if placed else None


def _setting(desk: Desk, draft: OrderDraft, products: Any, commission: Any) -> Setting:
    store, customer = desk.facts.store(), desk.facts.customer(draft)
    return Setting(
        store_id=store.id,
        country=store.country,
        products=products,
        commission=commission,
        customer_id=customer.id,
        customer_group=customer.group,
        email=customer.email,
        regions=desk.facts.regions(draft),
    )


def _first(desk: Desk, draft: OrderDraft, number: str) -> ShopOrder:
    """The order that has our number already."""
    found = find(desk.client, desk.settings, draft.reference)
    if found is None:
        raise Refused(
            f"The shop has an order {number}, which is not {draft.reference}.",
            code=TAKEN,
            way_out="Choose another number_prefix for this store, or rename the other order.",
        )
    return found


def _differs(draft: OrderDraft, order: ShopOrder, problems: list[str]) -> Refused:
    if problems:
        return Refused(f"Magento order {order.number} is not as drafted: {'; '.join(problems)}.", code="lines_differ")
    return Refused(
        f"Magento order {order.number} shows {order.total} {order.currency}, it must be {expected_total(draft)} "
        f"{draft.currency}.",
        code="total_differs",
        way_out="A module of the shop changes orders while they are saved; let it leave marketplace orders alone.",
    )


def _withdraw(desk: Desk, order: ShopOrder, refusal: Refused) -> None:
    """Cancel an order that came out wrong, under a number of its own, so that nobody takes it for the sale again."""
    try:
        desk.client.update_order(
            {"entity_id": order.id, "increment_id": ghost_number(order.number, order.id), "ext_order_id": GHOST}
        )
        desk.client.unhold(order.id)
        desk.client.cancel(order.id)
    except MiraklSyncError as error:
        raise made_then(error) from error
    note(desk, order, f"Cancelled by mirakl_sync, not as drafted: {refusal.words}", "")


def note(desk: Desk, order: ShopOrder, words: str, status: str) -> None:
    """A comment for staff. The order stands without it, so one that fails is only logged."""
    try:
        desk.client.comment(order.id, words, status)
    except MiraklSyncError as error:
        log.warning("Magento order %s stands without its comment: %s", order.number, error)


def release(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """Addresses, lines and buyer, then off hold, then the invoice. Every step is left out where it is done.

    See ``Platform.release_order``.
    """
    if orders.is_canceled(order):
        raise Refused(f"Magento order {order.number} is cancelled; it is not opened again.", code="order_cancelled")
    if orders.has_left(order):
        return order
    if order.state != orders.HELD and order.state not in orders.AT_WORK:
        raise Refused(f"Magento order {order.number} is {order.status}.", code=f"order_{order.state}")
    if not orders.has_begun_to_leave(order):
        order = _completed(desk, order, draft)
    if order.state == orders.HELD:
        _off_hold(desk, order)
        order = _again(desk, order)
        if order.state == orders.HELD:
            raise Unavailable(f"Magento kept order {order.number} on hold.")
    order = _invoiced(desk, order, draft)
    wanted = desk.settings.status_released
    if wanted and order.status != wanted and not orders.has_begun_to_leave(order):
        desk.client.comment(order.id, f"{draft.marketplace_title or 'The marketplace'} released this order.", wanted)
        order = _again(desk, order)
    return order


def _off_hold(desk: Desk, order: ShopOrder) -> None:
    """Somebody may have been quicker."""
    try:
        desk.client.unhold(order.id)
    except Refused as error:
        if error.code != NOT_ON_HOLD:
            raise


def _completed(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """The order with the draft's lines, buyer and addresses, or ``Refused`` while it still waits."""
    if carts.needs_line_ids(order):
        order = carts.adopt(desk.client, order, draft.reference, draft)
    order = _without_refused_lines(desk, order, draft)
    problems = orders.wrong_lines(draft, order)
    if problems or order.total != expected_total(draft):
        raise _differs(draft, order, problems)
    setting = _setting(desk, draft, {}, None)
    buyer = drafting.customer_columns(draft, setting)
    if (order.email, order.customer_id) != (buyer["customer_email"], buyer.get("customer_id", 0)):
        order = desk.client.update_order({"entity_id": order.id, **buyer})
    missing = [
        (wanted, held)
        for wanted, held in zip(drafting.addresses(draft, setting), (order.billing, order.shipping), strict=True)
        if not orders.address_written(wanted, order)
    ]
    for wanted, held in missing:
        known = {"entity_id": held["entity_id"]} if held.get("entity_id") else {}
        desk.client.write_address(order.id, wanted | known)
    return _again(desk, order) if missing else order


def _without_refused_lines(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """Lines of ours that the draft no longer has were refused meanwhile: cancelled, with their part of the amounts."""
    kept = {line.line_id for line in draft.lines}
    refused = [line for line in orders.ours(order) if line.ext_id not in kept and line.canceled < line.ordered]
    if not refused or order.state != orders.HELD or desk.settings.orders_by == "cart":
        return order
    amounts = amounts_of(draft, desk.settings)
    quantity = sum(line.quantity for line in draft.lines)
    items = [{"item_id": line.id, "sku": line.sku, "qty_canceled": line.ordered} for line in refused]
    items += _repriced(order, draft, amounts.commission)
    head = drafting.money_columns(amounts) | {"total_qty_ordered": quantity}
    return desk.client.update_order({"entity_id": order.id, **head, "items": items})


def _repriced(order: ShopOrder, draft: OrderDraft, commission: Decimal) -> list[dict[str, Any]]:
    """The commission's line at what is left of it."""
    line = next((line for line in order.lines if line.ext_id == drafting.COMMISSION_LINE), None)
    if line is None or draft.commission.shape is not CommissionShape.LINE:
        return []
    return [{"item_id": line.id, "sku": line.sku, **drafting.line_money(Sum(-commission, NOUGHT), 1)}]


def _invoiced(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """A paid order is invoiced whole. A second invoice is refused, which is as good as the first."""
    if desk.settings.invoice != "on_release" or not draft.paid or not _to_invoice(order):
        return order
    try:
        desk.client.invoice(order.id)
    except Refused as error:
        after = _again(desk, order)
        if error.code == NO_INVOICE and not _to_invoice(after):
            return after
        raise
    return _again(desk, order)


def _to_invoice(order: ShopOrder) -> list[Item]:
    return [line for line in order.lines if line.ordered - line.invoiced - line.canceled > 0]


def cancel(desk: Desk, order: ShopOrder, reason: str) -> ShopOrder:
    """Off hold and cancelled, with a comment. ``false`` is no error in Magento: the order is read again and decides."""
    if orders.is_canceled(order):
        return order
    if orders.has_begun_to_leave(order):
        raise Refused(
            f"Magento order {order.number} is shipped and cannot be cancelled any more.", code="order_shipped"
        )
    if order.state == orders.HELD:
        _off_hold(desk, order)
    done = desk.client.cancel(order.id)
    order = _again(desk, order)
    if orders.has_begun_to_leave(order) and not orders.is_canceled(order):
        raise Refused(f"Magento order {order.number} left while it was being cancelled.", code="order_shipped")
    if not done and not orders.is_canceled(order):
        order = _refunded(desk, order, reason)
    if not orders.is_canceled(order):
        raise Refused(
            f"Magento order {order.number} ({order.status}) cannot be cancelled.", code=f"order_{order.state}"
        )
    note(desk, order, reason, order.status)
    return order


def _refunded(desk: Desk, order: ShopOrder, reason: str) -> ShopOrder:
    """An invoiced order ends by a credit memo, where the seller wants that without being asked."""
    invoiced = [line for line in order.lines if line.invoiced > line.refunded]
    if not invoiced:
        return order
    if desk.settings.cancel_paid == "ask":
        raise Refused(
            f"Magento order {order.number} is invoiced and cannot be cancelled.",
            code="order_invoiced",
            way_out="Make a credit memo in Magento and tell that it is done, or set cancel_paid to refund_offline.",
        )
    items = [{"order_item_id": line.id, "qty": line.invoiced - line.refunded} for line in invoiced]
    back = [line.id for line in invoiced if not line.virtual]
    desk.client.refund(
        order.id,
        {
            "items": items,
            "notify": False,
            "appendComment": True,
            "comment": {"comment": reason, "is_visible_on_front": 0},
            "arguments": {"extension_attributes": {"return_to_stock_items": back}},
        },
    )
    return _again(desk, order)


def _again(desk: Desk, order: ShopOrder) -> ShopOrder:
    found = desk.client.order(order.id)
    if found is None:
        raise order_gone("Magento", order.number)
    return found
