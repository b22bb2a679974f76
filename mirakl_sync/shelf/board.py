"""Write down what a store says of its SKUs, and read what may still be promised of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, not_, or_, select, update

from mirakl_sync.db.insert import insert_many_once
from mirakl_sync.db.models import Order, OrderLine, ShelfItem
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.shelf import bundles, offers, story
from mirakl_sync.shelf.news import News, judged
from mirakl_sync.shelf.story import Told

_SHELF = ShelfItem.__table__
# when the store was asked about a SKU that nobody has asked about yet
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# the columns that hold a fact as it stands
_PLAIN = (
    "observed_at",
    "matches",
    "product_id",
    "quantity",
    "in_stock",
    "backorders",
    "price",
    "price_includes_tax",
    "sellable",
    "changed_at",
)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a batch of words did: SKUs of which they are newer than what was known, and that stand otherwise."""

    newer: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def observe(tx: Transaction, store_pk: int, facts: Iterable[ProductFacts], now: datetime | None = None) -> Observed:
    """Keep what the store said; newer is never overwritten by older, and what is doubtful is asked again.

    Offers of SKUs that stand otherwise are touched. ``now`` is when we learned it, by default when it was said.
    """
    told = {fact.sku: fact for fact in sorted(facts, key=lambda fact: (fact.sku, fact.observed_at))}
    if not told:
        return Observed()
    known = seen(tx, store_pk, list(told), lock=True)
    batch = _Batch(store_pk, now or max(fact.observed_at for fact in told.values()))
    for sku, fact in told.items():
        batch.take(known.get(sku), fact)
    batch.write(tx)
    return Observed(tuple(fact.sku for fact in (*batch.first, *batch.newer)), tuple(batch.changed))


class _Batch:
    """Sorts words into what is written for them, so that each kind is one statement."""

    def __init__(self, store_pk: int, now: datetime) -> None:
        self._store_pk, self._now = store_pk, now
        self.first: list[ProductFacts] = []
        self.newer: list[ProductFacts] = []
        self.changed: dict[str, datetime] = {}
        self._doubted: list[str] = []
        self._asked: list[str] = []
        self._events: list[dict[str, Any]] = []

    def take(self, old: ProductFacts | None, fact: ProductFacts) -> None:
        """Decide about one word."""
        news, doubtful = judged(old, fact)
        if doubtful:
            self._doubted.append(fact.sku)
        if not fact.dated_by_shop:
            self._asked.append(fact.sku)
        if news is News.FIRST:
            self.first.append(fact)
        elif news in (News.CHANGED, News.CONFIRMED):
            self.newer.append(fact)
        # that the shop has never heard of it is an answer too
        answered = news is News.CONFIRMED and old is not None and old.observed_at == NEVER
        if news in (News.FIRST, News.CHANGED) or answered:
            self.changed[fact.sku] = min(fact.changed_at or fact.observed_at, fact.observed_at)
        if news is News.CHANGED and old is not None and old.observed_at > NEVER and old.quantity != fact.quantity:
            self._tell(old, fact)

    def _tell(self, old: ProductFacts, fact: ProductFacts) -> None:
        words = "told by the shop" if fact.dated_by_shop else "seen by asking the shop"
        at, now = self.changed[fact.sku], self._now
        self._events.append(
            story.line(
                self._store_pk, fact.sku, Told.LEVEL, at, now, before=old.quantity, after=fact.quantity, words=words
            )
        )

    def write(self, tx: Transaction) -> None:
        """One statement for each kind."""
        insert_many_once(tx, ShelfItem, [_row(self._store_pk, fact) for fact in self.first])
        # whoever inserted the same SKU at this moment is overwritten only if ours is newer
        raced = [] if tx.get_bind().dialect.name == "sqlite" else self.first
        if replaced := [*self.newer, *raced]:
            tx.execute(_NEWER, [_bound(self._store_pk, fact) for fact in replaced])
        bundles.keep(tx, self._store_pk, [*self.first, *self.newer])
        story.write(tx, self._events)
        # a number that is the same as before may mean more than before: it contains sales by now
        felt = dict.fromkeys(_forget_felt(tx, self._store_pk, self._asked, self._now), self._now)
        offers.touch(tx, self._store_pk, felt | self.changed)
        doubt(tx, self._store_pk, self._doubted, self._now)


def _row(store_pk: int, fact: ProductFacts) -> dict[str, Any]:
    return {"store_pk": store_pk, "sku": fact.sku, **_columns(fact)}


def _bound(store_pk: int, fact: ProductFacts) -> dict[str, Any]:
    new = {f"new_{name}": value for name, value in _columns(fact).items()}
    return {"of_store": store_pk, "of_sku": fact.sku, **new}


def _columns(fact: ProductFacts) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _PLAIN} | {
        "categories": None if fact.categories is None else list(fact.categories),
        "locations": None if fact.locations is None else dict(fact.locations),
        "components": [list(each) for each in fact.components] or None,
    }


def _new(name: str) -> Any:
    return bindparam(f"new_{name}", type_=_SHELF.c[name].type)


_NEWER = (
    update(_SHELF)
    .where(
        _SHELF.c.store_pk == bindparam("of_store"),
        _SHELF.c.sku == bindparam("of_sku"),
        _SHELF.c.observed_at < _new("observed_at"),
    )
    .values(
        {name: _new(name) for name in (*_PLAIN, "locations", "components")}
        # an answer that does not tell categories does not take them away
        | {"categories": func.coalesce(_new("categories"), _SHELF.c.categories)}
    )
)


