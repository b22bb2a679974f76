"""The shared call budget: published frequencies, and one worker's Retry-After stopping all."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.db import call_limits
from mirakl_sync.db.call_limits import SharedBudget
from mirakl_sync.db.models import CallLimit
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import RateLimited
from mirakl_sync.http.contract import Operation

ORDERS = Operation("OR11", times=1, seconds=60)
BURST = Operation("X10", times=10, seconds=60)
FREE = Operation("OR21", writes=True)


@pytest.fixture
def budget(db: Database, clock: FixedClock) -> SharedBudget:
    return SharedBudget(db, "acme/2000", clock)


@pytest.fixture
def always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others' words are read at every call instead of twice a second."""
    monkeypatch.setattr(call_limits, "_LOOK_EVERY", -1.0)


def wait(budget: SharedBudget, operation: Operation) -> float:
    """0 when granted, else the seconds told."""
    try:
        budget.take(operation)
    except RateLimited as error:
        return error.after or -1.0
    return 0.0


def test_once_a_minute_is_once_a_minute(budget: SharedBudget, clock: FixedClock) -> None:
    assert wait(budget, ORDERS) == 0
    assert wait(budget, ORDERS) == 60
    clock.advance(timedelta(seconds=59))
    assert wait(budget, ORDERS) == 1
    clock.advance(timedelta(seconds=1))
    assert wait(budget, ORDERS) == 0


def test_a_refused_place_costs_nothing(budget: SharedBudget, clock: FixedClock) -> None:
    wait(budget, ORDERS)
    assert [wait(budget, ORDERS) for _ in range(5)] == [60] * 5


def test_a_long_pause_saves_no_places_beyond_the_burst(budget: SharedBudget, clock: FixedClock) -> None:
    clock.advance(timedelta(days=1))
    assert [wait(budget, BURST) for _ in range(12)] == [0] * 10 + [6, 6]
    clock.advance(timedelta(seconds=6))
    assert [wait(budget, BURST) for _ in range(2)] == [0, 6]


def test_over_a_long_time_the_rate_is_kept(budget: SharedBudget, clock: FixedClock) -> None:
    granted = 0
    for _ in range(120):
        clock.advance(timedelta(seconds=5))
        granted += wait(budget, BURST) == 0
    assert 100 <= granted <= 110


def test_an_operation_without_a_published_limit_is_free(budget: SharedBudget) -> None:
    assert [wait(budget, FREE) for _ in range(50)] == [0] * 50


def test_shops_and_operations_have_budgets_of_their_own(db: Database, clock: FixedClock) -> None:
    one, other = SharedBudget(db, "acme/2000", clock), SharedBudget(db, "acme/20", clock)
    assert wait(one, ORDERS) == wait(other, ORDERS) == wait(one, BURST) == 0
    assert wait(one, ORDERS) == 60


def test_a_budget_is_shared_by_all_who_open_it(db: Database, clock: FixedClock) -> None:
    assert wait(SharedBudget(db, "acme/2000", clock), ORDERS) == 0
    assert wait(SharedBudget(db, "acme/2000", clock), ORDERS) == 60


@pytest.mark.usefixtures("always_look")
class TestRetryAfter:
    @pytest.mark.parametrize("operation", [FREE, ORDERS, BURST], ids=lambda operation: operation.code)
    def test_what_one_was_told_stops_all(self, db: Database, clock: FixedClock, operation: Operation) -> None:
        told, other = SharedBudget(db, "acme/2000", clock), SharedBudget(db, "acme/2000", clock)
        told.block(operation, 90)
        assert wait(told, operation) == wait(other, operation) == 90
        clock.advance(timedelta(seconds=90))
        assert wait(told, operation) == wait(other, operation) == 0 or operation is ORDERS

    def test_others_operations_and_shops_go_on(self, db: Database, clock: FixedClock) -> None:
        SharedBudget(db, "acme/2000", clock).block(FREE, 90)
        assert wait(SharedBudget(db, "acme/2000", clock), BURST) == 0
        assert wait(SharedBudget(db, "acme/20", clock), FREE) == 0

    def test_a_shorter_word_never_lifts_a_longer_one(self, budget: SharedBudget, db: Database) -> None:
        budget.block(FREE, 90)
        budget.block(FREE, 10)
        assert wait(budget, FREE) == 90


def test_a_shorter_word_never_lifts_a_longer_one_between_looks(budget: SharedBudget) -> None:
    assert wait(budget, FREE) == 0
    budget.block(FREE, 90)
    budget.block(FREE, 10)
    assert wait(budget, FREE) == 90


def test_others_words_are_looked_up_at_most_twice_a_second(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1000.0]
    monkeypatch.setattr(call_limits.time, "monotonic", lambda: at[0])
    mine, others = SharedBudget(db, "acme/2000", clock), SharedBudget(db, "acme/2000", clock)
    assert wait(mine, FREE) == 0
    others.block(FREE, 90)
    assert wait(mine, FREE) == 0
    at[0] += 0.6
    assert wait(mine, FREE) == 90


def test_patience_waits_for_a_place_that_is_near(db: Database) -> None:
    from mirakl_sync import clock

    budget = SharedBudget(db, "acme/2000", clock.now)
    quick = Operation("Q", times=1, seconds=0.2)
    began = time.monotonic()
    budget.take(quick)
    budget.take(quick, patience=2)
    assert 0.15 < time.monotonic() - began < 1.5


def test_of_many_threads_one_gets_the_place(db: Database, clock: FixedClock) -> None:
    start, waits = threading.Barrier(6), []

    def racer() -> None:
        budget = SharedBudget(db, "acme/2000", clock)
        start.wait()
        waits.append(wait(budget, ORDERS))

    threads = [threading.Thread(target=racer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [0] + [60] * 5


def test_a_key_is_one_row(db: Database, budget: SharedBudget) -> None:
    wait(budget, ORDERS)
    wait(budget, ORDERS)
    with db.reading() as tx:
        assert tx.get_one(CallLimit, "acme/2000/OR11").blocked_until is None
