"""Read every offer of a marketplace beside what its shop says now, and write down where they do not agree.

In pages, each in a short reading transaction: memory does not grow with the catalogue. It only reads, but for the
comparison's own rows; what it finds wrong with an offer of ours is touched, and weighed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, or_, select, update

from mirakl_sync.db.models import Connection, Offer, ShelfItem, StockComparison, StockDrift
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.stock import facts
from mirakl_sync.stock.causes import BESIDE, Cause, OfferFacts, words
from mirakl_sync.stock.facts import Beside, Ground
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

_OFFERS, _SHELF = Offer.__table__, ShelfItem.__table__
# Offers of one look.
AT_ONCE = 5000
# What was found is written down behind so many offers.
WRITE_EVERY = 50_000
# Rows kept of one comparison; what is no disagreement about a number shall not crowd out what is.
MOST_ROWS, MOST_BESIDE = 10_000, 1000
# Comparisons kept of one connection.
KEPT = 30
A_DAY = timedelta(days=1)


class TakenOver(Exception):
    """Our lease ran out and somebody else compares; what we were about to record is thrown away."""


@dataclass
class Visit:
    """A comparison in our hands. ``until`` is the lease we wrote: no two are equal, so it tells whether it is ours."""

    wiring: Wiring
    comparison_id: int
    until: datetime
    whose: Ground
    offers: int = 0
    agree: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    @contextmanager
    def record(self) -> Iterator[tuple[Transaction, StockComparison]]:
        """A transaction in which the comparison is ours, and for another lease; ``TakenOver`` when it is not."""
        with self.wiring.db.transaction() as tx:
            row = tx.execute(
                select(StockComparison).where(StockComparison.id == self.comparison_id).with_for_update()
            ).scalar_one_or_none()
            if row is None or row.finished_at is not None or row.leased_until != self.until:
                raise TakenOver
            yield tx, row
            row.leased_until = self.wiring.now() + self.wiring.config.lease
            until = row.leased_until
        self.until = until

    def count(self, found: Cause, sku: str, level: int | None, each: Beside | None) -> None:
        """One SKU of this cause; its row is kept while there is room."""
        self.causes[found] += 1
        most = MOST_BESIDE if found in BESIDE else MOST_ROWS
        crowd = self.kept[found] if found in BESIDE else sum(self.kept.values()) - sum(self.kept[x] for x in BESIDE)
        if crowd < most:
            self.kept[found] += 1
            self.rows.append(_drift(self.comparison_id, found, sku, level, each))


def _drift(comparison_id: int, found: Cause, sku: str, level: int | None, each: Beside | None) -> dict[str, Any]:
    told = each.facts if each else _NO_OFFER
    return {
        "comparison_id": comparison_id,
        "sku": sku,
        "cause": str(found),
        "theirs": told.theirs,
        "wanted": told.wanted,
        "level": level,
        "words": words(found, told),
    }


_NO_OFFER = OfferFacts(wanted=None, theirs=None, listed=False)


def begin_anew(visit: Visit) -> None:
    """What an interrupted visit found is forgotten."""
    with visit.record() as (tx, row):
        tx.execute(delete(StockDrift).where(StockDrift.comparison_id == visit.comparison_id))
        row.offers, row.agree, row.causes = 0, 0, {}


def read_offers(visit: Visit, now: datetime) -> None:
    """Every listed offer, in pages by SKU, each in a short reading transaction."""
    after, written = "", 0
    while True:
        with visit.wiring.db.reading() as tx:
            rows = _page(tx, visit.whose.connection_id, after)
            if not rows:
                break
            found = facts.beside(tx, visit.wiring.connections, visit.whose, rows, now)
        _judge(visit, found)
        after = rows[-1].sku
        if visit.offers - written >= WRITE_EVERY or len(visit.rows) >= AT_ONCE:
            _write(visit)
            written = visit.offers
    _write(visit)


def _page(tx: Transaction, connection_id: int, after: str) -> Sequence[Any]:
    return tx.execute(_PAGE, {"of": connection_id, "after": after}).all()


_PAGE = (
    select(*facts.COLUMNS)
    .where(_OFFERS.c.connection_id == bindparam("of"), _OFFERS.c.listed, _OFFERS.c.sku > bindparam("after"))
    .order_by(_OFFERS.c.sku)
    .limit(AT_ONCE)
)


def _judge(visit: Visit, found: Sequence[Beside]) -> None:
    for each in found:
        if each.wrong:
            visit.wrong.append(each.row.id)
        if not each.row.active:
            visit.count(Cause.INACTIVE, each.row.sku, each.level, each)
        if each.cause is Cause.AGREE:
            visit.agree += 1
        else:
            visit.count(each.cause, each.row.sku, each.level, each)
    visit.offers += len(found)


def _write(visit: Visit) -> None:
    """What was found so far: progress for whoever watches, rows, and offers to weigh again."""
    with visit.record() as (tx, row):
        row.offers, row.agree, row.causes = visit.offers, visit.agree, dict(visit.causes)
        if visit.rows:
            tx.execute(insert(StockDrift), visit.rows)
        now = visit.wiring.now()
        for start in range(0, len(visit.wrong), AT_ONCE):
            tx.execute(_TOUCHED, {"offers": visit.wrong[start : start + AT_ONCE], "at": now})
    visit.rows, visit.wrong = [], []


_TOUCHED = (
    update(_OFFERS)
    .where(_OFFERS.c.id.in_(bindparam("offers", expanding=True)), _OFFERS.c.touched_at.is_(None))
    .values(touched_at=bindparam("at", type_=_OFFERS.c.touched_at.type))
)


def read_not_offered(visit: Visit) -> None:
    """SKUs the shop can sell, and the marketplace's list does not show."""
    after = ""
    while True:
        which = {"of": visit.whose.connection_id, "store": visit.whose.store_pk, "after": after}
        with visit.wiring.db.reading() as tx:
            rows = tx.execute(_SELLABLE_ALONE, which).all()
        for sku, quantity in rows:
            visit.count(Cause.WITHOUT_OFFER, sku, quantity, None)
        _write(visit)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].sku


