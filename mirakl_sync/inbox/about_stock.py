"""Questions about stock: numbers nobody knows, numbers nobody takes, and numbers somebody else set."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.inbox.kind import Kind, Role, Urgency

KINDS = (
    Kind(
        "levels_vanished",
        "A shop no longer shows a great part of its SKUs",
        Role.ECOMMERCE,
        Urgency.NOW,
        "these SKUs are offered as before",
        "Look in the shop whether they are really gone. If they are, settle this item: the next full look takes them "
        "off sale. If not, mend the shop; the item closes by itself with the next full look.",
        timedelta(hours=4),
    ),
)
