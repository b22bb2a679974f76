from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from mirakl_sync.config import Config
from mirakl_sync.console.app import create_app
from mirakl_sync.db.models import (
    Connection,
    ListedCarrier,
    Marketplace,
    Order,
    OrderLine,
    PolicyVersion,
    Shipment,
    ShipmentLine,
    Shop,
    Store,
)
from mirakl_sync.hooks.inbox import Received
from mirakl_sync.policy.model import Policy
from mirakl_sync.policy.schema import write_policy
from mirakl_sync.wiring import wire
from tests.conftest import TEST_KEY

NOBODY_HOME = "redis://127.0.0.1:1/0"


@dataclass
class FakeDoor:
    """Answers what it is told to and remembers what came."""

    answer: Received | Exception = field(default_factory=lambda: Received(202, "kept"))
    came: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, _wiring: Any, store: str, headers: Mapping[str, str], body: bytes) -> Received:
        self.came.append((store, headers, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def door():
    return FakeDoor()


@pytest.fixture
def wiring(db, clock, bells):
    wiring = wire(Config(db.url, NOBODY_HOME, (TEST_KEY,)), dispatcher=bells, now=clock)
    yield wiring
    wiring.close()


@pytest.fixture
def client(wiring, door) -> FlaskClient:
    return create_app(wiring, ["acceptance", "orders"], receive=door).test_client()


@pytest.fixture
def locked(wiring, door) -> FlaskClient:
    """The same pages behind a password."""
    closed = replace(wiring, config=replace(wiring.config, console_password="open sesame"))
    return create_app(closed, ["acceptance"], receive=door).test_client()


@pytest.fixture
def connection(db, clock) -> int:
    """A connection called acme-webshop."""
    with db.transaction() as tx:
        marketplace = Marketplace(key="acme", name="Acme", url="https://acme.example", rules={"window": {"hours": 24}})
        shop = Shop(marketplace=marketplace, shop_id="2000", credentials={"api_key": "k"})
        store = Store(key="webshop", platform="woocommerce", url="https://shop.example", credentials={})
        version = PolicyVersion(digest="test", content=write_policy(Policy()))
        tx.add_all([shop, store, version])
        tx.flush()
        row = Connection(
            key="acme-webshop", shop_pk=shop.id, store_pk=store.id, policy_id=version.id, orders_from=clock()
        )
        tx.add(row)
        tx.flush()
        return row.id


@pytest.fixture
def placed(db, clock, connection):
    """Make an order; keywords replace its columns."""

    def make(order_id: str, **columns: Any) -> int:
        with db.transaction() as tx:
            joined = tx.get_one(Connection, connection)
            now = clock()
            line = OrderLine(
                store_pk=joined.store_pk,
                position=1,
                line_id=f"{order_id}-1",
                sku="MUG",
                title="Mug <b>",
                state="WAITING",
                quantity=2,
                unit_price=Decimal("12.50"),
                net=Decimal("20.83"),
                gross=Decimal("25.00"),
                commission=Decimal("2.50"),
            )
            values = {
                "connection_id": connection,
                "shop_pk": joined.shop_pk,
                "store_pk": joined.store_pk,
                "policy_id": joined.policy_id,
                "order_id": order_id,
                "marketplace_state": "WAITING_ACCEPTANCE",
                "state": "received",
                **dict.fromkeys(("created_at", "marketplace_updated_at", "seen_at", "looked_at"), now),
                "accept_by": now + timedelta(hours=24),
                "currency": "EUR",
                "gross": Decimal("25.00"),
                "commission": Decimal("2.50"),
                "lines": [line],
                "payload": {"customer": {"lastname": "Buyerson"}},
            }
            row = Order(**{**values, **columns})
            tx.add(row)
            tx.flush()
            return row.id

    return make


@pytest.fixture
def parcel(db, clock):
    """Make a parcel of an order; keywords replace its columns."""

    def make(order: int, **columns: Any) -> int:
        with db.transaction() as tx:
            row = tx.get_one(Order, order)
            values = {
                "connection_id": row.connection_id,
                "store_pk": row.store_pk,
                "order_pk": order,
                "parcel_id": secrets.token_hex(4),
                "state": "noted",
                "carrier": "Brown Trucks",
                "number": "1Z999AA10123456784",
                "country": "FR",
                "seen_at": clock(),
                "lines": [ShipmentLine(line_id=line.line_id, quantity=line.quantity) for line in row.lines],
            }
            made = Shipment(**{**values, **columns})
            tx.add(made)
            tx.flush()
            return made.id

    return make


@pytest.fixture
def listed(db, clock, connection):
    """Put carriers on the marketplace's list: codes with their labels."""

    def make(**labels: str) -> None:
        with db.transaction() as tx:
            market = tx.get_one(Connection, connection).shop.marketplace
            market.carriers_read_at = clock()
            for code, label in labels.items():
                url = f"https://{code.lower()}.example/{{trackingId}}"
                row = {"marketplace_id": market.id, "code": code, "label": label, "seen_at": clock()}
                tx.add(ListedCarrier(tracking_url=url, **row))

    return make
