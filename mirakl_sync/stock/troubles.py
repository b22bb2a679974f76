"""States of stock that need a person, read from the rows: cheap however large the catalogue is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select, text

from mirakl_sync.db.models import Connection, Offer, StockLane, StockPush, Store
from mirakl_sync.db.models.stock import ASKED_ABOUT, HELD_BACK, REFUSED_THERE
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.model import InDoubt, StockPolicy
from mirakl_sync.stock.lane import PushState
from mirakl_sync.stock.rules import ASK_DOUBLED, ASK_MISSING, ASK_STALE, ASK_UNCOUNTED, Because
from mirakl_sync.wiring import Wiring

REFUSED, HELD, LATE, FILE_FAILED, OVERSOLD = (
    "stock_refused",
    "stock_held",
    "stock_late",
    "stock_file_failed",
    "stock_oversold",
)
# Every kind that is watched here, and what is said when its state is over.
OVER: Mapping[str, str] = {
    ASK_MISSING: "the shop knows them now, or they are no longer offered",
    ASK_DOUBLED: "each of these SKUs is one product now",
    ASK_UNCOUNTED: "they are counted now, or a rule says how many are offered",
    ASK_STALE: "the shop confirmed its numbers again",
    REFUSED: "the marketplace took these numbers, or they are no longer offered",
    HELD: "a person let our numbers go, or nothing differs any more",
    LATE: "every number arrived, or is no longer too old",
    FILE_FAILED: "a file was worked off",
    OVERSOLD: "no more is sold than there is",
}
# SKUs that a question names.
NAMED = 50
# Refused rows that are read for their reasons, and reasons that are questions of their own.
_READ, _REASONS = 5000, 10
LONGEST_WORK = timedelta(minutes=30)
FAILED_IN_A_ROW = 3
LATE_AT_LEAST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Found:
    """A state that needs a person: the question's place and words. ``connection_id`` None: it is about a store."""

    connection_id: int | None
    kind: str
    key: str
    words: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Side:
    """One connection that has offers. ``apart`` is how far its files are from each other."""

    connection_id: int
    key: str
    store_pk: int
    store: str
    policy: StockPolicy
    resting: bool
    poll_every: timedelta
    apart: timedelta


def sides(tx: Transaction, wiring: Wiring) -> list[Side]:
    """Every connection that has offers."""
    has_offers = exists().where(Offer.connection_id == Connection.id)
    rows = tx.execute(
        select(
            Connection.id,
            Connection.key,
            Connection.store_pk,
            Connection.policy_id,
            Connection.paused,
            Connection.stopped_because,
            Store.key.label("store"),
        )
        .join(Store, Store.id == Connection.store_pk)
        .where(has_offers)
        .order_by(Connection.key)
    ).all()
    return [_side(tx, wiring, row) for row in rows]


def _side(tx: Transaction, wiring: Wiring, row: Any) -> Side:
    whole = wiring.connections.policy(tx, row.policy_id)
    policy = whole.stock
    try:
        allowed = wiring.connections.open(tx, row.id).shop.period("STO01")
        apart = max(timedelta(seconds=allowed), policy.send_every)
    except Misconfigured:
        # asked about by whoever cannot work for it
        apart = policy.send_every
    resting = not policy.send or "stock" in row.paused or bool(row.stopped_because)
    every = whole.orders.poll_every
    return Side(row.id, row.key, row.store_pk, row.store, policy, resting, every, apart)


def of_connections(tx: Transaction, sides: Iterable[Side], now: datetime) -> Iterator[Found]:
    """What is asked about each connection by itself."""
    for side in sides:
        yield from _asked(tx, side)
        yield from _refused(tx, side)
        yield from _held(tx, side)
        yield from _late(tx, side, now)
        yield from _failed(tx, side, now)


# offers nobody can decide about


