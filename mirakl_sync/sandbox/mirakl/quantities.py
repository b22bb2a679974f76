"""The one door by which an offer's quantity changes: who did it is written down, and time learns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirakl_sync.sandbox.mirakl.offer_model import Change, Offer

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant


def sell(tenant: Tenant, shop_id: int, sku: str, pieces: int, order_id: str, at: int) -> None:
    """A customer took `pieces`; what was not there is sold all the same, and counted as oversold."""
    offer = tenant.offers[shop_id].get(sku)
    if offer is None:
        return
    before = offer.quantity
    offer.quantity -= pieces
    if offer.warehouses:
        _take(offer.warehouses, pieces)
    tenant.tally["oversold"] += max(0, -offer.quantity) - max(0, -before)
    _changed(tenant, shop_id, offer, Change(at, "sale", before, offer.quantity, order_id))


def give_back(tenant: Tenant, shop_id: int, sku: str, pieces: int, order_id: str, at: int) -> None:
    """Pieces of an order that will not leave can be bought again, unless their offer is gone."""
    offer = tenant.offers[shop_id].get(sku)
    if offer is None or not pieces:
        return
    before = offer.quantity
    offer.quantity += pieces
    if offer.warehouses:
        offer.warehouses[next(iter(offer.warehouses))] += pieces
    _changed(tenant, shop_id, offer, Change(at, "return", before, offer.quantity, order_id))


def write(
    tenant: Tenant, shop_id: int, offer: Offer, quantity: int, at: int, by: str, *, note: str = "", warehouse: str = ""
) -> None:
    """The quantity is `quantity` from now on, whatever was sold meanwhile; with `warehouse`, the part that lies there.

    A quantity told as a whole ends the division into warehouses [I].
    """
    before, parts = offer.quantity, offer.warehouses
    if warehouse:
        offer.warehouses = {**(parts or {}), warehouse: quantity}
        offer.quantity = sum(offer.warehouses.values())
    else:
        offer.warehouses, offer.quantity = None, quantity
    if (before, parts) != (offer.quantity, offer.warehouses):
        _changed(tenant, shop_id, offer, Change(at, by, before, offer.quantity, note))


def drop(tenant: Tenant, shop_id: int, offer: Offer, at: int, by: str, *, note: str = "", warehouse: str = "") -> None:
    """update-delete = delete: the warehouse holds nothing of it any more; without one, nothing does [I]."""
    if not warehouse:
        write(tenant, shop_id, offer, 0, at, by, note=note)
    elif offer.warehouses and warehouse in offer.warehouses:
        before = offer.quantity
        offer.warehouses = {code: one for code, one in offer.warehouses.items() if code != warehouse}
        offer.quantity = sum(offer.warehouses.values())
        _changed(tenant, shop_id, offer, Change(at, by, before, offer.quantity, note))


def zero(tenant: Tenant, shop_id: int, sku: str, order_id: str, at: int) -> None:
    """The operator takes off sale what the shop could not deliver."""
    offer = tenant.offers[shop_id].get(sku)
    if offer is not None:
        write(tenant, shop_id, offer, 0, at, "zeroed", note=order_id)


def _changed(tenant: Tenant, shop_id: int, offer: Offer, change: Change) -> None:
    offer.note(change)
    tenant.tally[f"quantity_by_{change.by}"] += 1
    tenant.offers[shop_id].touch(offer, change.at)


def _take(warehouses: dict[str, int], pieces: int) -> None:
    """From the first warehouse that has some, then the next; what nobody has is missing in the last."""
    last = next(reversed(warehouses))
    for code, there in warehouses.items():
        taken = pieces if code == last else min(max(0, there), pieces)
        warehouses[code] -= taken
        pieces -= taken
