"""One parcel on the terminal: where it stands and what was told first, then what is inside, effects and the story."""

from __future__ import annotations

from datetime import datetime

from mirakl_sync.cli.output import left, pairs, say, table, when
from mirakl_sync.cli.parts import effects, questions, story
from mirakl_sync.shipments.views import ToldView, WholeParcel, told_as


def show_parcel(parcel: WholeParcel, now: datetime) -> None:
    """Print everything known of a parcel."""
    _head(parcel, now)
    questions(parcel.questions, now)
    say("\nInside")
    table(
        ("line", "sku", "title", "pieces", "of"),
        [(x.line_id, x.sku, x.title, x.quantity, x.ordered) for x in parcel.pieces],
        empty="the shop does not say what is inside",
    )
    effects(parcel.effects)
    story(parcel.timeline)


def _head(parcel: WholeParcel, now: datetime) -> None:
    row, told = parcel.row, parcel.told
    pairs(
        f"Parcel {row.id} of {row.order_id}, {row.connection}",
        {
            "state": row.state + (f" ({parcel.why})" if parcel.why else ""),
            "carrier": row.carrier or "the shop names none",
            "number": row.number or "none yet",
            "address": parcel.url,
            "number confirmed": "by a person" if parcel.number_confirmed == row.number != "" else "",
            "without number": f"said {parcel.without_number_by}" if parcel.without_number_by else "",
            "in the shop": "no longer shown" if row.removed else parcel.parcel_id,
            "left": when(parcel.left_at),
            "first seen": when(row.seen_at),
            "goes to": ", ".join(filter(None, (parcel.country, parcel.shipping_type))),
            "order": f"{parcel.order_state}; the marketplace says {parcel.order_marketplace_state}",
            "order left": when(parcel.order_left_at) or "not everything yet",
            "other parcels": parcel.others,
            "ship by": f"{when(row.promise)} ({left(row.promise, now)})" if row.promise else "",
            **_told(told, to_correct=row.to_correct),
            "waits for": row.waiting_for,
            "next look": f"{when(parcel.next_attempt_at)} ({left(parcel.next_attempt_at, now)})"
            if parcel.next_attempt_at
            else "",
            "last problem": row.last_problem + (f" (attempt {parcel.attempts})" if parcel.attempts else ""),
        },
    )


def _told(told: ToldView, *, to_correct: bool) -> dict[str, str]:
    words = told_as(told.carrier_code, told.carrier_name, told.number)
    return {
        "told": f"{words}, {when(told.tracking_at)}" if words else "nothing yet" if not told.shipped_at else "",
        "told address": told.url,
        "told as shipped": when(told.shipped_at),
        "to be corrected": "yes: what was told is not what is right now" if to_correct else "",
        "their shipment": f"{told.shipment_id}, {told.shipment_state}" if told.shipment_id else "",
        "their check": told.validity,
    }
