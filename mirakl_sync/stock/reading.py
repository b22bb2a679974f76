"""Read a marketplace's list of offers: everything once (OF21, or OF52 to OF54), then whatever changed.

A visit takes the reading one step further: ask for an export, look whether it is ready, fetch and keep it. Each step
is recorded before the next, so a visit may be repeated, killed anywhere, or made by two at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Connection, OfferReading
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, Misconfigured, RateLimited, Refused, TryLater, Unavailable, Unreadable
from mirakl_sync.inbox import desk
from mirakl_sync.mirakl.refusals import EXPORT_GONE, EXPORT_NOT_FOUND
from mirakl_sync.records.stock import OfferExport, OfferSeen
from mirakl_sync.stock import directory
from mirakl_sync.stock.directory import Tally
from mirakl_sync.stock.sighting import View
from mirakl_sync.stock.turn import TakenOver, Turn
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# Shops of so many offers are read page by page, at once; larger ones by an export, which may take minutes.
FEW = 1000
# A change may surface in their export a little later than its date.
OVERLAP = timedelta(minutes=2)
# A list that failed is asked for anew no earlier than OF52 may be asked, which is once a minute where its limit is
# unknown.
ANEW = timedelta(minutes=1)
# The same for looking whether it is ready (OF53).
LOOK_EVERY = timedelta(seconds=10)
# Seconds until a marketplace that refuses us is tried again.
MENDED_BY_PEOPLE = timedelta(minutes=5)
# An export that is not ready by then never will be.
GIVEN_UP = timedelta(hours=2)
# Fetching a file of the export outlasts any other call.
FETCH = timedelta(minutes=10)
# A full export is allowed once a day. For so long it is waited for; beyond, what changed is read instead, and where
# nothing was ever read that is everything since a day before any offer.
WAIT_FOR_FULL = 600.0
BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)
INSTEAD = "What changed was read instead of every offer"
# Their clock is told in whole seconds.
_SECOND = timedelta(seconds=1)
_FEED = "stock"


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What a visit brought."""

    words: str
    tally: Tally | None = None

    def sentence(self) -> str:
        """For Flower and the log."""
        return self.words


def want(tx: Transaction, connection_id: int, now: datetime, full: bool = False) -> None:
    """Let the list be read now: it is read when ``OfferReading.read_at`` (``read_full_at``) is no earlier than ``now``.

    ``full`` asks for every offer; where the day's only full export is spent, what changed is read instead and
    ``trouble`` says so.
    """
    insert_once(tx, OfferReading, {"connection_id": connection_id})
    row = tx.execute(
        select(OfferReading).where(OfferReading.connection_id == connection_id).with_for_update()
    ).scalar_one()
    row.wanted_at, row.wanted_full = now, row.wanted_full or full
    if not row.tracking_id:
        row.next_at = now
    tx.wake("stock.read_offers", connection_id)


