"""Offers beside what their shop says now, and what happened to them lately: the ground of causes. Only reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from mirakl_sync.connections.opened import Connections
from mirakl_sync.db.models import Connection, Offer, StockEvent, StockLane
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.shelf import board
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import scale
from mirakl_sync.stock.causes import Cause, LastWord, OfferFacts, cause, history_matters
from mirakl_sync.stock.rules import spread
from mirakl_sync.stock.scale import UNSEEN, Scale, Side
from mirakl_sync.stock.sighting import LOWERED, RAISED

_OFFERS, _EVENTS = Offer.__table__, StockEvent.__table__
# What is read of an offer.
COLUMNS = tuple(
    _OFFERS.c[name]
    for name in (
        "id",
        "connection_id",
        "sku",
        "listed",
        "active",
        "theirs",
        "wanted",
        "told_spread",
        "because",
        "due",
        "touched_at",
        "push_id",
        "sent",
        "held",
        "refused",
        "refusal",
        "latency",
    )
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What belongs to one connection, read once for many of its offers.

    ``pulled_at`` is the last complete look at the marketplace's orders.
    """

    connection_id: int
    store_pk: int
    sends: bool
    paused: bool
    pulled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Beside:
    """An offer beside what is wanted now. ``wrong`` says that its row is not as weighing would write it."""

    row: Any
    level: int | None
    facts: OfferFacts
    cause: Cause

    @property
    def wrong(self) -> bool:
        """Weighing has to see it: what is stored is not what is wanted now, or a difference is not on its way."""
        return self.facts.believed != self.facts.wanted or self.cause in (Cause.UNSEEN, Cause.OVERLOOKED)


def ground(tx: Transaction, connections: Connections, connection_id: int) -> Ground:
    """The connection as it stands."""
    row = tx.get_one(Connection, connection_id)
    lane = tx.get(StockLane, connection_id)
    policy = connections.policy(tx, row.policy_id).stock
    return Ground(row.id, row.store_pk, policy.send, "stock" in row.paused, lane.pulled_at if lane else None)


def beside(
    tx: Transaction, connections: Connections, whose: Ground, rows: Sequence[Any], now: datetime
) -> list[Beside]:
    """These offers (rows of ``COLUMNS``, neighbours in the order of their SKUs), each with the number wanted now and
    the cause of a difference."""
    if not rows:
        return []
    first, last = rows[0].sku, rows[-1].sku
    known = scale.stretch(tx, connections, whose.store_pk, whose.connection_id, first, last)
    side = known.sides[whose.connection_id]
    judge = _Judge(known, side, now)
    found = [_beside(row, judge, whose) for row in rows]
    late = [each for each in found if each.cause is not Cause.AGREE and history_matters(each.facts)]
    if not late:
        return found
    told = _history(tx, whose, [each.row.sku for each in late])
    sooner = {each.row.sku: _with_history(each, told.get(each.row.sku, {}), whose) for each in late}
    return [sooner.get(each.row.sku, each) for each in found]


class _Judge:
    """The rules' word on each SKU. A million offers have few different levels: the word on equal ones is remembered."""

    def __init__(self, known: Scale, side: Side, now: datetime) -> None:
        self.known, self.side, self.now = known, side, now
        self._ruled = {rule.name for rule in known.overrides}
        self._said: dict[tuple[object, ...], tuple[int | None, str]] = {}
        self._agreed: dict[tuple[int, str], OfferFacts] = {}

    def wanted(self, sku: str, item: Any) -> tuple[int | None, str]:
        """The number wanted, and the rule that had the last word."""
        if not self._ordinary(sku, item):
            return self._judged(sku)
        known, confirmed = self.known, item.observed_at
        if known.read_at is not None and known.read_at > confirmed:
            confirmed = known.read_at
        stale = self.side.stale(confirmed, self.now)
        alike = (item.quantity, item.in_stock, item.sellable, item.backorders, item.matches, stale)
        if alike not in self._said:
            self._said[alike] = self._judged(sku)
        return self._said[alike]

    def agreed(self, number: int, because: str) -> OfferFacts:
        """The facts of an offer on which there is nothing to decide: nothing else about it matters."""
        if (number, because) not in self._agreed:
            self._agreed[number, because] = OfferFacts(number, number, because, number)
        return self._agreed[number, because]

    def _judged(self, sku: str) -> tuple[int | None, str]:
        result, _ = scale.judge(sku, self.known, self.side, self.now)
        return result.quantity, str(result.because)

    def _ordinary(self, sku: str, item: Any) -> bool:
        """Nothing is known of the SKU but its level: no rule, no sale, no parts, no speed."""
        if self._ruled and (sku in self._ruled or not self._ruled.isdisjoint(item.categories or ())):
            return False
        if item.components or self.known.unfelt.get(sku):
            return False
        return not self.side.policy.buffer_grows or not scale.speed_of(sku, self.known, self.now)


