"""Questions about stock: numbers nobody knows, numbers nobody takes, and numbers somebody else set."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.inbox.kind import Kind, Loss, Role, Urgency

KINDS = (
    Kind(
        "stock_oversold",
        "More was sold than there is",
        Role.OPERATIONS,
        Urgency.NOW,
        "nothing by itself: but pieces were promised that nobody has",
        "`mirakl-sync stock story STORE SKU` shows second by second who sold what and what was shown. Find the pieces, "
        "or refuse or cancel the latest sale; then correct the shop's number.",
        timedelta(hours=2),
        loss=Loss.SALE,
    ),
    Kind(
        "stock_late",
        "Numbers wait too long for their way to a marketplace",
        Role.OPERATIONS,
        Urgency.NOW,
        "the marketplace shows old numbers: what is sold out can still be bought there",
        "`mirakl-sync stock status` says what the lane does; `mirakl-sync doctor` and Flower whether workers serve the "
        "queue `stock`. `mirakl-sync stock push CONNECTION` sends a file here and now.",
        timedelta(hours=1),
        loss=Loss.NEXT,
    ),
    Kind(
        "stock_file_failed",
        "Stock files come to nothing",
        Role.OPERATIONS,
        Urgency.NOW,
        "the marketplace shows old numbers",
        "`mirakl-sync stock files CONNECTION` shows the last ones with the marketplace's words; ask the operator where "
        "they name no cause of ours. Then `mirakl-sync stock push CONNECTION`.",
        timedelta(hours=1),
        loss=Loss.NEXT,
        quotes=True,
    ),
    Kind(
        "stock_stale",
        "A shop no longer confirms its numbers",
        Role.OPERATIONS,
        Urgency.NOW,
        "nobody knows what is there; the policy `stale` says what is shown meanwhile",
        "`mirakl-sync connections check CONNECTION` says whether the shop answers; then `mirakl-sync stock look STORE "
        "--all` reads its numbers. It closes by itself with the next look that succeeds.",
        timedelta(hours=2),
        loss=Loss.NEXT,
    ),
    Kind(
        "stock_refused",
        "A marketplace refuses our numbers",
        Role.ECOMMERCE,
        Urgency.SOON,
        "these numbers are not sent again before something changes; what is shown there, nobody knows for sure",
        "Mend in the marketplace's portal what its words name, then `mirakl-sync stock push CONNECTION --sku SKU` "
        "tells the number anew.",
        timedelta(hours=4),
        loss=Loss.NEXT,
        quotes=True,
    ),
    Kind(
        "stock_held",
        "Somebody else set numbers on a marketplace",
        Role.ECOMMERCE,
        Urgency.SOON,
        "our numbers for these offers wait",
        "`mirakl-sync stock release CONNECTION SKU` lets ours be sent over theirs; `mirakl-sync stock rule CONNECTION "
        "SKU --fixed 3` keeps a number of your own.",
        timedelta(hours=4),
        loss=Loss.NEXT,
    ),
    Kind(
        "stock_missing",
        "The shop does not know the SKUs of some offers",
        Role.ECOMMERCE,
        Urgency.SOON,
        "the marketplace's numbers of these offers are left alone",
        "Create the products in the shop, or correct the SKU of the offers. What shall not be sold any more: "
        '`mirakl-sync stock zero CONNECTION --sku SKU --for 30d --why “…”`, or `missing = "zero"` in the policy.',
        timedelta(days=1),
        loss=Loss.NEXT,
    ),
    Kind(
        "duplicate_offer_sku",
        "Several products of the shop carry the SKU of an offer",
        Role.ECOMMERCE,
        Urgency.SOON,
        "these offers are shown as sold out",
        "Give each product of the shop a SKU of its own; the offers follow by themselves.",
        timedelta(days=1),
    ),
    Kind(
        "stock_uncounted",
        "The shop sells SKUs without counting them",
        Role.ECOMMERCE,
        Urgency.CALM,
        "the marketplace's numbers of these offers are left alone",
        "Let the shop count them, say with `uncounted` in the policy how many are offered of such, or rule for one: "
        "`mirakl-sync stock rule CONNECTION SKU --fixed 5`.",
        timedelta(days=2),
    ),
    Kind(
        "levels_vanished",
        "A shop no longer shows a great part of its SKUs",
        Role.ECOMMERCE,
        Urgency.NOW,
        "these SKUs are offered as before",
        "Look in the shop whether they are really gone. If they are, settle this item: the next full look takes them "
        "off sale. If not, mend the shop; the item closes by itself with the next full look.",
        timedelta(hours=4),
        loss=Loss.NEXT,
    ),
)
