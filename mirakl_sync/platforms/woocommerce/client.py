"""WooCommerce's calls, one function each, over a ``Transport``. Paths as in the REST v3 documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.http.contract import Answer, Operation, Transport
from mirakl_sync.platforms.woocommerce import schemas
from mirakl_sync.platforms.woocommerce.answers import GONE, NO_ROUTE
from mirakl_sync.platforms.woocommerce.schemas import Hook, Product, Refund, ShopOrder, read
from mirakl_sync.platforms.woocommerce.tax import Place, Rate, TaxRules

READ = Operation("woocommerce.read")
SEARCH = Operation("woocommerce.search")
CREATE = Operation("woocommerce.create_order", writes=True)
UPDATE = Operation("woocommerce.update_order", writes=True)
NOTE = Operation("woocommerce.add_note", writes=True)
HOOKS = Operation("woocommerce.webhooks", writes=True)

PAGE = 100
FRESH = timedelta(minutes=10)
ORDER_FIELDS = (
    "id,number,status,currency,total,customer_id,transaction_id,date_modified_gmt,date_paid_gmt,meta_data,"
    "line_items,shipping_lines,fee_lines,billing,shipping,refunds"
)
PRODUCT_FIELDS = (
    "id,type,parent_id,sku,status,manage_stock,stock_quantity,stock_status,backorders,price,tax_class,"
    "date_modified_gmt,categories,bundled_items,bundle_stock_quantity,bundle_stock_status,bundle_min_size,bundle_max_size"
)
# Dates have whole seconds and the filter is strictly greater-than; a save may also end a moment after its own date.
OVERLAP = timedelta(seconds=2)
Page = tuple[datetime, list[Any]]


class WooClient:
    """The calls of one shop. Tax rules are remembered for some minutes."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.transport = transport
        self.clock = clock
        self._rules: tuple[datetime, TaxRules] | None = None

    # Orders

    def create_order(self, body: Mapping[str, Any]) -> ShopOrder:
        """``POST /orders``. Not repeatable."""
        answer = self.transport.call(CREATE, "POST", "/wc/v3/orders", json=body)
        order: ShopOrder = read(schemas.ORDER, answer.json, "new order", after_write=True)
        return order

    def update_order(self, order_id: str | int, body: Mapping[str, Any]) -> ShopOrder:
        """``PUT /orders/{id}``: fields left out stay; addresses and lines make the shop tax anew."""
        answer = self.transport.call(UPDATE, "PUT", f"/wc/v3/orders/{int(order_id)}", json=body)
        order: ShopOrder = read(schemas.ORDER, answer.json, "order", after_write=True)
        return order

    def order(self, order_id: str | int) -> ShopOrder | None:
        """``GET /orders/{id}``, trashed ones too; None when it is gone for good."""
        try:
            answer = self.transport.call(
                READ, "GET", f"/wc/v3/orders/{int(order_id)}", params={"_fields": ORDER_FIELDS}
            )
        except Refused as error:
            if error.code in GONE:
                return None
            raise
        order: ShopOrder = read(schemas.ORDER, answer.json, "order")
        return order

    def orders(self, **filters: Any) -> Iterator[ShopOrder]:
        """``GET /orders``, every page, by id."""
        query = {"_fields": ORDER_FIELDS, "orderby": "id", "order": "asc", **filters}
        for row in self._pages("/wc/v3/orders", query):
            yield read(schemas.ORDER, row, "order")

    def orders_of(self, order_ids: Sequence[str]) -> Iterator[ShopOrder]:
        """``GET /orders?include=``: those of at most a hundred ids that are not in the trash. One call, one page."""
        query = {"include": ",".join(order_ids), "status": "any", "per_page": PAGE, "_fields": ORDER_FIELDS}
        for row in _rows(self.transport.call(READ, "GET", "/wc/v3/orders", params=query)):
            yield read(schemas.ORDER, row, "order")

    def refunds(self, order: ShopOrder) -> list[Refund]:
        """``GET /orders/{id}/refunds`` of an order that names some; no call for any other."""
        if not order.refund_ids:
            return []
        rows = self._pages(f"/wc/v3/orders/{order.id}/refunds", {"orderby": "id", "order": "asc"})
        return [read(schemas.REFUND, row, "refund") for row in rows]

    def add_note(self, order_id: str | int, words: str) -> None:
        """``POST /orders/{id}/notes``, for staff only. Twice makes two notes."""
        body = {"note": words, "customer_note": False}
        self.transport.call(NOTE, "POST", f"/wc/v3/orders/{int(order_id)}/notes", json=body)

    # Products

    def products(self, skus: Sequence[str]) -> Iterator[Product]:
        """``GET /products?sku=``: products and variations that carry one of the SKUs."""
        query = {"sku": ",".join(skus), "status": "any", "orderby": "id", "order": "asc", "_fields": PRODUCT_FIELDS}
        for row in self._pages("/wc/v3/products", query):
            yield read(schemas.PRODUCT, row, "product")

    def products_by_id(self, ids: Sequence[int]) -> Iterator[Product]:
        """``GET /products?include=``: those of at most a hundred products and parents that are not in the trash."""
        query = {"include": ",".join(map(str, ids)), "status": "any", "per_page": PAGE, "_fields": PRODUCT_FIELDS}
        for row in _rows(self.transport.call(READ, "GET", "/wc/v3/products", params=query)):
            yield read(schemas.PRODUCT, row, "product")

    def every(self, path: str, fields: str, **filters: Any) -> Iterator[Page]:
        """Every row of a list by id, page by page, each with the moment it was asked for.

        Complete also where rows go while we read: each page begins with the last row of the one before, and where it
        does not, what stands before it moved up, so we go back. ``Unreadable`` where the shop does not sort by id.
        """
        last, offset = 0, 0
        while True:
            asked = self.clock()
            query = {"orderby": "id", "order": "asc", "per_page": PAGE, "offset": offset, "_fields": fields, **filters}
            rows = _rows(self.transport.call(READ, "GET", path, params=query, budget=last == 0))
            ids = [_id(row) for row in rows]
            if ids != sorted(set(ids)):
                raise Unreadable("WooCommerce's list is not sorted by id.", payload=ids)
            if offset and (not ids or ids[0] > last):
                offset = max(0, offset - PAGE + 1)
                continue
            yield asked, [row for row in rows if _id(row) > last]
            if len(rows) < PAGE:
                return
            last, offset = ids[-1], offset + PAGE - 1

    # Changes

    def changed(self, path: str, fields: str, since: datetime, **filters: Any) -> Iterator[Page]:
        """Rows modified at or after ``since``, oldest first, each state once, page by page with the moment of asking.

        A list sorted by modification changes while it is paged: every page starts anew from the last second seen,
        with some overlap because the filter is strictly greater-than; only a page that lies within the overlap is
        followed by its next page.
        """
        seen: set[tuple[Any, Any]] = set()
        start, page = since, 1
        while True:
            asked = self.clock()
            query = {"modified_after": stamp(start - OVERLAP), "dates_are_gmt": "true", "page": page}
            query |= {"orderby": "modified", "order": "asc", "per_page": PAGE, "_fields": fields, **filters}
            rows = _rows(self.transport.call(READ, "GET", path, params=query, budget=page == 1))
            fresh = [row for row in rows if (row.get("id"), row.get("date_modified_gmt")) not in seen]
            seen.update((row.get("id"), row.get("date_modified_gmt")) for row in fresh)
            yield asked, fresh
            if len(rows) < PAGE:
                return
            last = _modified(rows[-1], start)
            start, page = (last, 1) if last > start else (start, page + 1)
            seen = {known for known in seen if str(known[1]) >= stamp(start - OVERLAP)}

    def has_variations_list(self) -> bool:
        """True where ``GET /variations`` exists (10.3 and later)."""
        try:
            self.transport.call(READ, "GET", "/wc/v3/variations", params={"per_page": 1, "_fields": "id"})
        except Refused as error:
            if error.code == NO_ROUTE:
                return False
            raise
        return True

    # Shop

    def settings(self, group: str) -> dict[str, str]:
        """``GET /settings/{group}``: value by name. Needs the manage-WooCommerce right."""
        rows = _rows(self.transport.call(READ, "GET", f"/wc/v3/settings/{group}", params={"_fields": "id,value"}))
        return {str(row["id"]): str(row.get("value") or "") for row in rows if isinstance(row, Mapping) and "id" in row}

    def index(self) -> Mapping[str, Any]:
        """``GET /wp-json/``: the API's front page, open to everybody."""
        answer = self.transport.call(READ, "GET", "/")
        return answer.json if isinstance(answer.json, Mapping) else {}

    def status(self) -> Mapping[str, Any]:
        """``GET /system_status``: slow, for the connection check."""
        params = {"_fields": "environment,settings"}
        answer = self.transport.call(READ, "GET", "/wc/v3/system_status", params=params)
        return answer.json if isinstance(answer.json, Mapping) else {}

    def tax_rules(self, *, anew: bool = False) -> TaxRules:
        """``GET /taxes`` and the tax settings, at most some minutes old."""
        at = self.clock()
        if anew or self._rules is None or at - self._rules[0] > FRESH:
            self._rules = (at, self._read_rules())
        return self._rules[1]

    def prices_include_tax(self) -> bool | None:
        """What was last read of the setting, asking nobody; None before the first time."""
        return self._rules[1].prices_include_tax if self._rules else None

    def _read_rules(self) -> TaxRules:
        general, tax = self._quietly("general"), self._quietly("tax")
        country, _, state = general.get("woocommerce_default_country", "").partition(":")
        rates: tuple[Rate, ...] = ()
        if general.get("woocommerce_calc_taxes", "yes") == "yes":
            rates = tuple(_rate(read(schemas.RATE, row, "tax rate")) for row in self._pages("/wc/v3/taxes", {}))
        return TaxRules(
            rates=rates,
            prices_include_tax=tax.get("woocommerce_prices_include_tax") == "yes",
            based_on=tax.get("woocommerce_tax_based_on", "shipping"),
            shop=Place(country, "" if state == "*" else state),
            shipping_class=tax.get("woocommerce_shipping_tax_class", "inherit") or "standard",
            at_subtotal=tax.get("woocommerce_tax_round_at_subtotal") == "yes",
        )

    def _quietly(self, group: str) -> dict[str, str]:
        """A group of settings; empty where the key may not see it, for every total is checked anyway."""
        try:
            return self.settings(group)
        except (Refused, Misconfigured):
            return {}

    # Webhooks

    def hooks(self) -> list[Hook]:
        """``GET /webhooks``: all of them, also paused and disabled ones."""
        return [read(schemas.HOOK, row, "webhook") for row in self._pages("/wc/v3/webhooks", {"status": "all"})]

    def create_hook(self, name: str, topic: str, url: str, secret: str) -> Hook:
        """``POST /webhooks``. The secret never comes back."""
        body = {"name": name, "topic": topic, "delivery_url": url, "secret": secret, "status": "active"}
        hook: Hook = read(
            schemas.HOOK, self.transport.call(HOOKS, "POST", "/wc/v3/webhooks", json=body).json, "webhook"
        )
        return hook

    def delete_hook(self, hook_id: int) -> None:
        """``DELETE /webhooks/{id}?force=true``."""
        self.transport.call(HOOKS, "DELETE", f"/wc/v3/webhooks/{hook_id}", params={"force": "true"})

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        page = 1
        while True:
            params = {**query, "per_page": PAGE, "page": page}
            rows = _rows(self.transport.call(READ, "GET", path, params=params, budget=page == 1))
            yield from rows
            if len(rows) < PAGE:
                return
            page += 1


def stamp(at: datetime) -> str:
    """The only safe form of a date filter: naive UTC, whole seconds, with ``dates_are_gmt=true``."""
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def _rows(answer: Answer) -> list[Any]:
    if not isinstance(answer.json, list):
        raise Unreadable("WooCommerce's list is no list.", payload=answer.json)
    return answer.json


def _id(row: Any) -> int:
    if not isinstance(row, Mapping) or not isinstance(row.get("id"), int):
        raise Unreadable("A row of WooCommerce's list has no id.", payload=row)
    return int(row["id"])


def _modified(row: Mapping[str, Any], otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(row.get("date_modified_gmt"))).replace(tzinfo=UTC)
    except ValueError:
        return otherwise


def _rate(row: Mapping[str, Any]) -> Rate:
    postcodes = tuple(row["postcodes"]) or tuple(p for p in (row["postcode"],) if p)
    cities = tuple(row["cities"]) or tuple(c for c in (row["city"],) if c)
    return Rate(
        row["id"],
        row["rate"],
        row["tax_class"] or "standard",
        row["country"],
        row["state"],
        postcodes,
        cities,
        row["priority"],
        row["order"],
        row["compound"],
        row["shipping"],
    )