def _asked(tx: Transaction, side: Side) -> Iterator[Found]:
    """One question for each cause, however many offers."""
    about = (Offer.connection_id == side.connection_id, Offer.listed, text(ASKED_ABOUT))
    counts = tx.execute(select(Offer.because, func.count()).where(*about).group_by(Offer.because)).all()
    for because, count in counts:
        kind = _kind(because, side.policy)
        if kind:
            named = select(Offer.sku).where(*about, Offer.because == because).order_by(Offer.sku).limit(NAMED)
            skus = list(tx.execute(named).scalars())
            words = f"{_WORDS[kind].format(store=side.store, connection=side.key)}: {some(skus, count)}."
            yield Found(side.connection_id, kind, side.key, words, {"count": count, "skus": skus})


def _kind(because: str, policy: StockPolicy) -> str:
    """The question for offers of this cause; empty where the policy has the answer."""
    if because == Because.MISSING:
        return ASK_MISSING if policy.missing is InDoubt.ASK else ""
    if because == Because.UNCOUNTED:
        return ASK_UNCOUNTED if policy.uncounted is None else ""
    return ASK_DOUBLED


_WORDS = {
    ASK_MISSING: "{store} does not know the SKU of offers of {connection}",
    ASK_DOUBLED: "Several products of {store} carry the SKU of an offer of {connection}",
    ASK_UNCOUNTED: "{store} sells without counting what {connection} offers",
}


# numbers that are not taken, or not sent


def _refused(tx: Transaction, side: Side) -> Iterator[Found]:
    about = (Offer.connection_id == side.connection_id, Offer.listed, text(REFUSED_THERE))
    rows = tx.execute(select(Offer.sku, Offer.refusal).where(*about).order_by(Offer.sku).limit(_READ)).all()
    reasons: dict[str, list[str]] = {}
    for sku, refusal in rows:
        reasons.setdefault(reason(sku, refusal), []).append(sku)
    most = sorted(reasons.items(), key=lambda each: (-len(each[1]), each[0]))
    for why, skus in most[:_REASONS]:
        more = " at least" if len(rows) == _READ else ""
        words = f"{side.key} refuses{more} {_counted(len(skus), 'number')}: {why} ({some(skus[:NAMED], len(skus))})"
        facts = {"count": len(skus), "skus": skus[:NAMED], "reason": why}
        yield Found(side.connection_id, REFUSED, why[:150], words, facts)
    if others := [sku for _, skus in most[_REASONS:] for sku in skus]:
        words = (
            f"{side.key} refuses {_counted(len(others), 'number')} for {len(most) - _REASONS} other reasons: "
            + some(others[:NAMED], len(others))
        )
        facts = {"count": len(others), "skus": others[:NAMED]}
        yield Found(side.connection_id, REFUSED, "other reasons", words + ".", facts)


def reason(sku: str, refusal: str) -> str:
    """The marketplace's words without what differs from one offer to the next: its SKU, and numbers."""
    plain = re.sub(r"\d+", "#", refusal.replace(sku, "SKU") if sku else refusal)
    return " ".join(plain.split()) or "no reason was told"


def _held(tx: Transaction, side: Side) -> Iterator[Found]:
    about = (Offer.connection_id == side.connection_id, Offer.listed, text(HELD_BACK))
    count = tx.execute(select(func.count()).select_from(Offer).where(*about)).scalar_one()
    if not count:
        return
    rows = tx.execute(
        select(Offer.sku, Offer.held, Offer.theirs, Offer.wanted).where(*about).order_by(Offer.sku).limit(NAMED)
    ).all()
    first = rows[0]
    skus = [row.sku for row in rows]
    words = (
        f"Our numbers for {_counted(count, 'offer')} of {side.key} wait: {some(skus, count)}. "
        f"{first.sku}: {first.held}; {_number(first.theirs)} is shown, ours would be {_number(first.wanted)}."
    )
    yield Found(side.connection_id, HELD, side.key, words, {"count": count, "skus": skus})


def _number(number: int | None) -> str:
    return "a number nobody knows" if number is None else str(number)


