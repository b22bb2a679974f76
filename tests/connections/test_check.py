"""A check asks both sides and says what it found in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.connections.check import check, clock_finding
from mirakl_sync.connections.queries import connections
from mirakl_sync.db.models import Connection, Marketplace, Shop
from mirakl_sync.errors import Misconfigured
from tests.conftest import NOON
from tests.worlds import World, world


@pytest.fixture
def acme(database_url: str) -> Iterator[World]:
    with world(database_url, market={"timezone": "Europe/Paris"}) as made:
        yield made


def found(acme: World) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = {}
    for finding in check(acme.wiring, "acme-webshop"):
        told.setdefault(finding.subject, []).append(finding)
    return told


def test_a_connection_that_works_is_told_in_sentences_and_the_marketplaces_facts_are_kept(acme: World) -> None:
    told = found(acme)
    assert not [finding for group in told.values() for finding in group if finding.blocking]
    assert told["marketplace"][0].sentence.startswith("Acme answers. Our clock and Acme's are ")
    assert told["account"][0].sentence == "Shop 2000 (Acme) is OPEN, its currency is EUR."
    assert "time zone is Europe/Paris" in told["configuration"][0].sentence
    assert [finding.ok for finding in told["reading"]] == [True, True, True]
    assert told["policy"][0].sentence == "The policy fits WooCommerce and Acme."
    with acme.wiring.db.reading() as tx:
        market = tx.execute(select(Marketplace)).scalar_one()
    assert (market.facts["timezone"], market.facts["order_acceptance"]) == ("Europe/Paris", "NOT_AUTOMATIC")
    assert market.facts["shops"] == {"2000": {"name": "Acme", "state": "OPEN"}}
    assert market.facts_at is not None


def test_daily_questions_are_not_asked_twice(acme: World) -> None:
    with acme.wiring.db.transaction() as tx:
        tx.execute(select(Marketplace)).scalar_one().rules = {"window": {"hours": 24}}
    check(acme.wiring, "acme-webshop")
    told = found(acme)
    assert told["account"][0].sentence.startswith("Not asked again so soon")
    assert "read within the last day" in told["reading"][0].sentence
    assert all(finding.ok for finding in told["account"] + told["reading"])


def test_a_wrong_key_blocks(acme: World) -> None:
    with acme.wiring.db.transaction() as tx:
        tx.execute(select(Shop)).unique().scalar_one().credentials = {"api_key": "wrong"}
    told = check(acme.wiring, "acme-webshop")
    blocking = [finding for finding in told if finding.blocking]
    assert blocking
    assert all(finding.way_out for finding in blocking)


def test_a_marketplace_that_is_away_is_one_finding_and_the_shop_is_asked_all_the_same(acme: World) -> None:
    with acme.wiring.db.transaction() as tx:
        tx.execute(select(Marketplace)).scalar_one().url = "http://127.0.0.1:9"
    told = found(acme)
    assert (told["marketplace"][0].ok, told["marketplace"][0].blocking) == (False, True)
    assert told["key"][0].ok


def test_a_connection_that_stands_still_says_why_and_how_to_go_on(acme: World) -> None:
    with acme.wiring.db.transaction() as tx:
        row = tx.execute(select(Connection)).unique().scalar_one()
        row.stopped_because, row.paused = "the key was wrong", ["orders"]
    told = found(acme)["standing"]
    assert [finding.blocking for finding in told] == [True, False]
    assert "connections resume acme-webshop" in told[0].way_out
    with acme.wiring.db.reading() as tx:
        assert connections(tx)[0].standing == "stopped"


def test_an_unknown_connection_names_the_known(acme: World) -> None:
    with pytest.raises(Misconfigured) as refused:
        check(acme.wiring, "nobody")
    assert refused.value.way_out == "Known are acme-webshop."


@pytest.mark.parametrize(("seconds", "ok"), [(0, True), (30, True), (-30, True), (31, False), (-3600, False)])
def test_clocks_far_apart_are_a_finding(seconds: float, ok: bool) -> None:
    finding = clock_finding("Acme", NOON + timedelta(seconds=seconds), NOON)
    assert finding.ok is ok
    assert f"{abs(seconds)} s apart" in finding.sentence


def test_a_marketplace_without_a_clock_is_no_fault() -> None:
    assert clock_finding("Acme", None, NOON).ok


def test_the_list_tells_how_each_connection_stands(acme: World, tmp_path: Path) -> None:
    acme.place(count=2)
    acme.pull()
    with acme.wiring.db.reading() as tx:
        (row,) = connections(tx)
    assert (row.key, row.marketplace, row.shop, row.store, row.platform) == (
        "acme-webshop",
        "acme",
        "2000",
        "webshop",
        "woocommerce",
    )
    assert (row.standing, row.open_orders, row.unanswered, row.accept) == ("works", 2, 2, "accept_first")
    assert row.looked_at is not None
