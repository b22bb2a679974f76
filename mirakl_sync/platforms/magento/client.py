"""Magento's calls, one function each, over a ``Transport``. Paths as in the REST V1 documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.http.contract import Operation, Transport
from mirakl_sync.platforms.magento import schemas, searching
from mirakl_sync.platforms.magento.answers import NOT_FOUND, about_bearer
from mirakl_sync.platforms.magento.schemas import Memo, Product, Salable, Shipment, ShopOrder, SourceItem, read
from mirakl_sync.platforms.magento.searching import Ask, Filter, Page, chunks, hundreds, one_of
from mirakl_sync.platforms.magento.settings import StoreSettings

READ_ORDER = Operation("magento.read_order")
LIST_ORDERS = Operation("magento.list_orders")
CREATE = Operation("magento.create_order", writes=True)
UPDATE = Operation("magento.update_order", writes=True)
ADDRESS = Operation("magento.write_address", writes=True)
CANCEL = Operation("magento.cancel_order", writes=True)
HOLD = Operation("magento.hold_order", writes=True)
CART = Operation("magento.fill_cart", writes=True)
PLACE = Operation("magento.place_cart", writes=True)
UNHOLD = Operation("magento.unhold_order", writes=True)
COMMENT = Operation("magento.comment_order", writes=True)
INVOICE = Operation("magento.invoice_order", writes=True)
REFUND = Operation("magento.refund_order", writes=True)
SHIPMENTS = Operation("magento.list_shipments")
MEMOS = Operation("magento.list_creditmemos")
PRODUCTS = Operation("magento.list_products")
SALABLE = Operation("magento.export_salable")
SOURCES = Operation("magento.list_source_items")
STOCK_ITEM = Operation("magento.read_stock_item")
STORES = Operation("magento.read_stores")
STOCKS = Operation("magento.read_stock")
COUNTRIES = Operation("magento.read_country")
CUSTOMERS = Operation("magento.search_customers")
NEW_CUSTOMER = Operation("magento.create_customer", writes=True)
VERSION = Operation("magento.read_version")
READ_EVENTS = Operation("magento.list_events")
EVENTS = Operation("magento.subscribe_event", writes=True)

_LINE_FIELDS = (
    "item_id,parent_item_id,sku,ext_order_item_id,name,is_virtual,qty_ordered,qty_shipped,qty_invoiced,qty_canceled,"
    "qty_refunded"
)
ORDER_FIELDS = (
    "entity_id,increment_id,ext_order_id,state,status,order_currency_code,grand_total,total_refunded,created_at,"
    f"updated_at,customer_email,customer_id,items[{_LINE_FIELDS}],payment[entity_id,method,po_number,additional_information]"
)
WHOLE_ORDER = f"{ORDER_FIELDS},billing_address,extension_attributes[shipping_assignments[shipping[address]]]"
SHIPMENT_FIELDS = (
    "entity_id,order_id,created_at,items[order_item_id,sku,qty],tracks[entity_id,carrier_code,title,track_number]"
)
MEMO_FIELDS = (
    "entity_id,order_id,state,created_at,order_currency_code,shipping_amount,"
    "shipping_tax_amount,shipping_incl_tax,adjustment_positive,adjustment_negative,"
    "items[order_item_id,sku,qty,row_total,tax_amount,row_total_incl_tax],comments[comment]"
)
PRODUCT_FIELDS = "id,sku,type_id,status,name,price,weight,extension_attributes[website_ids,category_links[category_id]]"


class MagentoClient:
    """The calls of one shop, in the scope of one store view."""

    def __init__(self, transport: Transport, clock: Clock, settings: StoreSettings) -> None:
        self.transport = transport
        self.clock = clock
        self._bearer = settings.auth == "bearer"
        self._root = f"/rest/{settings.store_code}/V1"

    def call(self, operation: Operation, method: str, path: str, **more: Any) -> Any:
        """The parsed answer of one call below ``/rest/{store}/V1``."""
        try:
            return self.transport.call(operation, method, f"{self._root}{path}", **more).json
        except Misconfigured as error:
            if self._bearer and "right" in error.words:
                raise about_bearer(error) from error
            raise

    def lister(self, operation: Operation, path: str) -> Ask:
        """How a list is asked for, page by page."""
        return lambda params: self.call(operation, "GET", path, params=params)

    # Orders

    def create_order(self, entity: Mapping[str, Any]) -> ShopOrder:
        """``PUT /V1/orders/create``: stored as sent. The unique order number makes a second one ``number_taken``."""
        return self._saved(CREATE, "PUT", "/orders/create", entity)

    def create_by_module(self, entity: Mapping[str, Any]) -> ShopOrder:
        """``POST /V1/mirakl/orders`` of our small module: the same, and the stock is reserved in one transaction."""
        return self._saved(CREATE, "POST", "/mirakl/orders", entity)

    def update_order(self, entity: Mapping[str, Any]) -> ShopOrder:
        """``PUT /V1/orders/create`` with an ``entity_id``: only the columns sent change."""
        return self._saved(UPDATE, "PUT", "/orders/create", entity)

    def _saved(self, operation: Operation, method: str, path: str, entity: Mapping[str, Any]) -> ShopOrder:
        told = self.call(operation, method, path, params={"fields": WHOLE_ORDER}, json={"entity": entity})
        saved: ShopOrder = read(schemas.ORDER, told, "saved order", after_write=True)
        return saved

    def write_address(self, order_id: int, entity: Mapping[str, Any]) -> None:
        """``PUT /V1/orders/{parent_id}``: an address of the order, by its ``entity_id``. Repeatable."""
        self.call(ADDRESS, "PUT", f"/orders/{order_id}", json={"entity": {"parent_id": order_id, **entity}})

    def order(self, order_id: str | int) -> ShopOrder | None:
        """``GET /V1/orders/{id}`` with its addresses; None when there is none."""
        try:
            told = self.call(READ_ORDER, "GET", f"/orders/{int(order_id)}", params={"fields": WHOLE_ORDER})
        except Refused as error:
            if error.code == NOT_FOUND:
                return None
            raise
        found: ShopOrder = read(schemas.ORDER, told, "order")
        return found

    def orders(self, *filters: Filter | tuple[Filter, ...]) -> Iterator[ShopOrder]:
        """``GET /V1/orders``, every page, by id, without addresses."""
        ask = self.lister(LIST_ORDERS, "/orders")
        for row in searching.paged(ask, "orders", *filters, sort="entity_id", fields=ORDER_FIELDS):
            yield read(schemas.ORDER, row, "order")

    def cancel(self, order_id: int) -> bool:
        """``POST /V1/orders/{id}/cancel``: False, with a 200, where nothing was cancelled."""
        return self.call(CANCEL, "POST", f"/orders/{order_id}/cancel") is True

    def hold(self, order_id: int) -> None:
        """``POST /V1/orders/{id}/hold``; ``hold_refused`` where it is not to be held."""
        self.call(HOLD, "POST", f"/orders/{order_id}/hold")

    def unhold(self, order_id: int) -> None:
        """``POST /V1/orders/{id}/unhold``: back to what the order was before. ``not_on_hold`` where it is none."""
        self.call(UNHOLD, "POST", f"/orders/{order_id}/unhold")

    def comment(self, order_id: int, words: str, status: str) -> None:
        """``POST /V1/orders/{id}/comments``, for staff only. Since 2.4.7 ``status`` must belong to the state."""
        entry = {"comment": words, "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": order_id}
        body = {"statusHistory": entry | ({"status": status} if status else {})}
        self.call(COMMENT, "POST", f"/orders/{order_id}/comments", json=body)

    def invoice(self, order_id: int) -> None:
        """``POST /V1/order/{id}/invoice`` of everything, paid, without a mail; ``invoice_refused`` the second time."""
        self.call(INVOICE, "POST", f"/order/{order_id}/invoice", json={"capture": True, "notify": False})

    def refund(self, order_id: int, body: Mapping[str, Any]) -> None:
        """``POST /V1/order/{id}/refund``: a credit memo, offline, without a mail. Not repeatable."""
        self.call(REFUND, "POST", f"/order/{order_id}/refund", json=body)

    # Carts

    def new_cart(self) -> int:
        """``POST /V1/carts/``."""
        return _whole(self.call(CART, "POST", "/carts/"), "cart")

    def add_to_cart(self, cart: int, sku: str, quantity: int) -> None:
        """``POST /V1/carts/{id}/items``: a price that is sent would be ignored."""
        item = {"quote_id": str(cart), "sku": sku, "qty": quantity}
        self.call(CART, "POST", f"/carts/{cart}/items", json={"cartItem": item})

    def address_cart(self, cart: int, information: Mapping[str, Any]) -> Mapping[str, Any]:
        """``POST /V1/carts/{id}/shipping-information``: answers the totals that placing would ask for."""
        path = f"/carts/{cart}/shipping-information"
        told = _object(self.call(CART, "POST", path, json={"addressInformation": information}), "cart")
        return _object(told.get("totals"), "totals of a cart")

    def place_cart(self, cart: int, payment: Mapping[str, Any]) -> int:
        """``PUT /V1/carts/{id}/order``: once; afterwards the cart is gone. Answers the order's id."""
        return _whole(self.call(PLACE, "PUT", f"/carts/{cart}/order", json={"paymentMethod": payment}), "placed order")

    # What became of orders

    def shipments_of(self, order_ids: Sequence[int]) -> Iterator[Shipment]:
        """``GET /V1/shipments`` of these orders."""
        ask = self.lister(SHIPMENTS, "/shipments")
        for some in hundreds(order_ids):
            where = one_of("order_id", some)
            for row in searching.paged(ask, "shipments", where, sort="entity_id", fields=SHIPMENT_FIELDS):
                yield read(schemas.SHIPMENT, row, "shipment")

    def memos_of(self, order_ids: Sequence[int]) -> Iterator[Memo]:
        """``GET /V1/creditmemos`` of these orders."""
        ask = self.lister(MEMOS, "/creditmemos")
        for some in hundreds(order_ids):
            where = one_of("order_id", some)
            for row in searching.paged(ask, "credit memos", where, sort="entity_id", fields=MEMO_FIELDS):
                yield read(schemas.MEMO, row, "credit memo")

    def changed(
        self, operation: Operation, path: str, since: datetime, *filters: Filter, fields: str
    ) -> Iterator[Page]:
        """Rows of a list whose ``updated_at`` moved since, oldest first."""
        what = path.strip("/")
        return searching.changed(self.lister(operation, path), what, since, self.clock, *filters, fields=fields)

    # Products and stock

    def products(self, skus: Sequence[str]) -> Iterator[Product]:
        """``GET /V1/products`` of these SKUs; never by the path, which breaks at slashes."""
        ask = self.lister(PRODUCTS, "/products")
        for some in chunks(skus):
            where = one_of("sku", some)
            for row in searching.paged(ask, "products", where, sort="entity_id", fields=PRODUCT_FIELDS):
                yield read(schemas.PRODUCT, row, "product")

    def every_product(self) -> Iterator[list[Product]]:
        """``GET /V1/products``, all of them, by id."""
        ask = self.lister(PRODUCTS, "/products")
        for rows in searching.every(ask, "products", "entity_id", fields=PRODUCT_FIELDS):
            yield [read(schemas.PRODUCT, row, "product") for row in rows]

    def salable(self, website: str, skus: Sequence[str]) -> Iterator[Salable]:
        """``GET /V1/inventory/export-stock-salable-qty/website/{code}`` of these SKUs.

        Paged by our own list: its count is the page's, and SKUs that are not in the stock are left out silently.
        """
        path = f"/inventory/export-stock-salable-qty/website/{quote(website, safe='')}"
        for some in chunks(skus):
            params = searching.criteria(one_of("sku", some), sort=("entity_id",), size=max(len(some), 1))
            for row in searching.rows_of(self.call(SALABLE, "GET", path, params=params), "salable quantities"):
                yield read(schemas.SALABLE, row, "salable quantity")

    def source_items(self, skus: Sequence[str]) -> Iterator[SourceItem]:
        """``GET /V1/inventory/source-items`` of these SKUs: physical quantities by source."""
        ask = self.lister(SOURCES, "/inventory/source-items")
        for some in chunks(skus):
            for row in searching.paged(ask, "source items", one_of("sku", some), sort="source_item_id"):
                yield read(schemas.SOURCE_ITEM, row, "source item")

    def every_source_item(self) -> Iterator[SourceItem]:
        """``GET /V1/inventory/source-items``, all of them: one short row per SKU and source."""
        ask = self.lister(SOURCES, "/inventory/source-items")
        for row in searching.paged(ask, "source items", sort="source_item_id"):
            yield read(schemas.SOURCE_ITEM, row, "source item")

    def stock_item(self, sku: str) -> Mapping[str, Any] | None:
        """``GET /V1/stockItems/{sku}``, for shops without sources; None where the shop or its web server has none."""
        try:
            return _object(self.call(STOCK_ITEM, "GET", f"/stockItems/{quote(sku, safe='')}"), "stock item")
        except Refused as error:
            if error.code == NOT_FOUND:
                return None
            raise

    def stock_id(self, website: str) -> int:
        """``GET /V1/inventory/stock-resolver/website/{code}``."""
        path = f"/inventory/stock-resolver/website/{quote(website, safe='')}"
        told = _object(self.call(STOCKS, "GET", path), "stock").get("stock_id")
        if not isinstance(told, int):
            raise Unreadable("Magento's stock has no id.", payload=told)
        return told

    def sources_of(self, stock_id: int) -> list[str]:
        """``GET /V1/inventory/stock-source-links``: the sources that feed a stock."""
        ask = self.lister(STOCKS, "/inventory/stock-source-links")
        where = ("stock_id", stock_id, "eq")
        return [str(row.get("source_code")) for row in searching.paged(ask, "sources", where, sort="priority")]

    # The shop

    def stores(self) -> list[Mapping[str, Any]]:
        """``GET /V1/store/storeConfigs``: store views with their ids, websites, currencies and locales."""
        told = self.call(STORES, "GET", "/store/storeConfigs")
        return [row for row in told if isinstance(row, Mapping)] if isinstance(told, list) else []

    def country(self, code: str) -> Mapping[str, Any] | None:
        """``GET /V1/directory/countries/{id}`` with its regions; None for one the shop does not know."""
        try:
            return _object(self.call(COUNTRIES, "GET", f"/directory/countries/{quote(code, safe='')}"), "country")
        except Refused:
            return None

    def customer(self, email: str) -> Mapping[str, Any] | None:
        """``GET /V1/customers/search`` by e-mail address."""
        ask = self.lister(CUSTOMERS, "/customers/search")
        return next(iter(searching.paged(ask, "customers", ("email", email, "eq"), sort="entity_id")), None)

    def create_customer(self, customer: Mapping[str, Any]) -> Mapping[str, Any]:
        """``POST /V1/customers`` without a password; ``customer_exists`` for an address that has one."""
        return _object(self.call(NEW_CUSTOMER, "POST", "/customers", json={"customer": customer}), "customer")

    def version(self) -> str:
        """``GET /magento_version``: ``Magento/2.4 (Community)``, empty where the shop does not tell."""
        try:
            answer = self.transport.call(VERSION, "GET", "/magento_version", headers={"Accept": "text/plain, */*"})
        except (Refused, Misconfigured):
            return ""
        words = answer.body[:200].decode(errors="replace").strip().strip('"')
        return words if words.startswith("Magento/") else ""

    # Webhooks of the module async-events

    def subscriptions(self) -> list[Mapping[str, Any]]:
        """``GET /V1/async_events``."""
        ask = self.lister(READ_EVENTS, "/async_events")
        return list(searching.paged(ask, "subscriptions", sort="subscription_id"))

    def subscribe(self, event: str, url: str, secret: str) -> None:
        """``POST /V1/async_event``. Twice makes two."""
        event_body = {"event_name": event, "recipient_url": url, "verification_token": secret, "metadata": "http"}
        self.call(EVENTS, "POST", "/async_event", json={"asyncEvent": event_body})

    def subscribe_again(self, subscription_id: int) -> None:
        """``PUT /V1/async_event/{id}``: one that was switched off; the module deletes none."""
        self.call(EVENTS, "PUT", f"/async_event/{subscription_id}", json={"asyncEvent": {"status": True}})


def _whole(told: Any, what: str) -> int:
    """An id, which some calls answer as text."""
    if isinstance(told, bool) or not str(told).isdigit():
        raise Unreadable(f"Magento's {what} has no id.", payload=told, outcome_unknown=True)
    return int(told)


def _object(told: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise Unreadable(f"Magento's {what} cannot be read.", payload=told)
    return told
