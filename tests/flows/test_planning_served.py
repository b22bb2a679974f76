"""Inventory Planner on loopback: files by SFTP and tables it fetches reach its own numbers, and cancellations too."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.serving import make_server

from mirakl_sync.console.app import create_app
from mirakl_sync.db.models import Connection, Store
from mirakl_sync.planning import queries, reading, sending
from mirakl_sync.sandbox.plan import open_sandbox
from mirakl_sync.stores import full_look
from tests.flows.conftest import Begin
from tests.flows.days import Day
from tests.worlds import Remote

RIGHT = {"feed_user": "ip", "feed_password": "long and secret"}


@dataclass
class Served:
    """A day beside a simulated account."""

    day: Day
    account: Remote
    pk: int

    def send(self) -> str:
        """Everything, now."""
        return sending.send(self.pk, self.day.wiring, now_or_never=True).sentence()

    def read(self) -> str:
        """The morning after a night run by hand."""
        self.day.later(seconds=5)
        return reading.read(self.pk, self.day.wiring, night_over=True).sentence()

    def plan(self, sku: str) -> tuple[int | None, int | None]:
        """(in stock, sold in seven days) as it says."""
        with self.day.wiring.db.reading() as tx:
            (plan,) = queries.of_sku(tx, sku)
        return plan.in_stock, plan.sold_7

    def paths(self) -> Mapping[str, str]:
        """Where its tables are served, by feed."""
        with self.day.wiring.db.reading() as tx:
            (row,) = queries.overview(tx, self.day.clock())
        return {table.feed: table.path for table in row.tables}


@contextmanager
def account(day: Day, **settings: Any) -> Iterator[Served]:
    """A simulated account whose warehouse is WH, named by the day's connection."""
    with ExitStack() as closing:
        sandbox = open_sandbox({"servers": [{"kind": "inventory_planner", "name": "ip", "warehouses": ("WH",)}]})
        closing.callback(sandbox.stop)
        there = sandbox["ip"]
        drop = there["sftp"]
        keys = {"api_key": there["key"], "account": there["account"], **RIGHT}
        login = {"sftp_user": drop["user"], "sftp_password": drop["password"]}
        door = {f"sftp_{name}": drop[name] for name in ("host", "port", "host_key")}
        with day.wiring.db.transaction() as tx:
            store = Store(
                key="ip",
                platform="inventory_planner",
                url=there["url"],
                credentials={**keys, **login},
                settings={"warehouse": "WH", "every": 0, **door, **settings},
            )
            tx.add(store)
            tx.flush()
            joined = tx.get_one(Connection, day.world.connection)
            joined.planner_pk = store.id
            shop = joined.store_pk
        full_look.read_levels(shop, day.wiring)
        remote = Remote(there["url"])
        ahead = day.clock.ahead.total_seconds()
        if ahead:
            remote.post("clock", {"advance": ahead})
        yield Served(day, remote, store.id)


@pytest.fixture
def day(begin: Begin) -> Day:
    return begin(market={"promotion_chance": 0, "duplicate_sku_chance": 0})


def test_files_by_sftp_reach_its_numbers_and_are_proven_by_them(day: Day) -> None:
    with account(day, way="advanced_csv") as served:
        order = day.buy(("MUG", 2))
        day.minutes(2)
        served.account.post("clock", {"advance": 120})
        assert "3 files brought" in served.send()
        served.account.post("night")

        assert "3 files looked for, 0 in doubt" in served.read()
        assert served.plan("MUG") == (98, 2)

        day.do(order, "cancel")
        day.minutes(2)
        served.account.post("clock", {"advance": 120})
        served.send()
        served.account.post("night")
        served.read()
        assert served.plan("MUG") == (100, 0)
        assert day.questions() == []


def test_whole_tables_it_fetches_reach_its_numbers(day: Day) -> None:
    with account(day, way="starter_csv") as served, web(day) as address:
        day.buy(("MUG", 2))
        day.minutes(2)
        served.account.post("clock", {"advance": 120})
        served.send()
        paths = served.paths()
        urls = {"products": f"{address}{paths['variants']}", "sales_orders": f"{address}{paths['sales']}"}
        login = {"starter_user": RIGHT["feed_user"], "starter_password": RIGHT["feed_password"]}
        served.account.post("settings", {"starter_urls": urls, **login})
        served.account.post("pull")

        assert "0 in doubt" in served.read()
        assert served.plan("MUG") == (98, 2)


@contextmanager
def web(day: Day) -> Iterator[str]:
    """The web process on a port of its own; answers its address."""
    server = make_server("127.0.0.1", 0, create_app(day.wiring), threaded=True)
    listening = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    listening.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        listening.join(5)
