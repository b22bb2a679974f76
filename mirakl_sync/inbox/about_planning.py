"""Questions about planners: what they are not told, what they do not show, what would be deleted there."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.inbox.kind import Kind, Loss, Role, Urgency

KINDS = (
    Kind(
        "planner_late",
        "A planner's night goes without our news",
        Role.OPERATIONS,
        Urgency.SOON,
        "the planner reckons with the sales and the stock of the day before",
        "`mirakl-sync planning status` says what stands against it, `mirakl-sync doctor` whether workers run; "
        "`mirakl-sync planning send PLANNER` brings everything here and now.",
        timedelta(hours=4),
        loss=Loss.NEXT,
        quotes=True,
    ),
    Kind(
        "planner_unproven",
        "A planner's numbers do not show what it was told",
        Role.OPERATIONS,
        Urgency.SOON,
        "the planner reckons without these sales and this stock; it says nothing of files it throws away",
        "`mirakl-sync planning files PLANNER` shows which are in doubt and why. Mend the cause with the planner's "
        "support, then `mirakl-sync planning replay FILE` tells everything in it anew.",
        timedelta(days=1),
        loss=Loss.NEXT,
    ),
    Kind(
        "planner_shrinks",
        "A table for a planner would lose a great part of its rows",
        Role.ECOMMERCE,
        Urgency.NOW,
        "the planner sees the table as it was before; what is absent from a table is deleted there",
        "Look in the shop whether these products are really gone. If they are, `mirakl-sync planning snapshot PLANNER "
        "--anyway` serves the smaller table; if not, mend the shop: it closes by itself with the next whole table.",
        timedelta(hours=8),
        loss=Loss.NEXT,
    ),
    Kind(
        "planner_orphan",
        "SKUs were sold that no shop beside the planner has",
        Role.ECOMMERCE,
        Urgency.CALM,
        "these sales are not told: the planner would drop them without a word",
        "Create the products in the shop, or correct the SKU of the marketplace's offers; the sales follow by "
        "themselves with the next file after the shop knows the SKU.",
        timedelta(days=2),
    ),
    Kind(
        "planner_unknown_sku",
        "A planner does not know SKUs that sold",
        Role.ECOMMERCE,
        Urgency.CALM,
        "nobody is advised to order them",
        "Look in the planner whether they were removed or combined with others, and let its own connection bring them; "
        "`mirakl-sync planning show SKU` says what it was told.",
        timedelta(days=2),
    ),
    Kind(
        "planner_refused",
        "Lines fit into no file for a planner",
        Role.ECOMMERCE,
        Urgency.CALM,
        "these lines wait; all others are told",
        "The words name the row and the column. Mend the SKU or the title in the shop; the line goes with the next "
        "file.",
        timedelta(days=2),
    ),
)
