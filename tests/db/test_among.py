"""Rows asked for by a list of any length, with one parameter."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mirakl_sync.db.among import among
from mirakl_sync.db.models import PeriodRun
from mirakl_sync.db.transaction import Database
from tests.conftest import NOON

JOBS = PeriodRun.__table__
ODD = ["plain", "two words", "it's", '"quoted"', "{,}", "Grün", "NULL", "", "a\\b", "%"]


@pytest.mark.parametrize(
    "wanted", [[], ["plain"], ODD, ["nobody"], [f"no{number}" for number in range(70_000)] + ["it's"]]
)
def test_exactly_the_rows_of_the_list_are_found(db: Database, wanted: list[str]):
    with db.transaction() as tx:
        tx.add_all(PeriodRun(job=job, period="p", at=NOON) for job in ODD)
    dialect = db.writing.dialect.name
    with db.reading() as tx:
        found = tx.execute(select(JOBS.c.job).where(among(JOBS.c.job, "jobs", dialect)), {"jobs": wanted}).scalars()
        assert set(found) == set(ODD) & set(wanted)
