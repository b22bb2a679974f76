from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.platforms.bench_salesforce import SalesforceBench


@pytest.fixture
def site() -> Iterator[Callable[..., SalesforceBench]]:
    """Open sites as a test wants them; they close with the test."""
    benches: list[SalesforceBench] = []

    def opened(shop_settings: dict | None = None, **settings) -> SalesforceBench:
        benches.append(SalesforceBench(shop_settings, **settings))
        return benches[-1]

    yield opened
    for bench in benches:
        bench.close()