def _beside(row: Any, judge: _Judge, whose: Ground) -> Beside:
    item, side = judge.known.shelf.get(row.sku), judge.side
    if item is None or item.observed_at == board.NEVER:
        wanted, because, divided = None, UNSEEN, True
    else:
        wanted, because = judge.wanted(row.sku, item)
        divided = not side.policy.warehouses or _divided(row, wanted, item, side)
        if divided and row.theirs == wanted == row.wanted is not None and row.listed:
            return Beside(row, item.quantity, judge.agreed(row.theirs, because), Cause.AGREE)
    facts = OfferFacts(
        wanted=wanted,
        theirs=row.theirs,
        because=because,
        believed=row.wanted,
        listed=row.listed,
        divided=divided,
        sent=row.sent if row.push_id is not None else None,
        held=row.held,
        refused=row.refused,
        refusal=row.refusal,
        due=row.due,
        touched=row.touched_at is not None,
        sends=whose.sends,
        paused=whose.paused,
    )
    return Beside(row, None if item is None else item.quantity, facts, cause(facts))


def _divided(row: Any, wanted: int | None, item: Any, side: Side) -> bool:
    """Their division by warehouse is the one we want."""
    return wanted is None or spread(wanted, item.locations, side.policy.warehouses) == row.told_spread


def _with_history(each: Beside, told: Mapping[str, Any], whose: Ground) -> Beside:
    sent = each.row.latency is not None or "sent" in told or "accepted" in told
    facts = replace(each.facts, ever_sent=sent, last=last_word(told.values(), whose.pulled_at))
    return replace(each, facts=facts, cause=cause(facts))


def last_word(told: Iterable[Any], pulled_at: datetime | None) -> LastWord:
    """What last happened to the number there, of the last lines of each kind of an offer's story."""
    line = max(told, key=lambda line: line.id, default=None)
    if line is None:
        return LastWord.NOTHING
    if line.kind == Told.SOLD:
        return LastWord.SOLD
    if line.kind != Told.SHOWN:
        return LastWord.SENT
    if line.words == LOWERED:
        # a sale would have been seen by a look at the orders since
        looked = pulled_at is not None and pulled_at > line.learned_at
        return LastWord.CHANGED if looked else LastWord.LOWERED
    return LastWord.CHANGED if line.words == RAISED else LastWord.NOTHING


def _history(tx: Transaction, whose: Ground, skus: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By SKU and kind, the last line told about what the marketplace shows."""
    which = {"store": whose.store_pk, "of": whose.connection_id, "skus": list(skus)}
    told: dict[str, dict[str, Any]] = {}
    for line in tx.execute(_LAST, which):
        told.setdefault(line.sku, {})[line.kind] = line
    return told


_KINDS = [str(kind) for kind in (Told.SENT, Told.ACCEPTED, Told.SOLD, Told.SHOWN)]
_LAST = select(_EVENTS.c.id, _EVENTS.c.sku, _EVENTS.c.kind, _EVENTS.c.learned_at, _EVENTS.c.words).where(
    _EVENTS.c.id.in_(
        select(func.max(_EVENTS.c.id))
        .where(
            _EVENTS.c.store_pk == bindparam("store"),
            _EVENTS.c.sku.in_(bindparam("skus", expanding=True)),
            _EVENTS.c.connection_id == bindparam("of"),
            _EVENTS.c.kind.in_(_KINDS),
        )
        .group_by(_EVENTS.c.sku, _EVENTS.c.kind)
    )
)