def _late(tx: Transaction, side: Side, now: datetime) -> Iterator[Found]:
    """The oldest number on its way waits far longer than its lane needs."""
    if side.resting:
        return
    about = (Offer.connection_id == side.connection_id, Offer.due)
    untold = (*about, Offer.since.is_not(None))
    rows = tx.execute(select(Offer.sku, Offer.since).where(*untold).order_by(Offer.since).limit(NAMED)).all()
    if not rows or rows[0].since > now - LATE_AT_LEAST:
        return
    lane = tx.get(StockLane, side.connection_id)
    due = tx.execute(select(func.count()).select_from(Offer).where(*about)).scalar_one()
    needs = lane_needs(side, lane.delay if lane else None, due)
    if rows[0].since > now - max(LATE_AT_LEAST, 3 * needs):
        return
    words = (
        f"{rows[0].sku} of {side.key} has waited since {rows[0].since:%Y-%m-%d %H:%M:%S} UTC, with {due} numbers due; "
        f"a change should need about {_minutes(needs)}. {_standing(tx, lane, now)}"
    )
    yield Found(side.connection_id, LATE, side.key, words, {"count": due, "skus": [row.sku for row in rows]})


def lane_needs(side: Side, delay: float | None, due: int) -> timedelta:
    """How long a change should take: a look at the orders, the files before it, and the marketplace's own work."""
    files = -(-due // max(side.policy.rows_at_once, 1))
    return side.poll_every + side.apart * max(files, 1) + timedelta(seconds=60 if delay is None else delay)


def _standing(tx: Transaction, lane: StockLane | None, now: datetime) -> str:
    if lane is None:
        return "Its lane was never opened: no worker serves the queue stock."
    push = tx.get(StockPush, lane.push_id) if lane.push_id else None
    if push is not None:
        return f"File {push.id} of {push.asked_at:%H:%M:%S} is on its way ({push.state})."
    if lane.next_at is not None and lane.next_at > now:
        return f"The lane is looked at again at {lane.next_at:%H:%M:%S}."
    return "The lane waits for a worker."


def _minutes(length: timedelta) -> str:
    return f"{max(1, round(length.total_seconds() / 60))} min"


def _failed(tx: Transaction, side: Side, now: datetime) -> Iterator[Found]:
    """Files that were applied as a whole not once in a row, or one that is worked on without end."""
    lane = tx.get(StockLane, side.connection_id)
    push = tx.get(StockPush, lane.push_id) if lane and lane.push_id else None
    if push is not None and push.asked_at < now - LONGEST_WORK:
        named = push.import_id or f"file {push.id}"
        words = (
            f"{side.key} works on {named} since {push.asked_at:%Y-%m-%d %H:%M} UTC ({push.their_state or push.state})."
        )
        yield Found(side.connection_id, FILE_FAILED, side.key, words, {"file": push.id, "import": push.import_id})
        return
    last = tx.execute(
        select(StockPush.id, StockPush.state, StockPush.why)
        .where(StockPush.connection_id == side.connection_id, StockPush.finished_at.is_not(None))
        .order_by(StockPush.id.desc())
        .limit(FAILED_IN_A_ROW)
    ).all()
    in_a_row = len(last) == FAILED_IN_A_ROW and all(row.state == PushState.FAILED for row in last)
    waiting = exists().where(Offer.connection_id == side.connection_id, Offer.due)
    if in_a_row and (push is not None or tx.execute(select(waiting)).scalar_one()):
        words = f"The last {FAILED_IN_A_ROW} stock files of {side.key} came to nothing: {last[0].why}."
        yield Found(side.connection_id, FILE_FAILED, side.key, words, {"file": last[0].id})


# words


def some(skus: Sequence[str], count: int) -> str:
    """ "A, B, C and 47 more"."""
    shown = ", ".join(skus[:5])
    return f"{shown} and {count - 5} more" if count > 5 else shown


def _counted(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
