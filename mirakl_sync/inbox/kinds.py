"""Every kind of question there is."""

from __future__ import annotations

from mirakl_sync.inbox import about_feeds, about_orders, about_planning, about_shipments, about_stock
from mirakl_sync.inbox.kind import Kind, Loss, Role, Urgency

__all__ = ["KINDS", "Kind", "Loss", "Role", "Urgency"]

_PARTS = (about_orders, about_shipments, about_stock, about_planning, about_feeds)
KINDS = {kind.name: kind for part in _PARTS for kind in part.KINDS}
