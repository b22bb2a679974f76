"""From pages of OR11 to stored orders. One bad order never stops a page; the cursor moves only behind whole windows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Connection, Order, PeriodRun
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, Misconfigured, TryLater
from mirakl_sync.inbox import desk
from mirakl_sync.orders import keeping, proving, states
from mirakl_sync.orders.case import bells
from mirakl_sync.records.order import MarketplaceOrder, OrderPage
from mirakl_sync.shelf import offers
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# Mirakl subtracts a little from start_update_date itself; we go back further, because rows may surface late.
OVERLAP = timedelta(minutes=2)
# Before an accepted order may be believed to be still waiting, reads begun earlier must have died out.
ECHO = timedelta(minutes=2)


@dataclass
class PullReport:
    """What one look at a marketplace brought."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    unreadable: int = 0
    words: str = ""

    def sentence(self) -> str:
        """For Flower and the log."""
        if self.words:
            return self.words
        bad = f", {self.unreadable} unreadable" if self.unreadable else ""
        return f"{self.seen} orders seen, {self.new} new, {self.changed} changed{bad}"


def pull_due(wiring: Wiring) -> PullReport:
    """Ring for every connection whose next look has come."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        rows = tx.execute(
            select(Connection).where(
                or_(Connection.next_pull_at.is_(None), Connection.next_pull_at <= now),
                or_(Connection.leased_until.is_(None), Connection.leased_until <= now),
                Connection.stopped_because == "",
            )
        ).scalars()
        due = [row for row in rows if "orders" not in row.paused]
        for row in due:
            # the pull itself sets the true time; this only keeps the next ticks from ringing again
            row.next_pull_at = now + timedelta(seconds=5)
            tx.wake("orders.pull", row.id)
    return PullReport(words=f"{len(due)} connections due")


def pull(connection_id: int, wiring: Wiring) -> PullReport:
    """One turn of a connection's look at its marketplace, page by page.

    A shop has one call limit for OR11, so one puller spends it: as a rule on what changed since the last complete look,
    now and then on every unanswered order or on open orders not shown for long.
    """
    begun = _begin(connection_id, wiring)
    if begun is None:
        return PullReport(words="somebody else is looking, or the feed is paused")
    report, began = PullReport(), wiring.now()
    newest: datetime | None = None
    try:
        for page in begun.pages:
            _take_in(begun.opened, page, wiring, began, report)
            newest = max([order.updated_at for order in page.orders] + ([newest] if newest else []), default=None)
            _keep_lease(begun.opened, wiring)
    except MiraklSyncError as error:
        _interrupted(begun.opened, wiring, error)
        raise
    _finish(begun, wiring, began, newest, report)
    return report


def want_unanswered(wiring: Wiring) -> PullReport:
    """Let every connection's next turn ask for all unanswered orders: an independent sweep behind the delta."""
    return _mark(wiring, lambda row, now: setattr(row, "next_state_sweep_at", now), "will look at unanswered orders")


def want_open(wiring: Wiring) -> PullReport:
    """Once a night: let every open order that was not shown since be looked at by its number."""
    with wiring.db.transaction() as tx:
        if not insert_once(
            tx, PeriodRun, {"job": "look_at_open", "period": f"{wiring.now():%Y-%m-%d}", "at": wiring.now()}
        ):
            return PullReport(words="already wanted tonight")
    return _mark(wiring, lambda row, now: setattr(row, "look_back_from", now), "will look at open orders")


def look_at(connection_id: int, order_ids: Sequence[str], wiring: Wiring) -> PullReport:
    """Look at these orders now (OR11 by id); costs a place of the same call limit."""
    with wiring.db.reading() as tx:
        opened = wiring.connections.open(tx, connection_id)
    report = PullReport()
    _take_in(opened, opened.shop.orders_by_id(order_ids), wiring, wiring.now(), report)
    return report


@dataclass(frozen=True)
class _Turn:
    """A turn of the puller: what it asks, lazily."""

    name: str
    opened: OpenConnection
    pages: Iterator[OrderPage]


def _begin(connection_id: int, wiring: Wiring) -> _Turn | None:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        if not take_lease(tx, Connection, connection_id, now, wiring.config.lease):
            return None
        row = tx.get_one(Connection, connection_id)
        if row.stopped_because or "orders" in row.paused:
            row.leased_until = None
            return None
        try:
            return _choose(tx, row, wiring.connections.open(tx, connection_id), now)
        except Misconfigured as error:
            _stop(tx, row, error, now)
            return None


def _choose(tx: Transaction, row: Connection, opened: OpenConnection, now: datetime) -> _Turn:
    # the other looks come at most every second turn: where turns are rare, what changed must not wait for ever
    may_differ = row.last_turn == "delta"
    if may_differ and row.next_state_sweep_at is not None and row.next_state_sweep_at <= now:
        return _Turn("unanswered", opened, opened.shop.orders_in_states([states.WAITING_ACCEPTANCE]))
    if may_differ and row.look_back_from is not None:
        ids = _not_shown_since(tx, row)
        if ids:
            return _Turn("open", opened, (opened.shop.orders_by_id(part) for part in [ids]))
        row.look_back_from = None
    since = (row.orders_cursor or row.orders_from) - OVERLAP
    return _Turn("delta", opened, opened.shop.orders_changed_since(since))


