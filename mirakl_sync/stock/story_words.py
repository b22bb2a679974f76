"""A line of a SKU's story, said to people. Pure."""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.shelf.story import Told
from mirakl_sync.stock.oversell import Line

# News that come so much later than what they tell of are marked.
LATE = timedelta(seconds=1)
_WHAT = {
    Told.LEVEL: "the shop counts {after} instead of {before}",
    Told.SOLD: "{pieces} sold ({ref})",
    Told.FELT: "the shop subtracted {pieces} ({ref})",
    Told.GIVEN_BACK: "a sale of {pieces} ended without the goods ({ref})",
    Told.WANTED: "should show {after} instead of {before}",
    Told.SENT: "{after} sent ({ref})",
    Told.ACCEPTED: "{after} accepted ({ref})",
    Told.REFUSED: "{after} refused ({ref})",
    Told.UNKNOWN: "no answer to {after} ({ref})",
    Told.SHOWN: "its list shows {after}, {before} was believed",
    Told.RULE: "a person ruled",
}


def happened(line: Line) -> str:
    """What happened, with the words kept of it, and how much later we learned of it."""
    told = line.entry
    what = _WHAT[Told(told.kind)].format(
        before=number(told.before), after=number(told.after), pieces=told.pieces, ref=told.ref or "?"
    )
    late = told.learned_at - told.at
    known = f" [learned {late.total_seconds():.0f} s later]" if late >= LATE else ""
    return f"{what}{f': {told.words}' if told.words else ''}{known}"


def number(pieces: int | None) -> str:
    """Pieces; a question mark where nobody knows."""
    return "?" if pieces is None else str(pieces)
