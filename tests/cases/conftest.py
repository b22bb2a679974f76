"""A database that holds toys beside our own tables."""

from __future__ import annotations

import pytest

from mirakl_sync.cases.advance import Machinery
from mirakl_sync.clock import FixedClock
from mirakl_sync.db.transaction import Database
from tests.cases.toys import ToyBase, ToyCase, Workshop, machinery


@pytest.fixture
def toys(db: Database) -> Database:
    """The database with the table of toys."""
    ToyBase.metadata.create_all(db.writing)
    return db


@pytest.fixture
def workshop() -> Workshop:
    """The other side."""
    return Workshop()


@pytest.fixture
def case(workshop: Workshop) -> ToyCase:
    """The rules and deeds of toys."""
    return ToyCase(workshop)


@pytest.fixture
def going(toys: Database, clock: FixedClock) -> Machinery:
    """What the loop needs."""
    return machinery(toys, clock)
