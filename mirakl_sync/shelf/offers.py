"""What happens to offers when something about their SKU does: they are touched, and weighed again soon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select, update

from mirakl_sync.db.models import Connection, Offer, StockLane
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.db.types import UtcDateTime
from mirakl_sync.shelf import bundles, story
from mirakl_sync.shelf.story import Told

_OFFERS = Offer.__table__
_SINCE = bindparam("changed_since", type_=UtcDateTime())


@dataclass(frozen=True, slots=True)
class Sale:
    """Pieces of a SKU sold by a marketplace, at their time; ``order_id`` is theirs."""

    sku: str
    quantity: int
    at: datetime
    order_id: str


def touch(tx: Transaction, store_pk: int, since: Mapping[str, datetime]) -> None:
    """Weigh the offers of these SKUs again, on every connection of the store, and those of their bundles.

    ``since`` is when the change happened: the age of the number runs from the earliest one that was not told.
    """
    if not since:
        return
    oldest = min(since.values())
    for sku in bundles.related(tx, store_pk, list(since)) - since.keys():
        since = {**since, sku: oldest}
    ours = select(Connection.id).where(Connection.store_pk == store_pk)
    lock(tx, _OFFERS.c.connection_id.in_(ours), _OFFERS.c.sku.in_(sorted(since)))
    tx.execute(
        update(_OFFERS)
        .where(_OFFERS.c.connection_id.in_(ours), _OFFERS.c.sku == bindparam("of_sku"))
        .values(touched_at=_earliest()),
        [{"of_sku": sku, "changed_since": at} for sku, at in sorted(since.items())],
    )


def lock(tx: Transaction, *which: ColumnElement[bool], **values: object) -> None:
    """Hold these offers until the transaction ends, taken in the one order in which everybody takes several of them:
    in any other, two could wait for each other. ``values`` are those of parameters named in ``which``."""
    if tx.get_bind().dialect.name != "sqlite":
        held = select(_OFFERS.c.id).where(*which).order_by(_OFFERS.c.sku, _OFFERS.c.connection_id).with_for_update()
        tx.execute(select(func.count()).select_from(held.subquery()), values)


def touch_all(tx: Transaction, now: datetime, *, store_pk: int | None = None, connection_id: int | None = None) -> int:
    """Weigh every offer of a store or connection again: a policy changed, or the numbers became stale."""
    chosen: list[ColumnElement[bool]] = [_OFFERS.c.listed]
    if store_pk is not None:
        chosen.append(_OFFERS.c.store_pk == store_pk)
    if connection_id is not None:
        chosen.append(_OFFERS.c.connection_id == connection_id)
    result = tx.execute(update(_OFFERS).where(*chosen).values(touched_at=_earliest()), {"changed_since": now})
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result always has it


def _earliest() -> object:
    known = _OFFERS.c.touched_at
    return case((or_(known.is_(None), known > _SINCE), _SINCE), else_=known)


def sold(tx: Transaction, connection_id: int, store_pk: int, sales: Iterable[Sale], now: datetime) -> None:
    """A marketplace sold these: it lowered its own number, unless a file of ours overwrote it since."""
    sales = list(sales)
    if not sales:
        return
    # first, and SKU by SKU on all connections: two marketplaces that sell the same at once must not wait for each other
    touch(tx, store_pk, _first(sales))
    _tell(tx, Told.SOLD, connection_id, store_pk, sales, now, "")
    tx.execute(
        _LOWERED,
        [
            {"of_connection": connection_id, "of_sku": sale.sku, "pieces": sale.quantity, "sold_at": sale.at}
            for sale in sorted(sales, key=lambda sale: sale.sku)
        ],
    )


_SOLD_AT = bindparam("sold_at", type_=UtcDateTime())
# A sale after the moment our number is from was subtracted there. One before it may have been overwritten by a file
# that did not know of it: then nobody knows what they show, and the number is sent again.
_LOWERED = (
    update(_OFFERS)
    .where(
        _OFFERS.c.connection_id == bindparam("of_connection"),
        _OFFERS.c.sku == bindparam("of_sku"),
        _OFFERS.c.theirs.is_not(None),
    )
    .values(
        theirs=case(
            (_OFFERS.c.theirs_at >= _SOLD_AT, None),
            (_OFFERS.c.theirs > bindparam("pieces"), _OFFERS.c.theirs - bindparam("pieces")),
            else_=0,
        )
    )
)


def given_back(
    tx: Transaction, connection_id: int, store_pk: int, sales: Iterable[Sale], now: datetime, words: str
) -> None:
    """These sales ended without the goods: nobody publishes whether the marketplace adds them to its number again."""
    sales = list(sales)
    if not sales:
        return
    touch(tx, store_pk, _first(sales))
    _tell(tx, Told.GIVEN_BACK, connection_id, store_pk, sales, now, words)
    forget_theirs(tx, connection_id, {sale.sku for sale in sales})


def missed(
    tx: Transaction,
    connection_id: int,
    store_pk: int,
    sales: Iterable[Sale],
    until: datetime,
    now: datetime,
    words: str,
) -> None:
    """These sales were over when we heard of them, the last at ``until`` in their time: what was known of their
    number at an earlier moment is worth nothing."""
    by_sku = {sale.sku: sale for sale in sales}
    if not by_sku:
        return
    earlier = or_(_OFFERS.c.theirs_at.is_(None), _OFFERS.c.theirs_at <= until)
    rows = tx.execute(
        select(_OFFERS.c.sku).where(
            _OFFERS.c.connection_id == connection_id,
            _OFFERS.c.sku.in_(sorted(by_sku)),
            # one that is known of no moment is told anyway, unless a file is on its way that might prove it
            or_(and_(_OFFERS.c.theirs.is_not(None), earlier), _OFFERS.c.push_id.is_not(None)),
        )
    )
    if concerned := [by_sku[sku] for sku in rows.scalars()]:
        given_back(tx, connection_id, store_pk, concerned, now, words)


def _tell(
    tx: Transaction, kind: Told, connection_id: int, store_pk: int, sales: Iterable[Sale], now: datetime, words: str
) -> None:
    lines = (
        story.line(
            store_pk,
            sale.sku,
            kind,
            sale.at,
            now,
            connection_id=connection_id,
            after=sale.quantity,
            ref=sale.order_id,
            words=words,
        )
        for sale in sales
    )
    story.write(tx, lines)


def forget_theirs(tx: Transaction, connection_id: int, skus: Iterable[str]) -> None:
    """Nobody knows any more what the marketplace shows of these: the next file tells them anew."""
    tx.execute(
        update(_OFFERS)
        .where(_OFFERS.c.connection_id == connection_id, _OFFERS.c.sku.in_(sorted(skus)))
        .values(theirs=None)
    )


def _first(sales: Iterable[Sale]) -> dict[str, datetime]:
    since: dict[str, datetime] = {}
    for sale in sales:
        since[sale.sku] = min(sale.at, since.get(sale.sku, sale.at))
    return since


def pulled(tx: Transaction, connection_id: int, began: datetime) -> None:
    """Every sale of before ``began`` is known now: the right moment for a stock file."""
    tx.execute(
        update(StockLane)
        .where(StockLane.connection_id == connection_id)
        .values(pulled_at=began, next_at=case((StockLane.push_id.is_(None), None), else_=StockLane.next_at))
        .execution_options(synchronize_session=False)
    )
