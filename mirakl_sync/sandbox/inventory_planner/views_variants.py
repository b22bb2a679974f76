"""Variants with their metrics, and warehouses where the account shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mirakl_sync.sandbox.inventory_planner.api import Call, Route
from mirakl_sync.sandbox.inventory_planner.errors import ApiError, not_found, refused
from mirakl_sync.sandbox.inventory_planner.metrics import LONG, METRICS, with_tables
from mirakl_sync.sandbox.inventory_planner.model import Listing, Variant
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.queries import Query, project, query_from, sort_key
from mirakl_sync.sandbox.inventory_planner.values import number

HEAD: dict[str, Callable[[Variant], Any]] = {
    "id": lambda variant: variant.id,
    "sku": lambda variant: variant.first.sku,
    "title": lambda variant: variant.first.title,
    "barcode": lambda variant: variant.first.barcode,
    "brand": lambda variant: variant.first.brand,
    "product_type": lambda variant: variant.first.product_type,
    "tags": lambda variant: list(variant.first.tags),
    "removed": lambda variant: variant.removed,
    "vendor": lambda variant: variant.first.vendor,
}
SELECTIONS_KEPT = 100
PLANNED_BY_HAND = ("lead_time", "review_period", "minimum_stock")


def list_variants(call: Call) -> dict[str, Any]:
    """Removed ones are among them unless the client filters."""
    planner = call.planner
    query = variant_query(call.arguments, planner.settings.default_limit)
    found = select(planner, query)
    first = query.page * query.limit
    rows = [shown(planner, variant, query.fields) for variant in found[first : first + query.limit]]
    return call.page("variants", rows, len(found), query)


def read_variant(call: Call, variant_id: str) -> dict[str, Any]:
    query = variant_query({"fields": call.arguments.get("fields", "")}, 1)
    return call.wearing("variant", shown(call.planner, find_variant(call.planner, variant_id), query.fields))


def list_vendors(call: Call, variant_id: str) -> dict[str, Any]:
    query = query_from(call.arguments, lambda _: False, call.planner.settings.default_limit)
    rows = [
        row for listing in find_variant(call.planner, variant_id).listings for row in _vendors(call.planner, listing)
    ]
    first = query.page * query.limit
    return call.page("vendors", rows[first : first + query.limit], len(rows), query)


def plan_variant(call: Call, variant_id: str) -> dict[str, Any]:
    """PATCH of planning settings, for one warehouse or for all; undocumented, so most accounts refuse it."""
    planner, variant = call.planner, find_variant(call.planner, variant_id)
    if not planner.settings.variants_writable:
        raise ApiError(405, "Method not allowed")
    sent = call.sent("variant")
    for row in sent.get("warehouse") or [
        {**sent, "warehouse": one["warehouse"]} for one in planner.warehouses_of(variant)
    ]:
        planned = {name: row[name] for name in PLANNED_BY_HAND if isinstance(row.get(name), int | float)}
        if row.get("warehouse") not in planner.settings.warehouse_ids or not planned:
            raise refused("Nothing that can be planned")
        variant.planning.setdefault(row["warehouse"], {}).update(planned)
    planner.recalculate()
    return call.wearing("variant", shown(planner, variant, ()))


def list_warehouses(call: Call) -> dict[str, Any]:
    settings = call.planner.settings
    if not settings.warehouse_list:
        raise not_found("warehouses")
    query = query_from(call.arguments, lambda _: False, settings.default_limit)
    rows = [
        {"name": name, "display_name": name.partition("_")[2], "disabled": False, "currency": settings.currency}
        for name in settings.warehouse_ids
    ]
    first = query.page * query.limit
    return call.page("warehouses", rows[first : first + query.limit], len(rows), query)


def variant_query(arguments: Mapping[str, str], default_limit: int) -> Query:
    """A query about variants: their own fields and their metrics."""
    return query_from(arguments, _is_field, default_limit)


def find_variant(planner: Planner, variant_id: str) -> Variant:
    variant = planner.store.variants.get(variant_id)
    if variant is None:
        raise not_found("Variant")
    return variant


def select(planner: Planner, query: Query) -> list[Variant]:
    """The variants all filters fit, in the order asked for. Kept until the next calculation: clients walk pages."""
    key = (query.filters, query.sort)
    known = planner.selections.get(key)
    if known is None:
        if len(planner.selections) >= SELECTIONS_KEPT:
            planner.selections.clear()
        known = planner.selections[key] = _sorted(planner, _filtered(planner, query), query)
    return known


def shown(planner: Planner, variant: Variant, fields: tuple[str, ...]) -> dict[str, Any]:
    """A variant as the API shows it; metrics asked for at top level come inside `warehouse`."""
    if not fields:
        return _parts(planner, variant, {*PARTS, "connections"}) | {"warehouse": _warehouses(planner, variant, ("",))}
    inside = [name for name in fields if name in METRICS]
    wanted = [name if name not in METRICS else f"warehouse.{name}" for name in fields]
    if inside or ("warehouse" in fields and planner.settings.plain_warehouse == "ids"):
        wanted = [name for name in wanted if name != "warehouse"] + ["warehouse.warehouse"]
    if "warehouse" in wanted:
        wanted = [name for name in wanted if not name.startswith("warehouse.")]
    row = _parts(planner, variant, {name.partition(".")[0] for name in wanted})
    of_warehouse = tuple(name.partition(".")[2] for name in wanted if name.partition(".")[0] == "warehouse")
    if of_warehouse:
        row["warehouse"] = _warehouses(planner, variant, of_warehouse)
    return project({"id": variant.id, **row}, wanted)


def _parts(planner: Planner, variant: Variant, names: set[str]) -> dict[str, Any]:
    row = {name: read(variant) for name, read in PARTS.items() if name in names}
    if "connections" in names:
        row["connections"] = _connections(planner, variant)
    return row


def _warehouses(planner: Planner, variant: Variant, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a variant, with their tables if one of `names` is a table or "" (everything)."""
    rows = planner.warehouses_of(variant)
    if any(not name or name.partition(".")[0] in LONG for name in names):
        return with_tables(variant, rows, planner.calculated_at)
    return rows


