from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.platforms.bench_magento import MagentoBench


@pytest.fixture
def magento() -> Iterator[Callable[..., MagentoBench]]:
    """Open shops as a test wants them; they close with the test."""
    benches: list[MagentoBench] = []

    def opened(shop_settings: dict | None = None, **settings) -> MagentoBench:
        benches.append(MagentoBench(shop_settings, **settings))
        return benches[-1]

    yield opened
    for bench in benches:
        bench.close()
