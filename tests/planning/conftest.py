"""Shops whose sales a planner hears of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from tests.planning.study import Study, study

Begin = Callable[..., Study]


@pytest.fixture
def begin(db: Database, clock: FixedClock, bells: RecordingDispatcher) -> Iterator[Begin]:
    """Opens a planner beside a shop, with settings of the planner by name."""
    with ExitStack() as closing:
        yield lambda **settings: closing.enter_context(study(db, clock, bells, **settings))


@pytest.fixture
def desk(begin: Begin) -> Study:
    """The same with usual settings: MUG and LAMP on the shelf, a nightly run at two."""
    return begin()
