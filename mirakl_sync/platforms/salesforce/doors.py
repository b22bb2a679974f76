"""Orders by two doors: SCAPI Orders, and OCAPI, the older one. Creating is SCAPI's in either case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

from mirakl_sync.errors import Refused, Unreadable
from mirakl_sync.http.contract import Operation, Transport
from mirakl_sync.platforms.salesforce import schemas
from mirakl_sync.platforms.salesforce.answers import ORDER_GONE
from mirakl_sync.platforms.salesforce.schemas import ShopOrder, camel, read

READ = Operation("salesforce.read_order")
LIST = Operation("salesforce.list_orders")
CREATE = Operation("salesforce.create_order", writes=True)
UPDATE = Operation("salesforce.update_order", writes=True)
STATUS = Operation("salesforce.set_status", writes=True)

PAGE = 200
WINDOW = 10_000
OVERLAPPING = 50
SEARCHED = "(total,hits.(data.(**)))"


class OrderDoor(Protocol):
    """How orders are read and changed. ``field`` is a status as SCAPI names it in its path (``export-status``)."""

    @property
    def lags(self) -> bool:
        """Whether ``changed`` is sorted by what an index knew, which may be older than what the orders show."""

    def order(self, number: str) -> ShopOrder | None:
        """The order as the database has it, or None."""

    def set_status(self, number: str, field: str, value: str) -> None:
        """Repeatable; ``Refused`` with status 409 where the order cannot become that."""

    def set_attributes(self, number: str, values: Mapping[str, Any]) -> None:
        """Custom attributes only; repeatable."""

    def set_address(self, number: str, shipment_id: str, address: Mapping[str, Any]) -> None:
        """The address of one shipment; repeatable."""

    def changed(self, since: datetime, offset: int, *, first: bool) -> list[ShopOrder]:
        """A page of placed orders last modified at or after ``since``, oldest first."""


@dataclass(frozen=True, slots=True)
class Scapi:
    """Implements ``OrderDoor`` by SCAPI Orders v1, with an Account Manager token."""

    line: Transport
    organization: str
    site: str
    lags: bool = False

    def order(self, number: str) -> ShopOrder | None:
        """``getOrder``."""
        try:
            answer = self.line.call(READ, "GET", self._path(number), params=self._site)
        except Refused as error:
            if error.code in ORDER_GONE:
                return None
            raise
        order: ShopOrder = read(schemas.ORDER, answer.json, "order")
        return order

    def set_status(self, number: str, field: str, value: str) -> None:
        """``updateOrderStatus``, ``updateOrderExportStatus`` and their like."""
        path = f"{self._path(number)}/{field}"
        self.line.call(STATUS, "PUT", path, params=self._site, json={"status": value})

    def set_attributes(self, number: str, values: Mapping[str, Any]) -> None:
        """``updateOrder``."""
        self.line.call(UPDATE, "PATCH", self._path(number), params=self._site, json=dict(values))

    def set_address(self, number: str, shipment_id: str, address: Mapping[str, Any]) -> None:
        """``updateOrderShippingAddress``."""
        path = f"{self._path(number)}/shipments/{quote(shipment_id, safe='')}/shipping-address"
        self.line.call(UPDATE, "PUT", path, params=self._site, json=dict(address))

    def changed(self, since: datetime, offset: int, *, first: bool) -> list[ShopOrder]:
        """``getOrders`` by date of modification; orders that failed or were never placed are not in it."""
        query = {
            "lastModifiedDateFrom": stamp(since),
            "sortBy": "last_modified_date",
            "sortOrder": "asc",
            "limit": PAGE,
            "offset": offset,
        }
        return self.orders(query, first=first)

    def orders(self, query: Mapping[str, Any], *, first: bool = True) -> list[ShopOrder]:
        """``getOrders``, one page."""
        path = orders_path(self.organization)
        answer = self.line.call(LIST, "GET", path, params={**self._site, **query}, budget=first)
        return [read(schemas.ORDER, row, "order") for row in rows_of(answer.json, "data")]

    @property
    def _site(self) -> dict[str, Any]:
        return {"siteId": self.site}

    def _path(self, number: str) -> str:
        return f"{orders_path(self.organization)}/{quote(number, safe='')}"


@dataclass(frozen=True, slots=True)
class Ocapi:
    """Implements ``OrderDoor`` by OCAPI: Shop API to read and search, Data API to set. Its search comes late."""

    line: Transport
    site: str
    lags: bool = True

    def order(self, number: str) -> ShopOrder | None:
        """OCAPI Shop ``GET /orders/{order_no}``."""
        try:
            answer = self.line.call(READ, "GET", f"{self._shop}/orders/{quote(number, safe='')}")
        except Refused as error:
            if error.code in ORDER_GONE:
                return None
            raise
        order: ShopOrder = read(schemas.ORDER, camel(answer.json), "order")
        return order

    def set_status(self, number: str, field: str, value: str) -> None:
        """OCAPI Data ``PUT /sites/{site_id}/orders/{order_no}/export_status`` and its like."""
        path = f"{self._data(number)}/{field.replace('-', '_')}"
        self.line.call(STATUS, "PUT", path, json={"status": value})

    def set_attributes(self, number: str, values: Mapping[str, Any]) -> None:
        """OCAPI Data ``PATCH /sites/{site_id}/orders/{order_no}``."""
        self.line.call(UPDATE, "PATCH", self._data(number), json=dict(values))

    def set_address(self, number: str, shipment_id: str, address: Mapping[str, Any]) -> None:
        """OCAPI Data ``PUT .../shipments/{shipment_id}/shipping_address``."""
        path = f"{self._data(number)}/shipments/{quote(shipment_id, safe='')}/shipping_address"
        self.line.call(UPDATE, "PUT", path, json=_snake(address))

    def changed(self, since: datetime, offset: int, *, first: bool) -> list[ShopOrder]:
        """OCAPI Shop ``POST /order_search`` among marketplace orders; the index lags behind the database."""
        body = {
            "query": {
                "filtered_query": {
                    "query": {"term_query": {"fields": ["channel_type"], "operator": "is", "values": ["marketplace"]}},
                    "filter": {"range_filter": {"field": "last_modified", "from": stamp(since)}},
                }
            },
            "select": SEARCHED,
            "sorts": [{"field": "last_modified", "sort_order": "asc"}],
            "start": offset,
            "count": PAGE,
        }
        answer = self.line.call(LIST, "POST", f"{self._shop}/order_search", json=body, budget=first)
        hits = rows_of(answer.json, "hits")
        return [read(schemas.ORDER, camel(hit.get("data")), "order") for hit in hits if isinstance(hit, Mapping)]

    @property
    def _shop(self) -> str:
        return f"/s/{quote(self.site, safe='')}/dw/shop/v25_6"

    def _data(self, number: str) -> str:
        return f"/s/-/dw/data/v25_6/sites/{quote(self.site, safe='')}/orders/{quote(number, safe='')}"


@dataclass(frozen=True, slots=True)
class Maker:
    """Creates orders: SCAPI ``createOrders`` with the token of a trusted system."""

    line: Transport
    organization: str
    site: str

    def may_create(self) -> None:
        """Knock with a body that cannot be an order; ``Misconfigured`` where creating is not allowed at all.

        A token that may not create is refused before anybody reads what it brings.
        """
        try:
            self.create({})
        except Refused:
            return

    def create(self, body: Mapping[str, Any]) -> None:
        """``POST /orders``: placed at once, answered without a body. Two of one number are refused."""
        self.line.call(CREATE, "POST", orders_path(self.organization), params={"siteId": self.site}, json=dict(body))


def orders_path(organization: str) -> str:
    """Where SCAPI keeps an organization's orders."""
    return f"/checkout/orders/v1/organizations/{quote(organization, safe='')}/orders"


