"""Files for teams that import them: orders of ours and what a shelf holds, as the store's own kind writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.connections.pausing import store
from mirakl_sync.db.models import Order, ShelfItem, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.orders import deeds, states
from mirakl_sync.platforms.contract import Files, StoreAccess
from mirakl_sync.platforms.registry import platform, platforms
from mirakl_sync.records.shop import OrderDraft, ProductFacts
from mirakl_sync.shelf import board
from mirakl_sync.wiring import Wiring

AT_ONCE = 1000
# Sales that stand and whose buyer is known.
STANDING = (states.State.ACCEPTED, states.State.PLACED, states.State.SHIPPED)


@dataclass(frozen=True, slots=True)
class Filed:
    """A file, how much is in it, and what was left out and why."""

    content: bytes
    ending: str
    count: int
    left_out: tuple[str, ...] = ()


def orders_file(wiring: Wiring, key: str, since: datetime) -> Filed:
    """The standing sales of a store since then, as its kind would have made them. What cannot be written is left out
    with its reason. ``Misconfigured`` where nobody knows the store, ``Refused`` where its kind writes no files. Nothing
    is asked of anybody."""
    with wiring.db.reading() as tx:
        shop, files, access = _store(tx, key)
        drafts, left_out = [], []
        for row in _standing(tx, shop, since):
            try:
                draft = _draft(tx, wiring, row)
                files.orders(access, [draft])
            except Refused as error:
                left_out.append(f"{row.order_id}: {error.words}")
            else:
                drafts.append(draft)
    return Filed(files.orders(access, drafts), files.ending, len(drafts), tuple(left_out))


def levels_file(wiring: Wiring, key: str) -> Filed:
    """Every SKU of a store's shelf with the number it last told. Errors as by ``orders_file``."""
    with wiring.db.reading() as tx:
        shop, files, access = _store(tx, key)
        told = list(_shelf(tx, shop))
    return Filed(files.levels(access, told), files.ending, len(told))


def _store(tx: Transaction, key: str) -> tuple[Store, Files, StoreAccess]:
    row = store(tx, key)
    files = platform(row.platform).files
    if files is None:
        kinds = ", ".join(spec.label for spec in platforms().values() if spec.files)
        raise Refused(f"For a {platform(row.platform).label} store no files are written.", way_out=f"For {kinds}.")
    return row, files, StoreAccess(row.key, row.url, {}, row.settings)


def _standing(tx: Transaction, shop: Store, since: datetime) -> Iterator[Order]:
    asked = (
        select(Order)
        .where(Order.store_pk == shop.id, Order.created_at >= since, Order.state.in_(STANDING), Order.has_addresses)
        .order_by(Order.created_at, Order.id)
    )
    yield from tx.execute(asked).unique().scalars()


def _draft(tx: Transaction, wiring: Wiring, row: Order) -> OrderDraft:
    opened = wiring.connections.open(tx, row.connection_id)
    return deeds.draft_of(tx, opened, row, wiring.connections.policy(tx, row.policy_id).orders)


def _shelf(tx: Transaction, shop: Store) -> Iterator[ProductFacts]:
    on_it = select(ShelfItem.sku).where(ShelfItem.store_pk == shop.id).order_by(ShelfItem.sku)
    skus = list(tx.execute(on_it).scalars())
    for start in range(0, len(skus), AT_ONCE):
        told = board.seen(tx, shop.id, skus[start : start + AT_ONCE])
        yield from (told[sku] for sku in sorted(told))
