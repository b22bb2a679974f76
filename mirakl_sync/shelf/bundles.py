"""What bundles hold: a piece of a component sold is a bundle less, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select

from mirakl_sync.db.insert import insert_many_once
from mirakl_sync.db.models import ShelfComponent
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.shop import ProductFacts


def keep(tx: Transaction, store_pk: int, facts: Iterable[ProductFacts]) -> None:
    """Write down what these SKUs hold, as last told; what was held before is forgotten."""
    told = {fact.sku: dict(fact.components) for fact in facts}
    known = _known(tx, store_pk, list(told))
    changed = [sku for sku, holds in told.items() if holds != known.get(sku, {})]
    if not changed:
        return
    tx.execute(delete(ShelfComponent).where(ShelfComponent.store_pk == store_pk, ShelfComponent.bundle.in_(changed)))
    rows = [
        {"store_pk": store_pk, "bundle": sku, "component": component, "pieces": pieces}
        for sku in changed
        for component, pieces in told[sku].items()
    ]
    insert_many_once(tx, ShelfComponent, rows)


def related(tx: Transaction, store_pk: int, skus: Sequence[str]) -> set[str]:
    """These SKUs and all whose number depends on the same pieces: their bundles, components, and those' bundles."""
    found = set(skus)
    for _ in range(2):
        components = _column(tx, store_pk, ShelfComponent.component, ShelfComponent.bundle, found)
        bundles = _column(tx, store_pk, ShelfComponent.bundle, ShelfComponent.component, found | components)
        if components | bundles <= found:
            break
        found |= components | bundles
    return found


def holders(tx: Transaction, store_pk: int, components: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """By component, the bundles that hold it and with how many pieces each."""
    rows = tx.execute(_HOLDERS, {"store": store_pk, "skus": list(components)})
    found: dict[str, list[tuple[str, int]]] = {}
    for component, bundle, pieces in rows:
        found.setdefault(component, []).append((bundle, pieces))
    return found


_HOLDERS = select(ShelfComponent.component, ShelfComponent.bundle, ShelfComponent.pieces).where(
    ShelfComponent.store_pk == bindparam("store"),
    ShelfComponent.component.in_(bindparam("skus", expanding=True)),
)


def _known(tx: Transaction, store_pk: int, skus: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = tx.execute(
        select(ShelfComponent.bundle, ShelfComponent.component, ShelfComponent.pieces).where(
            ShelfComponent.store_pk == store_pk, ShelfComponent.bundle.in_(skus)
        )
    )
    for bundle, component, pieces in rows:
        found.setdefault(bundle, {})[component] = pieces
    return found


def _column(tx: Transaction, store_pk: int, wanted: Any, where: Any, values: Iterable[str]) -> set[str]:
    return set(
        tx.execute(select(wanted).where(ShelfComponent.store_pk == store_pk, where.in_(list(values))).distinct())
        .scalars()
        .all()
    )
