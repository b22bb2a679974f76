"""Every kind of question there is."""

from __future__ import annotations

from mirakl_sync.inbox import about_feeds, about_orders
from mirakl_sync.inbox.kind import Kind, Role, Urgency

__all__ = ["KINDS", "Kind", "Role", "Urgency"]

KINDS = {kind.name: kind for part in (about_orders, about_feeds) for kind in part.KINDS}
