"""The tiny forecast: what a night computes for one variant, one row for each warehouse. Nothing here changes anything.

velocity = pieces sold in the last 30 days / 30
replenishment = max(0, velocity x 60 - in_stock - incoming), rounded up
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.inventory_planner.model import Sale, Variant
from mirakl_sync.sandbox.inventory_planner.settings import PlannerSettings
from mirakl_sync.sandbox.inventory_planner.values import number

WINDOWS = (7, 30, 90, 180, 365)
COVERED_DAYS = 60
FORECAST_MONTHS = 18
DAYS_OF_A_MONTH = 30
MOMENT = timedelta(microseconds=1)

SHORT = (
    "in_stock", "purchase_orders_qty", "replenishment", "to_order", "to_order_cost", "replenish_date", "oos",
    "oos_last_60_days", "lead_time", "review_period", "minimum_stock", "above_moq", "cur_sales",
    *(f"last_{days}_days_sales" for days in WINDOWS), *(f"last_{days}_days_revenue" for days in WINDOWS),
    "forecasted_stockouts_dos", "forecasted_lost_sales_lead_time", "forecasted_lost_revenue_lead_time",
    "forecast_stock_cover_day", "under_value", "regular_price", "cost_price", "landing_cost_price",
)  # fmt: skip
LONG = ("orders_by_month", "forecast_by_period", "forecast_revenue", "forecast_description")
"""Tables of many numbers, computed only when somebody asks for them."""

METRICS = frozenset({*SHORT, *LONG})
"""Names that live in `warehouse[]`, wherever a client asks for them."""


def warehouse_rows(
    variant: Variant, incoming: Mapping[str, float], at: datetime, settings: PlannerSettings
) -> list[dict[str, Any]]:
    """The SHORT metrics of `variant` as of `at`, a row for each warehouse that has, sold or expects it.

    `incoming` is what open orders still bring, in pieces by warehouse id.
    """
    sales = _sales(variant)
    stock: dict[str, float] = {}
    minimum: dict[str, float] = {}
    for listing in variant.listings:
        for warehouse, row in listing.stock.items():
            if not row.removed:
                stock[warehouse] = stock.get(warehouse, 0.0) + row.in_stock
                minimum[warehouse] = row.minimum or 0.0
    found = dict.fromkeys([*stock, *sales, *incoming])
    return [
        _row(variant, name, sales.get(name, []), stock.get(name), incoming.get(name, 0.0), at, settings)
        | ({"minimum_stock": number(minimum[name])} if minimum.get(name) else {})
        | variant.planning.get(name, {})
        for name in found
    ]


def with_tables(variant: Variant, rows: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """`rows` of `variant` with the LONG metrics too."""
    sales = _sales(variant)
    price = variant.first.price
    return [
        {
            **row,
            "orders_by_month": _by_month(sales.get(row["warehouse"], [])),
            **_forecast(max(0.0, row["last_30_days_sales"] / 30), price, at),
        }
        for row in rows
    ]


def _sales(variant: Variant) -> dict[str, list[Sale]]:
    """What counts, by warehouse."""
    found: dict[str, list[Sale]] = {}
    for listing in variant.listings:
        for sale in listing.sales.values():
            if sale.counts:
                found.setdefault(sale.warehouse, []).append(sale)
    return found


def _row(
    variant: Variant,
    warehouse: str,
    sales: list[Sale],
    in_stock: float | None,
    incoming: float,
    at: datetime,
    settings: PlannerSettings,
) -> dict[str, Any]:
    sold, revenue = _windows(sales, _until(at, settings.windows))
    velocity = max(0.0, sold[30] / 30)
    held = in_stock or 0.0
    wanted = max(0, math.ceil(round(velocity * COVERED_DAYS - held - incoming, 6)))
    left = None if not velocity or in_stock is None else max(0, int(held / velocity))
    price, cost, lead_time = variant.first.price, variant.first.cost_price, settings.lead_time
    lost = round(max(0.0, velocity * lead_time - max(0.0, held) - incoming), 2)
    return {
        "warehouse": warehouse,
        "in_stock": None if in_stock is None else number(in_stock),
        "purchase_orders_qty": number(incoming),
        "replenishment": wanted,
        "to_order": wanted,
        "to_order_cost": None if cost is None else number(cost * wanted),
        "replenish_date": None if left is None else (at + timedelta(days=max(0, left - lead_time))).date().isoformat(),
        "oos": left,
        "oos_last_60_days": 0 if held > 0 else None,
        "lead_time": lead_time,
        "review_period": settings.review_period,
        "minimum_stock": 0,
        "above_moq": True,
        "cur_sales": number(_sold_this_month(sales, at)),
        **{f"last_{days}_days_sales": number(sold[days]) for days in WINDOWS},
        **{f"last_{days}_days_revenue": number(revenue[days]) for days in WINDOWS},
        "forecasted_stockouts_dos": 0 if left is None else max(0, lead_time - left),
        "forecasted_lost_sales_lead_time": number(lost),
        "forecasted_lost_revenue_lead_time": None if price is None else number(price * Decimal(str(lost))),
        "forecast_stock_cover_day": left,
        "under_value": None if cost is None else number(cost * wanted),
        "regular_price": _or_none(price),
        "cost_price": _or_none(cost),
        "landing_cost_price": _or_none(variant.first.landing_cost_price),
    }


def _until(at: datetime, windows: str) -> datetime:
    """Where the windows end: now, or before the first moment of today."""
    return at if windows == "rolling" else at.replace(hour=0, minute=0, second=0, microsecond=0) - MOMENT


def _windows(sales: list[Sale], until: datetime) -> tuple[dict[int, float], dict[int, Decimal]]:
    """Pieces and money of so many days until then, for every window."""
    sold, revenue = dict.fromkeys(WINDOWS, 0.0), dict.fromkeys(WINDOWS, Decimal(0))
    for sale in sales:
        money = sale.price * Decimal(str(sale.quantity))
        for days in WINDOWS:
            if until - timedelta(days=days) < sale.created <= until:
                sold[days] += sale.quantity
                revenue[days] += money
    return sold, revenue


def _forecast(velocity: float, price: Decimal | None, at: datetime) -> dict[str, Any]:
    units: dict[str, dict[str, Any]] = defaultdict(dict)
    revenue: dict[str, dict[str, Any]] = defaultdict(dict)
    pieces = round(velocity * DAYS_OF_A_MONTH, 2)
    for ahead in range(FORECAST_MONTHS):
        year, month = divmod(at.year * 12 + at.month - 1 + ahead, 12)
        units[str(year)][str(month + 1)] = number(pieces)
        revenue[str(year)][str(month + 1)] = number(Decimal(str(pieces)) * (price or Decimal(0)))
    method = {"method": "velocity", "sales_velocity30": round(velocity * 30, 2), "sales_velocity1": round(velocity, 4)}
    return {
        "forecast_by_period": dict(units),
        "forecast_revenue": dict(revenue),
        "forecast_description": {**method, "total_days_oos": 0},
    }


def _sold_this_month(sales: Iterable[Sale], at: datetime) -> float:
    return sum(sale.quantity for sale in sales if (sale.created.year, sale.created.month) == (at.year, at.month))


def _by_month(sales: Iterable[Sale]) -> dict[str, dict[str, Any]]:
    months: dict[str, dict[str, Any]] = defaultdict(dict)
    for sale in sales:
        of_year = months[str(sale.created.year)]
        month = str(sale.created.month)
        of_year[month] = number(of_year.get(month, 0) + sale.quantity)
    return dict(months)


def _or_none(value: Decimal | None) -> float | int | None:
    return None if value is None else number(value)
