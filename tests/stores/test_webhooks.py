"""Our webhooks in the stores: made, mended, and asked about when the shop will not have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from mirakl_sync.stores import webhooks
from mirakl_sync.wiring import Wiring
from tests.flows.days import Day, a_day

ADDRESS = "https://sync.example.com"


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A shop whose secret we know."""
    with a_day(database_url) as begun:
        yield begun


def _with_address(day: Day) -> Wiring:
    return replace(day.wiring, config=replace(day.wiring.config, hooks_url=ADDRESS))


def _made(day: Day) -> list[dict[str, str]]:
    shop = day.world.sandbox["webshop"]
    answer = requests.get(
        f"{shop['url']}/wp-json/wc/v3/webhooks?per_page=100",
        auth=(shop["consumer_key"], shop["consumer_secret"]),
        timeout=5,
    )
    return [hook for hook in answer.json() if hook["delivery_url"].startswith(ADDRESS)]


def test_without_an_address_nothing_is_made(day: Day) -> None:
    assert webhooks.watch(day.wiring).sentence() == "no address for webhooks is set: stores are polled"
    assert _made(day) == []


def test_webhooks_are_made_once_and_switched_on_again(day: Day) -> None:
    shop = day.world.sandbox["webshop"]
    keys = {name: shop[name] for name in ("consumer_key", "consumer_secret")}
    day.change_store(credentials={**keys, "webhook_secret": "a long random text"})
    wiring = _with_address(day)
    webhooks.watch(wiring)
    first = _made(day)
    assert first
    assert {hook["delivery_url"] for hook in first} == {f"{ADDRESS}/hooks/webshop"}
    webhooks.watch(wiring)
    assert len(_made(day)) == len(first)


def test_a_store_without_a_secret_is_one_question(day: Day) -> None:
    webhooks.watch(_with_address(day))
    webhooks.watch(_with_address(day))
    assert day.questions() == ["misconfigured"]
    assert _made(day) == []