_SELLABLE_ALONE = (
    select(_SHELF.c.sku, _SHELF.c.quantity)
    .where(
        _SHELF.c.store_pk == bindparam("store"),
        _SHELF.c.sku > bindparam("after"),
        _SHELF.c.matches == 1,
        _SHELF.c.sellable,
        _SHELF.c.in_stock,
        or_(_SHELF.c.quantity.is_(None), _SHELF.c.quantity > 0),
        ~exists().where(_OFFERS.c.connection_id == bindparam("of"), _OFFERS.c.sku == _SHELF.c.sku, _OFFERS.c.listed),
    )
    .order_by(_SHELF.c.sku)
    .limit(AT_ONCE)
)


def finish(visit: Visit, rests_on: str) -> str:
    now = visit.wiring.now()
    told = ", ".join(f"{count} {name}" for name, count in visit.causes.most_common())
    sentence = f"{visit.offers} offers, {visit.agree} agree" + (f"; {told}" if told else "")
    with visit.record() as (tx, row):
        row.finished_at, row.words = now, rests_on
        key = tx.get_one(Connection, visit.whose.connection_id).key
        heartbeat.beat(tx, f"compare:{key}", now, A_DAY, f"{sentence}. {rests_on}")
        _forget_old(tx, visit.whose.connection_id)
    return sentence


def _forget_old(tx: Transaction, connection_id: int) -> None:
    """Of each connection the last comparisons are kept."""
    kept = (
        select(StockComparison.id)
        .where(StockComparison.connection_id == connection_id)
        .order_by(StockComparison.id.desc())
        .limit(KEPT)
    )
    old = select(StockComparison.id).where(
        StockComparison.connection_id == connection_id, StockComparison.id.not_in(kept)
    )
    gone = list(tx.execute(old).scalars())
    if gone:
        tx.execute(delete(StockDrift).where(StockDrift.comparison_id.in_(gone)))
        tx.execute(delete(StockComparison).where(StockComparison.id.in_(gone)))
