"""The example of each platform in the connections file could be applied: it opens, and its preset fits."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.clock import now
from mirakl_sync.connections.file import WantedConnection, WantedStore, read_wanted
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.platforms.contract import StoreAccess
from mirakl_sync.platforms.registry import OURS, platform
from mirakl_sync.policy.fit import Terms, blocking, fit
from mirakl_sync.policy.model import Window
from mirakl_sync.policy.presets import presets
from tests.docs.pages import blocks, reference


def examples() -> Iterator[tuple[WantedStore, WantedConnection]]:
    """The store and the connection of each block behind the whole example."""
    for code in blocks(reference("connections-file"), "toml")[1:]:
        wanted = read_wanted(tomllib.loads(code), dict.fromkeys(re.findall(r"env:(\w+)", code), "a-secret"))
        (store,), (connection,) = wanted.stores, wanted.connections
        yield store, connection


EXAMPLES = {store.platform: (store, connection) for store, connection in examples()}
SHOPS = {key: pair for key, pair in EXAMPLES.items() if platform(key).connect}
each_shop = pytest.mark.parametrize(("store", "connection"), SHOPS.values(), ids=SHOPS)
each = pytest.mark.parametrize(("store", "connection"), EXAMPLES.values(), ids=EXAMPLES)


def test_every_platform_has_one_example():
    assert sorted(store.platform for store, _ in examples()) == sorted(spec.key for spec in OURS)


@each
def test_the_example_opens_a_store_with_names_its_platform_knows(store: WantedStore, connection: WantedConnection):
    spec = platform(store.platform)
    access = StoreAccess(store.key, store.url, store.credentials, store.settings)

    opens = spec.connect or spec.plan
    assert opens is not None
    opens(access, _dial, now)
    assert set(spec.credentials) <= set(store.credentials) <= {*spec.credentials, *spec.optional_credentials}
    assert store.key == (connection.store if spec.connect else connection.planner)


@each_shop
def test_the_preset_fits_the_store_of_the_example(store: WantedStore, connection: WantedConnection):
    spec = platform(store.platform)
    able = replace(spec, capabilities=spec.capabilities_with(store.settings))
    terms = Terms("Nordmarkt", Window(hours=Decimal(24)))

    assert blocking(fit(connection.policy, able, terms)) == []
    advised = presets()[store.platform].orders
    assert str(connection.policy.orders.accept) == advised["accept"]
    assert str(connection.policy.orders.commission) == advised["commission"]


def _dial(base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> HttpTransport:
    return HttpTransport(base_url, name="shop", auth=auth, interpret=interpret, parallel=parallel)
