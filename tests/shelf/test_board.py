"""The shelf: newer words win, promises count until the store's number contains them, and nobody promises twice."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Connection, OrderLine, Store
from mirakl_sync.db.transaction import Database
from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.shelf import board
from tests.conftest import NOON
from tests.db import rows

MINUTE = timedelta(minutes=1)


def fact(sku: str = "MUG", quantity: int | None = 5, observed_at: Any = NOON, **values: Any) -> ProductFacts:
    return ProductFacts(sku=sku, quantity=quantity, observed_at=observed_at, **values)


@pytest.fixture
def store(db: Database) -> int:
    with db.transaction() as tx:
        return rows.connection(tx).store_pk


def observe(db: Database, store: int, *facts: ProductFacts) -> int:
    with db.transaction() as tx:
        return len(board.observe(tx, store, facts).newer)


def promise(db: Database, order_id: str, *lines: OrderLine) -> int:
    with db.transaction() as tx:
        return rows.order(tx, tx.execute(select(Connection)).scalar_one(), order_id, *lines).id


def left(db: Database, store: int, sku: str = "MUG", but_order: int = 0) -> int:
    """What may still be promised."""
    with db.reading() as tx:
        seen = board.seen(tx, store, [sku])
        quantity = seen[sku].quantity
        assert quantity is not None
        return quantity - board.promised(tx, store, seen, but_order=but_order)[sku]


class TestWords:
    def test_everything_said_comes_back(self, db: Database, store: int) -> None:
        said = fact(
            matches=2,
            product_id="17",
            in_stock=False,
            backorders=True,
            price=Decimal("12.5"),
            price_includes_tax=False,
            sellable=False,
        )
        assert observe(db, store, said, fact("LAMP", quantity=None)) == 2
        with db.reading() as tx:
            assert board.seen(tx, store, ["MUG", "LAMP", "RUG"]) == {"MUG": said, "LAMP": fact("LAMP", quantity=None)}

    def test_newer_words_replace_older_ones_and_older_never_newer(self, db: Database, store: int) -> None:
        observe(db, store, fact(quantity=5))
        assert observe(db, store, fact(quantity=9, observed_at=NOON - MINUTE)) == 0
        assert observe(db, store, fact(quantity=8)) == 0
        assert left(db, store) == 5
        assert observe(db, store, fact(quantity=3, observed_at=NOON + MINUTE)) == 1
        assert left(db, store) == 3

    def test_stores_have_shelves_of_their_own(self, db: Database, store: int) -> None:
        with db.transaction() as tx:
            other = Store(key="other", platform="woocommerce", url="https://other.example", credentials={})
            tx.add(other)
            tx.flush()
            number = other.id
        observe(db, store, fact(quantity=5))
        observe(db, number, fact(quantity=7, observed_at=NOON - MINUTE))
        assert (left(db, store), left(db, number)) == (5, 7)


class TestPromises:
    def test_a_promise_the_store_has_not_felt_counts_whatever_it_says_since(self, db: Database, store: int) -> None:
        promise(db, "O-1", rows.line(store, "MUG", 2, promised=True))
        observe(db, store, fact(quantity=5))
        assert left(db, store) == 3
        observe(db, store, fact(quantity=5, observed_at=NOON + MINUTE))
        assert left(db, store) == 3

    def test_a_felt_promise_counts_until_the_store_speaks_after_it(self, db: Database, store: int) -> None:
        observe(db, store, fact(quantity=5))
        promise(db, "O-1", rows.line(store, "MUG", 2, promised=True, felt_at=NOON + MINUTE))
        assert left(db, store) == 3
        observe(db, store, fact(quantity=5, observed_at=NOON + MINUTE))
        assert left(db, store) == 3
        observe(db, store, fact(quantity=3, observed_at=NOON + 2 * MINUTE))
        assert left(db, store) == 3

    def test_a_felt_promise_is_forgotten_once_it_is_inside_the_number(self, db: Database, store: int) -> None:
        observe(db, store, fact(quantity=5))
        number = promise(
            db,
            "O-1",
            rows.line(store, "MUG", 2, promised=True, felt_at=NOON + MINUTE),
            rows.line(store, "MUG", 1, promised=True),
            rows.line(store, "LAMP", 1, promised=True, felt_at=NOON + MINUTE),
        )
        observe(db, store, fact(quantity=3, observed_at=NOON + 2 * MINUTE))
        with db.reading() as tx:
            lines = tx.query(OrderLine).where(OrderLine.order_pk == number).order_by(OrderLine.id)
            assert [line.promised for line in lines] == [False, True, True]

    def test_what_was_not_promised_never_counts(self, db: Database, store: int) -> None:
        promise(db, "O-1", rows.line(store, "MUG", 4))
        observe(db, store, fact(quantity=5))
        assert left(db, store) == 5

    def test_an_order_does_not_stand_in_its_own_way(self, db: Database, store: int) -> None:
        number = promise(db, "O-1", rows.line(store, "MUG", 2, promised=True))
        promise(db, "O-2", rows.line(store, "MUG", 1, promised=True))
        observe(db, store, fact(quantity=5))
        assert (left(db, store), left(db, store, but_order=number)) == (2, 4)

    def test_promises_of_several_orders_add_up(self, db: Database, store: int) -> None:
        for number in range(3):
            promise(db, f"O-{number}", rows.line(store, "MUG", 2, promised=True, felt_at=NOON + number * MINUTE))
        observe(db, store, fact(quantity=5, observed_at=NOON + MINUTE))
        assert left(db, store) == 5 - 4


def test_two_judges_at_once_never_promise_the_same_last_piece(db: Database, store: int) -> None:
    observe(db, store, fact(quantity=1))
    orders = [promise(db, f"O-{number}", rows.line(store, "MUG", 1)) for number in range(4)]
    start, yeses = threading.Barrier(len(orders)), []

    def judge(number: int) -> None:
        start.wait()
        with db.transaction() as tx:
            seen = board.seen(tx, store, ["MUG"], lock=True)
            free = (seen["MUG"].quantity or 0) - board.promised(tx, store, seen, but_order=number)["MUG"]
            time.sleep(0.02)
            if free >= 1:
                tx.query(OrderLine).where(OrderLine.order_pk == number).one().promised = True
                yeses.append(number)

    threads = [threading.Thread(target=judge, args=(number,)) for number in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(yeses) == 1
    assert left(db, store) == 0
