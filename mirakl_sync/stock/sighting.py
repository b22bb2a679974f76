"""One offer as a marketplace's list shows it, beside what we know of it: what is written down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mirakl_sync.records.stock import OfferSeen

# Larger numbers than any warehouse holds; what a column takes.
MOST = 2_000_000_000

RAISED = "changed by somebody else"
LOWERED = "changed by somebody else, or sold there and not seen by us yet"
DELETED = "the offer was deleted there"
RETURNED = "the offer is shown again"


@dataclass(frozen=True, slots=True)
class View:
    """From when a list is: each of its rows shows a moment between ``began`` and ``ended``, in their time.

    None where they did not tell. ``number`` counts our readings, ``now`` is our time.
    """

    number: int
    now: datetime
    began: datetime | None = None
    ended: datetime | None = None


class Shown(Protocol):
    """What an offer's row says of what they show."""

    offer_id: str
    listed: bool
    active: bool
    theirs: int | None


class Known(Shown, Protocol):
    """An offer's row, as far as it matters here."""

    theirs_at: datetime | None
    push_id: int | None
    sent: int | None


@dataclass(frozen=True, slots=True)
class Sold:
    """Pieces the marketplace sold, at their time; the known number is less them already."""

    at: datetime
    pieces: int


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a row. ``words`` are for the SKU's story; empty: nothing to tell.

    ``proven``: the number was seen, or is the one seen less sales since. ``foreign``: nothing we know explains it.
    """

    offer_id: str
    listed: bool
    active: bool
    theirs: int | None
    theirs_at: datetime | None
    proven: bool
    touched: bool = False
    foreign: bool = False
    words: str = ""


def pieces(seen: OfferSeen) -> int | None:
    """The number shown, within what can be kept; None where none is told."""
    return None if seen.quantity is None else min(max(seen.quantity, 0), MOST)


def left(number: int, sold: Sequence[Sold], view: View) -> int:
    """What a list's number has become by the sales since it was made."""
    return max(number - sum(sale.pieces for sale in sold if view.ended and sale.at > view.ended), 0)


def as_known(row: Shown, seen: OfferSeen) -> bool:
    """The list shows what we know."""
    return (
        seen.quantity == row.theirs
        and seen.quantity is not None
        and row.listed
        and not seen.deleted
        and seen.active == row.active
        and seen.offer_id == row.offer_id
    )


def judged(row: Known, seen: OfferSeen, view: View, sold: Sequence[Sold] = ()) -> Change | None:
    """What is written of an offer that is shown otherwise than known; None when it only was seen.

    ``sold`` are known sales since the list began. Nothing older overwrites what a file or a sale made of the number
    since the list began; should somebody else have changed it too, the next list shows that again.
    """
    if seen.deleted:
        return _deleted(row, seen, view)
    offer_id, back = seen.offer_id or row.offer_id, not row.listed
    number = pieces(seen)
    if number is None or (not back and _older(row, view) and number != row.theirs):
        return Change(
            offer_id, True, seen.active, row.theirs, row.theirs_at, False, back, words=RETURNED if back else ""
        )
    if not back and row.theirs is not None and _explained(number, row.theirs, sold):
        at = row.theirs_at if number != row.theirs else _later(row.theirs_at, view.ended)
        return Change(offer_id, True, seen.active, row.theirs, at, True)
    foreign = not back and row.theirs is not None and not (row.push_id is not None and number == row.sent)
    words = RETURNED if back else (RAISED if number > (row.theirs or 0) else LOWERED) if foreign else ""
    return Change(offer_id, True, seen.active, left(number, sold, view), view.ended, True, True, foreign, words)


def _deleted(row: Known, seen: OfferSeen, view: View) -> Change | None:
    # a SKU may have been offered before under another number, and that offer's end is told beside the living one
    another = bool(seen.offer_id and row.offer_id and seen.offer_id != row.offer_id)
    if not row.listed or another:
        return None
    return Change(row.offer_id, False, False, None, view.ended, True, words=DELETED)


def _older(row: Known, view: View) -> bool:
    """What we know may be from after the moment the list shows."""
    return row.theirs_at is not None and view.began is not None and row.theirs_at > view.began


def _explained(number: int, known: int, sold: Sequence[Sold]) -> bool:
    """The number is the known one, or that before some of the sales."""
    return known <= number <= known + sum(sale.pieces for sale in sold)


def _later(known: datetime | None, shown: datetime | None) -> datetime | None:
    return max(filter(None, (known, shown)), default=None)
