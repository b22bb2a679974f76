"""What becomes of the offers of a stock file: accepted, refused, unheard, or not applied at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, or_, select, update

from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Offer, StockEvent, StockLane, StockLatency, StockPush
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.stock import RefusedLine, StockImport
from mirakl_sync.shelf import offers, story
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import choosing, latency

_OFFERS, _EVENTS = Offer.__table__, StockEvent.__table__
# The delay that buffers are made from is that of so many days.
REMEMBERED = timedelta(days=1)
_OVER: Mapping[str, Any] = {"push_id": None, "sent": None, "sent_since": None}
_SENDABLE = and_(_OFFERS.c.listed, _OFFERS.c.held == "", _OFFERS.c.wanted.is_not(None))
_DIFFERS = and_(
    _SENDABLE,
    or_(_OFFERS.c.theirs.is_(None), _OFFERS.c.wanted != _OFFERS.c.theirs),
    or_(_OFFERS.c.refused.is_(None), _OFFERS.c.refused != _OFFERS.c.wanted),
)
_SINCE = func.coalesce(_OFFERS.c.sent_since, _OFFERS.c.since)


def arrived(
    tx: Transaction,
    opened: OpenConnection,
    push: StockPush,
    told: StockImport,
    refused: Sequence[RefusedLine],
    now: datetime,
) -> str:
    """The file was worked off: its numbers stand there now, but those of refused lines. Answers a sentence."""
    offers.lock(tx, _OFFERS.c.push_id == push.id)
    refuse(tx, push, refused, now)
    _count_latencies(tx, opened, push, now)
    choosing.tell(tx, push, Told.ACCEPTED, now, after=_OFFERS.c.sent, ref=push.import_id)
    in_file = _OFFERS.c.push_id == push.id
    # their clock: a sale after that moment was taken off there, one before it may have been overwritten
    accepted = {"theirs": _OFFERS.c.sent, "theirs_at": told.told_at or told.created_at, "proved_at": now}
    tx.execute(
        update(_OFFERS).where(in_file).values(**accepted, told_spread=_OFFERS.c.spread, refusal="", refused=None)
    )
    tx.execute(update(_OFFERS).where(in_file, _sold_meanwhile(opened, push)).values(theirs=None))
    _close(tx, opened, in_file, now)
    good = push.rows - len({line.sku for line in refused})
    return f"{good} numbers accepted" + (f", {push.rows - good} refused" if push.rows > good else "")


def _sold_meanwhile(opened: OpenConnection, push: StockPush) -> Any:
    """We learned of a sale, or of the end of one, while the file was on its way: before or after they worked it off,
    nobody knows."""
    return exists().where(
        _EVENTS.c.store_pk == opened.store_pk,
        _EVENTS.c.sku == _OFFERS.c.sku,
        _EVENTS.c.connection_id == opened.id,
        _EVENTS.c.kind.in_([str(Told.SOLD), str(Told.GIVEN_BACK)]),
        _EVENTS.c.learned_at >= push.asked_at,
    )


def refuse(tx: Transaction, push: StockPush, refused: Sequence[RefusedLine], now: datetime) -> None:
    """Not sent again until something changes; what they show of it now, nobody knows: some set it to none."""
    why = {line.sku: line.why for line in refused}
    if not why:
        return
    rows = tx.execute(
        select(_OFFERS.c.id, _OFFERS.c.store_pk, _OFFERS.c.connection_id, _OFFERS.c.sku, _OFFERS.c.sent).where(
            _OFFERS.c.push_id == push.id, _OFFERS.c.sku.in_(bindparam("skus", expanding=True))
        ),
        {"skus": list(why)},
    ).all()
    if not rows:
        return
    tx.execute(_REFUSED, [{"offer": row.id, "words": why[row.sku]} for row in rows])
    story.write(
        tx,
        (
            story.line(
                row.store_pk,
                row.sku,
                Told.REFUSED,
                now,
                now,
                connection_id=row.connection_id,
                after=row.sent,
                ref=push.import_id,
                words=why[row.sku],
            )
            for row in rows
        ),
    )


_REFUSED = (
    update(_OFFERS)
    .where(_OFFERS.c.id == bindparam("offer"))
    .values(
        refused=_OFFERS.c.sent,
        refusal=bindparam("words"),
        theirs=None,
        since=_SINCE,
        # another number was wanted meanwhile: that one may be sent
        due=and_(
            _OFFERS.c.listed, _OFFERS.c.held == "", _OFFERS.c.wanted.is_not(None), _OFFERS.c.wanted != _OFFERS.c.sent
        ),
        **_OVER,
    )
)


def unheard(tx: Transaction, push: StockPush, now: datetime) -> None:
    """The answer to the file never came: tell the story, and let the list of offers say what became of it."""
    choosing.tell(tx, push, Told.UNKNOWN, now, after=_OFFERS.c.sent, ref=f"file {push.id}", words=push.why)


def looked_up(tx: Transaction, opened: OpenConnection, push: StockPush, now: datetime) -> tuple[int, int]:
    """Their list was read since: how many of the file's numbers stand there, and how many do not. The others are sent
    again; whether the file is still on its way makes no difference then, for it carries nothing newer. Where they said
    that it was worked off, the others were refused without a word."""
    in_file = _OFFERS.c.push_id == push.id
    offers.lock(tx, in_file)
    there = in_file & (_OFFERS.c.theirs == _OFFERS.c.sent)
    count = select(func.count()).select_from(_OFFERS)
    seen, rows = tx.execute(count.where(there)).scalar_one(), tx.execute(count.where(in_file)).scalar_one()
    tx.execute(update(_OFFERS).where(there).values(told_spread=_OFFERS.c.spread))
    otherwise = in_file & (_OFFERS.c.theirs != _OFFERS.c.sent)
    if push.their_state == "COMPLETE":
        silent = tx.execute(select(_OFFERS.c.sku).where(otherwise)).scalars()
        refuse(tx, push, [RefusedLine(sku, "refused without a reason that could be read") for sku in silent], now)
    # an order taken meanwhile may have changed what we believe of them: unknown ones are told anew
    tx.execute(update(_OFFERS).where(otherwise | (in_file & _OFFERS.c.theirs.is_(None))).values(since=_SINCE))
    _close(tx, opened, in_file, now)
    return seen, rows - seen


def release(tx: Transaction, opened: OpenConnection, push: StockPush, now: datetime, words: str) -> None:
    """None of the file was applied: its numbers are sent again."""
    push.why = words
    in_file = _OFFERS.c.push_id == push.id
    offers.lock(tx, in_file)
    tx.execute(update(_OFFERS).where(in_file).values(since=_SINCE))
    _close(tx, opened, in_file, now)


def _close(tx: Transaction, opened: OpenConnection, in_file: Any, now: datetime) -> None:
    """The offers of a file are free again; those that differ are due, and those of warehouses are weighed for it."""
    touched = {"touched_at": func.coalesce(_OFFERS.c.touched_at, now)} if opened.policy.stock.warehouses else {}
    tx.execute(
        update(_OFFERS)
        .where(in_file)
        .values(
            due=_DIFFERS,
            since=case((_DIFFERS, func.coalesce(_OFFERS.c.since, now)), else_=None),
            **touched,
            **_OVER,
        )
    )


def _count_latencies(tx: Transaction, opened: OpenConnection, push: StockPush, now: datetime) -> None:
    """How long each change took, kept for its SKU and counted for the connection."""
    rows = tx.execute(
        select(_OFFERS.c.id, _OFFERS.c.sent_since).where(
            _OFFERS.c.push_id == push.id, _OFFERS.c.sent_since.is_not(None)
        )
    ).all()
    took = {row.id: max(0.0, (now - row.sent_since).total_seconds()) for row in rows}
    if not took:
        return
    tx.execute(_TOOK, [{"offer": offer, "seconds": seconds} for offer, seconds in took.items()])
    day = f"{now:%Y-%m-%d}"
    insert_once(tx, StockLatency, {"connection_id": opened.id, "day": day, "counts": {}})
    row = tx.get_one(StockLatency, (opened.id, day))
    row.counts = latency.add(row.counts, list(took.values()))
    since = f"{now - REMEMBERED:%Y-%m-%d}"
    days = tx.execute(
        select(StockLatency.counts).where(StockLatency.connection_id == opened.id, StockLatency.day >= since)
    ).scalars()
    tx.get_one(StockLane, opened.id).delay = latency.percentile(latency.merged(*days), 0.95)


_TOOK = update(_OFFERS).where(_OFFERS.c.id == bindparam("offer")).values(latency=bindparam("seconds"))
