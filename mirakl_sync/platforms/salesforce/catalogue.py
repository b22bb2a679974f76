"""Products and numbers of one site: calls of OCAPI Data, SCAPI Products, Shopper Availability and OCI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.http.contract import Operation, Transport
from mirakl_sync.platforms.salesforce import schemas
from mirakl_sync.platforms.salesforce.answers import NO_RECORD, PRODUCT_GONE
from mirakl_sync.platforms.salesforce.doors import PAGE, rows_of, stamp
from mirakl_sync.platforms.salesforce.paging import Slice, walk
from mirakl_sync.platforms.salesforce.schemas import Available, Product, Record, camel, read

PRODUCTS = Operation("salesforce.products")
RECORDS = Operation("salesforce.inventory_records")
AVAILABILITY = Operation("salesforce.availability")
LISTS = Operation("salesforce.inventory_list")

DATA = "/s/-/dw/data/v25_6"
AT_ONCE = 24
OCI_AT_ONCE = 100
FOUND = "(start,total,hits.(id,type.(**),online_flag.(**),valid_from.(**),valid_to.(**),last_modified))"
TOLD = (
    "(start,total,data.(product_id,ats,perpetual_flag,pre_order_back_order_allocation,pre_order_back_order_handling,"
    "last_modified))"
)


@dataclass(frozen=True, slots=True)
class Instance:
    """OCAPI Data of the instance: the catalogue and one inventory list."""

    line: Transport
    site: str
    list_id: str

    def inventory_list(self) -> Mapping[str, Any]:
        """OCAPI Data ``GET /inventory_lists/{id}``."""
        answer = self.line.call(LISTS, "GET", self._list)
        return answer.json if isinstance(answer.json, Mapping) else {}

    def record(self, sku: str) -> Record | None:
        """OCAPI Data ``GET .../product_inventory_records/{product_id}``; None where the list has none."""
        try:
            answer = self.line.call(RECORDS, "GET", f"{self._list}/product_inventory_records/{quote(sku, safe='')}")
        except Refused as error:
            if error.code == NO_RECORD:
                return None
            raise
        record: Record = read(schemas.RECORD, answer.json, "inventory record")
        return record

    def records(self) -> Iterator[list[Record]]:
        """OCAPI Data ``GET .../product_inventory_records``: every record, two hundred to a call, complete or raised."""

        def ask(start: int) -> Slice:
            query = {"start": start, "count": PAGE, "select": TOLD}
            path = f"{self._list}/product_inventory_records"
            answer = self.line.call(RECORDS, "GET", path, params=query, budget=start == 0)
            told = [read(schemas.RECORD, row, "inventory record") for row in rows_of(answer.json, "data")]
            return Slice([(record.product_id, record) for record in told], total_of(answer.json))

        for rows in walk(ask, PAGE, "inventory list"):
            yield [record for _, record in rows if isinstance(record, Record)]

    def products(self, ids: Sequence[str]) -> dict[str, Product]:
        """OCAPI Data ``POST /product_search`` by ids; unknown ones are absent."""
        found: dict[str, Product] = {}
        for start in range(0, len(ids), PAGE):
            part = list(ids[start : start + PAGE])
            query = {"term_query": {"fields": ["id"], "operator": "one_of", "values": part}}
            found |= {product.product_id: product for product in self._search(query, 0).values()}
        return found

    def changed_products(self, since: datetime) -> Iterator[Product]:
        """OCAPI Data ``POST /product_search``: products last modified at or after ``since``, complete or raised."""
        query = {
            "filtered_query": {
                "query": {"match_all_query": {}},
                "filter": {"range_filter": {"field": "last_modified", "from": stamp(since)}},
            }
        }
        yield from self._walk_products(query, "changed products")

    def every_product(self) -> Iterator[Product]:
        """OCAPI Data ``POST /product_search``: all of them, complete or raised."""
        yield from self._walk_products({"match_all_query": {}}, "list of products")

    def _walk_products(self, query: Mapping[str, Any], what: str) -> Iterator[Product]:
        def ask(start: int) -> Slice:
            json = self._searched(query, start)
            hits = [read(schemas.PRODUCT, camel(hit), "product") for hit in rows_of(json, "hits")]
            return Slice([(product.product_id, product) for product in hits], total_of(json))

        for rows in walk(ask, PAGE, what):
            yield from (product for _, product in rows if isinstance(product, Product))

    def _search(self, query: Mapping[str, Any], start: int) -> dict[str, Product]:
        hits = rows_of(self._searched(query, start), "hits")
        told = [read(schemas.PRODUCT, camel(hit), "product") for hit in hits]
        return {product.product_id: product for product in told}

    def _searched(self, query: Mapping[str, Any], start: int) -> Any:
        body = {
            "query": query,
            "select": FOUND,
            "sorts": [{"field": "id", "sort_order": "asc"}],
            "start": start,
            "count": PAGE,
        }
        path, params = f"{DATA}/product_search", {"site_id": self.site}
        return self.line.call(PRODUCTS, "POST", path, params=params, json=body, budget=start == 0).json

    @property
    def _list(self) -> str:
        return f"{DATA}/inventory_lists/{quote(self.list_id, safe='')}"


@dataclass(frozen=True, slots=True)
class Storefront:
    """Shopper Availability and, for what it leaves out, SCAPI Products."""

    shopper: Transport
    admin: Transport
    organization: str
    site: str
    list_id: str

    def available(self, skus: Sequence[str]) -> dict[str, Available]:
        """``getAvailability``, 24 ids to a call; what is offline or unknown is absent."""
        path = f"/product/shopper-availability/v1/organizations/{quote(self.organization, safe='')}/availability"
        found: dict[str, Available] = {}
        for start in range(0, len(skus), AT_ONCE):
            query = {"siteId": self.site, "productIds": ",".join(skus[start : start + AT_ONCE])}
            if self.list_id:
                query["inventoryIds"] = self.list_id
            answer = self.shopper.call(AVAILABILITY, "GET", path, params=query, budget=start == 0)
            told = [read(schemas.AVAILABLE, row, "availability") for row in rows_of(answer.json, "data")]
            found |= {one.product_id: one for one in told}
        return found

    def product(self, sku: str) -> Product | None:
        """SCAPI ``getProduct``, offline ones too; None where there is none."""
        path = f"/product/products/v1/organizations/{quote(self.organization, safe='')}/products/{quote(sku, safe='')}"
        try:
            answer = self.admin.call(PRODUCTS, "GET", path, params={"siteId": self.site})
        except Refused as error:
            if error.code in PRODUCT_GONE:
                return None
            raise
        product: Product = read(schemas.PRODUCT, answer.json, "product")
        return product


@dataclass(frozen=True, slots=True)
class Omnichannel:
    """Omnichannel Inventory: what may be ordered from one group of locations."""

    line: Transport
    organization: str
    group: str

    def available(self, skus: Sequence[str]) -> dict[str, Available]:
        """OCI ``get-availability``, a hundred SKUs to a call; SKUs it knows nothing of are absent."""
        found: dict[str, Available] = {}
        for start in range(0, len(skus), OCI_AT_ONCE):
            body = {"skus": list(skus[start : start + OCI_AT_ONCE]), "groups": [self.group]}
            answer = self._ask("actions/get-availability", body, first=start == 0)
            found |= {one.product_id: one for one in _ato(answer)}
        return found

    def token(self) -> Mapping[str, Any]:
        """OCI ``delta-token``: what changes from now on is in the deltas of this token."""
        return self._ask("delta-token", {"placeType": "group", "places": [self.group]})

    def deltas(self, token: Mapping[str, Any]) -> tuple[list[str], Mapping[str, Any]]:
        """OCI ``get-deltas``: SKUs that changed since the token, none at the end, and the token to go on with.

        A token is sent back as it came: nobody publishes what is in it.
        """
        answer = self._ask("actions/get-deltas", token)
        more = {name: value for name, value in answer.items() if name in token}
        return [one.product_id for one in _ato(answer)], more or token

    def _ask(self, action: str, body: Mapping[str, Any], *, first: bool = True) -> Mapping[str, Any]:
        organization = quote(self.organization, safe="")
        path = f"/inventory/availability/v1/organizations/{organization}/availability-records/{action}"
        answer = self.line.call(AVAILABILITY, "POST", path, json=dict(body), budget=first).json
        if not isinstance(answer, Mapping):
            raise Unreadable("Omnichannel Inventory's answer is no document.", payload=answer)
        return answer


def _ato(answer: Mapping[str, Any]) -> list[Available]:
    groups = rows_of(answer, "groups")
    return [read(schemas.ATO, row, "availability") for group in groups for row in rows_of(group, "records")]


def total_of(json: Any) -> int:
    """How many rows a list has in all."""
    total = json.get("total") if isinstance(json, Mapping) else None
    if not isinstance(total, int):
        raise Unreadable("Salesforce's list does not say how long it is.", payload=None)
    return total


def no_list() -> Misconfigured:
    """Availability answers questions and lists nothing."""
    return Misconfigured(
        "Shopper Availability cannot list what a site has in stock.",
        way_out="Set inventory to ocapi_records, with ocapi_url and inventory_list.",
    )
