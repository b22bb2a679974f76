"""The planner beside a connection's store: whether it answers, and whether both go together."""

from __future__ import annotations

from sqlalchemy import select

from mirakl_sync.connections.pausing import connection
from mirakl_sync.db.models import Connection, Store
from mirakl_sync.planning.fitting import Sides, fit
from mirakl_sync.platforms.registry import platform
from mirakl_sync.records.shop import Finding
from mirakl_sync.wiring import Wiring


def planner_findings(wiring: Wiring, key: str) -> list[Finding]:
    """What it says of itself and what stands against it; none where the connection names no planner."""
    with wiring.db.reading() as tx:
        row = connection(tx, key)
        if row.planner_pk is None:
            return []
        store = tx.get_one(Store, row.planner_pk)
        named = select(Store.key).where(
            Store.id.in_(select(Connection.store_pk).where(Connection.planner_pk == store.id))
        )
        stores = tuple(tx.execute(named.order_by(Store.key)).scalars())
        planner = wiring.connections.planner(store)
    sides = Sides(
        planner=store.key,
        way=planner.way,
        told=store.settings,
        credentials=store.credentials,
        capabilities=platform(store.platform).capabilities_with(store.settings),
        store=row.store.key,
        platform=row.store.platform,
        stores=stores,
        hooks_url=wiring.config.hooks_url,
    )
    return [*fit(sides), *planner.check()]
