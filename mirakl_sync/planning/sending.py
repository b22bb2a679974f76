"""A planner's turn: take what changed, make it ready for the next nightly run, bring it in time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Connection, PlannerDesk, PlannerRow, PlannerSnapshot, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, Misconfigured, TryLater
from mirakl_sync.inbox import desk
from mirakl_sync.planning import files, lease, settings, snapshots, taking
from mirakl_sync.planning.settings import FeedSettings
from mirakl_sync.platforms.planner import Planner, Way
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

MISCONFIGURED = "misconfigured"
A_DAY = timedelta(days=1)
# Until a planner in trouble is tried again, and one that refuses us.
AGAIN, MENDED_BY_PEOPLE = timedelta(minutes=2), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PlanningReport:
    """What was done for a planner."""

    words: str

    def sentence(self) -> str:
        """For Flower."""
        return self.words


def due(wiring: Wiring) -> PlanningReport:
    """Ring for every planner whose files are due or on their way, and for each whose nightly run is over."""
    now, rung = wiring.now(), 0
    with wiring.db.transaction() as tx:
        for store in planners(tx):
            row = open_desk(tx, store, now)
            if row.leased_until is not None and row.leased_until > now:
                continue
            try:
                told = settings.read(store.key, store.settings)
            except Misconfigured as error:
                _ask(tx, store.key, error, now)
                continue
            if wants_files(tx, row, told, now):
                tx.wake("planning.send", store.id)
            elif wants_reading(row, told, now):
                tx.wake("planning.read", store.id)
            else:
                continue
            rung += 1
    return PlanningReport(f"{rung} planners rung for")


def planners(tx: Transaction) -> list[Store]:
    """Every planner that a connection names."""
    named = select(Connection.planner_pk).where(Connection.planner_pk.is_not(None))
    return list(tx.execute(select(Store).where(Store.id.in_(named)).order_by(Store.key)).scalars())


def open_desk(tx: Transaction, store: Store, now: datetime) -> PlannerDesk:
    """The planner's row, made at first sight."""
    insert_once(tx, PlannerDesk, {"store_pk": store.id, "opened_at": now, "token": secrets.token_urlsafe(32)})
    return tx.get_one(PlannerDesk, store.id)


def wants_files(tx: Transaction, row: PlannerDesk, told: FeedSettings, now: datetime) -> bool:
    """Something is to be made or brought, and trouble was long enough ago."""
    if row.next_at is not None and row.next_at > now:
        return False
    return bool(row.hurry) or run_due(row, told, now) is not None or files.on_its_way(tx, row.store_pk) > 0


def run_due(row: PlannerDesk, told: FeedSettings, now: datetime) -> datetime | None:
    """The nightly run everything is to be made ready for now; None while that has time, or is done."""
    run = told.nights.next(now)
    done = row.made_for is not None and row.made_for >= run
    return None if done or now < told.nights.due(run) else run


def wants_reading(row: PlannerDesk, told: FeedSettings, now: datetime) -> bool:
    """A nightly run is over and was not looked at."""
    if row.next_read_at is not None and row.next_read_at > now:
        return False
    run = told.nights.last(now - told.read_after)
    return row.read_for is None or row.read_for < run


def send(planner_pk: int, wiring: Wiring, *, now_or_never: bool = False) -> PlanningReport:
    """Bring what is on its way; where a nightly run comes near, or somebody wants it now, make it ready first.

    May be called twice: one visit at a time, and what was made is never made again.
    """
    now = wiring.now()
    with wiring.db.transaction() as tx:
        store = tx.get_one(Store, planner_pk)
        row = open_desk(tx, store, now)
        if not lease.take(tx, planner_pk, now):
            return PlanningReport("somebody else is at it")
        hurry = now_or_never or bool(row.hurry)
    try:
        told = settings.read(store.key, store.settings)
        planner = wiring.connections.planner(store)
        regular = run_due(row, told, now)
        # what somebody wants now is for the same night, and the night has its own files all the same
        run = regular or (told.nights.next(now) if hurry else None)
        _turned(wiring, store.id, planner.way)
        words = _work(wiring, store, planner, told, run, regular is not None)
    except MiraklSyncError as error:
        _interrupted(wiring, store, error)
        raise
    except BaseException:
        _give_back(wiring, planner_pk)
        raise
    _done(wiring, store, run, regular is not None, words)
    return PlanningReport(words)