def _not_shown_since(tx: Transaction, row: Connection) -> list[str]:
    return list(
        tx.execute(
            select(Order.order_id)
            .where(
                Order.connection_id == row.id,
                Order.state.not_in(states.FINAL),
                Order.managed,
                Order.looked_at < row.look_back_from,
            )
            .order_by(Order.looked_at)
            .limit(100)
        ).scalars()
    )


def _finish(turn: _Turn, wiring: Wiring, began: datetime, newest: datetime | None, report: PullReport) -> None:
    every = turn.opened.policy.orders.poll_every
    with wiring.db.transaction() as tx:
        row = tx.get_one(Connection, turn.opened.id)
        if turn.name == "delta":
            if newest is not None:
                # their newest change, in their own time: clocks are never compared across systems
                row.orders_cursor = max(filter(None, (row.orders_cursor, newest)))
            offers.pulled(tx, turn.opened.id, began)
        if turn.name == "unanswered":
            row.next_state_sweep_at = None
        row.last_turn, row.leased_until, row.next_pull_at = turn.name, None, began + every
        heartbeat.beat(tx, f"orders:{turn.opened.key}", wiring.now(), every, report.sentence())


def _mark(wiring: Wiring, mark: Callable[[Connection, datetime], None], words: str) -> PullReport:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        rows = tx.execute(select(Connection)).scalars().all()
        for row in rows:
            mark(row, now)
    return PullReport(words=f"{len(rows)} connections {words}")


def _keep_lease(opened: OpenConnection, wiring: Wiring) -> None:
    with wiring.db.transaction() as tx:
        tx.get_one(Connection, opened.id).leased_until = wiring.now() + wiring.config.lease


def _interrupted(opened: OpenConnection, wiring: Wiring, error: MiraklSyncError) -> None:
    """The cursor stays; what was taken in stays taken in; the next look reads the rest."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = tx.get_one(Connection, opened.id)
        row.leased_until = None
        if isinstance(error, Misconfigured):
            _stop(tx, row, error, now)
        else:
            wait = error.after if isinstance(error, TryLater) and error.after is not None else 5.0
            row.next_pull_at = now + timedelta(seconds=wait)


def _stop(tx: Transaction, row: Connection, error: Misconfigured, now: datetime) -> None:
    """A wrong key or setting: stop asking, and say so once to whoever set it up."""
    row.stopped_because, row.leased_until = error.words, None
    words = f"Connection {row.key} stands still: {error.words}"
    desk.open_item(tx, row.id, Ask("misconfigured", "orders", words, facts={"way_out": error.way_out}), "", None, now)


def _take_in(opened: OpenConnection, page: OrderPage, wiring: Wiring, began: datetime, report: PullReport) -> None:
    """Store a page, prove its SKUs while nobody waits yet, then ring for every order that needs something."""
    try:
        kept = _store(opened, page.orders, wiring, began)
    except Exception:  # the page fails as a whole: find the order that does it, keep the others
        log.exception("a page could not be stored at once, trying order by order", extra={"connection": opened.key})
        kept = _one_by_one(opened, page, wiring, began)
    with wiring.db.transaction() as tx:
        for bad in page.unreadable:
            keeping.report_unreadable(tx, opened, bad, wiring.now())
    report.seen += len(page.orders)
    report.new += kept.new
    report.changed += kept.changed
    report.unreadable += len(page.unreadable)
    proving.prove_ahead(opened, kept.skus, wiring)
    wiring.db.dispatcher.send(bells(kept.due))


@dataclass
class _Kept:
    """What storing a page left to do."""

    new: int = 0
    changed: int = 0
    skus: list[str] = field(default_factory=list)
    due: list[tuple[str, int]] = field(default_factory=list)


def _store(opened: OpenConnection, orders: Sequence[MarketplaceOrder], wiring: Wiring, began: datetime) -> _Kept:
    kept = _Kept()
    with wiring.db.transaction() as tx:
        now = wiring.now()
        for change in keeping.keep(tx, opened, orders, now, settled_before=began - ECHO):
            kept.new += change.new
            kept.changed += not change.new
            kept.skus.extend(change.skus)
            if change.lane:
                change.row.rung_at = now
                kept.due.append((change.lane, change.row.id))
    return kept


def _one_by_one(opened: OpenConnection, page: OrderPage, wiring: Wiring, began: datetime) -> _Kept:
    kept = _Kept()
    for order in page.orders:
        try:
            one = _store(opened, [order], wiring, began)
        except Exception as error:
            log.exception("an order could not be stored", extra={"order": order.order_id})
            with wiring.db.transaction() as tx:
                keeping.report_unstorable(tx, opened, order, error, wiring.now())
            continue
        kept.new += one.new
        kept.changed += one.changed
        kept.skus.extend(one.skus)
        kept.due.extend(one.due)
    return kept
