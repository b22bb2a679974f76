"""The command line on a small world: both sandboxes run, the rows that join them are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mirakl_sync.cli.main import cli
from mirakl_sync.connections import refresh
from tests.conftest import TEST_KEY
from tests.worlds import World, world

Run = Callable[..., Result]


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a command; answers the var folder."""
    var = tmp_path / "var"
    var.mkdir()
    for name, value in {
        "DATABASE_URL": database_url,
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": TEST_KEY,
        "VAR": str(var),
        "WHO": "ann",
    }.items():
        monkeypatch.setenv(f"MIRAKL_SYNC_{name}", value)
    return var


@pytest.fixture
def run(settings: Path) -> Run:
    """Run a command as a person would; answers what it printed and its exit code."""
    del settings

    def run(*words: str, code: int | None = 0, given: str | None = None) -> Result:
        result = CliRunner().invoke(cli, list(words), input=given, catch_exceptions=False)
        assert code in (None, result.exit_code), result.output
        return result

    return run


@pytest.fixture
def acme(database_url: str, settings: Path) -> Iterator[World]:
    """The world, and its sandbox's addresses where the commands look for them."""
    with world(database_url, webshop={"tracking_plugin": "ast"}) as made:
        (settings / "sandbox.json").write_text(json.dumps({"servers": made.sandbox.servers}))
        yield made


@dataclass(frozen=True)
class Floor:
    """The packing table, worked by hand."""

    acme: World
    run: Run

    def placed(self, *skus: str) -> str:
        """An order that waits in the shop for the warehouse; answers its id."""
        (order_id,) = self.acme.place(lines=[{"sku": sku} for sku in skus or ("MUG",)])
        self.acme.settle()
        assert self.acme.order(order_id).state == "placed"
        return order_id

    def ship(self, order_id: str, **parcel: Any) -> list[dict[str, Any]]:
        """Staff enter a parcel in the shop, which nobody of ours has seen yet; answers the shop's parcels."""
        number = next(link.platform_order_id for link in self.acme.order(order_id).links)
        return list(self.acme.webshop.post(f"orders/{number}/ship", parcel)["parcels"])

    def shipped(self, *skus: str, **parcel: Any) -> str:
        """An order whose parcel was entered and looked at; answers its id."""
        order_id = self.placed(*skus)
        self.ship(order_id, **parcel)
        self.run("shipments", "look", "webshop")
        return order_id

    def parcel(self, order_id: str) -> dict[str, Any]:
        """The only parcel of an order, as ``shipments show`` tells it."""
        (parcel,) = self.told("shipments", "show", order_id)
        return dict(parcel)

    def told(self, *words: str) -> Any:
        """What a command answers to programs."""
        return json.loads(self.run(*words, "--json").stdout)


@pytest.fixture
def floor(acme: World, run: Run) -> Floor:
    """A packing table whose marketplace's carriers are known: UPS, DHL, COL, PICKUP."""
    refresh.refresh(acme.connection, acme.wiring)
    return Floor(acme, run)