def read_due(wiring: Wiring) -> ReadReport:
    """Ring for every connection whose next look at its offers has come."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        rows = tx.execute(
            select(Connection.id, Connection.paused, OfferReading.connection_id, OfferReading.wanted_at)
            .join(OfferReading, OfferReading.connection_id == Connection.id, isouter=True)
            .where(
                Connection.stopped_because == "",
                or_(OfferReading.next_at.is_(None), OfferReading.next_at <= now),
                or_(OfferReading.leased_until.is_(None), OfferReading.leased_until <= now),
            )
        ).all()
        due = [row for row in rows if _FEED not in row.paused or row.wanted_at is not None]
        for row in due:
            if row.connection_id is None:
                insert_once(tx, OfferReading, {"connection_id": row.id})
            tx.wake("stock.read_offers", row.id)
    return ReadReport(f"{len(due)} lists of offers due")


def read_offers(connection_id: int, wiring: Wiring) -> ReadReport:
    """One step of reading a connection's list of offers; does nothing before its time.

    Raises what the marketplace's answer raised, after it was recorded when to try again.
    """
    turn = _begin(connection_id, wiring)
    if isinstance(turn, str):
        return ReadReport(turn)
    try:
        return _follow(turn) if turn.row.tracking_id else _ask(turn)
    except TakenOver:
        return ReadReport("somebody else took over")
    except MiraklSyncError as error:
        _interrupted(turn, error)
        raise
    except Exception:
        # a fault of ours, or the database let others go first: a fetch's long lease must not keep the next visit away
        _interrupted(turn, Unavailable("The visit broke off; the worker's log says why.", after=ANEW.total_seconds()))
        raise


def _begin(connection_id: int, wiring: Wiring) -> Turn | str:
    """The visit, or why there is none."""
    now, until = wiring.now(), wiring.now() + wiring.config.lease
    with wiring.db.transaction() as tx:
        insert_once(tx, OfferReading, {"connection_id": connection_id})
        connection, row = tx.get_one(Connection, connection_id), tx.get_one(OfferReading, connection_id)
        if connection.stopped_because or (_FEED in connection.paused and row.wanted_at is None):
            return "the connection stands still, or its stock is paused"
        if row.next_at is not None and row.next_at > now:
            return f"not before {row.next_at:%H:%M:%S}"
        if not take_lease(tx, OfferReading, connection_id, now, until - now):
            return "somebody else is reading"
        tx.refresh(row)
        try:
            return Turn(wiring, wiring.connections.open(tx, connection_id), until, row)
        except Misconfigured as error:
            row.leased_until, row.next_at = None, now + MENDED_BY_PEOPLE
            _misconfigured(tx, connection_id, connection.key, error, now)
            return error.words


# asking


def _ask(turn: Turn) -> ReadReport:
    shop, row = turn.opened.shop, turn.row
    full = row.cursor is None or row.wanted_full
    if full and shop.offers_count() <= FEW:
        return _page_by_page(turn)
    if not full:
        return _ask_for_export(turn, full=False)
    try:
        return _ask_for_export(turn, full=True)
    except RateLimited as spent:
        if spent.after is None or spent.after <= WAIT_FOR_FULL:
            raise
        return _ask_for_export(turn, full=False, instead=f"{INSTEAD}: {spent.words}")


def _ask_for_export(turn: Turn, *, full: bool, instead: str = "") -> ReadReport:
    """OF52. Where an answer never came, the same is asked again and they answer with the export under way: it began
    when we asked first."""
    wiring, before = turn.wiring, turn.row.asked_at
    repeated = before is not None and turn.row.full == full
    with turn.record() as (_, row):
        row.asked_at, row.full = before if repeated else wiring.now(), full
    since = None if full else turn.row.cursor - OVERLAP if turn.row.cursor is not None else BEFORE_ALL
    try:
        tracking_id = turn.opened.shop.ask_for_offers(since)
    except MiraklSyncError as error:
        if not (repeated or (isinstance(error, TryLater) and error.outcome_unknown)):
            with turn.record() as (_, row):
                row.asked_at = None
        raise
    with turn.record() as (tx, row):
        row.tracking_id, row.number, row.trouble = tracking_id, row.number + 1, instead
        row.wanted_full = row.wanted_full and not instead
        words = f"{'every offer' if full else 'what changed'} was asked for"
        _leave(turn, tx, row, wiring.now() + _apart(turn, "OF53", LOOK_EVERY), words)
    return ReadReport(f"{words}. {instead}".rstrip(". "))


# a small shop, at once


def _page_by_page(turn: Turn) -> ReadReport:
    """OF21. The few pages are read before the first is kept, so that the moment they show is known."""
    shop, asked_at = turn.opened.shop, turn.wiring.now()
    with turn.record(FETCH) as (_, row):
        row.number, row.full, row.trouble = row.number + 1, True, ""
    began = shop.version()
    offers = [seen for page in shop.offers() for seen in page]
    ended = shop.version() or began
    view = View(turn.row.number, turn.wiring.now(), began, None if ended is None else ended + _SECOND)
    tally = _keep(turn, offers, view)
    return _finish(turn, view, asked_at, tally)


# an export


def _follow(turn: Turn) -> ReadReport:
    """OF53, and OF54 as soon as there is something to fetch."""
    export = _looked_at(turn)
    if export is None:
        return _anew(turn, "The marketplace no longer knows the export; it is asked for anew.", _anew_after(turn))
    if export.state == "FAILED":
        again = max(turn.opened.policy.stock.offers_every, _anew_after(turn))
        return _anew(turn, f"The marketplace's export failed: {export.problem or 'no reason told'}", again)
    asked_at = turn.row.asked_at or turn.wiring.now()
    if export.state != "COMPLETED":
        if turn.wiring.now() - asked_at > GIVEN_UP:
            return _anew(turn, "The marketplace's export never became ready; it is asked for anew.", _anew_after(turn))
        with turn.record() as (tx, row):
            _leave(turn, tx, row, turn.wiring.now() + _apart(turn, "OF53", LOOK_EVERY), "the export is not ready yet")
        return ReadReport("the export is not ready yet")
    view, tally = _view(turn, export, asked_at), Tally()
    for url in export.urls:
        # the file is fetched whole before its first offer is known
        with turn.record(FETCH):
            pass
        offers = turn.opened.shop.exported_offers(url)
        try:
            tally.add(_keep(turn, offers, view))
        except Refused as refused:
            if refused.code != EXPORT_GONE:
                raise
            return _anew(turn, f"The export's files are gone, it is asked for anew: {refused.words}", _anew_after(turn))
        tally.unreadable += offers.unreadable
    return _finish(turn, view, asked_at, tally)


def _looked_at(turn: Turn) -> OfferExport | None:
    try:
        return turn.opened.shop.offers_export(turn.row.tracking_id)
    except Refused as refused:
        if refused.code == EXPORT_NOT_FOUND:
            return None
        raise


def _view(turn: Turn, export: OfferExport, asked_at: datetime) -> View:
    """From when the export is. Their clock says when it was ready, ours how long that took: neither is compared with
    the other. It was asked for when the one before was there, so it shows nothing older."""
    now = turn.wiring.now()
    ended = export.updated_at or turn.opened.shop.version()
    began = None if ended is None else ended - (now - asked_at)
    if began is not None and turn.row.shown_at is not None and ended is not None:
        began = min(max(began, turn.row.shown_at), ended)
    return View(turn.row.number, now, began, ended)


def _anew(turn: Turn, words: str, wait: timedelta) -> ReadReport:
    """What was under way is over without a list."""
    with turn.record() as (tx, row):
        row.tracking_id, row.asked_at, row.trouble = "", None, words
        _leave(turn, tx, row, turn.wiring.now() + wait, words)
    return ReadReport(words)


def _anew_after(turn: Turn) -> timedelta:
    return _apart(turn, "OF52", ANEW)


def _apart(turn: Turn, code: str, otherwise: timedelta) -> timedelta:
    """How far two calls of an operation are apart."""
    return timedelta(seconds=turn.opened.shop.period(code)) or otherwise


# keeping


def _keep(turn: Turn, offers: Iterable[OfferSeen], view: View) -> Tally:
    tally = Tally()
    for batch in directory.batches(offers):
        with turn.record(FETCH) as (tx, row):
            some = directory.write(tx, turn.whose, batch, view)
            row.offers += some.listed
        tally.add(some)
    return tally


def _finish(turn: Turn, view: View, asked_at: datetime, tally: Tally) -> ReadReport:
    doubt = _unlist(turn, view, tally) if turn.row.full else ""
    now = turn.wiring.now()
    with turn.record() as (tx, row):
        # their time: everything that changed up to then was read
        row.cursor = max(filter(None, (row.cursor, view.began)), default=None)
        row.shown_at = max(filter(None, (row.shown_at, view.ended)), default=None)
        row.read_at = asked_at
        if row.full:
            row.read_full_at = row.read_at if not doubt else row.read_full_at
        row.trouble = doubt or (row.trouble if row.trouble.startswith(INSTEAD) else "")
        if row.wanted_at is not None and asked_at >= row.wanted_at and (row.full or not row.wanted_full):
            row.wanted_at, row.wanted_full = None, False
        row.tracking_id, row.asked_at = "", None
        due = asked_at + turn.opened.policy.stock.offers_every
        words = _sentence(row, tally)
        _leave(turn, tx, row, now if row.wanted_at is not None else max(due, now), words)
    return ReadReport(words, tally)


def _unlist(turn: Turn, view: View, tally: Tally) -> str:
    """What a full list does not show is no longer offered, unless OF21's count says that the list is not full: then
    nothing is taken away, and the answer says why."""
    with turn.wiring.db.reading() as tx:
        shown, gone = directory.shown_and_gone(tx, turn.whose, view.number)
    if not gone:
        return ""
    if tally.unreadable:
        return f"{tally.unreadable} rows of the full list cannot be read: none of {gone} offers it lacks is given up."
    told = turn.opened.shop.offers_count()
    if told - shown > gone // 2:
        return (
            f"The full list shows {shown} offers and lacks {gone} known ones, but OF21 counts {told}: none is given up."
        )
    after = ""
    while True:
        with turn.wiring.db.reading() as tx:
            skus = directory.not_shown(tx, turn.whose, view.number, after)
        if not skus:
            return ""
        tally.add(_keep(turn, (OfferSeen(sku, deleted=True) for sku in skus), view))
        after = skus[-1]


def _sentence(row: OfferReading, tally: Tally) -> str:
    what = "every offer" if row.full else "what changed"
    foreign = f" ({tally.foreign} by others)" if tally.foreign else ""
    words = f"{what} read: {tally.seen} seen, {tally.new} new, {tally.changed} changed{foreign}, {tally.gone} gone"
    return f"{words}. {row.trouble}" if row.trouble else words


# leaving


def _leave(turn: Turn, tx: Transaction, row: OfferReading, next_at: datetime, words: str) -> None:
    """Give the row back with a sign of life, and ring in time where something is under way."""
    now, every = turn.wiring.now(), turn.opened.policy.stock.offers_every
    row.leased_until, row.next_at = None, next_at
    heartbeat.beat(tx, f"offers:{turn.opened.key}", now, max(every, ANEW), words)
    desk.close_by_key(tx, turn.opened.id, "misconfigured", "offers", now, "the list of offers was read again")
    if row.tracking_id or row.wanted_at is not None:
        wait = (next_at - now).total_seconds()
        tx.wake("stock.read_offers", turn.opened.id, countdown=wait if wait > 0 else None)


def _interrupted(turn: Turn, error: MiraklSyncError) -> None:
    """The step is repeated later; what is kept stays kept."""
    now = turn.wiring.now()
    wait = MENDED_BY_PEOPLE
    if isinstance(error, TryLater):
        wait = timedelta(seconds=error.after) if error.after is not None else _anew_after(turn)
    elif isinstance(error, Unreadable):
        # mostly a page somebody put in the file's place, which passes by itself; files of ours may wait for this list
        wait = _anew_after(turn)
    try:
        with turn.record() as (tx, row):
            row.leased_until, row.next_at = None, now + wait
            # a place that is free in a moment is no trouble
            row.trouble = row.trouble if isinstance(error, RateLimited) and wait <= ANEW else error.words
            if isinstance(error, Misconfigured):
                _misconfigured(tx, turn.opened.id, turn.opened.key, error, now)
    except TakenOver:
        log.info("somebody else reads on", extra={"connection": turn.opened.key})


def _misconfigured(tx: Transaction, connection_id: int, key: str, error: Misconfigured, now: datetime) -> None:
    """Somebody must mend it. Orders do not wait for offers, so the connection is not stopped for it."""
    words = f"The offers of {key} cannot be read: {error.words}"
    desk.open_item(
        tx, connection_id, Ask("misconfigured", "offers", words, facts={"way_out": error.way_out}), "", None, now
    )
