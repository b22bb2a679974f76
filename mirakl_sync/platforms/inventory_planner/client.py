"""Inventory Planner's calls that we make, one function each. All of them read: nothing is written by this API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mirakl_sync.errors import RateLimited, Unavailable, Unreadable
from mirakl_sync.http.contract import Answer, Operation, Transport
from mirakl_sync.platforms.fields import Made
from mirakl_sync.platforms.inventory_planner import schemas
from mirakl_sync.platforms.inventory_planner.answers import rows_of
from mirakl_sync.platforms.inventory_planner.schemas import OrderItem, PurchaseOrder, Variant

VARIANTS = Operation("inventory_planner.variants")
ORDERS = Operation("inventory_planner.purchase_orders")
ITEMS = Operation("inventory_planner.purchase_order_items")

# Without it an answer holds over two hundred metrics of every variant.
VARIANT_FIELDS = (
    "id,sku,removed,connections.sku,warehouse.warehouse,warehouse.in_stock,warehouse.purchase_orders_qty,"
    "warehouse.to_order,warehouse.oos,warehouse.last_7_days_sales,warehouse.last_30_days_sales"
)
ORDER_FIELDS = "id,reference,status,type,warehouse,source_warehouse,expected_date"
ITEM_FIELDS = "id,sku,replenishment,received"
# SKUs asked for in one call, by the length of an address.
AT_ONCE = 50
# A wait as short as this is waited out.
SHORT = 2.0


class Pace:
    """No two calls sooner than ``every`` seconds after one another. No limit is published: this is what others do."""

    def __init__(self, every: float, seconds: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._every, self._seconds, self._sleep = every, seconds, sleep
        self._lock = threading.Lock()
        self._free_at = seconds()

    def keep(self) -> None:
        """Wait until it is our turn."""
        with self._lock:
            now = self._seconds()
            turn = max(now, self._free_at)
            self._free_at = turn + self._every
        if turn > now:
            self._sleep(turn - now)

    def rest(self, seconds: float) -> None:
        """They asked us to wait."""
        self._sleep(seconds)


class PlannerClient:
    """The calls of one account; ``account`` goes with each."""

    def __init__(self, transport: Transport, account: str, pace: Pace, page: int) -> None:
        self._transport, self._pace, self._page = transport, pace, page
        self._headers = {"Account": account, "Accept": "application/json"}

    def first_variants(self, limit: int) -> tuple[list[Variant], Answer]:
        """``GET /variants``, the first page: the vendor's way to ask whether key and account are good."""
        params = {"page": 0, "limit": limit, "removed": "false", "fields": VARIANT_FIELDS}
        answer = self._call(VARIANTS, "/variants", params)
        rows, _ = rows_of("variants", answer.json)
        return [schemas.read(schemas.VARIANT, row, "variant") for row in rows], answer

    def variants(self) -> Iterator[Variant]:
        """``GET /variants``, every page; those that were removed are left out."""
        asked = {"removed": "false", "fields": VARIANT_FIELDS}
        yield from self._pages(VARIANTS, "/variants", "variants", schemas.VARIANT, asked)

    def variants_of(self, skus: Sequence[str]) -> Iterator[Variant]:
        """``GET /variants?sku_in=``, some at a time. A list is parted by commas: a SKU with one is asked alone."""
        asked = {"removed": "false", "fields": VARIANT_FIELDS}
        plain = [sku for sku in skus if "," not in sku]
        some = [",".join(plain[start : start + AT_ONCE]) for start in range(0, len(plain), AT_ONCE)]
        filters = [{"sku_in": each} for each in some] + [{"sku": sku} for sku in skus if "," in sku]
        for each in filters:
            yield from self._pages(VARIANTS, "/variants", "variants", schemas.VARIANT, {**asked, **each})

    def purchase_orders(self) -> Iterator[PurchaseOrder]:
        """``GET /purchase-orders``, every page, whatever the status: accounts have words of their own."""
        asked = {"fields": ORDER_FIELDS}
        yield from self._pages(ORDERS, "/purchase-orders", "purchase-orders", schemas.ORDER, asked)

    def items(self, order_id: str) -> Iterator[OrderItem]:
        """``GET /purchase-orders/{id}/items``, every page."""
        path = f"/purchase-orders/{order_id}/items"
        yield from self._pages(ITEMS, path, "items", schemas.ITEM, {"fields": ITEM_FIELDS})

    def _pages(
        self, operation: Operation, path: str, name: str, schema: Made, asked: Mapping[str, Any]
    ) -> Iterator[Any]:
        """Every row once, by id. Pages count from 0.

        ``Unavailable`` where rows went while we read: others moved up past us.
        """
        seen: set[str] = set()
        page, before = 0, 0
        while True:
            answer = self._call(operation, path, {**asked, "page": page, "limit": self._page})
            rows, meta = rows_of(name, answer.json)
            total = _number(meta.get("total"))
            if total is not None and total < before:
                raise Unavailable(f"Inventory Planner's {name} became fewer while they were read.")
            before = total or 0
            read = [schemas.read(schema, row, f"row of {name}") for row in rows]
            fresh = [each for each in read if each.id not in seen]
            seen.update(each.id for each in fresh)
            yield from fresh
            if not rows or _at_the_end(meta, page, len(rows), self._page):
                return
            if not fresh:
                raise Unreadable(f"Inventory Planner answers the same page of {name} again.", payload=dict(meta))
            page += 1

    def _call(self, operation: Operation, path: str, params: Mapping[str, Any]) -> Answer:
        self._pace.keep()
        try:
            return self._transport.call(operation, "GET", path, params=params, headers=self._headers)
        except RateLimited as wait:
            if wait.after is None or wait.after >= SHORT:
                raise
            self._pace.rest(wait.after)
        return self._transport.call(operation, "GET", path, params=params, headers=self._headers)


def _at_the_end(meta: Mapping[str, Any], page: int, count: int, asked: int) -> bool:
    """The account may allow fewer rows to a page than we asked for: ``meta.limit`` says so."""
    limit = _number(meta.get("limit")) or asked
    total, start = _number(meta.get("total")), _number(meta.get("start"))
    if total is not None:
        return (page * limit if start is None else start) + count >= total
    return count < limit


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None
