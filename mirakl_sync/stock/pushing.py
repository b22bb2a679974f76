"""Visit a connection's lane: weigh, send one stock file, follow it to its end. Every step may run twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Connection, Offer, OfferReading, StockLane, StockPush
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.dispatch import Wake
from mirakl_sync.errors import MiraklSyncError, Misconfigured, Refused, TryLater, Unreadable
from mirakl_sync.inbox import desk
from mirakl_sync.records.stock import RefusedLine, StockLine
from mirakl_sync.stock import arriving, choosing, reading, weighing
from mirakl_sync.stock.lane import (
    AskForPull,
    Choice,
    Doubt,
    Follow,
    LaneFacts,
    LookUp,
    PushState,
    Rest,
    Send,
    next_step,
)
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# Mirakl tells the state of a file so often (STO02) where nothing else is known; the first answer may come sooner.
FOLLOWED_EVERY, FIRST_LOOK = timedelta(seconds=15), timedelta(seconds=5)
# After a file that was refused as a whole.
AGAIN_AFTER_FAILURE = timedelta(minutes=2)
MENDED_BY_PEOPLE = timedelta(minutes=5)
STEPS = 6
# Files of so many rows may take as long as transfers may (``http.client.Timeouts.transfer``), and some more.
LARGE, TRANSFER = 20_000, timedelta(minutes=6)


@dataclass
class LaneReport:
    """What a visit did, for Flower."""

    words: str = ""
    sent: int = 0

    def sentence(self) -> str:
        """For Flower."""
        return self.words or "nothing to do"


def push_due(wiring: Wiring) -> LaneReport:
    """Ring for every lane that has something to do: touched or differing offers, a file on its way, a person."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        open_lanes(tx)
        weighing.touch_due(tx, now)
    with wiring.db.reading() as tx:
        rows = tx.execute(
            select(StockLane)
            .join(Connection, Connection.id == StockLane.connection_id)
            .where(
                Connection.stopped_because == "",
                or_(StockLane.leased_until.is_(None), StockLane.leased_until <= now),
                or_(
                    StockLane.hurry != "",
                    exists().where(Offer.store_pk == Connection.store_pk, Offer.touched_at.is_not(None)),
                    and_(
                        or_(StockLane.next_at.is_(None), StockLane.next_at <= now),
                        or_(
                            StockLane.push_id.is_not(None),
                            exists().where(Offer.connection_id == StockLane.connection_id, Offer.due),
                        ),
                    ),
                ),
            )
        ).scalars()
        due = [lane.connection_id for lane in rows]
    wiring.db.dispatcher.send([Wake("stock.push", (connection_id,)) for connection_id in due])
    return LaneReport(f"{len(due)} lanes due")


def open_lanes(tx: Transaction) -> None:
    """Every connection has a lane."""
    missing = select(Connection.id).where(Connection.id.not_in(select(StockLane.connection_id)))
    for connection_id in list(tx.execute(missing).scalars()):
        insert_once(tx, StockLane, {"connection_id": connection_id})


def push(connection_id: int, wiring: Wiring) -> LaneReport:
    """Take the lane as far as it can go now."""
    with wiring.db.transaction() as tx:
        insert_once(tx, StockLane, {"connection_id": connection_id})
        if not take_lease(tx, StockLane, connection_id, wiring.now(), wiring.config.lease):
            return LaneReport("somebody else is at it")
        opened = wiring.connections.open(tx, connection_id)
    said, report, until = [], LaneReport(), None
    try:
        weighed = weighing.weigh(wiring, opened.store_pk)
        if weighed.weighed:
            said.append(weighed.sentence())
        for _ in range(STEPS):
            words, until = _step(opened, wiring, report)
            said.append(words)
            if until is not None:
                break
    except MiraklSyncError as error:
        until = _interrupted(opened, wiring, error)
        raise
    finally:
        _let_go(opened, wiring, until, "; ".join(filter(None, said)))
    report.words = "; ".join(filter(None, said))
    return report


