"""The simulated shop, opened as a test needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.platforms.bench_shopify import ShopifyBench


@pytest.fixture
def opened() -> Iterator[Callable[..., ShopifyBench]]:
    """Opens shops with settings of theirs and of ours; closed at the end."""
    made: list[ShopifyBench] = []

    def open_one(shop: dict[str, object] | None = None, **settings: object) -> ShopifyBench:
        made.append(ShopifyBench(shop, **settings))
        return made[-1]

    yield open_one
    for bench in made:
        bench.close()


@pytest.fixture
def bench(opened: Callable[..., ShopifyBench]) -> ShopifyBench:
    return opened()
