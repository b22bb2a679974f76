"""What orders promise of the shelf through their life, and how a store's silence reaches the rules."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mirakl_sync.db.models import Order, OrderLine, Store
from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.orders import case, loading, selling
from mirakl_sync.orders.rules import next_step
from mirakl_sync.orders.steps import Answer, LineDecision
from mirakl_sync.policy.model import OrderPolicy
from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.shelf import board
from tests.conftest import NOON
from tests.db import rows

OPENED: Any = SimpleNamespace(partial_acceptance=True)
YES = (LineDecision("MUG-1", accept=True, why="known"),)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def orders(db: Database) -> list[int]:
    """Three orders for one mug each, of which the store has one."""
    with db.transaction() as tx:
        connection = rows.connection(tx)
        board.observe(tx, connection.store_pk, [ProductFacts("MUG", NOON, quantity=1)])
        deadline = NOON + timedelta(days=1)
        return [
            rows.order(tx, connection, f"O-{n}", rows.line(connection.store_pk, "MUG", 1), accept_by=deadline).id
            for n in range(3)
        ]


def facts(tx: Transaction, order: int, now: Any = NOON) -> Any:
    return loading.facts(tx, tx.get_one(Order, order), OPENED, now)


def the_line(tx: Transaction, order: int) -> OrderLine:
    return tx.get_one(Order, order).lines[0]


def test_judges_that_race_accept_the_last_piece_once(db: Database, orders: list[int]) -> None:
    start, yeses = threading.Barrier(len(orders)), []

    def judge(order: int) -> None:
        start.wait()
        with db.transaction() as tx:
            step = next_step(facts(tx, order), OrderPolicy(), NOON)
            time.sleep(0.02)
            if isinstance(step, Answer):
                case._write_decisions(tx.get_one(Order, order), step.decisions)
                yeses.append(step.accepts)

    threads = [threading.Thread(target=judge, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert yeses == [True]


def test_what_the_shop_holds_stays_promised_until_it_says_a_new_number(db: Database, orders: list[int]) -> None:
    held, other, _ = orders
    with db.transaction() as tx:
        row = tx.get_one(Order, held)
        case._write_decisions(row, YES)
        selling.felt(tx, row, NOON + MINUTE)
        case._write_decisions(row, YES)
        assert (the_line(tx, held).promised, the_line(tx, held).felt_at) == (True, NOON + MINUTE)
    with db.transaction() as tx:
        assert facts(tx, other).lines[0].available == 0
        board.observe(tx, row.store_pk, [ProductFacts("MUG", NOON + 2 * MINUTE, quantity=0)])
    with db.transaction() as tx:
        case._write_decisions(tx.get_one(Order, held), YES)
        assert the_line(tx, held).promised is False
        assert facts(tx, other).lines[0].available == 0


def test_what_the_marketplace_accepted_outweighs_what_we_decided_after_our_answer_was_lost(
    db: Database, orders: list[int]
) -> None:
    with db.transaction() as tx:
        row = tx.get_one(Order, orders[0])
        case._write_decisions(row, (LineDecision("MUG-1", accept=False, why="sold out meanwhile"),))
        row.lines[0].state = "SHIPPING"
        case._keep_living_lines(row)
        assert (row.lines[0].decision, row.lines[0].promised) == ("accept", True)
        row.lines[0].state = "REFUSED"
        case._keep_living_lines(row)
        assert (row.lines[0].decision, row.lines[0].promised) == ("refuse", False)


@pytest.mark.parametrize(
    ("failures", "silent_for", "attempts", "expected"),
    [
        (0, None, 0, (False, False, False)),
        (0, None, 3, (False, False, False)),
        (1, None, 0, (False, False, False)),
        (1, None, 1, (False, False, True)),
        (5, None, 0, (False, True, False)),
        (5, MINUTE, 1, (True, True, True)),
        (5, -MINUTE, 1, (False, True, True)),
    ],
)
def test_how_a_store_answers_is_told_to_the_rules(
    db: Database, orders: list[int], failures: int, silent_for: Any, attempts: int, expected: tuple[bool, ...]
) -> None:
    with db.transaction() as tx:
        row = tx.get_one(Order, orders[0])
        row.attempts = attempts
        store = tx.get_one(Store, row.store_pk)
        store.failures, store.silent_until = failures, silent_for and NOON + silent_for
    with db.transaction() as tx:
        told = facts(tx, orders[0])
        assert (told.store_silent, told.store_failing, told.proof_failed) == expected


def test_the_shelf_is_read_only_while_an_answer_is_due(db: Database, orders: list[int]) -> None:
    with db.transaction() as tx:
        tx.get_one(Order, orders[0]).state = "accepted"
    with db.transaction() as tx:
        assert facts(tx, orders[0]).lines[0].product is None
        assert facts(tx, orders[1]).lines[0].product is not None
