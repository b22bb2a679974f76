"""Inserting a row unless it is there, and knowing which."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from mirakl_sync.db.insert import insert_alike_once, insert_once
from mirakl_sync.db.models import Effect, PeriodRun
from mirakl_sync.db.transaction import Database
from tests.conftest import NOON

RUN = {"job": "report", "period": "2026-03-02", "at": NOON}
ASK = {"key": "make:1", "kind": "make", "subject": "toy", "subject_id": 1, "state": "asked", "asked_at": NOON}


@pytest.mark.parametrize(("model", "values"), [(PeriodRun, RUN), (Effect, ASK)], ids=["own key", "numbered"])
def test_the_first_is_inserted_and_the_second_told_so(db: Database, model: type, values: dict[str, object]) -> None:
    with db.transaction() as tx:
        assert insert_once(tx, model, values) is True
        assert insert_once(tx, model, values) is False
    with db.transaction() as tx:
        assert insert_once(tx, model, values) is False
        assert tx.execute(select(func.count()).select_from(model)).scalar_one() == 1


def test_columns_left_out_take_their_defaults(db: Database) -> None:
    with db.transaction() as tx:
        insert_once(tx, Effect, ASK)
        effect = tx.execute(select(Effect)).scalar_one()
        assert (effect.asks, effect.their_id, effect.words, effect.answered_at) == (1, "", "", None)


def test_what_stands_there_is_never_changed(db: Database) -> None:
    with db.transaction() as tx:
        insert_once(tx, Effect, ASK)
        insert_once(tx, Effect, {**ASK, "state": "refused"})
        assert tx.execute(select(Effect.state)).scalar_one() == "asked"


def test_of_many_at_once_exactly_one_inserts(db: Database) -> None:
    start, answers = threading.Barrier(6), []

    def racer() -> None:
        start.wait()
        with db.transaction() as tx:
            answers.append(insert_once(tx, PeriodRun, RUN))

    threads = [threading.Thread(target=racer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 5 + [True]


ALIKE = {name: value for name, value in ASK.items() if name not in ("key", "subject_id")}


def test_rows_that_are_alike_are_inserted_at_once_unless_they_are_there(db: Database) -> None:
    odd = [("it's", 1), ('"quoted", {,}', 2), ("", 3), ("Grün \\ NULL", 4), ("make:1", 5)]
    with db.transaction() as tx:
        insert_once(tx, Effect, ASK)
        insert_alike_once(tx, Effect, ALIKE, odd, ("key", "subject_id"))
        insert_alike_once(tx, Effect, ALIKE, [], ("key", "subject_id"))
        told = {row.key: (row.subject_id, row.asked_at, row.asks) for row in tx.execute(select(Effect)).scalars()}
    assert told == {key: (number, NOON, 1) for key, number in odd} | {"make:1": (1, NOON, 1)}
