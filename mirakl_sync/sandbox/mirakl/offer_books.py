"""The books of offers and stock files: every quantity with its story, every file with its times."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.stock_imports import StockImport

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant

REFUSED_SHOWN = 200  # rows of one file


def offers(tenant: Tenant) -> dict[str, Any]:
    """By shop and SKU, deleted ones too; of a mass only those that somebody but a file has changed."""
    return {
        str(shop_id): {
            offer.sku: shown(offer) for offer in [*known.deleted(), *known.values()] if offer.history is not None
        }
        for shop_id, known in tenant.offers.items()
    }


def shown(offer: Offer) -> dict[str, Any]:
    """One offer; its quantity is below zero when more was sold than was there."""
    return {
        "offer_id": offer.offer_id,
        "quantity": offer.quantity,
        "warehouses": dict(offer.warehouses or {}),
        "active": offer.active,
        "inactivity_reasons": offer.inactivity(),
        "deleted": offer.deleted,
        "updated_at": text(offer.updated),
        "changes": [{**change._asdict(), "at": text(change.at)} for change in offer.history or ()],
    }


def imports(tenant: Tenant) -> list[dict[str, Any]]:
    """Every stock file in the order of arrival."""
    return [_import(taken) for taken in tenant.stock_imports.known.values()]


def totals(tenant: Tenant) -> dict[str, Any]:
    """Counts that cost the same for any number of offers."""
    by = "quantity_by_"
    return {
        "offers": {str(shop_id): len(known) for shop_id, known in tenant.offers.items()},
        "quantities_by": {key.removeprefix(by): count for key, count in tenant.tally.items() if key.startswith(by)},
        "imports": dict(Counter(taken.state for taken in tenant.stock_imports.known.values())),
        "turned_away": tenant.tally["turned_away"],
        "oversold": tenant.tally["oversold"],
        "limits": tenant.limits.watched(),
    }


def _import(taken: StockImport) -> dict[str, Any]:
    return {
        "import_id": taken.import_id,
        "shop_id": taken.shop_id,
        "state": taken.state,
        "created_at": text(taken.created),
        "begun_at": text(taken.begun),
        "ended_at": text(taken.ended),
        "rows": taken.rows,
        "lines_in_success": taken.lines_ok,
        "lines_in_error": len(taken.refused),
        "refused": [{"line": line, "reason": why} for line, why, _ in taken.refused[:REFUSED_SHOWN]],
    }
