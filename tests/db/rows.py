"""The rows a marketplace order needs around it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mirakl_sync.db.models import Connection, Marketplace, Order, OrderLine, PolicyVersion, Shop, Store
from mirakl_sync.db.transaction import Transaction
from tests.conftest import NOON


def connection(tx: Transaction) -> Connection:
    """A shop joined to a store."""
    market = Marketplace(key="acme", url="https://acme.example")
    row = Connection(
        key="acme-manor",
        shop=Shop(shop_id="2000", credentials={"api_key": "k"}, marketplace=market),
        store=Store(key="manor", platform="woocommerce", url="https://manor.example", credentials={}),
        policy_version=PolicyVersion(digest="d", content={}),
        orders_from=NOON - timedelta(days=1),
    )
    tx.add(row)
    tx.flush()
    return row


def order(tx: Transaction, row: Connection, order_id: str, *lines: OrderLine, **values: Any) -> Order:
    """An order that waits for our answer."""
    made = Order(
        **{
            "connection_id": row.id,
            "shop_pk": row.shop_pk,
            "store_pk": row.store_pk,
            "policy_id": row.policy_id,
            "order_id": order_id,
            "state": "received",
            "marketplace_state": "WAITING_ACCEPTANCE",
            "created_at": NOON,
            "marketplace_updated_at": NOON,
            "seen_at": NOON,
            "looked_at": NOON,
            "currency": "EUR",
            "gross": Decimal(10),
            "commission": Decimal(1),
            "payload": {},
            **values,
        }
    )
    made.lines = list(lines)
    tx.add(made)
    tx.flush()
    return made


def line(
    store_pk: int, sku: str, quantity: int, *, promised: bool = False, felt_at: datetime | None = None
) -> OrderLine:
    """One line of ``quantity`` pieces."""
    return OrderLine(
        store_pk=store_pk,
        position=0,
        line_id=f"{sku}-{quantity}",
        sku=sku,
        state="WAITING_ACCEPTANCE",
        quantity=quantity,
        unit_price=Decimal(10),
        gross=Decimal(10) * quantity,
        net=Decimal(8) * quantity,
        commission=Decimal(1),
        promised=promised,
        felt_at=felt_at,
    )
