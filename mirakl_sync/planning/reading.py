"""Read back from a planner, after its night: what it plans, what is on its way, and whether our files arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from mirakl_sync.db.insert import insert_many_once
from mirakl_sync.db.models import PlannerDesk, PlannerFact, PlannerFile, PlannerIncoming, PlannerSnapshot, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, Misconfigured
from mirakl_sync.inbox import desk
from mirakl_sync.planning import lease, probing, settings
from mirakl_sync.planning.files import FileState
from mirakl_sync.planning.proof import Shown, judge
from mirakl_sync.planning.sending import A_DAY, MISCONFIGURED, PlanningReport, ask_about, open_desk, wait_after
from mirakl_sync.planning.settings import FeedSettings
from mirakl_sync.planning.snapshots import SnapshotState
from mirakl_sync.platforms.planner import Planner, Way
from mirakl_sync.records.planning import Incoming, Planned
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

T = TypeVar("T")
AT_ONCE = 500
# Files are looked for in its numbers for so many nights; then they are left as they are.
PATIENCE = timedelta(days=7)


def read(planner_pk: int, wiring: Wiring, *, night_over: bool = False) -> PlanningReport:
    """Everything the planner knows of our SKUs and of goods on their way, kept for people; then the proof.

    A reading that breaks off concludes nothing, and leaves what was known. May be called again. ``night_over``: its
    night has just been run by hand, whatever the clock says.
    """
    now = wiring.now()
    with wiring.db.transaction() as tx:
        store = tx.get_one(Store, planner_pk)
        open_desk(tx, store, now)
        if not lease.take(tx, planner_pk, now):
            return PlanningReport("somebody else is at it")
    try:
        told = settings.read(store.key, store.settings)
        planner = wiring.connections.planner(store)
        count = _facts(wiring, planner_pk, planner, now)
        expected = _incoming(wiring, planner_pk, planner, now)
        run = wiring.now() if night_over else told.nights.last(now)
        zone = None if night_over else told.nights.zone
        words = f"{count} SKUs read, {expected} on their way; {_prove(wiring, planner_pk, planner, run, zone)}"
    except MiraklSyncError as error:
        _ended(wiring, planner_pk, error)
        raise
    except BaseException:
        _ended(wiring, planner_pk, None)
        raise
    _done(wiring, store, told, words, began=now)
    return PlanningReport(words)


def _facts(wiring: Wiring, planner_pk: int, planner: Planner, now: datetime) -> int:
    count = 0
    for batch in _batches(planner.planned(), AT_ONCE):
        with wiring.db.transaction() as tx:
            _put(tx, planner_pk, batch, now)
            lease.renew(tx, planner_pk, wiring.now())
        count += len(batch)
    with wiring.db.transaction() as tx:
        older = (PlannerFact.planner_pk == planner_pk, PlannerFact.read_at < now)
        tx.execute(delete(PlannerFact).where(*older).execution_options(synchronize_session=False))
    return count


def _put(tx: Transaction, planner_pk: int, batch: Sequence[Planned], now: datetime) -> None:
    told = {each.sku: {**asdict(each), "planner_pk": planner_pk, "read_at": now} for each in batch}
    mine = (PlannerFact.planner_pk == planner_pk, PlannerFact.sku.in_(list(told)))
    tx.execute(delete(PlannerFact).where(*mine).execution_options(synchronize_session=False))
    insert_many_once(tx, PlannerFact, list(told.values()))


def _incoming(wiring: Wiring, planner_pk: int, planner: Planner, now: datetime) -> int:
    told = list(planner.incoming())
    with wiring.db.transaction() as tx:
        mine = PlannerIncoming.planner_pk == planner_pk
        tx.execute(delete(PlannerIncoming).where(mine).execution_options(synchronize_session=False))
        tx.add_all([_expected(planner_pk, each, now) for each in told])
    return len(told)


def _expected(planner_pk: int, each: Incoming, now: datetime) -> PlannerIncoming:
    return PlannerIncoming(
        planner_pk=planner_pk,
        sku=each.sku,
        quantity=each.quantity,
        expected_on=each.expected_on,
        order_key=each.order,
        reference=each.reference,
        read_at=now,
    )


def _batches(told: Iterable[T], size: int) -> Iterator[list[T]]:
    every = iter(told)
    while batch := list(islice(every, size)):
        yield batch


# proof


def _prove(wiring: Wiring, planner_pk: int, planner: Planner, run: datetime, zone: ZoneInfo | None) -> str:
    if planner.way is Way.NATIVE:
        return "nothing was sent"
    with wiring.db.transaction() as tx:
        if planner.way is Way.FETCHED:
            judged = [_judge_table(tx, row, run, zone) for row in _tables(tx, planner_pk)]
        else:
            judged = [_judge_file(tx, row, run, zone, wiring.now()) for row in _files(tx, planner_pk, run)]
    doubted = sum(shown is Shown.IGNORED for shown in judged)
    return f"{len(judged)} files looked for, {doubted} in doubt"


def _files(tx: Transaction, planner_pk: int, run: datetime) -> Sequence[PlannerFile]:
    """What the night should have read and no number has shown yet."""
    asked = select(PlannerFile).where(
        PlannerFile.planner_pk == planner_pk,
        PlannerFile.state.in_((FileState.BROUGHT, FileState.IGNORED)),
        PlannerFile.brought_at < run,
        PlannerFile.brought_at > run - PATIENCE,
    )
    return tx.execute(asked.order_by(PlannerFile.id)).scalars().all()


def _judge_file(tx: Transaction, row: PlannerFile, run: datetime, zone: ZoneInfo | None, now: datetime) -> Shown:
    probes = probing.of_file(tx, row, run, zone)
    verdict = judge(probes, probing.facts(tx, row.planner_pk, probes))
    row.judged_at, row.why = now, verdict.words
    row.state = FileState(verdict.shown) if verdict.shown is not Shown.UNSAID else row.state
    return verdict.shown


def _tables(tx: Transaction, planner_pk: int) -> Sequence[PlannerSnapshot]:
    mine = (PlannerSnapshot.planner_pk == planner_pk, PlannerSnapshot.state == SnapshotState.SERVED)
    return tx.execute(select(PlannerSnapshot).where(*mine).order_by(PlannerSnapshot.id)).scalars().all()


def _judge_table(tx: Transaction, row: PlannerSnapshot, run: datetime, zone: ZoneInfo | None) -> Shown:
    if row.served_from is None or row.served_from >= run:
        # it was put there after the night
        return Shown.UNSAID
    probes = probing.of_table(tx, row, run, zone)
    verdict = judge(probes, probing.facts(tx, row.planner_pk, probes))
    row.proof, row.why = verdict.shown, verdict.words
    return verdict.shown


def _done(wiring: Wiring, store: Store, told: FeedSettings, words: str, *, began: datetime) -> None:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = tx.get_one(PlannerDesk, store.id)
        row.leased_until = row.next_read_at = None
        row.read_at = now
        # what was read before the night was over may lack what came at its end
        last = told.nights.last(began)
        if began >= last + told.read_after:
            row.read_for = last
        heartbeat.beat(tx, f"planner read:{store.key}", now, A_DAY, words)
        desk.close_by_key(tx, None, MISCONFIGURED, _key(store.key), now, "the planner was read again")


def _ended(wiring: Wiring, planner_pk: int, error: MiraklSyncError | None) -> None:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row, store = tx.get_one(PlannerDesk, planner_pk), tx.get_one(Store, planner_pk)
        row.leased_until, row.next_read_at = None, now + wait_after(error)
        if isinstance(error, Misconfigured):
            ask_about(tx, _key(store.key), f"Planner {store.key} cannot be read: {error.words}", error, now)


def _key(planner: str) -> str:
    return f"planner read:{planner}"
