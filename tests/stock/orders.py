"""Sales for tests of stock: an order of one line, as taking it in leaves it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import count

from mirakl_sync.db.models import Connection, Order, OrderLine
from mirakl_sync.orders import selling
from tests.stock.shop_floor import Floor

_numbers = count(1)


def sell(
    floor: Floor, connection: int, sku: str, pieces: int, order_id: str = "", *, at: datetime | None = None
) -> str:
    """A marketplace sold some pieces (now, or at ``at``), and we have just seen it; answers the order's id."""
    now, order_id = floor.clock(), order_id or f"O-{next(_numbers)}"
    with floor.db.transaction() as tx:
        joined = tx.get_one(Connection, connection)
        line = OrderLine(
            store_pk=floor.store,
            position=1,
            line_id=f"{order_id}-1",
            sku=sku,
            state="WAITING_ACCEPTANCE",
            quantity=pieces,
            unit_price=Decimal(5),
            gross=Decimal(5),
            net=Decimal(5),
            commission=Decimal(0),
        )
        row = Order(
            connection_id=connection,
            shop_pk=joined.shop_pk,
            store_pk=floor.store,
            policy_id=joined.policy_id,
            order_id=order_id,
            state="received",
            marketplace_state="WAITING_ACCEPTANCE",
            created_at=at or now,
            marketplace_updated_at=at or now,
            seen_at=now,
            looked_at=now,
            currency="EUR",
            gross=Decimal(5),
            commission=Decimal(0),
            payload={},
            lines=[line],
        )
        tx.add(row)
        tx.flush()
        selling.open_lines(row)
        selling.sold(tx, [row], now)
    return order_id
