"""Write down what a store says of a SKU, and read what may still be promised of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, func, select, update

from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import OrderLine, ShelfItem
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.shop import ProductFacts


def observe(tx: Transaction, store_pk: int, facts: Iterable[ProductFacts]) -> int:
    """Keep what the store said; newer is never overwritten by older. Answers how many entries changed."""
    changed = 0
    for fact in sorted(facts, key=lambda fact: fact.sku):
        if insert_once(tx, ShelfItem, {"store_pk": store_pk, **asdict(fact)}):
            changed += 1
            continue
        result = tx.execute(
            update(ShelfItem)
            .where(ShelfItem.store_pk == store_pk, ShelfItem.sku == fact.sku, ShelfItem.observed_at < fact.observed_at)
            .values(**asdict(fact))
            .execution_options(synchronize_session=False)
        )
        changed += result.rowcount  # type: ignore[attr-defined]  # an UPDATE's result always has it
        _forget_felt(tx, store_pk, fact)
    return changed


def _forget_felt(tx: Transaction, store_pk: int, fact: ProductFacts) -> None:
    """Promises the store had felt before it spoke are inside its number now."""
    tx.execute(
        update(OrderLine)
        .where(
            OrderLine.store_pk == store_pk,
            OrderLine.sku == fact.sku,
            OrderLine.promised,
            OrderLine.felt_at < fact.observed_at,
        )
        .values(promised=False)
        .execution_options(synchronize_session=False)
    )


def seen(tx: Transaction, store_pk: int, skus: Sequence[str], *, lock: bool = False) -> dict[str, ProductFacts]:
    """The last word of the store on each SKU it ever spoke of.

    ``lock`` keeps others from promising the same goods until the transaction ends.
    """
    query = _SEEN.with_for_update() if lock else _SEEN
    rows = tx.execute(query, {"store": store_pk, "skus": list(skus)}).scalars()
    return {row.sku: _facts(row) for row in rows}


_SEEN = (
    select(ShelfItem)
    .where(ShelfItem.store_pk == bindparam("store"), ShelfItem.sku.in_(bindparam("skus", expanding=True)))
    .order_by(ShelfItem.sku)
)


def promised(tx: Transaction, store_pk: int, facts: dict[str, ProductFacts], *, but_order: int = 0) -> dict[str, int]:
    """Pieces of each SKU promised to other orders that the store's number does not contain yet."""
    rows = tx.execute(_PROMISED, {"store": store_pk, "skus": list(facts), "but": but_order})
    totals = dict.fromkeys(facts, 0)
    for sku, felt_at, pieces in rows:
        if felt_at is None or felt_at >= facts[sku].observed_at:
            totals[sku] += int(pieces)
    return totals


_PROMISED = (
    select(OrderLine.sku, OrderLine.felt_at, func.sum(OrderLine.quantity))
    .where(
        OrderLine.store_pk == bindparam("store"),
        OrderLine.sku.in_(bindparam("skus", expanding=True)),
        OrderLine.promised,
        OrderLine.order_pk != bindparam("but"),
    )
    .group_by(OrderLine.sku, OrderLine.felt_at)
)


def _facts(row: ShelfItem) -> ProductFacts:
    return ProductFacts(
        sku=row.sku,
        observed_at=row.observed_at,
        matches=row.matches,
        product_id=row.product_id,
        quantity=row.quantity,
        in_stock=row.in_stock,
        backorders=row.backorders,
        price=row.price,
        price_includes_tax=row.price_includes_tax,
        sellable=row.sellable,
    )