def _turned(wiring: Wiring, planner_pk: int, way: Way) -> None:
    """It takes sales and stock another way than before, so whoever reads them now has heard of nothing: all that was
    told by the old way is forgotten, and told from the beginning."""
    with wiring.db.transaction() as tx:
        row = tx.get_one(PlannerDesk, planner_pk)
        if row.way not in ("", way):
            tx.execute(delete(PlannerRow).where(PlannerRow.planner_pk == planner_pk))
            tx.execute(delete(PlannerSnapshot).where(PlannerSnapshot.planner_pk == planner_pk))
            files.give_up(tx, planner_pk, f"the planner is served another way now: {way}")
            row.cursors, row.changes_at, row.made_for = {}, None, None
        row.way = way


def _work(
    wiring: Wiring, store: Store, planner: Planner, told: FeedSettings, run: datetime | None, regular: bool
) -> str:
    if planner.way is Way.NATIVE:
        return "it hears of sales and stock by a connection of its own: nothing is sent"
    made = ""
    if run is not None:
        changed = taking.take(wiring, store.id, told)
        made = f"{changed} lines changed"
        if planner.way is Way.FETCHED:
            return f"{made}; {', '.join(snapshots.make(wiring, store.id, store.key, planner, told))}"
        names = files.make(wiring, store.id, planner, run)
        with wiring.db.transaction() as tx:
            # what is kept is kept: trouble with bringing it does not make it again
            _made(tx, store, run, regular)
        made += f"; {len(names)} files made; " if names else "; no file: nothing is due; "
    return f"{made}{files.bring(wiring, store.id, planner)} files brought"


def _made(tx: Transaction, store: Store, run: datetime, regular: bool) -> None:
    row = tx.get_one(PlannerDesk, store.id)
    row.made_for, row.hurry = (run if regular else row.made_for), ""


def _done(wiring: Wiring, store: Store, run: datetime | None, regular: bool, words: str) -> None:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = tx.get_one(PlannerDesk, store.id)
        row.leased_until = row.next_at = None
        row.trouble = ""
        if run is not None:
            _made(tx, store, run, regular)
            heartbeat.beat(tx, f"planner:{store.key}", now, A_DAY, words)
        desk.close_by_key(tx, None, MISCONFIGURED, _key(store.key), now, "the planner was served again")


def _interrupted(wiring: Wiring, store: Store, error: MiraklSyncError) -> None:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = tx.get_one(PlannerDesk, store.id)
        row.leased_until, row.next_at, row.trouble = None, now + wait_after(error), error.words
        if isinstance(error, Misconfigured):
            _ask(tx, store.key, error, now)


def wait_after(error: MiraklSyncError | None) -> timedelta:
    """Until a planner is tried again: soon only where time is all that is needed."""
    return max(AGAIN, timedelta(seconds=error.after or 0)) if isinstance(error, TryLater) else MENDED_BY_PEOPLE


def _give_back(wiring: Wiring, planner_pk: int) -> None:
    with wiring.db.transaction() as tx:
        tx.get_one(PlannerDesk, planner_pk).leased_until = None


def _key(planner: str) -> str:
    return f"planner:{planner}"


def _ask(tx: Transaction, planner: str, error: MiraklSyncError, now: datetime) -> None:
    ask_about(tx, _key(planner), f"Planner {planner} cannot be served: {error.words}", error, now)


def ask_about(tx: Transaction, key: str, words: str, error: MiraklSyncError, now: datetime) -> None:
    """A wrong key or setting is somebody's to mend."""
    desk.open_item(tx, None, Ask(MISCONFIGURED, key, words, facts={"way_out": error.way_out}), "", None, now)