def _step(opened: OpenConnection, wiring: Wiring, report: LaneReport) -> tuple[str, datetime | None]:
    """One step: what was done in words, and until when to rest."""
    now = wiring.now()
    with wiring.db.reading() as tx:
        lane = tx.get_one(StockLane, opened.id)
        push = tx.get(StockPush, lane.push_id) if lane.push_id else None
        step = next_step(_facts(tx, wiring, opened, lane, push), now)
    match step:
        case Rest():
            return step.why, step.until
        case Doubt() if push is not None:
            return _doubt(wiring, push), None
        case LookUp() if push is not None:
            return _look_up(opened, wiring, push, ready=step.ready)
        case Follow() if push is not None:
            return _follow(opened, wiring, push)
        case AskForPull():
            return _ask_for_pull(opened, wiring), now + timedelta(seconds=2)
        case Send():
            return _send(opened, wiring, step.choice, report)
    raise TypeError(f"no such step: {step!r}")


def _facts(
    tx: Transaction, wiring: Wiring, opened: OpenConnection, lane: StockLane, push: StockPush | None
) -> LaneFacts:
    due, zeros, waits_since = tx.execute(choosing.counted(opened)).one()
    policy, connection = opened.policy.stock, tx.get_one(Connection, opened.id)
    pulls = "orders" not in opened.paused and not connection.stopped_because
    next_pull_at = (connection.next_pull_at or wiring.now()) if pulls else None
    # their limit counts from the last look of any kind, which set the next
    allowed = timedelta(seconds=opened.shop.period("OR11")) - opened.policy.orders.poll_every
    return LaneFacts(
        sends=policy.send,
        paused="stock" in opened.paused,
        push=PushState(push.state) if push else None,
        settled=push is not None and _settled(tx, wiring, push),
        follow_at=lane.next_at if push is not None and push.state == PushState.SENT else None,
        due=due,
        zeros=zeros,
        waits_since=waits_since,
        hurry=bool(lane.hurry),
        free_from=lane.sent_at + _apart(opened, hurry=bool(lane.hurry)) if lane.sent_at else None,
        apart=_apart(opened, hurry=False),
        pulled_at=lane.pulled_at,
        next_pull_at=next_pull_at,
        pull_from=next_pull_at + allowed if next_pull_at else None,
    )


def _apart(opened: OpenConnection, *, hurry: bool) -> timedelta:
    """How far files are apart: as the policy wants it, and never closer than the marketplace takes them."""
    allowed = timedelta(seconds=opened.shop.period("STO01"))
    return allowed if hurry else max(allowed, opened.policy.stock.send_every)


def _first_look(opened: OpenConnection) -> timedelta:
    """How long a file is left alone before its state is asked for."""
    return min(FIRST_LOOK, _follows(opened))


def _follows(opened: OpenConnection) -> timedelta:
    """How far two looks at a file are apart."""
    return timedelta(seconds=opened.shop.period("STO02")) or FOLLOWED_EVERY


def _settled(tx: Transaction, wiring: Wiring, push: StockPush) -> bool:
    """The list of offers was read from a moment at which the unheard file must have been worked off."""
    read_at = tx.execute(
        select(OfferReading.read_at).where(OfferReading.connection_id == push.connection_id)
    ).scalar_one_or_none()
    return read_at is not None and read_at >= _settles(wiring, push)


def _settles(wiring: Wiring, push: StockPush) -> datetime:
    """When a file of which nothing was heard has been worked off, if it arrived: a call is given up after so long."""
    return push.asked_at + wiring.config.call_timeout


