"""Days for flow tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mirakl_sync.policy.model import Acceptance
from tests.flows.days import Day, a_day

Begin = Callable[..., Day]


@pytest.fixture
def begin(database_url: str) -> Iterator[Begin]:
    """Begins a day, with what ``a_day`` takes; it ends with the test."""
    with ExitStack() as closing:
        yield lambda **wishes: closing.enter_context(a_day(database_url, **wishes))


@pytest.fixture(params=list(Acceptance), ids=str)
def accept(request: pytest.FixtureRequest) -> Acceptance:
    """Both orders of doing things."""
    return Acceptance(request.param)
