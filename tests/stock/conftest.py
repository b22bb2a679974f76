"""A shop whose list of offers is read, before and after its first reading."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.transaction import Database
from tests.conftest import NOON
from tests.stock.fake_list import AWAY, Bench, bench


@pytest.fixture
def market(db: Database, clock: FixedClock) -> Bench:
    """A shop with three offers, never read."""
    made = bench(db, clock)
    for sku, quantity in (("LAMP", 5), ("MUG", 100), ("RUG", 3)):
        made.market.set(sku, quantity, updated_at=NOON + AWAY - timedelta(days=1))
    return made


@pytest.fixture
def known(market: Bench) -> Bench:
    """The same, read once, with every offer weighed."""
    market.whole()
    market.weighed()
    market.later(60)
    market.market.calls.clear()
    return market
