"""The calls behind an order's steps, each with its ledger key and, where asking twice could double, its look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from mirakl_sync.cases.deed import Deed
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.mirakl.orders import read_order
from mirakl_sync.orders.draft import draft
from mirakl_sync.orders.steps import Answer, Prove, Withdraw
from mirakl_sync.platforms.contract import ReplacesOrders
from mirakl_sync.policy.model import OrderPolicy
from mirakl_sync.records.shop import OrderDraft, OrderReference
from mirakl_sync.shelf import board

# How long before the marketplace's order the shop's can at most have been made: clocks differ.
_LOOK_BACK = timedelta(days=1)


def answer_key(opened: OpenConnection, row: Order) -> str:
    """The ledger key of an order's answer."""
    return f"answer:{opened.key}:{row.order_id}"


def answer(opened: OpenConnection, row: Order, step: Answer) -> Deed:
    """OR21. May be asked again without looking: a second equal answer changes nothing (ORDER_INVALID_STATE)."""
    shop, order_id = opened.shop, row.order_id
    decisions = {decision.line_id: decision.accept for decision in step.decisions}
    return Deed(
        name="accept" if step.accepts else "refuse",
        lane="acceptance",
        key=answer_key(opened, row),
        act=lambda: shop.answer_order(order_id, decisions),
    )


def prove(opened: OpenConnection, step: Prove) -> Deed:
    """Ask the shop what it knows of the SKUs; a read. At the last call it does not queue behind the shop's work."""
    lane = "acceptance" if step.urgent else "orders"
    return Deed(name="prove", lane=lane, act=lambda: opened.platform.product_facts(step.skus))


def creation_key(opened: OpenConnection, row: Order) -> str:
    """The ledger key of an order's creation in the shop."""
    return f"create:{opened.key}:{row.order_id}"


def create(opened: OpenConnection, row: Order, wanted: OrderDraft, *, held: bool) -> Deed:
    """The shop's order. Never asked twice without looking for what the first ask may have made."""
    platform, since = opened.platform, row.created_at - _LOOK_BACK
    return Deed(
        name="hold" if held else "create",
        lane="orders",
        key=creation_key(opened, row),
        act=lambda: platform.create_order(wanted, held=held),
        look=lambda: platform.find_order(wanted.reference, since=since),
        settling=opened.look_after,
    )


def find(opened: OpenConnection, row: Order) -> Deed:
    """What an unanswered creation may have made; a read."""
    reference = OrderReference(opened.marketplace, opened.shop_id, row.order_id)
    platform, since = opened.platform, row.created_at - _LOOK_BACK
    return Deed(name="find", lane="orders", act=lambda: platform.find_order(reference, since=since))


def release(opened: OpenConnection, row: Order, wanted: OrderDraft) -> Deed:
    """Addresses, payment and a living status; repeatable."""
    platform, shop_order = opened.platform, _shop_order(row)
    return Deed(
        name="release",
        lane="orders",
        key=f"release:{opened.key}:{row.order_id}",
        act=lambda: platform.release_order(shop_order, wanted),
    )


def withdraw(opened: OpenConnection, row: Order, step: Withdraw) -> Deed:
    """Cancel the shop's order; repeatable."""
    platform, shop_order = opened.platform, _shop_order(row)
    return Deed(
        name="cancel",
        lane="orders",
        key=f"cancel:{opened.key}:{row.order_id}:{shop_order}",
        act=lambda: platform.cancel_order(shop_order, step.reason),
    )


def draft_of(tx: Transaction, opened: OpenConnection, row: Order, policy: OrderPolicy) -> OrderDraft:
    """The order as the shop shall hold it, from what the marketplace told last."""
    order = read_order(row.payload)
    accepted = [line.line_id for line in row.lines if line.decision == "accept"]
    shelf = board.seen(tx, row.store_pk, [line.sku for line in row.lines])
    return draft(
        order,
        policy,
        OrderReference(opened.marketplace, opened.shop_id, row.order_id),
        marketplace_title=opened.marketplace_title,
        accepted_lines=accepted,
        product_ids={sku: seen.product_id for sku, seen in shelf.items() if seen.matches == 1},
        accept_by=row.accept_by,
    )


def _shop_order(row: Order) -> str:
    link = row.link
    if link is None:
        raise LookupError(f"order {row.order_id} has no order in the shop")
    return link.platform_order_id


def trace(opened: OpenConnection, row: Order, since: datetime) -> Deed:
    """Orders that may have taken the place of the cancelled one; a read."""
    reference = OrderReference(opened.marketplace, opened.shop_id, row.order_id)
    platform, order_id = cast(ReplacesOrders, opened.platform), row.link.platform_order_id if row.link else ""
    return Deed(name="trace", lane="orders", act=lambda: platform.find_heirs(order_id, reference, since=since))


def hand_over(opened: OpenConnection, row: Order) -> Deed:
    """Our reference on the order that stands for the sale now; repeatable."""
    reference = OrderReference(opened.marketplace, opened.shop_id, row.order_id)
    platform, heir = cast(ReplacesOrders, opened.platform), row.link
    if heir is None:
        raise LookupError(f"{row.order_id} has no order in the shop to hand over to")
    heir_id = heir.platform_order_id
    before = next((link.platform_order_id for link in row.links if link.replaced_by == heir.id), "")
    return Deed(
        name="hand_over",
        lane="orders",
        key=f"handover:{opened.key}:{row.order_id}:{heir_id}",
        act=lambda: platform.hand_over(before, heir_id, reference),
    )
