"""Stock as people look at it: connections at a glance, lists of offers, files, comparisons and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, func, literal_column, select

from mirakl_sync.connections.pausing import connection, store
from mirakl_sync.db.models import (
    Connection,
    LevelFeed,
    Offer,
    OfferReading,
    ShelfItem,
    StockComparison,
    StockDrift,
    StockLane,
    StockLatency,
    StockPush,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.records.page import Page, page_within
from mirakl_sync.stock import latency
from mirakl_sync.stock.views import (
    ONLY,
    ComparisonRow,
    Counts,
    DriftRow,
    FileRow,
    Latency,
    OfferFilter,
    OfferRow,
    Proof,
    Sides,
    StockRow,
)

# So many proofs are looked at to find the middle one.
SAMPLED = 5000
A_DAY = timedelta(days=1)
_FEED = "stock"
# the connection, not by its index: that would look up every row by itself
_unsorted = Offer.connection_id + literal_column("0")


def overview(tx: Transaction, now: datetime) -> list[StockRow]:
    """Every connection, by key. Reads each offer once: half a second for a million."""
    rows = tx.execute(select(Connection).order_by(Connection.key)).unique().scalars().all()
    lanes = {lane.connection_id: lane for lane in tx.execute(select(StockLane)).scalars()}
    counts, oldest = _counts(tx), _oldest_due(tx)
    return [
        _at_a_glance(tx, row, lanes.get(row.id), counts.get(row.id, (Counts(), 0, None)), oldest.get(row.id), now)
        for row in rows
    ]


def _at_a_glance(
    tx: Transaction,
    row: Connection,
    lane: StockLane | None,
    counted: tuple[Counts, int, datetime | None],
    oldest_due: datetime | None,
    now: datetime,
) -> StockRow:
    files, told = _pushes(tx, StockPush.connection_id == row.id, limit=2), comparisons(tx, row.key, limit=1)
    on_its_way = next((file for file in files if lane is not None and file.id == lane.push_id), None)
    off = lane is not None and lane.zero_until is not None and lane.zero_until > now
    return StockRow(
        connection=row.key,
        marketplace=row.shop.marketplace.name or row.shop.marketplace.key,
        store=row.store.key,
        sends=bool(row.policy_version.content.get("stock", {}).get("send", False)),
        paused=_FEED in row.paused,
        stopped_because=row.stopped_because,
        counts=counted[0],
        oldest_due=oldest_due,
        next_file_at=lane.next_at if lane else None,
        zero_until=lane.zero_until if lane and off else None,
        zero_by=lane.zero_by if lane and off else "",
        delay=lane.delay if lane else None,
        sides=sides(tx, row.id, row.store_pk),
        latency=latency_of(tx, row.id, now),
        proof=_proof(tx, row.id, *counted),
        on_its_way=on_its_way,
        last_file=next((file for file in files if file.finished_at is not None), None),
        last_comparison=told[0] if told else None,
    )


def _counts(tx: Transaction) -> dict[int, tuple[Counts, int, datetime | None]]:
    """By connection: its offers, how many of those listed have a proof, and the oldest of these. One look at each."""
    listed, whose = Offer.listed, _unsorted.label("connection")
    rows = tx.execute(
        select(
            whose,
            func.count(Offer.proved_at).filter(listed),
            func.min(Offer.proved_at).filter(listed),
            func.count(),
            func.count().filter(listed),
            func.count().filter(listed, ~Offer.active),
            func.count().filter(listed, Offer.theirs.is_(None)),
            func.count().filter(listed, Offer.wanted.is_(None)),
            func.count().filter(Offer.due),
            func.count().filter(listed, Offer.refused.is_not(None)),
            func.count().filter(listed, Offer.held != ""),
        ).group_by(whose)
    )
    return {
        connection: (Counts(total, on_list, total - on_list, *others), proven, oldest)
        for connection, proven, oldest, total, on_list, *others in rows
    }


def _oldest_due(tx: Transaction) -> dict[int, datetime | None]:
    rows = tx.execute(select(Offer.connection_id, func.min(Offer.since)).where(Offer.due).group_by(Offer.connection_id))
    return {connection: since for connection, since in rows}  # noqa: C416 - dict() does not take rows


def sides(tx: Transaction, connection_id: int, store_pk: int) -> Sides:
    """From when what we know of the marketplace and of the shop is."""
    reading, feed = tx.get(OfferReading, connection_id), tx.get(LevelFeed, store_pk)
    return Sides(
        list_read_at=reading.read_at if reading else None,
        list_read_full_at=reading.read_full_at if reading else None,
        trouble=reading.trouble if reading else "",
        levels_read_at=feed.read_at if feed else None,
        levels_read_full_at=feed.read_full_at if feed else None,
    )


def latency_of(tx: Transaction, connection_id: int, now: datetime) -> Latency:
    """How long changes took to arrive there today and yesterday."""
    since = f"{now - A_DAY:%Y-%m-%d}"
    days = tx.execute(
        select(StockLatency.counts).where(StockLatency.connection_id == connection_id, StockLatency.day >= since)
    ).scalars()
    counts = latency.merged(*days)
    p50, p95, p99 = (latency.percentile(counts, share) for share in (0.5, 0.95, 0.99))
    return Latency(sum(counts.values()), p50, p95, p99)


def _proof(tx: Transaction, connection_id: int, counts: Counts, proven: int, oldest: datetime | None) -> Proof:
    """Of many offers, the middle one of every so many stands for the middle of all."""
    if not proven:
        return Proof(unproven=counts.listed)
    every = max(proven // SAMPLED, 1)
    some = select(Offer.proved_at).where(
        _unsorted == connection_id, Offer.listed, Offer.proved_at.is_not(None), Offer.id % every == 0
    )
    times = sorted(at for at in tx.execute(some).scalars() if at is not None)
    return Proof(oldest, times[len(times) // 2] if times else oldest, counts.listed - proven)


def offers(tx: Transaction, wanted: OfferFilter, now: datetime, number: int = 1, size: int = 50) -> Page[OfferRow]:
    """A page of offers by connection and SKU; those that are due come oldest first.

    ``Misconfigured`` names what there is where a connection, a store or a kind is unknown.
    """
    if wanted.only and wanted.only not in ONLY:
        raise Misconfigured(f"There is no kind of offers {wanted.only!r}.", way_out=f"Choose one of {', '.join(ONLY)}.")
    chosen = _chosen(tx, wanted)
    total = tx.execute(select(func.count()).select_from(Offer).where(*chosen)).scalar_one()
    number = page_within(number, size, total)
    order = (Offer.since, Offer.id) if wanted.only == "due" else (Offer.connection_id, Offer.sku)
    rows = tx.execute(_offers(*chosen).order_by(*order).offset((number - 1) * size).limit(size))
    return Page([_offer(row, now) for row in rows], number, size, total)


def offer(tx: Transaction, connection_id: int, sku: str, now: datetime) -> OfferRow | None:
    """One offer as in a list; None where the connection has none of this SKU."""
    row = tx.execute(_offers(Offer.connection_id == connection_id, Offer.sku == sku)).one_or_none()
    return None if row is None else _offer(row, now)


_CONDITIONS: dict[str, tuple[ColumnExpressionArgument[bool], ...]] = {
    "due": (Offer.due,),
    "travelling": (Offer.push_id.is_not(None),),
    "refused": (Offer.listed, Offer.refused.is_not(None)),
    "held": (Offer.listed, Offer.held != ""),
    "unknown": (Offer.listed, Offer.theirs.is_(None)),
    "left_alone": (Offer.listed, Offer.wanted.is_(None)),
    "none": (Offer.listed, Offer.wanted == 0),
    "inactive": (Offer.listed, ~Offer.active),
    "gone": (~Offer.listed,),
}


def _chosen(tx: Transaction, wanted: OfferFilter) -> list[ColumnExpressionArgument[bool]]:
    chosen = list(_CONDITIONS.get(wanted.only, ()))
    if wanted.connection:
        chosen.append(Offer.connection_id == connection(tx, wanted.connection).id)
    if wanted.store:
        chosen.append(Offer.store_pk == store(tx, wanted.store).id)
    if wanted.text:
        chosen.append(Offer.sku.icontains(wanted.text, autoescape=True))
    if wanted.because:
        chosen.append(Offer.because == wanted.because)
    return chosen


def _offers(*chosen: ColumnExpressionArgument[bool]) -> Select[Offer, str, int | None]:
    shelf = (ShelfItem.store_pk == Offer.store_pk) & (ShelfItem.sku == Offer.sku)
    return (
        select(Offer, Connection.key, ShelfItem.quantity)
        .join(Connection, Connection.id == Offer.connection_id)
        .outerjoin(ShelfItem, shelf)
        .where(*chosen)
    )


def _offer(row: Any, now: datetime) -> OfferRow:
    item, key, level = row
    return OfferRow(
        connection=key,
        sku=item.sku,
        offer_id=item.offer_id,
        listed=item.listed,
        active=item.active,
        level=level,
        theirs=item.theirs,
        wanted=item.wanted,
        because=item.because,
        due=item.due,
        since=item.since,
        waits=None if item.since is None else now - item.since,
        sent=item.sent,
        push=item.push_id,
        held=item.held,
        refused=item.refused,
        refusal=item.refusal,
        proved_at=item.proved_at,
        latency=item.latency,
    )


def pushes(tx: Transaction, key: str = "", number: int = 1, size: int = 50) -> Page[FileRow]:
    """A page of stock files, of one connection or of all, the newest first."""
    mine = [StockPush.connection_id == connection(tx, key).id] if key else []
    total = tx.execute(select(func.count()).select_from(StockPush).where(*mine)).scalar_one()
    number = page_within(number, size, total)
    return Page(_pushes(tx, *mine, limit=size, offset=(number - 1) * size), number, size, total)


def file(tx: Transaction, push: int) -> FileRow | None:
    """One stock file by our number."""
    found = _pushes(tx, StockPush.id == push, limit=1)
    return found[0] if found else None


def _pushes(tx: Transaction, *chosen: ColumnElement[bool], limit: int, offset: int = 0) -> list[FileRow]:
    rows = tx.execute(
        select(StockPush, Connection.key)
        .join(Connection, Connection.id == StockPush.connection_id)
        .where(*chosen)
        .order_by(StockPush.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [
        FileRow(
            id=push.id,
            connection=key,
            state=push.state,
            their_state=push.their_state,
            import_id=push.import_id,
            rows=push.rows,
            zeros=push.zeros,
            rows_refused=push.rows_refused,
            asked_at=push.asked_at,
            finished_at=push.finished_at,
            checks=push.checks,
            why=push.why,
        )
        for push, key in rows
    ]


def comparisons(tx: Transaction, key: str = "", *, limit: int = 30) -> list[ComparisonRow]:
    """The last comparisons, of one connection or of all, the newest first."""
    mine = [StockComparison.connection_id == connection(tx, key).id] if key else []
    return _comparisons(tx, mine, limit)


def comparison(tx: Transaction, comparison_id: int) -> ComparisonRow | None:
    """One comparison by its number."""
    found = _comparisons(tx, [StockComparison.id == comparison_id], 1)
    return found[0] if found else None


def _comparisons(tx: Transaction, chosen: Sequence[ColumnElement[bool]], limit: int) -> list[ComparisonRow]:
    rows = tx.execute(
        select(StockComparison, Connection.key)
        .join(Connection, Connection.id == StockComparison.connection_id)
        .where(*chosen)
        .order_by(StockComparison.id.desc())
        .limit(limit)
    )
    return [
        ComparisonRow(
            id=row.id,
            connection=key,
            asked_by=row.asked_by,
            began_at=row.began_at,
            finished_at=row.finished_at,
            offers_read_at=row.offers_read_at,
            shop_read_at=row.shop_read_at,
            full=row.full,
            offers=row.offers,
            agree=row.agree,
            causes=dict(row.causes),
            words=row.words,
        )
        for row, key in rows
    ]


def drifts(tx: Transaction, comparison_id: int, cause: str = "", number: int = 1, size: int = 50) -> Page[DriftRow]:
    """A page of what a comparison found, by cause and SKU; of large drifts only the first rows are kept."""
    mine = [StockDrift.comparison_id == comparison_id]
    if cause:
        mine.append(StockDrift.cause == cause)
    total = tx.execute(select(func.count()).select_from(StockDrift).where(*mine)).scalar_one()
    number = page_within(number, size, total)
    rows = tx.execute(
        select(StockDrift)
        .where(*mine)
        .order_by(StockDrift.cause, StockDrift.sku)
        .offset((number - 1) * size)
        .limit(size)
    ).scalars()
    return Page(
        [DriftRow(row.sku, row.cause, row.theirs, row.wanted, row.level, row.words) for row in rows],
        number,
        size,
        total,
    )
