"""The simulation of the design: three workers race on one order in a bad world, and exactly one thing is made.

Checked the other way round as well: take one of the protections away, and the same world doubles orders.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from mirakl_sync.cases.advance import Machinery, advance
from mirakl_sync.cases.outcome import Taken
from mirakl_sync.db.transaction import Database
from tests.cases.theatre import Crash, Theatre, TroubledShop, play
from tests.cases.toys import ToyCase, new_toy, read
from tests.conftest import NOON
from tests.databases import on_postgres

WORKERS = 3
TIMEOUT, LEASE, LAG = 30.0, 45.0, 40.0
RUNS = 60 if on_postgres() else 200
ENDLESS = timedelta(hours=12)


def run(db: Database, seed: int, *, lease: float = LEASE, settling: float = LAG, looks: bool = True) -> int:
    """One order's life; answers how often it was made. Raises when it is never finished."""
    chance = random.Random(seed)
    theatre = Theatre(NOON, WORKERS)
    down = (chance.uniform(0, 60), 3000.0) if seed % 4 == 0 else (0.0, 0.0)
    shop = TroubledShop(theatre, chance, TIMEOUT, LAG, down=down)
    case = ToyCase(shop, settling=timedelta(seconds=settling), looks=looks, before_record=shop.crash)
    going = Machinery(db, theatre, timedelta(seconds=TIMEOUT), timedelta(seconds=lease))
    toy = new_toy(db)

    def worker() -> None:
        while theatre() < NOON + ENDLESS:
            try:
                outcome = advance(case, toy, going)
            except Crash:
                theatre.sleep(chance.uniform(1, 20))  # a new process takes the dead one's place
                continue
            row = read(db, toy)
            if row.state == "done":
                return
            rest = 20.0 if row.next_attempt_at is None else (row.next_attempt_at - theatre()).total_seconds()
            # bells come early, late and twice
            theatre.sleep(max(0.5, rest * (1 if isinstance(outcome, Taken) else chance.uniform(0.5, 1.1))))
        raise AssertionError(f"run {seed} never ended: {read(db, toy).last_problem}")

    play(theatre, [worker] * WORKERS)
    return len(shop.made)


def test_exactly_one_is_made_however_bad_the_world(toys: Database) -> None:
    made = [run(toys, seed) for seed in range(RUNS)]
    assert made == [1] * RUNS


def test_the_ledger_holds_even_where_a_lease_is_shorter_than_a_call(toys: Database) -> None:
    assert [run(toys, seed, lease=10.0) for seed in range(RUNS // 4)] == [1] * (RUNS // 4)


@pytest.mark.parametrize(
    ("missing", "changed"),
    [
        ("the time a search lags", {"settling": 0.0}),
        ("any settling time", {"settling": -TIMEOUT}),
        ("the look", {"looks": False}),
    ],
)
def test_the_same_world_doubles_orders_without(toys: Database, missing: str, changed: dict[str, float]) -> None:
    assert any(run(toys, seed, **changed) > 1 for seed in range(RUNS)), f"{missing} is not needed?"
