"""A simulated account over real HTTP and real SFTP, and our doors to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from mirakl_sync.http.client import HttpTransport
from mirakl_sync.platforms.contract import StoreAccess
from mirakl_sync.platforms.inventory_planner.store import InventoryPlanner, plan
from mirakl_sync.sandbox.inventory_planner import Planner, create_app, settings_from
from mirakl_sync.sandbox.inventory_planner.catalogue import seed
from mirakl_sync.sandbox.inventory_planner.night import run_night
from mirakl_sync.sandbox.inventory_planner.sftp_trouble import SftpRule
from mirakl_sync.sandbox.server import serve


@dataclass
class Account:
    """The simulated account and our doors to it. ``waits`` are the seconds we would have slept."""

    planner: Planner
    url: str
    waits: list[float] = field(default_factory=list)

    def open(self, *, login: dict[str, str] | None = None, **settings: Any) -> InventoryPlanner:
        """A door by the Advanced connector, with these settings and credentials changed."""
        known = self.planner.door.access() if self.planner.door else {}
        given = {"way": "advanced_csv", "warehouse": "WH-1", "every": 0}
        given |= {"sftp_host": known["host"], "sftp_port": known["port"], "sftp_host_key": known["host_key"]}
        shown = {"api_key": "ip-sandbox-key", "account": "a12345"}
        shown |= {"sftp_user": known["user"], "sftp_password": known["password"]}
        access = StoreAccess("ip", self.url, shown | (login or {}), given | settings)
        return plan(access, self._dial, self.planner.clock.now, sleep=self.waits.append)

    def _dial(self, base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> HttpTransport:
        return HttpTransport(base_url, name="planner", auth=auth, interpret=interpret, parallel=parallel)

    def night(self) -> list[dict[str, Any]]:
        """What the nightly run made of each file."""
        return list(run_night(self.planner)["files"])

    def drop_trouble(self, what: str, **rule: Any) -> None:
        """The file server gets into trouble."""
        assert self.planner.door
        self.planner.door.trouble.replace([SftpRule(what, **rule)])

    def lying(self) -> list[str]:
        """Every file on the file server."""
        assert self.planner.drop
        return list(self.planner.drop.shown()["there"])


@pytest.fixture
def make_account() -> Iterator[Callable[..., Account]]:
    """An account that knows a mug (42 pieces) and a tee (5 pieces)."""
    made: list[tuple[Planner, Any]] = []

    def make(**settings: Any) -> Account:
        planner = Planner(settings_from(settings))
        for sku, quantity in (("MUG", 42), ("TEE", 5)):
            seed(planner, {"sku": sku, "title": sku.title(), "price": "12.10", "quantity": quantity})
        planner.recalculate()
        planner.open_door()
        server = serve(create_app(planner))
        made.append((planner, server))
        return Account(planner, server.url)

    yield make
    for planner, server in made:
        server.stop()
        planner.close()


@pytest.fixture
def account(make_account: Callable[..., Account]) -> Account:
    return make_account()
