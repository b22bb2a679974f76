"""Claims under threads, leases that expire, and bells that ring only behind a commit."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.claim import claim, release, still_ours, take_lease
from mirakl_sync.db.models import Connection, Heartbeat, Order
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from tests.conftest import NOON
from tests.databases import on_postgres
from tests.db import rows

LEASE = timedelta(seconds=45)


@pytest.fixture
def an_order(db: Database) -> int:
    with db.transaction() as tx:
        return rows.order(tx, rows.connection(tx), "O-1").id


class TestClaim:
    def test_it_counts_and_fences(self, db: Database, an_order: int) -> None:
        with db.transaction() as tx:
            row = claim(tx, Order, an_order, NOON, LEASE)
            assert row is not None
            assert (row.fence, row.claims, row.leased_until) == (1, 1, NOON + LEASE)
        with db.transaction() as tx:
            assert claim(tx, Order, an_order, NOON + LEASE - timedelta(microseconds=1), LEASE) is None
            second = claim(tx, Order, an_order, NOON + LEASE, LEASE)
            assert second is not None
            assert (second.fence, second.claims) == (2, 2)

    def test_the_fence_tells_who_may_record(self, db: Database, an_order: int) -> None:
        with db.transaction() as tx:
            claim(tx, Order, an_order, NOON, LEASE)
        with db.transaction() as tx:
            assert still_ours(tx, Order, an_order, 1) is not None
            claim(tx, Order, an_order, NOON + LEASE, LEASE)
            assert still_ours(tx, Order, an_order, 1) is None
            assert still_ours(tx, Order, an_order, 2) is not None

    def test_release_gives_the_row_back(self, db: Database, an_order: int) -> None:
        with db.transaction() as tx:
            row = claim(tx, Order, an_order, NOON, LEASE)
            assert row is not None
            release(row)
        with db.transaction() as tx:
            again = claim(tx, Order, an_order, NOON, LEASE)
            assert again is not None
            assert (again.fence, again.claims) == (2, 1)

    def test_of_many_threads_one_gets_it(self, db: Database, an_order: int) -> None:
        start, got = threading.Barrier(6), []

        def racer() -> None:
            start.wait()
            with db.transaction() as tx:
                got.append(claim(tx, Order, an_order, NOON, LEASE) is not None)

        threads = [threading.Thread(target=racer) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == [False] * 5 + [True]

    def test_a_lease_on_a_connection_is_taken_once(self, db: Database) -> None:
        with db.transaction() as tx:
            number = rows.connection(tx).id
            assert take_lease(tx, Connection, number, NOON, LEASE)
            assert not take_lease(tx, Connection, number, NOON, LEASE)
            assert take_lease(tx, Connection, number, NOON + LEASE, LEASE)


class TestTransaction:
    def test_bells_ring_in_order_once_it_is_committed(self, db: Database, bells: RecordingDispatcher) -> None:
        with db.transaction() as tx:
            tx.wake("orders.advance", 1)
            tx.wake("orders.accept", 2, countdown=3.0)
            assert bells.sent == []
        assert bells.sent == [Wake("orders.advance", (1,)), Wake("orders.accept", (2,), 3.0)]

    def test_what_is_rung_for_can_be_read_by_then(self, db: Database) -> None:
        seen = []

        class Looks:
            def send(self, wakes: object) -> None:
                with db.reading() as tx:
                    seen.append(tx.get(Heartbeat, "feed") is not None)

        db.dispatcher = Looks()
        with db.transaction() as tx:
            tx.add(Heartbeat(feed="feed", beat_at=NOON, every_seconds=1))
            tx.wake("orders.advance", 1)
        assert seen == [True]

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_nothing_rings_and_nothing_stays_when_it_fails(
        self, db: Database, bells: RecordingDispatcher, error: type[BaseException]
    ) -> None:
        def fails() -> None:
            with db.transaction() as tx:
                tx.add(Heartbeat(feed="feed", beat_at=NOON, every_seconds=1))
                tx.flush()
                tx.wake("orders.advance", 1)
                raise error

        with pytest.raises(error):
            fails()
        assert bells.sent == []
        with db.reading() as tx:
            assert tx.get(Heartbeat, "feed") is None

    @pytest.mark.skipif(on_postgres(), reason="PostgreSQL uses one engine for both")
    def test_a_reader_cannot_write(self, db: Database) -> None:
        with db.reading() as tx:
            tx.add(Heartbeat(feed="feed", beat_at=NOON, every_seconds=1))
            with pytest.raises(OperationalError, match="readonly"):
                tx.flush()

    def test_a_reader_never_waits_for_a_writer(self, db: Database, clock: FixedClock) -> None:
        with db.transaction() as tx:
            tx.add(Heartbeat(feed="feed", beat_at=NOON, every_seconds=1))
            tx.flush()
            with db.reading() as other:
                assert other.get(Heartbeat, "feed") is None
