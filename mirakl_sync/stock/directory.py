"""Our copy of a marketplace's list of offers: batches of the list written beside what we knew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update

from mirakl_sync.db.among import among
from mirakl_sync.db.insert import insert_alike_once
from mirakl_sync.db.models import Offer, StockEvent
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.db.types import UtcDateTime
from mirakl_sync.records.stock import OfferSeen
from mirakl_sync.shelf import offers, story
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock.sighting import RAISED, Change, Sold, View, as_known, judged, left, pieces

# Offers of one transaction: few enough that others wait a fraction of a second for it.
AT_ONCE = 5000
_OFFERS, _EVENTS = Offer.__table__, StockEvent.__table__
_LONGEST_SKU, _LONGEST_ID = 120, 40


@dataclass(frozen=True, slots=True)
class Whose:
    """The connection whose offers are written. ``asks``: what somebody else raised waits for a person's word."""

    connection_id: int
    store_pk: int
    asks: bool = False


@dataclass(slots=True)
class Tally:
    """What a reading brought.

    ``seen`` counts living offers, ``listed`` is how many more are listed than before, ``unreadable`` rows say nothing.
    """

    seen: int = 0
    new: int = 0
    changed: int = 0
    foreign: int = 0
    gone: int = 0
    listed: int = 0
    unreadable: int = 0

    def add(self, other: Tally) -> None:
        """Take another batch's figures in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def batches(told: Iterable[OfferSeen]) -> Iterator[list[OfferSeen]]:
    """The offers by transactions; what cannot be a SKU of ours is left out."""
    rest = iter(told)
    while batch := list(islice(rest, AT_ONCE)):
        yield [seen for seen in batch if 0 < len(seen.sku) <= _LONGEST_SKU and "\x00" not in seen.sku]


def write(tx: Transaction, whose: Whose, batch: Sequence[OfferSeen], view: View) -> Tally:
    """Write a batch of the list down. Repeating it changes nothing; what a file carries is left as it is."""
    shown = _by_sku(batch)
    dialect = tx.get_bind().dialect.name
    known = {row.sku: row for row in tx.execute(_known(dialect), {"of": whose.connection_id, "skus": list(shown)})}
    fresh = [seen for sku, seen in shown.items() if sku not in known and not seen.deleted]
    same: list[int] = []
    differ: list[int] = []
    for sku, row in known.items():
        (same if as_known(row, shown[sku]) else differ).append(row.id)
    offers.lock(tx, among(_OFFERS.c.id, "held", dialect), held=[*same, *differ])
    others = tx.execute(_others(dialect), {"offers": differ}).all() if differ else []
    sold = _sold(tx, whose, [seen.sku for seen in fresh] + [row.sku for row in others], view)
    changes = [(row, judged(row, shown[row.sku], view, sold.get(row.sku, ()))) for row in others]
    changed = [(row, change) for row, change in changes if change is not None]
    _add(tx, whose, fresh, view, sold)
    _prove(tx, same, view)
    if changed:
        tx.execute(_CHANGED, [_written(row, change, view) for row, change in changed])
        _try_again(tx, [row.id for row, change in changed if _moved(row, change)])
        if whose.asks:
            _hold(tx, [(row.id, change.theirs) for row, change in changed if change.words == RAISED])
    story.write(tx, (_told(whose, row, shown[row.sku], change, view) for row, change in changed if change.words))
    return _counted(shown.values(), len(fresh), changed)


def _by_sku(batch: Sequence[OfferSeen]) -> dict[str, OfferSeen]:
    """One word for each SKU: the living offer where a deleted one is told beside it."""
    shown: dict[str, OfferSeen] = {}
    for seen in batch:
        before = shown.get(seen.sku)
        if before is None or before.deleted or not seen.deleted:
            shown[seen.sku] = seen
    return shown


@cache
def _known(dialect: str) -> Any:
    """Read before they are held: a sale or a file of this moment makes what is as known no less seen."""
    columns = (_OFFERS.c[name] for name in ("id", "sku", "offer_id", "listed", "active", "theirs"))
    return select(*columns).where(_OFFERS.c.connection_id == bindparam("of"), among(_OFFERS.c.sku, "skus", dialect))


@cache
def _others(dialect: str) -> Any:
    """Few as a rule: reading their times for a whole catalogue would cost as much as all the rest.

    They are held by now: whoever sends or sells these waits for us, and we have waited for them.
    """
    return select(_OFFERS).where(among(_OFFERS.c.id, "offers", dialect)).order_by(_OFFERS.c.sku)


def _sold(tx: Transaction, whose: Whose, skus: Sequence[str], view: View) -> dict[str, list[Sold]]:
    """What this marketplace sold of these since the list began, as far as we know."""
    sold: dict[str, list[Sold]] = {}
    if not skus or view.began is None:
        return sold
    which = {"store": whose.store_pk, "of": whose.connection_id, "skus": list(skus), "since": view.began}
    for sku, at, quantity in tx.execute(_sales(tx.get_bind().dialect.name), which):
        sold.setdefault(sku, []).append(Sold(at, quantity or 0))
    return sold


@cache
def _sales(dialect: str) -> Any:
    return select(_EVENTS.c.sku, _EVENTS.c.at, _EVENTS.c.after).where(
        _EVENTS.c.store_pk == bindparam("store"),
        among(_EVENTS.c.sku, "skus", dialect),
        _EVENTS.c.at > bindparam("since", type_=UtcDateTime()),
        _EVENTS.c.connection_id == bindparam("of"),
        _EVENTS.c.kind == str(Told.SOLD),
    )


def _add(
    tx: Transaction, whose: Whose, fresh: Sequence[OfferSeen], view: View, sold: Mapping[str, Sequence[Sold]]
) -> None:
    rows = [(seen.sku, seen.offer_id[:_LONGEST_ID], seen.active, _number(seen, view, sold)) for seen in fresh]
    alike = {
        "connection_id": whose.connection_id,
        "store_pk": whose.store_pk,
        "reading": view.number,
        "theirs_at": view.ended,
        "touched_at": view.now,
    }
    columns = ("sku", "offer_id", "active", "theirs")
    told, untold = ([row for row in rows if (row[3] is None) is none] for none in (False, True))
    insert_alike_once(tx, Offer, alike | {"proved_at": view.now}, told, columns)
    insert_alike_once(tx, Offer, alike | {"proved_at": None}, untold, columns)


def _number(seen: OfferSeen, view: View, sold: Mapping[str, Sequence[Sold]]) -> int | None:
    number = pieces(seen)
    return number if number is None or seen.sku not in sold else left(number, sold[seen.sku], view)


def _prove(tx: Transaction, ids: Sequence[int], view: View) -> None:
    if ids:
        which = {"offers": list(ids), "number": view.number, "at": view.now, "shown_at": view.ended}
        tx.execute(_proven(tx.get_bind().dialect.name), which)


_SHOWN_AT = bindparam("shown_at", type_=UtcDateTime())


@cache
def _proven(dialect: str) -> Any:
    known = _OFFERS.c.theirs_at
    return (
        update(_OFFERS)
        .where(among(_OFFERS.c.id, "offers", dialect))
        .values(
            reading=bindparam("number"),
            proved_at=bindparam("at", type_=UtcDateTime()),
            theirs_at=case((or_(known.is_(None), known < _SHOWN_AT), _SHOWN_AT), else_=known),
        )
    )


_WRITES = ("reading", "offer_id", "listed", "active", "theirs", "theirs_at", "proved_at", "touched_at", "due")
_CHANGED = (
    update(_OFFERS)
    .where(_OFFERS.c.id == bindparam("offer"))
    .values({name: bindparam(f"new_{name}", type_=_OFFERS.c[name].type) for name in _WRITES})
)


def _written(row: Any, change: Change, view: View) -> dict[str, Any]:
    return {
        "offer": row.id,
        "new_reading": view.number,
        "new_offer_id": change.offer_id[:_LONGEST_ID],
        "new_listed": change.listed,
        "new_active": change.active,
        "new_theirs": change.theirs,
        "new_theirs_at": change.theirs_at,
        "new_proved_at": view.now if change.proven else row.proved_at,
        "new_touched_at": row.touched_at or (view.now if change.touched else None),
        "new_due": row.due and change.listed,
    }


def _moved(row: Any, change: Change) -> bool:
    """Something about the offer is not as it was, rather than only known now."""
    return change.foreign or (change.listed, change.active) != (row.listed, row.active)


def _try_again(tx: Transaction, ids: Sequence[int]) -> None:
    """Something changed there: a number they refused may be taken now."""
    if ids:
        tx.execute(update(_OFFERS).where(_OFFERS.c.id.in_(ids), _OFFERS.c.refused.is_not(None)).values(refused=None))


def _hold(tx: Transaction, raised: Sequence[tuple[int, int | None]]) -> None:
    said = "somebody else set it to {} on the marketplace"
    words = [{"offer": offer, "words": said.format(number)} for offer, number in raised]
    if words:
        tx.execute(_HELD, words)


_HELD = update(_OFFERS).where(_OFFERS.c.id == bindparam("offer")).values(held=bindparam("words"), due=False)


def _told(whose: Whose, row: Any, seen: OfferSeen, change: Change, view: View) -> dict[str, Any]:
    return story.line(
        whose.store_pk,
        row.sku,
        Told.SHOWN,
        seen.updated_at or view.ended or view.now,
        view.now,
        connection_id=whose.connection_id,
        before=row.theirs,
        after=change.theirs,
        words=change.words,
    )


def _counted(shown: Iterable[OfferSeen], new: int, changed: Sequence[tuple[Any, Change]]) -> Tally:
    gone = sum(row.listed and not change.listed for row, change in changed)
    back = sum(change.listed and not row.listed for row, change in changed)
    return Tally(
        seen=sum(not seen.deleted for seen in shown),
        new=new,
        changed=sum(change.touched for _, change in changed),
        foreign=sum(change.foreign for _, change in changed),
        gone=gone,
        listed=new + back - gone,
    )


# How many a full reading showed, and how many are listed that it did not show.
_SHOWN_AND_GONE = select(
    func.count().filter(_OFFERS.c.reading >= bindparam("number")),
    func.count().filter(_OFFERS.c.reading < bindparam("number")),
).where(_OFFERS.c.connection_id == bindparam("of"), _OFFERS.c.listed)


def shown_and_gone(tx: Transaction, whose: Whose, number: int) -> tuple[int, int]:
    """How many listed offers the reading of this number showed, and how many it did not."""
    shown, gone = tx.execute(_SHOWN_AND_GONE, {"of": whose.connection_id, "number": number}).one()
    return int(shown), int(gone)


def not_shown(tx: Transaction, whose: Whose, number: int, after: str) -> list[str]:
    """Some SKUs, in order, that are listed and were not shown by that reading; ``after`` the last one told before."""
    rows = tx.execute(
        select(_OFFERS.c.sku)
        .where(
            _OFFERS.c.connection_id == whose.connection_id,
            _OFFERS.c.listed,
            _OFFERS.c.reading < number,
            _OFFERS.c.sku > after,
        )
        .order_by(_OFFERS.c.sku)
        .limit(AT_ONCE)
    )
    return list(rows.scalars())