def _connections(planner: Planner, variant: Variant) -> list[dict[str, Any]]:
    return [
        {"source": each.source, "sku": each.sku, "removed": each.removed, "vendors": _vendors(planner, each)}
        for each in variant.listings
    ]


def _vendors(planner: Planner, listing: Listing) -> list[dict[str, Any]]:
    if not listing.vendor:
        return []
    row: dict[str, Any] = {"vendor": listing.vendor, "cost_price_currency": planner.settings.currency}
    if listing.cost_price is not None:
        row["cost_price"] = number(listing.cost_price)
    if listing.landing_cost_price is not None:
        row["landing_cost_price"] = number(listing.landing_cost_price)
    return [row]


def _merged(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.variant_id,
        "sku": listing.sku,
        "percent": 100,
        "source": listing.source,
        "title": listing.title,
        "barcode": listing.barcode,
    }


def _is_field(name: str) -> bool:
    return (
        name in HEAD
        or name in METRICS
        or name in ("warehouse", "warehouse.warehouse")
        or (name.startswith("warehouse.") and name[len("warehouse.") :] in METRICS)
    )


def _values(planner: Planner, variant: Variant, field: str) -> list[Any]:
    if field in HEAD:
        value = HEAD[field](variant)
        return value if isinstance(value, list) else [value]
    name = field.removeprefix("warehouse.")
    return [row.get(name) for row in planner.warehouses_of(variant)]


def _filtered(planner: Planner, query: Query) -> list[Variant]:
    """Metrics are computed only where a filter asks for them, and only of what the other filters left."""
    found: Iterable[Variant] = planner.store.variants.values()
    for one in sorted(query.filters, key=lambda each: each.field not in HEAD):
        found = [variant for variant in found if one.fits(_values(planner, variant, one.field))]
    return list(found)


def _sorted(planner: Planner, found: list[Variant], query: Query) -> list[Variant]:
    if query.sort is None:
        return found
    field, downwards = query.sort

    def key(variant: Variant) -> tuple[int, Any]:
        return max(map(sort_key, _values(planner, variant, field)), default=(0, 0))

    return sorted(found, key=key, reverse=downwards)


PARTS: dict[str, Callable[[Variant], Any]] = {
    **{name: read for name, read in HEAD.items() if name != "vendor"},
    "merged": lambda variant: [_merged(listing) for listing in variant.listings[1:]],
    "stock_hist": lambda variant: [list(point) for point in variant.stock_history],
    "stockouts_hist": lambda variant: [list(point) for point in variant.stockouts],
}
"""Everything a variant shows besides `connections` and `warehouse`, by its name."""


ROUTES = [
    Route("variants", ("GET",), "variants.list", list_variants),
    Route("variants/<variant_id>", ("GET",), "variant.read", read_variant),
    Route("variants/<variant_id>", ("PATCH",), "variant.change", plan_variant),
    Route("variants/<variant_id>/vendors", ("GET",), "variant.vendors", list_vendors),
    Route("warehouses", ("GET",), "warehouses.list", list_warehouses),
]