def _send(opened: OpenConnection, wiring: Wiring, choice: Choice, report: LaneReport) -> tuple[str, datetime | None]:
    """Write the file down, send it, write down that it was taken."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        lane = tx.get_one(StockLane, opened.id, with_for_update=True)
        if lane.push_id is not None:
            return "somebody else sent a file", None
        push = choosing.choose(tx, opened, choice, now)
        if push is None:
            connection = tx.get_one(Connection, opened.id)
            soon = max(connection.next_pull_at or now, now + timedelta(seconds=2))
            return "what differs waits for the look at orders", soon
        push.pulled_at = lane.pulled_at
        lane.push_id, lane.sent_at, lane.hurry = push.id, now, ""
        # a large file may be under way for minutes; nobody else may take it for left behind meanwhile
        lane.leased_until = now + (wiring.config.lease if push.rows < LARGE else max(wiring.config.lease, TRANSFER))
        number, rows = push.id, push.rows
    try:
        import_id = opened.shop.send_stock(_lines(wiring, number))
    except MiraklSyncError as error:
        return _unsent(opened, wiring, number, error)
    with wiring.db.transaction() as tx:
        push = tx.get_one(StockPush, number)
        push.state, push.import_id, push.answered_at = PushState.SENT, import_id, wiring.now()
        desk.close_by_key(tx, opened.id, "misconfigured", "stock", wiring.now(), "a stock file was taken again")
    report.sent = rows
    return f"sent {rows} numbers as {import_id}", wiring.now() + _first_look(opened)


def _lines(wiring: Wiring, push: int) -> Iterator[StockLine]:
    """The file's rows, read as they are sent; no transaction is open during the call but this reading one."""
    with wiring.db.reading() as tx:
        return iter(list(choosing.lines(tx, push)))


def _unsent(opened: OpenConnection, wiring: Wiring, number: int, error: MiraklSyncError) -> tuple[str, datetime | None]:
    """No answer, or a no. Only where the file may have arrived is it looked for."""
    now = wiring.now()
    unknown = bool(getattr(error, "outcome_unknown", False))
    with wiring.db.transaction() as tx:
        push = tx.get_one(StockPush, number)
        push.why = error.words
        if unknown:
            push.state = PushState.UNKNOWN
            arriving.unheard(tx, push, now)
        else:
            arriving.release(tx, opened, push, now, f"not sent: {error.words}")
            _free(tx, opened, push, PushState.FAILED, now)
    if unknown:
        return f"no answer: {error.words}", None
    raise error


def _doubt(wiring: Wiring, push: StockPush) -> str:
    with wiring.db.transaction() as tx:
        row = tx.get_one(StockPush, push.id)
        row.state, row.why = PushState.UNKNOWN, "whoever sent it is gone"
        arriving.unheard(tx, row, wiring.now())
    return "a file was left behind, perhaps sent"


def _look_up(opened: OpenConnection, wiring: Wiring, push: StockPush, *, ready: bool) -> tuple[str, datetime | None]:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = tx.get_one(StockPush, push.id)
        if now < (settles := _settles(wiring, row)):
            return "the file may still be on its way", settles
        if not ready:
            reading.want(tx, opened.id, settles)
            return "whether the file arrived is looked up in the marketplace's list", now + timedelta(seconds=5)
        there, missing = arriving.looked_up(tx, opened, row, now)
        _free(tx, opened, row, PushState.DONE, now)
        row.why = f"no answer came; {there} of its numbers were seen there, {missing} were not"
        return row.why, None