def stamp(at: datetime) -> str:
    """A moment as both APIs take it: UTC with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rows_of(json: Any, member: str) -> list[Any]:
    """The list of an answer; absent where it is empty (OCAPI)."""
    told = json.get(member, []) if isinstance(json, Mapping) else None
    if not isinstance(told, list):
        raise Unreadable(f"Salesforce's answer has no list of {member}.", payload=None)
    return told


def every_changed(door: OrderDoor, since: datetime) -> Iterator[ShopOrder]:
    """Each placed order modified since, oldest first, every state once.

    A list sorted by modification changes while it is paged: every page starts anew from the last moment seen, which
    keeps within the 10,000 rows a list may have; only a page of one single moment is followed by its next page. A door
    that lags sorts by dates it does not show: its pages overlap instead.
    """
    seen: set[tuple[str, datetime | None]] = set()
    start, offset, first = since, 0, True
    while True:
        page = door.changed(start, offset, first=first)
        fresh = [order for order in page if (order.order_no, order.modified_at) not in seen]
        seen.update((order.order_no, order.modified_at) for order in fresh)
        yield from fresh
        if len(page) < PAGE:
            return
        dates = [order.modified_at or start for order in page]
        if door.lags:
            offset += PAGE - OVERLAPPING
            start, offset = (min(dates), 0) if offset + PAGE > WINDOW else (start, offset)
        else:
            start, offset = (dates[-1], 0) if dates[-1] > start else (start, offset + PAGE)
        seen = {known for known in seen if known[1] is None or known[1] >= start}
        first = False


def _snake(address: Mapping[str, Any]) -> dict[str, Any]:
    def name(word: str) -> str:
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in word)

    return {name(word): value for word, value in address.items()}
