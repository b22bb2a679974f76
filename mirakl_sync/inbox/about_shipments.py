"""Questions about what left the house: carriers, numbers, and promises to ship."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.inbox.kind import Kind, Role, Urgency

KINDS = (
    Kind(
        "carrier_unmapped",
        "The marketplace does not know a carrier of the shop",
        Role.OPERATIONS,
        Urgency.NOW,
        "these parcels are not told: the buyers have no number and nothing is paid",
        "`mirakl-sync carriers map CONNECTION NAME CODE`; every parcel that waits goes on at once.",
        timedelta(hours=4),
    ),
    Kind(
        "carrier_refused",
        "The marketplace refused a carrier",
        Role.OPERATIONS,
        Urgency.NOW,
        "these parcels are not told",
        "Compare with the marketplace's list (`mirakl-sync carriers list CONNECTION`), map the name to another carrier "
        "with `carriers map`, or retry with `mirakl-sync shipments retry PARCEL`.",
        timedelta(hours=4),
    ),
    Kind(
        "carrier_gone",
        "A mapped carrier left the marketplace's list",
        Role.OPERATIONS,
        Urgency.SOON,
        "nothing yet: the next parcel of this carrier will wait",
        "Map its names to another carrier: `mirakl-sync carriers map CONNECTION NAME CODE`.",
        timedelta(days=1),
    ),
    Kind(
        "number_missing",
        "A parcel left without a tracking number",
        Role.OPERATIONS,
        Urgency.NOW,
        "this parcel is not told",
        "Enter the number in the shop; the question closes by itself. Or say that there is none: "
        "`mirakl-sync shipments send-without-number PARCEL`.",
        timedelta(hours=4),
    ),
    Kind(
        "number_odd",
        "Tracking numbers do not look like their carrier's",
        Role.OPERATIONS,
        Urgency.SOON,
        "these parcels wait, at most until their ship-by date comes near; then they are told as they are",
        "Correct the number or the carrier in the shop, or say that it is right: `mirakl-sync shipments confirm PARCEL`.",
        timedelta(hours=4),
    ),
    Kind(
        "number_reused",
        "Two orders left with the same tracking number",
        Role.OPERATIONS,
        Urgency.SOON,
        "the second parcel waits, at most until its ship-by date comes near; then it is told as it is",
        "Correct the number in the shop; or, where both really travel in one parcel, `mirakl-sync shipments confirm PARCEL`.",
        timedelta(hours=4),
    ),
    Kind(
        "number_invalid",
        "The marketplace found a tracking number to be wrong",
        Role.OPERATIONS,
        Urgency.SOON,
        "the buyer cannot follow the parcel, and the marketplace counts it against the shop",
        "Correct the number in the shop: the marketplace is told at once.",
        timedelta(days=1),
    ),
    Kind(
        "number_not_scanned",
        "No carrier has scanned a parcel for days",
        Role.OPERATIONS,
        Urgency.SOON,
        "nothing: but it has perhaps never left",
        "Look for the parcel in the warehouse and ask the carrier. It closes by itself with the first scan.",
        timedelta(days=1),
    ),
    Kind(
        "over_shipped",
        "A parcel holds more than the order still has to ship",
        Role.OPERATIONS,
        Urgency.NOW,
        "this parcel is not told",
        "Correct the parcel's contents in the shop; or, if another parcel told them already, "
        "`mirakl-sync shipments drop PARCEL`.",
        timedelta(hours=4),
    ),
    Kind(
        "shipment_refused",
        "The marketplace did not take a shipment",
        Role.OPERATIONS,
        Urgency.NOW,
        "this parcel is not told",
        "Read the marketplace's words, mend what they name, then `mirakl-sync shipments retry PARCEL`; or tell it in the "
        "portal: the next look sees that.",
        timedelta(hours=2),
    ),
    Kind(
        "parcel_removed",
        "The shop took a parcel back that the marketplace was told of",
        Role.OPERATIONS,
        Urgency.SOON,
        "nothing: the marketplace and the buyer believe that it left",
        "If it was entered by mistake, correct it in the marketplace's portal; then settle this item.",
        timedelta(days=1),
    ),
    Kind(
        "closed_before_told",
        "The marketplace closed an order before it was told the tracking number",
        Role.CUSTOMER_SERVICE,
        Urgency.CALM,
        "nothing any more: the buyer never saw the number",
        "Send the number to the buyer by a message on the marketplace if they ask; then settle this item.",
        timedelta(days=2),
    ),
    Kind(
        "ship_by_near",
        "Orders must leave soon",
        Role.OPERATIONS,
        Urgency.SOON,
        "late shipments count against the shop",
        "`mirakl-sync orders list --state placed --due 1d` shows them. Each leaves the question when it is shipped.",
        timedelta(hours=4),
    ),
    Kind(
        "ship_by_missed",
        "Orders should have left",
        Role.OPERATIONS,
        Urgency.NOW,
        "late shipments count against the shop and may be cancelled",
        "Ship them, or cancel what cannot be shipped. Each leaves the question when it is shipped.",
        timedelta(hours=2),
    ),
    Kind(
        "left_but_open",
        "An order left the shop, but the marketplace still waits for it",
        Role.OPERATIONS,
        Urgency.NOW,
        "the buyer has no number, and the order counts as late",
        "`mirakl-sync explain ORDER` says what holds it; mend that, then `mirakl-sync shipments retry ORDER`.",
        timedelta(hours=4),
    ),
)
