"""Questions about the machinery: feeds, access, answers nobody understands."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.inbox.kind import Kind, Loss, Role, Urgency

KINDS = (
    Kind(
        "unreadable_answer",
        "An answer could not be understood",
        Role.DEVELOPERS,
        Urgency.SOON,
        "the rows named here are tried again",
        "The kept payload shows what is new. If it goes on, ask whoever runs the other system.",
        timedelta(hours=4),
        quotes=True,
    ),
    Kind(
        "unreadable_delivery",
        "A webhook could not be understood",
        Role.DEVELOPERS,
        Urgency.CALM,
        "nothing: the poll sees the same change",
        "The delivery is kept; see its outcome with `mirakl-sync inbox show ITEM`.",
        timedelta(days=1),
        quotes=True,
    ),
    Kind(
        "refused_look",
        "The other side refuses to be asked what happened",
        Role.DEVELOPERS,
        Urgency.NOW,
        "we will not repeat a call that may have worked",
        "Check permissions of the connection's key, then `mirakl-sync orders retry ORDER`.",
        timedelta(hours=2),
        loss=Loss.LATE,
        quotes=True,
    ),
    Kind(
        "misconfigured",
        "A connection's access or settings do not work",
        Role.ADMIN,
        Urgency.NOW,
        "this feed stands still",
        "`mirakl-sync connections check` says what is wrong; after mending it, `connections resume`.",
        timedelta(hours=1),
        loss=Loss.UNSEEN,
        quotes=True,
    ),
    Kind(
        "feed_silent",
        "A feed has stopped",
        Role.OPERATIONS,
        Urgency.NOW,
        "nothing new arrives from there",
        "Look at its worker in Flower and at `mirakl-sync doctor`; it closes by itself with the next sign of life.",
        timedelta(hours=1),
        loss=Loss.UNSEEN,
    ),
    Kind(
        "unusually_quiet",
        "No orders come, though they usually do",
        Role.ECOMMERCE,
        Urgency.SOON,
        "nothing of ours; but what nobody can buy is not sold",
        "Look at the offers, their prices and their stock in the marketplace's portal, and at the shop's state with "
        "`mirakl-sync connections check CONNECTION`; it closes by itself with the next order.",
        timedelta(hours=4),
        loss=Loss.UNSEEN,
    ),
    Kind(
        "notification_failed",
        "People are not told",
        Role.ADMIN,
        Urgency.NOW,
        "messages do not reach this address; the questions stand in the inbox all the same",
        "Mend what the words name (the address, the mail server, the webhook), then try "
        "`mirakl-sync inbox test-message ROLE`; it closes by itself with the next message that arrives.",
        timedelta(hours=1),
        loss=Loss.UNTOLD,
        quotes=True,
    ),
    Kind(
        "stuck",
        "A row was put aside after repeated failures without a record",
        Role.DEVELOPERS,
        Urgency.NOW,
        "this row is not worked on",
        "Find the cause in the worker's log or in Sentry, then `mirakl-sync orders retry ORDER`.",
        timedelta(hours=2),
        loss=Loss.LATE,
        quotes=True,
    ),
)
