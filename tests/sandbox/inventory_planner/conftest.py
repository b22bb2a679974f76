"""A simulated account, a client with its key, and a way to put files into its drop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import asyncssh
import pytest
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.inventory_planner import Planner, create_app, settings_from
from mirakl_sync.sandbox.inventory_planner.catalogue import seed
from tests.sandbox.remote import Remote

HEADERS = {"Authorization": "ip-sandbox-key", "Account": "a12345"}
NOW = "2026-11-19T08:12:00"
VARIANT = "VARIANT_ID,SKU,TITLE,BARCODE,PRODUCT_ID,PRICE,CREATED_AT,UPDATED_AT,REMOVED"
STOCK = "VARIANT_ID,WAREHOUSE_ID,IN_STOCK,REMOVED,UPDATED_AT"
SALES = (
    "ORDER_ID,ID,VARIANT_ID,WAREHOUSE,CURRENCY,QUANTITY,PRICE,CREATED_AT,REMOVED,UPDATED_AT,"
    "REFERENCE,REFERENCE2,CANCELLED"
)


@dataclass
class Client(Remote):
    """Speaks the API with the account's key; `control` speaks to /_sandbox/."""

    planner: Planner

    def __post_init__(self) -> None:
        self.open(create_app(self.planner))

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        more.setdefault("headers", HEADERS)
        if body is not None:
            more["json"] = body
        return self.flask.open(f"/api/v1/{path}", method=method, **more)

    def get(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        assert answer.json["result"] == {"status": "success"}
        return answer.json

    def books(self) -> Any:
        return self.control("books")

    def row(self, sku: str, warehouse: int = 0) -> Any:
        """One warehouse's metrics of a SKU."""
        return self.get(f"variants?sku={sku}")["variants"][0]["warehouse"][warehouse]

    def put(self, entity: str, name: str, *lines: str) -> None:
        """A file lies in the drop as if it had been uploaded."""
        assert self.planner.drop
        path = self.planner.drop.folder / self.planner.settings.folders[entity] / name
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        self.planner.drop.arrived(path, "whole")

    def night(self) -> Any:
        return self.control("night", {})

    def sell(self, *rows: str, name: str = "sales.csv") -> Any:
        """Rows of (line, order, sku, quantity[, reference, cancelled, removed]) go through a night."""
        self.put("sales_order", name, SALES, *[self._sale(*row.split()) for row in rows])
        return self.night()["files"][0]

    def _sale(
        self, line: str, order: str, sku: str, quantity: str, reference: str = "", cancelled: str = "false",
        removed: str = "false",
    ) -> str:  # fmt: skip
        at = self.planner.clock.now().replace(tzinfo=None).isoformat(timespec="seconds")
        return f"{line},{order},{sku},WH-1,EUR,{quantity},30.00,{at},{removed},{at},{reference},Shop A,{cancelled}"


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    """A client of an account that knows a mug (42 pieces) and a tee (5 pieces)."""
    made: list[Planner] = []

    def make(**settings: Any) -> Client:
        planner = Planner(settings_from(settings))
        made.append(planner)
        for sku, quantity in (("MUG", 42), ("TEE", 5)):
            seed(planner, {"sku": sku, "title": sku.title(), "price": "12.10", "quantity": quantity})
        planner.recalculate()
        return Client(planner)

    yield make
    for planner in made:
        planner.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


@dataclass
class Uploader:
    """An SFTP client with what the account's access says."""

    access: dict[str, Any]

    def put(self, path: str, text: str, **changed: Any) -> None:
        """Uploads a whole file; raises what asyncssh raises."""

        async def upload(sftp: asyncssh.SFTPClient) -> None:
            async with sftp.open(path, "w", block_size=1024) as file:
                await file.write(text)

        self.do(upload, **changed)

    def do(self, work: Callable[[asyncssh.SFTPClient], Any], **changed: Any) -> Any:
        async def whole() -> Any:
            known = asyncssh.import_known_hosts(
                f"[{self.access['host']}]:{self.access['port']} {self.access['host_key']}\n"
            )
            login = {"password": self.access["password"], "client_keys": None, "known_hosts": known, **changed}
            login.setdefault("username", self.access["user"])
            connecting = asyncssh.connect(self.access["host"], self.access["port"], config=None, **login)
            async with connecting as connection, connection.start_sftp_client() as sftp:
                return await work(sftp)

        return asyncio.run(whole())


@pytest.fixture
def uploader(client: Client) -> Uploader:
    client.planner.open_door()
    assert client.planner.door
    return Uploader(client.planner.door.access())
