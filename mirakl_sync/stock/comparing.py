"""Compare a marketplace with its shop, offer by offer: the proof that both sides agree, and the cause where not.

A comparison first waits for fresh numbers of both sides, then reads every offer once. Killed, it starts again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Connection, LevelFeed, OfferReading, PeriodRun, StockComparison
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platform
from mirakl_sync.stock import drift, facts, reading
from mirakl_sync.stock.drift import TakenOver, Visit
from mirakl_sync.stock.reading import BEFORE_ALL
from mirakl_sync.wiring import Wiring

A_DAY = timedelta(days=1)
# UTC: when marketplaces and shops are quiet.
NIGHT = range(2, 5)
# A comparison takes a core for up to a minute: more than these do not begin at once by themselves.
AT_NIGHT_AT_ONCE = 2
# A full list of offers may take its time (OF52 to OF54). After so long the comparison goes on with what is known.
PATIENCE = timedelta(hours=3)
LOOK_AGAIN = 10.0
NOBODY = "the clock"


@dataclass(frozen=True, slots=True)
class CompareReport:
    """What a visit did."""

    words: str

    def sentence(self) -> str:
        """For Flower."""
        return self.words


# asking


def ask(tx: Transaction, connection_id: int, who: str, now: datetime, full: bool = False) -> StockComparison:
    """A comparison that is under way, or a new one; both sides are asked for their numbers first.

    ``full`` wants every offer of the marketplace's list read for it; where the day's only full export is spent, the
    list kept up by changes is taken, and the comparison says so.
    """
    # whoever asks at the same moment waits here, and finds ours
    connection = tx.execute(select(Connection).where(Connection.id == connection_id).with_for_update(of=Connection))
    store_pk = connection.unique().scalar_one().store_pk
    row = tx.execute(
        select(StockComparison)
        .where(StockComparison.connection_id == connection_id, StockComparison.finished_at.is_(None))
        .order_by(StockComparison.id)
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        row = StockComparison(connection_id=connection_id, asked_by=who[:80], began_at=now, full=full)
        tx.add(row)
        tx.flush()
        _ring_shop(tx, store_pk, now)
        reading.want(tx, connection_id, now, full)
    elif full and row.offers_read_at is None and not row.full:
        row.full = True
        reading.want(tx, connection_id, now, full)
    tx.wake("stock.compare", row.id)
    return row


def _ring_shop(tx: Transaction, store_pk: int, now: datetime) -> None:
    """Let the shop tell its changes now, and everything where it did not for a day."""
    insert_once(tx, LevelFeed, {"store_pk": store_pk})
    feed = tx.get_one(LevelFeed, store_pk)
    feed.next_poll_at = now + timedelta(seconds=15)
    tx.wake("stock.poll", store_pk)
    if feed.read_full_at is None or feed.read_full_at < now - A_DAY:
        feed.next_full_at = now + timedelta(minutes=15)
        tx.wake("stock.read_levels", store_pk)


def compare_due(wiring: Wiring) -> CompareReport:
    """Once a night, or where the last is older than a day, ask for a comparison of each connection; and ring for those
    under way that nobody is at."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        idle = or_(StockComparison.leased_until.is_(None), StockComparison.leased_until <= now)
        open_ones = tx.execute(
            select(StockComparison.id, StockComparison.connection_id, idle.label("idle")).where(
                StockComparison.finished_at.is_(None)
            )
        ).all()
        for row in open_ones:
            if row.idle:
                tx.wake("stock.compare", row.id)
        asked = 0
        for connection_id in _due(tx, now, {row.connection_id for row in open_ones}):
            if len(open_ones) + asked >= AT_NIGHT_AT_ONCE:
                break
            run = {"job": f"stock.compare:{connection_id}", "period": f"{now:%Y-%m-%d}", "at": now}
            if insert_once(tx, PeriodRun, run):
                ask(tx, connection_id, NOBODY, now, full=True)
                asked += 1
    return CompareReport(f"{asked} comparisons asked for, {len(open_ones)} under way")


def _due(tx: Transaction, now: datetime, under_way: set[int]) -> list[int]:
    """The connections to compare, those compared longest ago first; of those never compared, the oldest."""
    last = func.max(StockComparison.began_at)
    rows = tx.execute(
        select(Connection.id, Connection.paused, last.label("last"))
        .outerjoin(StockComparison, StockComparison.connection_id == Connection.id)
        .where(Connection.stopped_because == "")
        .group_by(Connection.id, Connection.paused)
    ).all()
    long_ago = datetime.min.replace(tzinfo=now.tzinfo)
    due = [
        row
        for row in sorted(rows, key=lambda row: (row.last or long_ago, row.id))
        if "stock" not in row.paused
        and row.id not in under_way
        and (now.hour in NIGHT or row.last is None or row.last <= now - A_DAY)
    ]
    return [row.id for row in due]


