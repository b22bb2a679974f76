"""The look behind ``create_order``: exactly our order among everything a search brings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mirakl_sync.platforms.refusals import doubled
from mirakl_sync.platforms.woocommerce import orders
from mirakl_sync.platforms.woocommerce.client import stamp
from mirakl_sync.platforms.woocommerce.placing import Desk, note
from mirakl_sync.platforms.woocommerce.schemas import ShopOrder
from mirakl_sync.records.shop import OrderReference

# The shop's clock need not agree with ours.
CLOCKS_APART = timedelta(hours=1)


def find(desk: Desk, reference: OrderReference, since: datetime) -> ShopOrder | None:
    """Our order, from the quickest search that shows it; None only after all of them and the trash."""
    for candidates in _searches(desk, reference, since):
        hits = [order for order in candidates if orders.reference_of(order) == reference]
        if hits:
            return one_of(desk, reference, hits)
    return None


def _searches(desk: Desk, reference: OrderReference, since: datetime) -> Iterator[Iterator[ShopOrder]]:
    look = desk.client.orders
    born = {"after": stamp(since - CLOCKS_APART), "dates_are_gmt": "true"}
    yield look(search=reference.order_id, status="any")
    yield look(created_via=desk.settings.created_via, status="any", **born)
    yield look(status="any", **born)
    yield look(status="trash", **born)


def one_of(desk: Desk, reference: OrderReference, hits: list[ShopOrder]) -> ShopOrder:
    """The order to keep: the one that is worked on, else the lowest id. Inert doubles are cancelled with a note."""
    dead = orders.DEAD | {desk.settings.status_canceled}
    standing = sorted((order for order in hits if order.status not in dead), key=lambda order: order.id)
    if not standing:
        return min(hits, key=lambda order: order.id)
    keep = next((order for order in standing if not inert(desk, order)), standing[0])
    cancel_doubles(desk, reference, keep, standing)
    return keep


def cancel_doubles(desk: Desk, reference: OrderReference, keep: ShopOrder, standing: list[ShopOrder]) -> None:
    """Cancel every inert order of the sale but ``keep``; one that is worked on is ``NeedsAnswer``."""
    doubles = [order for order in standing if order.id != keep.id]
    if not all(inert(desk, order) for order in doubles):
        raise doubled("WooCommerce", reference, [order.number for order in (keep, *doubles)])
    for double in doubles:
        desk.client.update_order(double.id, orders.ghost_body(reference, desk.settings))
        note(desk, double, f"Cancelled by mirakl_sync: {reference} is order {keep.number} already.")


def look_for_doubles(desk: Desk, order: ShopOrder, reference: OrderReference) -> None:
    """One search before a release: what a retrying proxy doubled is cancelled while nobody works on it."""
    dead = orders.DEAD | {desk.settings.status_canceled}
    found = desk.client.orders(search=reference.order_id, status="any")
    hits = [hit for hit in found if orders.reference_of(hit) == reference and hit.status not in dead]
    cancel_doubles(desk, reference, order, hits)


def inert(desk: Desk, order: ShopOrder) -> bool:
    """True while nobody works on the order and nobody has paid it."""
    return order.paid_at is None and order.status in ("pending", "failed", "checkout-draft", desk.settings.status_held)
