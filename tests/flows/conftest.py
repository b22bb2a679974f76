"""Days for flow tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mirakl_sync.policy.model import Acceptance
from tests.flows.days import Day, a_day
from tests.flows.parcels import Packing
from tests.flows.stocking import StockDay, a_stock_day

Begin = Callable[..., Day]
BeginStock = Callable[..., StockDay]


@pytest.fixture
def begin(database_url: str) -> Iterator[Begin]:
    """Begins a day, with what ``a_day`` takes; it ends with the test."""
    with ExitStack() as closing:
        yield lambda **wishes: closing.enter_context(a_day(database_url, **wishes))


@pytest.fixture
def begin_stock(database_url: str) -> Iterator[BeginStock]:
    """Begins a day of stock, with what ``a_stock_day`` takes."""
    with ExitStack() as closing:
        yield lambda **wishes: closing.enter_context(a_stock_day(database_url, **wishes))


@pytest.fixture(params=list(Acceptance), ids=str)
def accept(request: pytest.FixtureRequest) -> Acceptance:
    """Both orders of doing things."""
    return Acceptance(request.param)


@pytest.fixture
def pack(begin: Begin) -> Callable[..., Packing]:
    """Begins a day with a packing table (per-item tracking plugin) at a marketplace whose lists were read."""

    def table(**wishes: object) -> Packing:
        wishes["webshop"] = {"tracking_plugin": "ast", **dict(wishes.get("webshop") or {})}  # type: ignore[call-overload]  # wishes are plain
        packing = Packing(begin(**wishes))
        packing.learn()
        return packing

    return table
