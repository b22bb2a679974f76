"""A file describes who is joined to whom; applying it shows the difference, writes it once and refuses nonsense."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from mirakl_sync.connections.apply import apply
from mirakl_sync.connections.difference import difference, unmentioned
from mirakl_sync.connections.file import Wanted, load_file, read_wanted
from mirakl_sync.connections.pausing import pause, resume
from mirakl_sync.db import secrets
from mirakl_sync.db.models import Connection, Marketplace, Offer, Order, PolicyChange, PolicyVersion, Shop, Store
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.model import Acceptance
from mirakl_sync.policy.schema import read_policy
from tests.conftest import NOON

ENVIRON = {"ACME_KEY": "key-of-acme", "MANOR_KEY": "ck_1", "MANOR_SECRET": "cs_1"}
FILE = """
[marketplace.acme]
name = "Acme"
url = "https://acme.example/api/"
window = "24h"
call_limits = { OR11 = "5m" }

[store.manor]
platform = "woocommerce"
url = "https://manor.example"
[store.manor.credentials]
consumer_key = "env:MANOR_KEY"
consumer_secret = "env:MANOR_SECRET"
[store.manor.settings]
look_after = 60

[connection.acme-manor]
marketplace = "acme"
shop = 2042
api_key = "env:ACME_KEY"
store = "manor"
preset = "woocommerce"
orders_from = 2026-03-01
[connection.acme-manor.orders]
poll_every = "5m"
commission = "attribute"
commission_target = "mirakl_commission"
"""


def content() -> dict[str, Any]:
    import tomllib

    return deepcopy(tomllib.loads(FILE))


def wanted(**changes: Any) -> Wanted:
    """The file with changes: ``connection__orders__poll_every="5m"``."""
    tables = content()
    names = {"marketplace": "acme", "store": "manor", "connection": "acme-manor"}
    for path, value in changes.items():
        first, *inner = path.split("__")
        table = tables[first][names[first]]
        for name in inner[:-1]:
            table = table.setdefault(name, {})
        table[inner[-1]] = value
    return read_wanted(tables, ENVIRON)


@pytest.fixture
def applied(db: Database) -> Database:
    with db.transaction() as tx:
        apply(tx, wanted(), "ann", NOON)
    return db


def connection(db: Database) -> Connection:
    with db.reading() as tx:
        return tx.execute(select(Connection)).unique().scalar_one()


def test_a_file_is_read_with_its_secrets_from_where_it_says(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(FILE.replace('"env:ACME_KEY"', f'"fernet:{secrets.encrypt("from-fernet")}"'))
    read = load_file(path, ENVIRON)
    assert read.marketplaces[0].url == "https://acme.example/api"
    assert read.marketplaces[0].rules == {"window": "24h", "call_limits": {"OR11": 300.0}}
    assert read.stores[0].credentials == {"consumer_key": "ck_1", "consumer_secret": "cs_1"}
    joined = read.connections[0]
    assert (joined.shop_id, joined.api_key, joined.paused) == ("2042", "from-fernet", None)
    assert joined.orders_from == datetime(2026, 3, 1, tzinfo=UTC)
    assert joined.policy.orders.accept is Acceptance.AFTER_CREATION
    assert joined.policy.orders.commission_target == "mirakl_commission"
    assert "from-fernet" not in repr(read)
    assert "cs_1" not in repr(read)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"connection__api_key": "plain"}, "connection.acme-manor.api_key stands in the file as plain text."),
        (
            {"connection__api_key": "env:NOBODY"},
            "connection.acme-manor.api_key shall come from the environment variable NOBODY, which is not set.",
        ),
        ({"store__credentials": {"consumer_key": "env:MANOR_KEY"}}, "store.manor.credentials lacks consumer_secret."),
        ({"store__credentials__token": "env:MANOR_KEY"}, "store.manor.credentials.token is not known to WooCommerce."),
        ({"store__platform": "bigcommerce"}, "There is no platform 'bigcommerce'."),
        (
            {"store__url": "manor.example"},
            (
                "store.manor.url is 'manor.example': expected an address such as https://shop.example, "
                "without user and password."
            ),
        ),
        ({"marketplace__profile": "amazon"}, "There is no marketplace profile 'amazon'."),
        (
            {"marketplace__caller": "friend"},
            "marketplace.acme.caller is 'friend': allowed are default, external_partner.",
        ),
        ({"marketplace__call_limits": {"OR99": "1m"}}, "marketplace.acme.call_limits: no such operation: OR99."),
        (
            {"marketplace__window": {"hours": 24, "holidays": "XX"}},
            "marketplace.acme: window.holidays is 'XX', a country we have no calendar of.",
        ),
        (
            {"connection__orders__accept": "later"},
            "connection.acme-manor: orders.accept is 'later': allowed are accept_first, create_first.",
        ),
        ({"connection__preset": "x"}, "connection.acme-manor: There is no preset 'x'."),
        (
            {"connection__paused": ["returns"]},
            "connection.acme-manor.paused.0 is 'returns': allowed are orders, shipments, stock.",
        ),
        ({"connection__planer": "x"}, "connection.acme-manor.planer is 'x': this key is not known."),
        (
            {"connection__orders_from": "yesterday"},
            (
                "connection.acme-manor.orders_from is 'yesterday': expected a date such as 2026-11-21 or a time "
                "such as 2026-11-21T08:00:00Z, without quotes."
            ),
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        wanted(**changes)
    assert refused.value.words == words
    assert refused.value.way_out
    assert "plain" not in refused.value.words.replace("plain text", "")


def test_keys_of_tables_are_names() -> None:
    with pytest.raises(Misconfigured, match="a name here has small letters"):
        read_wanted({"marketplace": {"Acme UK": {"url": "https://acme.example"}}}, {})


def test_a_missing_file_and_a_broken_one_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"No such file"):
        load_file(tmp_path / "none.toml", {})
    (tmp_path / "bad.toml").write_text("[marketplace\n")
    with pytest.raises(Misconfigured, match=r"bad.toml is not TOML"):
        load_file(tmp_path / "bad.toml", {})


def test_the_first_difference_tells_everything_but_secrets(db: Database) -> None:
    with db.reading() as tx:
        told = [str(change) for change in difference(tx, wanted())]
    assert told == [
        "marketplace acme: new",
        "marketplace acme: caller = default",
        "marketplace acme: name = Acme",
        "marketplace acme: rules.call_limits.OR11 = 300.0",
        "marketplace acme: rules.window = 24h",
        "marketplace acme: url = https://acme.example/api",
        "store manor: new",
        "store manor: platform = woocommerce",
        "store manor: settings.look_after = 60",
        "store manor: url = https://manor.example",
        "store manor: credentials.consumer_key: set",
        "store manor: credentials.consumer_secret: set",
        "connection acme-manor: new",
        "connection acme-manor: marketplace = acme",
        "connection acme-manor: orders_from = 2026-03-01T00:00:00+00:00",
        "connection acme-manor: shop = 2042",
        "connection acme-manor: store = manor",
        "connection acme-manor: api_key: set",
        "connection acme-manor: orders.accept: accept_first → create_first",
        "connection acme-manor: orders.commission_target: marketplace_commission → mirakl_commission",
        "connection acme-manor: orders.poll_every: 1m → 5m",
    ]


def test_applying_twice_changes_nothing_the_second_time(applied: Database) -> None:
    with applied.transaction() as tx:
        assert difference(tx, wanted()) == []
        assert apply(tx, wanted(), "ann", NOON) == []
    with applied.reading() as tx:
        counts = {
            model.__tablename__: tx.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Marketplace, Shop, Store, Connection, PolicyVersion, PolicyChange)
        }
    assert counts == {
        "marketplaces": 1,
        "shops": 1,
        "stores": 1,
        "connections": 1,
        "policy_versions": 1,
        "policy_changes": 1,
    }


def test_a_change_is_written_with_who_and_what(applied: Database) -> None:
    changed = wanted(connection__orders__poll_every="10m", connection__api_key=f"fernet:{secrets.encrypt('new')}")
    with applied.transaction() as tx:
        told = [str(change) for change in apply(tx, changed, "bob", NOON)]
    assert told == ["connection acme-manor: api_key: changed", "connection acme-manor: orders.poll_every: 5m → 10m"]
    with applied.reading() as tx:
        changes = tx.execute(select(PolicyChange).order_by(PolicyChange.id)).scalars().all()
        assert [(change.who, change.at) for change in changes] == [("ann", NOON), ("bob", NOON)]
        assert changes[1].difference == told
        assert tx.execute(select(Shop)).unique().scalar_one().credentials == {"api_key": "new"}
    assert read_policy(connection(applied).policy_version.content).orders.poll_every.total_seconds() == 600


def test_a_changed_marketplace_is_noted_on_its_connections(applied: Database) -> None:
    only = read_wanted({"marketplace": {"acme": {**content()["marketplace"]["acme"], "window": "12h"}}}, ENVIRON)
    with applied.transaction() as tx:
        assert unmentioned(tx, only) == ["store manor", "connection acme-manor"]
        apply(tx, only, "bob", NOON)
    with applied.reading() as tx:
        last = tx.execute(select(PolicyChange).order_by(PolicyChange.id.desc())).scalars().first()
        assert last is not None
        assert last.difference == ["marketplace acme: rules.window: 24h → 12h"]
        assert tx.execute(select(func.count()).select_from(Connection)).scalar_one() == 1


def test_a_profile_brings_its_window_and_the_files_own_wins() -> None:
    table = content()["marketplace"]["acme"] | {"profile": "conrad"}
    assert read_wanted({"marketplace": {"acme": table}}, {}).marketplaces[0].rules["window"] == "24h"
    del table["window"]
    rules = read_wanted({"marketplace": {"acme": table}}, {}).marketplaces[0].rules
    assert rules["window"] == {"working_days": 1, "timezone": "Europe/Berlin", "holidays": "DE"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"connection__orders__poll_every": "1m"},
            "Connection acme-manor does not fit: poll_every 1m is below what Acme allows us: 5m.",
        ),
        (
            {"marketplace__caller": "external_partner", "marketplace__call_limits": {}},
            "Connection acme-manor does not fit: poll_every 5m is below what Acme allows an external partner: 15m.",
        ),
        ({"store__settings": {"colour": "red"}}, "store.manor: WooCommerce has no setting colour."),
        ({"connection__store": "barn"}, "connection.acme-manor.store is 'barn', which is described nowhere."),
        ({"connection__marketplace": "m"}, "connection.acme-manor.marketplace is 'm', which is described nowhere."),
    ],
)
def test_what_does_not_fit_is_refused_whole(db: Database, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured) as refused, db.transaction() as tx:
        apply(tx, wanted(**changes), "ann", NOON)
    assert refused.value.words == words
    assert refused.value.way_out
    with db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Marketplace)).scalar_one() == 0


def test_a_marketplace_change_that_no_longer_fits_an_unnamed_connection_is_refused(applied: Database) -> None:
    only = read_wanted(
        {"marketplace": {"acme": {"url": "https://acme.example", "call_limits": {"OR11": "1h"}}}}, ENVIRON
    )
    with pytest.raises(Misconfigured, match="Connection acme-manor does not fit"), applied.transaction() as tx:
        apply(tx, only, "bob", NOON)


def test_a_shop_has_one_connection(applied: Database) -> None:
    tables = content()
    tables["connection"]["other"] = tables["connection"].pop("acme-manor")
    with pytest.raises(Misconfigured, match="is joined by connection acme-manor"), applied.transaction() as tx:
        apply(tx, read_wanted(tables, ENVIRON), "bob", NOON)


def test_a_connection_keeps_its_shop(applied: Database) -> None:
    with pytest.raises(Misconfigured, match="its orders belong there"), applied.transaction() as tx:
        apply(tx, wanted(connection__shop=1), "bob", NOON)


def test_open_orders_keep_a_connection_in_its_store(applied: Database) -> None:
    joined = connection(applied)
    with applied.transaction() as tx:
        tx.add(an_order(joined))
    tables = content()
    tables["store"]["barn"] = tables["store"]["manor"]
    tables["connection"]["acme-manor"]["store"] = "barn"
    with pytest.raises(Misconfigured, match="has open orders in store manor"), applied.transaction() as tx:
        apply(tx, read_wanted(tables, ENVIRON), "bob", NOON)


def test_pausing_and_resuming_are_noted_and_repeatable(applied: Database) -> None:
    with applied.transaction() as tx:
        assert pause(tx, "acme-manor", (), "bob", NOON) == ["orders", "shipments", "stock"]
        assert pause(tx, "acme-manor", ("orders",), "bob", NOON) == []
    assert connection(applied).paused == ["orders", "shipments", "stock"]
    with applied.transaction() as tx:
        tx.execute(select(Connection)).unique().scalar_one().stopped_because = "wrong key"
        assert resume(tx, "acme-manor", (), "bob", NOON) == [
            "orders",
            "shipments",
            "stock",
            "what had stopped by itself",
        ]
        assert resume(tx, "acme-manor", (), "bob", NOON) == []
    assert (connection(applied).paused, connection(applied).stopped_because) == ([], "")
    with applied.reading() as tx:
        told = [change.difference for change in tx.execute(select(PolicyChange).order_by(PolicyChange.id)).scalars()]
    assert told[1:] == [
        ["paused: orders, shipments, stock"],
        ["resumed: orders, shipments, stock", "no longer stopped: wrong key"],
    ]


def test_unknown_names_are_answered_with_the_known(applied: Database) -> None:
    with applied.transaction() as tx:
        with pytest.raises(Misconfigured) as refused:
            pause(tx, "acme", (), "bob", NOON)
        assert refused.value.way_out == "Known are acme-manor."
        with pytest.raises(Misconfigured, match="There is no feed returns"):
            pause(tx, "acme-manor", ("returns",), "bob", NOON)


def test_applying_a_mended_file_lets_a_stopped_connection_try_again(applied: Database) -> None:
    with applied.transaction() as tx:
        tx.execute(select(Connection)).unique().scalar_one().stopped_because = "wrong key"
    with applied.transaction() as tx:
        apply(tx, wanted(connection__api_key=f"fernet:{secrets.encrypt('right')}"), "bob", NOON)
    assert connection(applied).stopped_because == ""


def an_order(joined: Connection) -> Order:
    return Order(
        connection_id=joined.id,
        shop_pk=joined.shop_pk,
        store_pk=joined.store_pk,
        policy_id=joined.policy_id,
        order_id="O-1",
        state="received",
        marketplace_state="WAITING_ACCEPTANCE",
        created_at=NOON,
        marketplace_updated_at=NOON,
        seen_at=NOON,
        looked_at=NOON,
        currency="EUR",
        gross=Decimal(1),
        commission=Decimal(0),
        payload={},
    )


@pytest.mark.parametrize(
    ("changes", "weighed"),
    [
        ({"connection__stock": {"send": True, "buffer": 2}}, True),
        ({"connection__orders__poll_every": "6m"}, True),
        ({"marketplace__name": "Acme Market"}, False),
        ({"connection__store": "annex"}, True),
    ],
)
def test_offers_are_weighed_again_when_policy_or_shelf_are_others(
    applied: Database, changes: dict[str, Any], weighed: bool
) -> None:
    with applied.transaction() as tx:
        annex = Store(key="annex", platform="woocommerce", url="https://annex.example", credentials={})
        annex.credentials = {"consumer_key": "ck", "consumer_secret": "cs"}
        row = connection(applied)
        tx.add_all([annex, Offer(connection_id=row.id, store_pk=row.store_pk, sku="MUG")])
    with applied.transaction() as tx:
        apply(tx, wanted(**changes), "ann", NOON)
    with applied.reading() as tx:
        offer = tx.execute(select(Offer)).scalar_one()
        assert (offer.touched_at == NOON) is weighed
        assert offer.store_pk == connection(applied).store_pk
