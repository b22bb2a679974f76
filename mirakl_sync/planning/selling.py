"""From the rows of an order to what a planner counts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from mirakl_sync.db.models import Order, ShopChange
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.mirakl.demand import read_demand
from mirakl_sync.planning.sales import GivenBack, Sold, SoldLine


def changes_of(tx: Transaction, order_pks: Sequence[int]) -> dict[int, list[ShopChange]]:
    """What the shop's people did to these orders and did not take back, by order."""
    rows = select(ShopChange).where(ShopChange.order_pk.in_(order_pks), ShopChange.gone_at.is_(None))
    found: dict[int, list[ShopChange]] = {}
    for row in tx.execute(rows.order_by(ShopChange.id)).scalars():
        found.setdefault(row.order_pk, []).append(row)
    return found


def sold(order: Order, marketplace: str, title: str, changes: Sequence[ShopChange] = ()) -> Sold:
    """The order as its marketplace last showed it, with what the shop's people did to it."""
    told = read_demand(order.payload)
    return Sold(
        marketplace=marketplace,
        title=title,
        order_id=order.order_id,
        state=order.marketplace_state,
        created_at=order.created_at,
        currency=order.currency,
        tax_included=told.tax_included,
        lines=[
            SoldLine(
                line.line_id,
                line.sku,
                line.state,
                line.quantity,
                line.unit_price,
                told.dropped.get(line.line_id, 0),
                line.title,
            )
            for line in order.lines
        ],
        told_back=[GivenBack(each.refund_id, each.line_id, each.quantity, each.at) for each in told.back],
        shop_back=[each for change in changes for each in _refunded(change)],
        kept={line_id: pieces for change in changes for line_id, pieces in _kept(change).items()},
        left_at=order.left_at,
    )


def _refunded(change: ShopChange) -> list[GivenBack]:
    if change.kind != "refund":
        return []
    at = change.facts.get("at")
    day = datetime.fromisoformat(at) if at else change.seen_at
    return [
        GivenBack(f"shop-{change.key}", str(line["order_line"]), int(line["quantity"]), day)
        for line in _lines(change.facts)
        if line.get("quantity") and line.get("restocked") is not False
    ]


def _kept(change: ShopChange) -> dict[str, int]:
    if change.kind != "edit":
        return {}
    return {str(line["order_line"]): int(line["now"]) for line in _lines(change.facts) if line.get("now") is not None}


def _lines(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those that are still a line of the marketplace's order; what staff added was not sold there."""
    return [line for line in facts.get("lines", ()) if line.get("order_line")]
