"""Weigh touched offers: from what the shop said and marketplaces sold to the number each offer should show.

Cost grows with what was touched, never with the catalogue.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from mirakl_sync.db.models import Offer, ShelfItem
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.shelf import board, offers, story
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import scale
from mirakl_sync.stock.scale import Weighed
from mirakl_sync.wiring import Wiring

_OFFERS, _SHELF = Offer.__table__, ShelfItem.__table__
# Offers of one transaction: others wait for it no longer than a tenth of a second.
AT_ONCE = 1000
# Seconds of one visit; what is left is weighed by the next.
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class WeighReport:
    """How many offers were weighed, how many numbers changed, and whether some are left."""

    weighed: int = 0
    changed: int = 0
    more: bool = False

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.weighed} offers weighed, {self.changed} numbers changed" + (", more to come" * self.more)


def weigh(wiring: Wiring, store_pk: int) -> WeighReport:
    """Weigh every touched offer of a store, in short transactions. May be called by several at once."""
    weighed = changed = 0
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        some = _weigh_some(wiring, store_pk)
        weighed, changed = weighed + some.weighed, changed + some.changed
        if some.weighed < AT_ONCE:
            return WeighReport(weighed, changed)
    return WeighReport(weighed, changed, more=True)


def _weigh_some(wiring: Wiring, store_pk: int) -> WeighReport:
    """Some of them. Whoever writes the shelf goes on to its offers; so nobody who holds offers waits for the shelf."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        if unknown := list(tx.execute(_UNKNOWN, {"store": store_pk}).scalars()):
            board.ask_for(tx, store_pk, unknown, now)
    with wiring.db.transaction() as tx:
        touched = tx.execute(_TOUCHED, {"store": store_pk}).all()
        if not touched:
            return WeighReport()
        known = scale.load(tx, wiring.connections, store_pk, touched, now)
        done = [(row, scale.weighed(row, known, now)) for row in touched]
        tx.execute(_WEIGHED, [_written(row, result) for row, result in done])
        changed = [(row, result) for row, result in done if row.wanted != result.wanted]
        story.write(tx, (_told(store_pk, row, result, now) for row, result in changed if row.because))
    # whoever dies here loses nothing: the speed is read off the shelf when the SKU is weighed again
    if rows := scale.sold_since(known, skus(touched), now):
        with wiring.db.transaction() as tx:
            tx.execute(_SPEED, rows)
    return WeighReport(len(done), len(changed))


# Whoever touches one of these while we weigh waits for our transaction, and touches it again after it. In the order of
# the index: by any other, each batch of a whole catalogue would sort all that is left.
_TOUCHED = (
    select(_OFFERS)
    .where(_OFFERS.c.store_pk == bindparam("store"), _OFFERS.c.touched_at.is_not(None))
    .order_by(_OFFERS.c.touched_at, _OFFERS.c.id)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
_NEXT = (
    select(_OFFERS.c.store_pk, _OFFERS.c.sku)
    .where(_OFFERS.c.store_pk == bindparam("store"), _OFFERS.c.touched_at.is_not(None))
    .order_by(_OFFERS.c.touched_at, _OFFERS.c.id)
    .limit(AT_ONCE)
    .subquery()
)
_UNKNOWN = (
    select(_NEXT.c.sku)
    .join(_SHELF, (_SHELF.c.store_pk == _NEXT.c.store_pk) & (_SHELF.c.sku == _NEXT.c.sku), isouter=True)
    .where(_SHELF.c.id.is_(None))
    .distinct()
    .order_by(_NEXT.c.sku)
)
_WRITES = ("wanted", "spread", "because", "since", "again_at", "due")
_WEIGHED = (
    update(_OFFERS)
    .where(_OFFERS.c.id == bindparam("offer"))
    .values({name: bindparam(f"new_{name}", type_=_OFFERS.c[name].type) for name in _WRITES} | {"touched_at": None})
)


def _written(row: Any, result: Weighed) -> dict[str, Any]:
    return {
        "offer": row.id,
        "new_wanted": result.wanted,
        "new_spread": result.spread,
        "new_because": result.because,
        "new_since": (row.since or row.touched_at) if result.due else None,
        "new_again_at": result.again_at,
        "new_due": result.due,
    }


def _told(store_pk: int, row: Any, result: Weighed, now: datetime) -> dict[str, Any]:
    return story.line(
        store_pk,
        row.sku,
        Told.WANTED,
        now,
        now,
        connection_id=row.connection_id,
        before=row.wanted,
        after=result.wanted,
        words=result.because,
    )


_SPEED = (
    update(_SHELF)
    .where(_SHELF.c.id == bindparam("shelf"))
    .values(
        available=bindparam("new_available"),
        speed=bindparam("new_speed"),
        speed_at=bindparam("new_speed_at", type_=_SHELF.c.speed_at.type),
    )
)


def touch_due(tx: Transaction, now: datetime) -> int:
    """Touch the offers whose number time itself changes: a buffer that shrinks, a rule that ends."""
    offers.lock(tx, _OFFERS.c.again_at <= now)
    result = tx.execute(
        update(_OFFERS)
        .where(_OFFERS.c.again_at <= now)
        .values(again_at=None, touched_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result always has it


def skus(rows: Iterable[Any]) -> Sequence[str]:
    """The SKUs of offer rows, each once."""
    return sorted({row.sku for row in rows})