def doubt(tx: Transaction, store_pk: int, skus: Iterable[str], now: datetime) -> None:
    """Only what the store says of these SKUs when asked after ``now`` counts as certain: let it be asked soon."""
    wanted = list(skus)
    if wanted:
        tx.execute(
            update(_SHELF)
            .where(_SHELF.c.store_pk == store_pk, _SHELF.c.sku.in_(wanted), _SHELF.c.observed_at <= now)
            .values(look_at=now)
        )


def ask_for(tx: Transaction, store_pk: int, skus: Iterable[str], now: datetime) -> None:
    """Put SKUs the store never spoke of on the shelf, as to be asked about."""
    blank = {"store_pk": store_pk, "observed_at": NEVER, "matches": 0, "in_stock": False, "sellable": False}
    insert_many_once(tx, ShelfItem, [{**blank, "sku": sku, "look_at": now} for sku in skus])


def doubt_product(tx: Transaction, store_pk: int, product_id: str, now: datetime, *, deleted: bool = False) -> int:
    """The same for whatever carries this id in the store, its variations too; answers how many SKUs that are.

    Of a deleted one only the id is told, a variation's without its parent's.
    """
    column = _SHELF.c.product_id
    meant = [column == product_id, _begins_with(tx, f"{product_id}/")]
    if deleted:
        meant.append(column.endswith(f"/{product_id}", autoescape=True))
    result = tx.execute(update(_SHELF).where(_SHELF.c.store_pk == store_pk, or_(*meant)).values(look_at=now))
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result always has it


def _begins_with(tx: Transaction, text: str) -> Any:
    """By the index, on both databases: a parent's variations are looked for at every one of its webhooks."""
    column = _SHELF.c.product_id
    if tx.get_bind().dialect.name == "sqlite" and not set(text) & set("*?["):
        return column.op("GLOB")(f"{text}*")
    return column.startswith(text, autoescape=True)


def _forget_felt(tx: Transaction, store_pk: int, skus: Sequence[str], now: datetime) -> set[str]:
    """Sales the store had felt when it was asked are inside its number now, and earlier doubts are answered.

    What a shop dates by its own clock proves neither. Answers the SKUs of these sales.
    """
    if not skus:
        return set()
    which = {"store": store_pk, "skus": list(skus)}
    answered = [row for each in (_FELT, _FELT_PROMISED) for row in tx.execute(each, which)]
    if answered:
        tx.execute(_INSIDE, {"lines": sorted({row.id for row in answered})})
    story.write(
        tx,
        (
            story.line(
                store_pk,
                row.sku,
                Told.FELT,
                row.felt_at,
                now,
                connection_id=row.connection_id,
                after=row.quantity,
                ref=row.order_id,
            )
            for row in answered
            if row.unfelt
        ),
    )
    tx.execute(_ANSWERED, which)
    return {row.sku for row in answered}


def _felt(kept: Any) -> Any:
    return (
        select(OrderLine.id, OrderLine.sku, OrderLine.quantity, OrderLine.felt_at, OrderLine.unfelt)
        .add_columns(Order.order_id, Order.connection_id)
        .join(Order, Order.id == OrderLine.order_pk)
        .join(ShelfItem, (ShelfItem.store_pk == OrderLine.store_pk) & (ShelfItem.sku == OrderLine.sku))
        .where(
            kept,
            OrderLine.store_pk == bindparam("store"),
            OrderLine.sku.in_(bindparam("skus", expanding=True)),
            OrderLine.felt_at < ShelfItem.observed_at,
        )
    )


# one for each mark, for each has its own small index
_FELT, _FELT_PROMISED = _felt(OrderLine.unfelt), _felt(and_(OrderLine.promised, not_(OrderLine.unfelt)))
_INSIDE = (
    update(OrderLine.__table__)
    .where(OrderLine.__table__.c.id.in_(bindparam("lines", expanding=True)))
    .values(promised=False, unfelt=False)
)
_ANSWERED = (
    update(_SHELF)
    .where(
        _SHELF.c.store_pk == bindparam("store"),
        _SHELF.c.sku.in_(bindparam("skus", expanding=True)),
        _SHELF.c.look_at.is_not(None),
        _SHELF.c.look_at < _SHELF.c.observed_at,
    )
    .values(look_at=None)
)


def seen(tx: Transaction, store_pk: int, skus: Sequence[str], *, lock: bool = False) -> dict[str, ProductFacts]:
    """The last word of the store on each SKU it ever spoke of.

    ``lock`` keeps others from promising the same goods until the transaction ends.
    """
    query = _SEEN.with_for_update() if lock else _SEEN
    return {row.sku: _facts(row) for row in tx.execute(query, {"store": store_pk, "skus": list(skus)})}


_SEEN = (
    select(_SHELF)
    .where(_SHELF.c.store_pk == bindparam("store"), _SHELF.c.sku.in_(bindparam("skus", expanding=True)))
    .order_by(_SHELF.c.sku)
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


def unfelt(tx: Transaction, store_pk: int, skus: Sequence[str]) -> dict[str, int]:
    """Pieces of each SKU that marketplaces sold, answered or not, and the store's number does not contain yet."""
    rows = tx.execute(_UNFELT, {"store": store_pk, "skus": list(skus)})
    return {sku: int(pieces) for sku, pieces in rows}


_UNFELT = (
    select(OrderLine.sku, func.sum(OrderLine.quantity))
    .where(
        OrderLine.store_pk == bindparam("store"),
        OrderLine.sku.in_(bindparam("skus", expanding=True)),
        OrderLine.unfelt,
    )
    .group_by(OrderLine.sku)
)


def _facts(row: Any) -> ProductFacts:
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
        changed_at=row.changed_at,
        categories=None if row.categories is None else tuple(row.categories),
        locations=row.locations,
        components=tuple((sku, pieces) for sku, pieces in row.components or ()),
    )
