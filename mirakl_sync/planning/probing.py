"""What a planner should say of what it was told, from the lines that were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from mirakl_sync.db.models import PlannerFact, PlannerFile, PlannerRow, PlannerSnapshot
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.planning.proof import A_WEEK, Probe, Sale, sold_in_a_week
from mirakl_sync.records.planning import Feed, Planned

# SKUs a file is judged by: it is read whole or not at all.
PROBES = 50


def facts(tx: Transaction, planner_pk: int, probes: Sequence[Probe]) -> dict[str, Planned]:
    """What the planner last said of their SKUs."""
    skus = sorted({probe.sku for probe in probes})
    asked = select(PlannerFact).where(PlannerFact.planner_pk == planner_pk, PlannerFact.sku.in_(skus))
    return {row.sku: _planned(row) for row in tx.execute(asked).scalars()}


def _planned(row: PlannerFact) -> Planned:
    return Planned(
        row.sku, row.in_stock, row.sold_7, row.sold_30, row.incoming, row.to_order, row.days_left, row.removed
    )


def of_file(tx: Transaction, file: PlannerFile, run: datetime, zone: ZoneInfo | None) -> list[Probe]:
    """Of the lines this file was the last to tell."""
    feed = Feed(file.feed)
    return _of(tx, file.planner_pk, feed, _skus(tx, feed, PlannerRow.file_id == file.id, run), run, zone)


def of_table(tx: Transaction, table: PlannerSnapshot, run: datetime, zone: ZoneInfo | None) -> list[Probe]:
    """Of a whole table as it was served."""
    feed, planner_pk = Feed(table.feed), table.planner_pk
    found: list[Probe] = []
    # what stands in the table of variants is their stock as well
    for each in (Feed.VARIANTS, Feed.STOCK) if feed is Feed.VARIANTS else (feed,):
        mine = (PlannerRow.planner_pk == planner_pk) & (PlannerRow.feed == each) & (PlannerRow.sent_digest != "")
        found += _of(tx, planner_pk, each, _skus(tx, each, mine, run), run, zone)
    return found


def _skus(tx: Transaction, feed: Feed, chosen: Any, run: datetime) -> list[str]:
    """Some of the SKUs: of sales those that still count for a week."""
    lately = [PlannerRow.at >= run - A_WEEK] if feed is Feed.SALES else []
    asked = select(PlannerRow.sku).where(chosen, *lately).distinct().order_by(PlannerRow.sku).limit(PROBES)
    return list(tx.execute(asked).scalars())


def _of(
    tx: Transaction, planner_pk: int, feed: Feed, skus: Sequence[str], run: datetime, zone: ZoneInfo | None
) -> list[Probe]:
    if feed is Feed.SALES:
        sold = sold_in_a_week(_sales(tx, planner_pk, skus, run), run, zone)
        return [Probe(feed, sku, sold.get(sku, 0)) for sku in skus]
    mine = (PlannerRow.planner_pk == planner_pk, PlannerRow.feed == feed, PlannerRow.sku.in_(skus))
    rows = tx.execute(select(PlannerRow, _in_time(run)).where(*mine, PlannerRow.sent_digest != "")).all()
    # of what is told otherwise since, nobody knows what the night saw
    left_out = {row.sku for row, in_time in rows if not in_time or _taken_off(row)}
    pieces: dict[str, int] = {}
    for row, _ in rows:
        pieces[row.sku] = pieces.get(row.sku, 0) + (row.sent_quantity or 0)
    return [Probe(feed, sku, number) for sku, number in sorted(pieces.items()) if sku not in left_out]


def _taken_off(row: PlannerRow) -> bool:
    return bool(row.content.get("removed")) and row.sent_digest == row.digest


def _in_time(run: datetime) -> Any:
    """Told before the night: by a file that was there, or by a whole table."""
    there = select(PlannerFile.id).where(PlannerFile.brought_at < run)
    return PlannerRow.file_id.is_(None) | PlannerRow.file_id.in_(there)


def _sales(tx: Transaction, planner_pk: int, skus: Sequence[str], run: datetime) -> list[Sale]:
    """Told rows of a week, and a day for the calendar's sake."""
    asked = select(PlannerRow.sku, PlannerRow.at, func.coalesce(PlannerRow.sent_quantity, 0).label("pieces")).where(
        PlannerRow.planner_pk == planner_pk,
        PlannerRow.feed == Feed.SALES,
        PlannerRow.sku.in_(skus),
        PlannerRow.at >= run - 2 * A_WEEK,
        PlannerRow.sent_digest != "",
        _in_time(run),
    )
    return [Sale(row.sku, row.at, row.pieces) for row in tx.execute(asked)]