def _follow(opened: OpenConnection, wiring: Wiring, push: StockPush) -> tuple[str, datetime | None]:
    """STO02, and where lines were refused STO03."""
    now = wiring.now()
    try:
        told = opened.shop.stock_import(push.import_id)
    except Refused as error:
        if error.status != 404:
            raise
        # they do not know the file they took: what became of it is seen in their list
        with wiring.db.transaction() as tx:
            row = tx.get_one(StockPush, push.id)
            row.state, row.why = PushState.UNKNOWN, error.words
            arriving.unheard(tx, row, now)
        return error.words, None
    if told.state not in ("COMPLETE", "FAILED"):
        return _still_waiting(opened, wiring, push.id, told.state)
    refused = _refused(opened, push) if told.has_report else []
    with wiring.db.transaction() as tx:
        row = tx.get_one(StockPush, push.id)
        if row.state != PushState.SENT:
            return "somebody else followed it", None
        row.their_state, row.their_created_at = told.state, told.created_at
        row.rows_refused = len(refused) or told.lines_refused
        if told.state == "FAILED":
            arriving.release(tx, opened, row, now, "the marketplace applied nothing of the file")
            _free(tx, opened, row, PushState.FAILED, now)
            tx.get_one(StockLane, opened.id).sent_at = now + AGAIN_AFTER_FAILURE - opened.policy.stock.send_every
            return "the marketplace applied nothing of the file; it is sent anew", None
        if told.lines_refused > len(refused):
            # some refused lines name no offer: which of the file stand there is seen in their list
            arriving.refuse(tx, row, refused, now)
            row.state, row.why = PushState.UNKNOWN, f"{told.lines_refused - len(refused)} refused lines are not named"
            arriving.unheard(tx, row, now)
            return row.why, None
        words = arriving.arrived(tx, opened, row, told, refused, now)
        _free(tx, opened, row, PushState.DONE, now)
        return words, None


def _refused(opened: OpenConnection, push: StockPush) -> list[RefusedLine]:
    """STO03; none where there is no such report, or none that can be read."""
    try:
        return list(opened.shop.refused_lines(push.import_id))
    except Unreadable as error:
        log.warning("%s", error.words, extra={"connection": opened.key})
    except Refused as error:
        if error.status != 404:
            raise
        log.warning("%s", error.words, extra={"connection": opened.key})
    return []


def _still_waiting(opened: OpenConnection, wiring: Wiring, number: int, state: str) -> tuple[str, datetime]:
    until = wiring.now() + timedelta(seconds=opened.shop.period("STO02"))
    with wiring.db.transaction() as tx:
        row = tx.get_one(StockPush, number)
        row.their_state, row.checks = state, row.checks + 1
        tx.get_one(StockLane, opened.id).next_at = until
    return f"the marketplace says {state}", until


def _free(tx: Transaction, opened: OpenConnection, push: StockPush, state: PushState, now: datetime) -> None:
    """The file is over; the lane is free for the next."""
    push.state, push.finished_at = state, now
    lane = tx.get_one(StockLane, opened.id)
    if lane.push_id == push.id:
        lane.push_id, lane.next_at = None, None


def _ask_for_pull(opened: OpenConnection, wiring: Wiring) -> str:
    with wiring.db.transaction() as tx:
        tx.get_one(Connection, opened.id).next_pull_at = wiring.now()
        tx.wake("orders.pull", opened.id)
    return "orders are looked at first"


def _interrupted(opened: OpenConnection, wiring: Wiring, error: MiraklSyncError) -> datetime:
    """Their limits and silences only take time; a wrong key or role is somebody's to mend, and asked about once."""
    now = wiring.now()
    if isinstance(error, TryLater):
        return now + (_follows(opened) if error.after is None else timedelta(seconds=error.after))
    if isinstance(error, Misconfigured):
        with wiring.db.transaction() as tx:
            words = f"Stock of {opened.key} stands still: {error.words}"
            ask = Ask("misconfigured", "stock", words, facts={"way_out": error.way_out})
            desk.open_item(tx, opened.id, ask, "", None, now)
    return now + MENDED_BY_PEOPLE


def _let_go(opened: OpenConnection, wiring: Wiring, until: datetime | None, words: str) -> None:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        lane = tx.get_one(StockLane, opened.id)
        lane.leased_until = None
        if until is not None:
            lane.next_at = until
        if words:
            heartbeat.beat(tx, f"stock:{opened.key}", now, timedelta(minutes=5), words)
