"""Orders whose parcels have left the shop and of which the marketplace knows nothing yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import select, update

from benchmarks.stage import Stage
from mirakl_sync.config import Config
from mirakl_sync.connections import refresh
from mirakl_sync.db.models import Connection, Order, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import intake as orders
from mirakl_sync.orders.states import State
from mirakl_sync.records.shipment import Parcel
from mirakl_sync.records.shop import PlatformOrder
from mirakl_sync.shipments import intake as parcels
from mirakl_sync.wiring import Wiring, wire

_numbers = count(1)


@contextmanager
def quietly(on: Stage) -> Iterator[Wiring]:
    """The stage's rows without its bells: what is written here rings nobody."""
    config = on.wiring.config
    wiring = wire(Config(config.database_url, "redis://127.0.0.1:1/0", config.secret_keys), who="bench")
    try:
        yield wiring
    finally:
        wiring.close()


def place(on: Stage, number: int) -> None:
    """Let ``number`` orders of one line each be paid and wait for their shipping."""
    lines = [{"sku": "SKU-1", "quantity": 1}]
    on.control("orders", {"shop_id": 2000, "count": number, "state": "SHIPPING", "lines": lines})


def learn(on: Stage, *, multi_shipment: bool) -> None:
    """Let the marketplace be of this kind, and read its rules and carriers."""
    on.control("features", {"multi_shipment": multi_shipment})
    with quietly(on) as wiring:
        refresh.refresh(on.connection, wiring)


def pack(on: Stage, number: int, carrier: str = "DHL") -> list[int]:
    """Place orders and note a parcel of each, without telling anybody; answers our numbers of the parcels."""
    place(on, number)
    with quietly(on) as wiring:
        with wiring.db.transaction() as tx:
            tx.execute(update(Connection).values(paused=[], next_pull_at=None, leased_until=None))
            known = set(tx.execute(select(Order.id)).scalars())
        orders.pull(on.connection, wiring)
        with wiring.db.transaction() as tx:
            fresh = [pk for pk in tx.execute(select(Order.id).order_by(Order.id)).scalars() if pk not in known]
            if len(fresh) != number:
                raise RuntimeError(f"{len(fresh)} of {number} orders were taken in")
            tx.execute(update(Connection).values(paused=["orders"]))
            tx.execute(update(Order).values(state=State.PLACED, placed_at=wiring.now(), next_attempt_at=None))
            for pk in fresh:
                _note(tx, wiring, tx.get_one(Order, pk), carrier)
            return list(tx.execute(select(Shipment.id).where(Shipment.order_pk.in_(fresh))).scalars())


def _note(tx: Transaction, wiring: Wiring, row: Order, carrier: str) -> None:
    parcel = Parcel(f"p{row.id}", carrier, f"5{next(_numbers):011d}")
    shown = PlatformOrder(str(row.id), str(row.id), "completed", live=True, left=True, parcels=(parcel,))
    parcels.note(tx, row, shown, wiring.now())