# a visit


def compare(comparison_id: int, wiring: Wiring) -> CompareReport:
    """Take a comparison as far as it can go now: wait for both sides, or compare them. May be called by several."""
    now, until = wiring.now(), wiring.now() + wiring.config.lease
    with wiring.db.transaction() as tx:
        row = tx.get(StockComparison, comparison_id)
        if row is None or row.finished_at is not None:
            return CompareReport("there is nothing to compare any more")
        if not take_lease(tx, StockComparison, comparison_id, now, until - now):
            return CompareReport("somebody else is comparing")
        tx.refresh(row)
        waits = _waits(tx, row, now)
        if waits:
            row.words, row.leased_until = waits, None
            tx.wake("stock.compare", comparison_id, countdown=LOOK_AGAIN)
            return CompareReport(waits)
        visit = Visit(wiring, comparison_id, until, facts.ground(tx, wiring.connections, row.connection_id))
        rests_on = row.words = _rests_on(tx, row)
    try:
        drift.begin_anew(visit)
        drift.read_offers(visit, now)
        drift.read_not_offered(visit)
        return CompareReport(drift.finish(visit, rests_on))
    except TakenOver:
        return CompareReport("somebody else took over")


def _waits(tx: Transaction, row: StockComparison, now: datetime) -> str:
    """What the comparison waits for; empty once both sides are fresh, or were waited for long enough."""
    late = now - row.began_at > PATIENCE
    if row.offers_read_at is None and not _list_read(tx, row, late=late):
        return "waits for the marketplace's list of offers"
    if row.shop_read_at is None and not _shop_read(tx, row, late=late):
        return "waits for the shop's numbers"
    return ""


def _list_read(tx: Transaction, row: StockComparison, *, late: bool) -> bool:
    known = tx.get(OfferReading, row.connection_id)
    read_at, full_at = (known.read_at, known.read_full_at) if known else (None, None)
    full = full_at is not None and full_at >= row.began_at
    fresh = read_at is not None and read_at >= row.began_at
    # where the day's only full export is spent, the reading stops wanting one
    if not full and not late and not (fresh and not (row.full and known is not None and known.wanted_full)):
        return False
    # where nothing was ever read, there is nothing to wait for any more either
    row.full, row.offers_read_at = full, (full_at if full else read_at) or BEFORE_ALL
    return True


def _shop_read(tx: Transaction, row: StockComparison, *, late: bool) -> bool:
    feed = _feed(tx, row)
    read_at = feed.read_at if feed else None
    if not late and not (read_at is not None and read_at >= row.began_at and _whole(tx, row)):
        return False
    row.shop_read_at = read_at or BEFORE_ALL
    return True


def _feed(tx: Transaction, row: StockComparison) -> LevelFeed | None:
    return tx.get(LevelFeed, tx.get_one(Connection, row.connection_id).store_pk)


def _whole(tx: Transaction, row: StockComparison) -> bool:
    """Everything in the shop was looked at within a day, as far as shops of its kind can show everything."""
    store, feed = tx.get_one(Connection, row.connection_id).store, _feed(tx, row)
    if Capability.STOCK_LEVELS not in platform(store.platform).capabilities_with(store.settings):
        return True
    return feed is not None and feed.read_full_at is not None and feed.read_full_at >= row.began_at - A_DAY


def _rests_on(tx: Transaction, row: StockComparison) -> str:
    """In words, how fresh both sides are."""
    known, read_at, shop_at = tx.get(OfferReading, row.connection_id), row.offers_read_at, row.shop_read_at
    trouble = known.trouble if known else ""
    if row.full:
        said = ["every offer of theirs was read for it"]
    elif read_at is not None and read_at >= row.began_at:
        said = [f"their list is kept up by changes{f' ({trouble})' if trouble else ''}"]
    else:
        said = [f"their list could not be read for it{f' ({trouble})' if trouble else ''}"]
    if shop_at is None or shop_at < row.began_at:
        said.append("the shop could not be read for it")
    elif not _whole(tx, row):
        said.append("the shop was not looked at as a whole for more than a day")
    return "; ".join(said)
