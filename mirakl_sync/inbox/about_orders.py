"""Questions about orders: answering them, and placing them in the shop."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.inbox.kind import Kind, Loss, Role, Urgency

KINDS = (
    Kind(
        "acceptance_waiting",
        "Half of the time to answer is gone",
        Role.OPERATIONS,
        Urgency.SOON,
        "the marketplace waits for our answer",
        "Look at the order (`mirakl-sync orders show ORDER`); answer it with `orders accept` or "
        "`orders refuse`, or mend "
        "what it waits for. It closes by itself when the order is answered.",
        timedelta(hours=4),
        loss=Loss.SALE,
        quotes=True,
    ),
    Kind(
        "acceptance_at_risk",
        "The time to answer is nearly over",
        Role.OPERATIONS,
        Urgency.NOW,
        "the marketplace refuses the order by itself when the time is over",
        "Answer now: `mirakl-sync orders accept ORDER` or `orders refuse ORDER`. It closes by itself when the order is "
        "answered.",
        timedelta(minutes=30),
        loss=Loss.SALE,
        quotes=True,
    ),
    Kind(
        "window_missed",
        "An order was refused by the marketplace because nobody answered",
        Role.OPERATIONS,
        Urgency.NOW,
        "nothing any more: the sale is lost, and repeated cases suspend the shop",
        "Read the order's timeline for the cause, mend it, check the offer's stock on the "
        "marketplace (it may have been "
        "set to zero), then settle this item.",
        timedelta(hours=4),
        loss=Loss.NEXT,
    ),
    Kind(
        "unknown_sku",
        "The shop does not know a SKU that was sold",
        Role.ECOMMERCE,
        Urgency.NOW,
        "these orders cannot be answered by rule",
        "Create the product or correct its SKU in the shop: the question closes by itself at the next look. Or answer "
        "each order with `mirakl-sync orders accept|refuse ORDER`.",
        timedelta(hours=4),
        loss=Loss.SALE,
    ),
    Kind(
        "duplicate_sku",
        "Several products of the shop carry the same SKU",
        Role.ECOMMERCE,
        Urgency.NOW,
        "these orders cannot be placed without guessing the product",
        "Give each product its own SKU in the shop: the question closes by itself at the next look.",
        timedelta(hours=4),
        loss=Loss.SALE,
    ),
    Kind(
        "insufficient_stock",
        "More was sold than the shop has",
        Role.OPERATIONS,
        Urgency.NOW,
        "these orders cannot be answered by rule",
        "Correct the stock in the shop (the question closes by itself), or answer each order with "
        "`mirakl-sync orders accept|refuse ORDER`.",
        timedelta(hours=4),
        loss=Loss.SALE,
    ),
    Kind(
        "backorder",
        "Sold as a backorder",
        Role.OPERATIONS,
        Urgency.NOW,
        "these orders wait for a yes or no",
        "Answer each order with `mirakl-sync orders accept|refuse ORDER`.",
        timedelta(hours=4),
        loss=Loss.SALE,
    ),
    Kind(
        "price_below",
        "Sold far below the shop's price",
        Role.ECOMMERCE,
        Urgency.NOW,
        "these orders wait for a yes or no",
        "Correct the offer's price on the marketplace or the product's price in the shop, then answer each order with "
        "`mirakl-sync orders accept|refuse ORDER`.",
        timedelta(hours=4),
        loss=Loss.SALE,
    ),
    Kind(
        "partial_forbidden",
        "The marketplace does not allow to accept some lines and refuse others",
        Role.OPERATIONS,
        Urgency.NOW,
        "this order must be accepted or refused whole",
        "`mirakl-sync orders accept ORDER` or `orders refuse ORDER`; the policy `partial_forbidden` "
        "answers it for good.",
        timedelta(hours=4),
        loss=Loss.SALE,
    ),
    Kind(
        "answer_refused",
        "The marketplace did not take our answer",
        Role.OPERATIONS,
        Urgency.NOW,
        "the order is not answered",
        "Read the marketplace's words, answer the order in its portal, or retry with `mirakl-sync orders retry ORDER`.",
        timedelta(hours=1),
        loss=Loss.SALE,
        quotes=True,
    ),
    Kind(
        "creation_refused",
        "The shop will not hold this order as it was sold",
        Role.OPERATIONS,
        Urgency.NOW,
        "an accepted order is not in the shop and will not ship",
        "Mend what the shop's words name, then `mirakl-sync orders retry ORDER`; or enter the order "
        "by hand and take it "
        "over with `mirakl-sync orders unmanage ORDER`.",
        timedelta(hours=2),
        loss=Loss.LATE,
        quotes=True,
    ),
    Kind(
        "address_missing",
        "An order must be shipped, but the marketplace shows no address",
        Role.OPERATIONS,
        Urgency.SOON,
        "the order cannot be placed in the shop",
        "Look at the order in the marketplace's portal; ask the operator if the address is missing there too. The "
        "question closes by itself when the address is shown.",
        timedelta(hours=4),
        loss=Loss.LATE,
    ),
    Kind(
        "doubled_in_shop",
        "The shop holds two live orders for one marketplace order",
        Role.OPERATIONS,
        Urgency.NOW,
        "the parcel could leave twice",
        "Cancel one of the two in the shop, then `mirakl-sync orders retry ORDER`.",
        timedelta(hours=1),
        loss=Loss.MONEY,
        quotes=True,
    ),
    Kind(
        "canceled_in_shop",
        "The shop's order was cancelled while the marketplace expects the parcel",
        Role.OPERATIONS,
        Urgency.NOW,
        "the buyer waits; the marketplace counts it as late",
        "Reopen the shop's order, or cancel or refund the sale on the marketplace; then the question closes by itself.",
        timedelta(hours=4),
        loss=Loss.LATE,
    ),
    Kind(
        "replaced_in_shop",
        "The shop's order was cancelled, and another one may have taken its place",
        Role.OPERATIONS,
        Urgency.NOW,
        "the parcel of the new order would not be told to the marketplace",
        "Say which one it is: `mirakl-sync orders relink ORDER SHOP-ORDER`; or that it was simply cancelled: "
        "`mirakl-sync orders relink ORDER --none`.",
        timedelta(hours=1),
        loss=Loss.LATE,
    ),
    Kind(
        "edited_in_shop",
        "An order was edited in the shop; the marketplace does not know",
        Role.OPERATIONS,
        Urgency.SOON,
        "the buyer was promised, and pays for, what was sold on the marketplace",
        "Cancel on the marketplace what will not be sent (before shipping) or refund it (afterwards), or change the "
        "shop's order back; then settle this item. What was added cannot be told to a marketplace.",
        timedelta(hours=4),
        loss=Loss.MONEY,
    ),
    Kind(
        "refunded_in_shop",
        "Money was given back in the shop; the marketplace does not know",
        Role.CUSTOMER_SERVICE,
        Urgency.SOON,
        "the buyer paid the marketplace: only the marketplace can give the money back",
        "Refund the same lines and amount in the marketplace's portal, once, then settle this item with the number of "
        "that refund.",
        timedelta(hours=8),
        loss=Loss.MONEY,
        quotes=True,
    ),
    Kind(
        "canceled_after_leaving",
        "The sale ended on the marketplace, but the shop's order cannot be cancelled any more",
        Role.CUSTOMER_SERVICE,
        Urgency.NOW,
        "goods may be on their way without a sale",
        "Stop the parcel or arrange the return, book the shop's order by hand, then settle this item.",
        timedelta(hours=4),
        loss=Loss.MONEY,
    ),
    Kind(
        "unreadable_order",
        "An order could not be read",
        Role.DEVELOPERS,
        Urgency.NOW,
        "this order is not taken in; the others are",
        "Answer the order in the marketplace's portal. The kept payload (buyer's data blanked) "
        "shows what is new; after an "
        "update the order is read again by itself.",
        timedelta(hours=2),
        loss=Loss.SALE,
        quotes=True,
    ),
)
