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

METRICS = (
    "in_stock", "purchase_orders_qty", "replenishment", "to_order", "to_order_cost", "replenish_date", "oos",
    "oos_last_60_days", "lead_time", "review_period", "minimum_stock", "above_moq", "cur_sales",
    *(f"last_{days}_days_sales" for days in WINDOWS), *(f"last_{days}_days_revenue" for days in WINDOWS),
    "orders_by_month", "forecast_by_period", "forecast_revenue", "forecast_description", "forecasted_stockouts_dos",
    "forecasted_lost_sales_lead_time", "forecasted_lost_revenue_lead_time", "forecast_stock_cover_day",
    "under_value", "regular_price", "cost_price", "landing_cost_price",
)  # fmt: skip
"""Names that live in `warehouse[]`, wherever a client asks for them."""


def warehouse_rows(
    variant: Variant, incoming: Mapping[str, float], at: datetime, settings: PlannerSettings
) -> list[dict[str, Any]]:
    """The metrics of `variant` as of `at`, a row for each warehouse that has, sold or expects it.

    `incoming` is what open orders still bring, in pieces by warehouse id.
    """
    sales: dict[str, list[Sale]] = defaultdict(list)
    stock: dict[str, float] = {}
    minimum: dict[str, float] = {}
    for listing in variant.listings:
        for sale in listing.sales.values():
            if sale.counts:
                sales[sale.warehouse].append(sale)
        for warehouse, row in listing.stock.items():
            if not row.removed:
                stock[warehouse] = stock.get(warehouse, 0.0) + row.in_stock
                minimum[warehouse] = row.minimum or 0.0
    found = dict.fromkeys([*stock, *sales, *incoming])
    return [
        _row(variant, name, sales[name], stock.get(name), incoming.get(name, 0.0), at, settings)
        | ({"minimum_stock": number(minimum[name])} if minimum.get(name) else {})
        | variant.planning.get(name, {})
        for name in found
    ]


def _row(
    variant: Variant,
    warehouse: str,
    sales: list[Sale],
    in_stock: float | None,
    incoming: float,
    at: datetime,
    settings: PlannerSettings,
) -> dict[str, Any]:
    sold = {days: _sold(sales, at, days) for days in WINDOWS}
    velocity = max(0.0, sold[30] / 30)
    held = in_stock or 0.0
    wanted = max(0, math.ceil(round(velocity * COVERED_DAYS - held - incoming, 6)))
    left = None if not velocity or in_stock is None else max(0, int(held / velocity))
    price, cost = variant.first.price, variant.first.cost_price
    lead_time = settings.lead_time
    lost = max(0.0, velocity * lead_time - max(0.0, held) - incoming)
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
        **{f"last_{days}_days_revenue": number(_revenue(sales, at, days)) for days in WINDOWS},
        "orders_by_month": _by_month(sales),
        **_forecast(velocity, price, at),
        "forecasted_stockouts_dos": 0 if left is None else max(0, lead_time - left),
        "forecasted_lost_sales_lead_time": number(round(lost, 2)),
        "forecasted_lost_revenue_lead_time": None if price is None else number(price * Decimal(str(round(lost, 2)))),
        "forecast_stock_cover_day": left,
        "under_value": None if cost is None else number(cost * wanted),
        "regular_price": None if price is None else number(price),
        "cost_price": None if cost is None else number(cost),
        "landing_cost_price": _or_none(variant.first.landing_cost_price),
    }


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


def _within(sales: Iterable[Sale], at: datetime, days: int) -> Iterable[Sale]:
    since = at - timedelta(days=days)
    return (sale for sale in sales if since < sale.created <= at)


def _sold(sales: Iterable[Sale], at: datetime, days: int) -> float:
    return sum(sale.quantity for sale in _within(sales, at, days))


def _revenue(sales: Iterable[Sale], at: datetime, days: int) -> Decimal:
    return sum((sale.price * Decimal(str(sale.quantity)) for sale in _within(sales, at, days)), Decimal(0))


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
