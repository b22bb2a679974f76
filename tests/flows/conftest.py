"""Days for flow tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mirakl_sync.policy.model import Acceptance, OrderPolicy
from tests.flows.days import Day, MovingClock
from tests.worlds import world

Begin = Callable[..., Day]


@pytest.fixture
def begin(database_url: str) -> Iterator[Begin]:
    """Begins a day: policy values by name, ``market`` and ``webshop`` as in a sandbox plan."""
    with ExitStack() as closing:

        def a_day(
            *,
            market: dict[str, Any] | None = None,
            webshop: dict[str, Any] | None = None,
            store: dict[str, Any] | None = None,
            call_timeout: float = 2.0,
            **policy: Any,
        ) -> Day:
            clock = MovingClock()
            small = world(
                database_url,
                policy=OrderPolicy(**policy),
                market={"promotion_chance": 0, "acceptance_window": {"seconds": 86_400}, **(market or {})},
                webshop=webshop,
                # OAuth signs with the real time, which a moved shop refuses
                store_settings={"auth": "basic", **(store or {})},
                call_timeout=call_timeout,
                now=clock,
            )
            return Day(closing.enter_context(small), clock)

        yield a_day


@pytest.fixture(params=list(Acceptance), ids=str)
def accept(request: pytest.FixtureRequest) -> Acceptance:
    """Both orders of doing things."""
    return Acceptance(request.param)
