"""A connection may name a planner beside its store: described in the file, applied, checked."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.config import Config
from mirakl_sync.connections.apply import apply
from mirakl_sync.connections.difference import difference
from mirakl_sync.connections.file import Wanted, read_wanted
from mirakl_sync.connections.planner_check import planner_findings
from mirakl_sync.db.models import Connection, Store
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms import registry
from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.platforms.planner import FEED_CREDENTIALS, SETTINGS, Way
from mirakl_sync.wiring import wire
from tests.conftest import NOON, TEST_KEY
from tests.connections.test_file_and_apply import ENVIRON, content
from tests.fakes_planner import FakePlanner

PLANNER = FakePlanner(Way.BROUGHT)
SPEC = PlatformSpec(
    key="thinker",
    label="Thinker",
    credentials={},
    optional_credentials=FEED_CREDENTIALS,
    settings=SETTINGS,
    capabilities=frozenset({Capability.SALES_FEED, Capability.INCOMING_STOCK}),
    connect=None,
    look_after=timedelta(0),
    plan=lambda _access, _dial, _clock: PLANNER,
)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**registry.platforms(), SPEC.key: SPEC}
    monkeypatch.setattr(registry, "platforms", lambda: known)


def wanted(planner: str = "ip", **settings: Any) -> Wanted:
    tables = deepcopy(content())
    tables["store"]["ip"] = {
        "platform": "thinker",
        "url": "https://ip.example",
        "credentials": {},
        "settings": {"warehouse": "WH", **settings},
    }
    tables["connection"]["acme-manor"]["planner"] = planner
    return read_wanted(tables, ENVIRON)


def applied(db: Database, file: Wanted) -> list[str]:
    with db.transaction() as tx:
        return [str(change) for change in apply(tx, file, "ann", NOON)]


def named(db: Database) -> str:
    """The planner of the connection."""
    with db.reading() as tx:
        number = tx.execute(select(Connection.planner_pk)).scalar_one()
        return "" if number is None else tx.get_one(Store, number).key


def test_a_planner_is_named_changed_and_taken_off(db: Database) -> None:
    assert "connection acme-manor: planner = ip" in applied(db, wanted())
    assert named(db) == "ip"
    with db.reading() as tx:
        assert difference(tx, wanted()) == []

    assert applied(db, wanted(planner="")) == ["connection acme-manor: planner: ip → (nothing)"]
    assert named(db) == ""


def test_a_shop_is_no_planner_and_one_that_is_not_described_neither(db: Database) -> None:
    for name, words in (("manor", "which is no planner"), ("nobody", "described nowhere")):
        with pytest.raises(Misconfigured, match=words):
            applied(db, wanted(planner=name))


def test_the_check_says_what_the_planner_is_told(db: Database) -> None:
    applied(db, wanted())
    wiring = wire(Config(db.url, "redis://127.0.0.1:1/0", (TEST_KEY,)))
    try:
        said = [finding.sentence for finding in planner_findings(wiring, "acme-manor")]
    finally:
        wiring.close()

    assert "ip is brought files of what changed, before each of its nights." in said
    assert "The planner answers." in said


def test_the_check_stops_what_would_count_twice(db: Database) -> None:
    applied(db, wanted(native_connections="woocommerce"))
    wiring = wire(Config(db.url, "redis://127.0.0.1:1/0", (TEST_KEY,)))
    try:
        (stop,) = [finding for finding in planner_findings(wiring, "acme-manor") if finding.blocking]
    finally:
        wiring.close()

    assert "every sale counts twice" in stop.sentence
