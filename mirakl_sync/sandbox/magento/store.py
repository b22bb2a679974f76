"""Everything a shop has in its database, with the numbers it gives out and the indexes searches need."""

from __future__ import annotations

from itertools import count
from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.columns import DATE, INTEGER, NUMBER, TEXT
from mirakl_sync.sandbox.magento.errors import RestError, refused
from mirakl_sync.sandbox.magento.model import Cart, Document, Order, Product, Row, Shipment
from mirakl_sync.sandbox.magento.tables import Table
from mirakl_sync.sandbox.magento.values import folded
from mirakl_sync.sandbox.order_books import OrderBooks

PRODUCT = {
    "entity_id": INTEGER,
    "sku": TEXT,
    "name": TEXT,
    "price": NUMBER,
    "status": INTEGER,
    "visibility": INTEGER,
    "type_id": TEXT,
    "attribute_set_id": INTEGER,
    "weight": NUMBER,
    "created_at": DATE,
    "updated_at": DATE,
    "category_id": TEXT,
}
CUSTOMER = {"entity_id": INTEGER, "email": TEXT, "firstname": TEXT, "lastname": TEXT, "group_id": INTEGER}
CUSTOMER |= {"created_at": DATE, "updated_at": DATE}
REFERENCE = "mirakl_reference="


def product_column(product: Product, name: str) -> Any:
    if name == "entity_id":
        return product.id
    if name == "category_id":
        return ",".join(map(str, product.category_ids or ())) or None
    if name in PRODUCT:
        return getattr(product, name)
    return (product.custom or {}).get(name)


def _unknown_attribute(name: str) -> RestError:
    return refused("Invalid attribute name: %1", name)


def _row_column(holder: Any, name: str) -> Any:
    return holder.row.get(name)


class Numbers:
    """Auto-increment columns, and the readable numbers of each kind of document."""

    def __init__(self) -> None:
        self._columns: dict[str, Any] = {}

    def next(self, column: str) -> int:
        number: int = next(self._columns.setdefault(column, count(1)))
        return number

    def increment(self, kind: str, store_id: int) -> str:
        """`000000001` in the first store, `2000000001` in the second: each store view counts for itself."""
        prefix = "" if store_id <= 1 else str(store_id)
        return f"{prefix}{self.next(f'{kind} of store {store_id}'):09d}"


class Store:
    def __init__(self) -> None:
        self.numbers = Numbers()
        self.attributes = dict(PRODUCT)
        """What products can be searched by; the codes of custom attributes join it."""
        self.products: Table[Product] = Table(
            product_column,
            self.attributes,
            indexed=("sku",),
            dated="updated_at",
            fixed=("sku", "type_id"),
            unknown=_unknown_attribute,
        )
        self.orders: Table[Order] = Table(
            _row_column,
            columns.ORDER,
            indexed=("increment_id", "ext_order_id", "quote_id", "customer_email"),
            dated="updated_at",
            fixed=("increment_id",),
        )
        self.items: Table[Row] = Table(
            lambda item, name: item.get(name),
            columns.ITEM,
            key="item_id",
            indexed=("order_id", "ext_order_item_id", "sku"),
            dated="updated_at",
        )
        self.shipments: Table[Shipment] = _documents(columns.SHIPMENT)
        self.invoices: Table[Document] = _documents(columns.INVOICE)
        self.creditmemos: Table[Document] = _documents(columns.CREDITMEMO)
        self.customers: Table[Row] = Table(
            lambda row, name: row.get("id" if name == "entity_id" else name), CUSTOMER, indexed=("email",)
        )
        self.tracks: dict[int, int] = {}
        """Track → shipment."""
        self.carts: dict[int, Cart] = {}
        self.categories: dict[str, int] = {}
        self.taken: dict[tuple[str, int | None], int] = {}
        """UNIQUE(increment_id, store_id): folded number and store → order. NULL stores are never alike."""
        self.books: OrderBooks[int] = OrderBooks()

    def product(self, sku: str) -> Product | None:
        return next(iter(self.products.by("sku", sku)), None)

    def save_order(self, order: Order) -> None:
        """Files an order under everything it is found by."""
        self.orders.save(order.id, order)
        for item in order.items:
            self.items.save(item["item_id"], item)
        self.taken[folded(order.row["increment_id"]), order.row.get("store_id")] = order.id
        self.books.put(order.id, order.row.get("status") or "", None if is_void(order) else reference_of(order))

    def forget_number(self, order: Order) -> None:
        """The number and store of an order are about to change."""
        self.taken.pop((folded(order.row["increment_id"]), order.row.get("store_id")), None)

    def holder_of(self, increment_id: str, store_id: int | None) -> int | None:
        """The order that has this number in this store."""
        return None if store_id is None else self.taken.get((folded(increment_id), store_id))


def is_void(order: Order) -> bool:
    """Cancelled, or refunded before anything left: no double of another order."""
    unsent = not any(item["qty_shipped"] for item in order.items)
    return order.state == "canceled" or (order.state == "closed" and unsent)


def reference_of(order: Order) -> str | None:
    """ "marketplace/shop/order" as our connector writes it into the payment's additional information."""
    notes = (order.payment or {}).get("additional_information") or []
    found = (note for note in notes if isinstance(note, str) and note.startswith(REFERENCE))
    return next((note.removeprefix(REFERENCE) for note in found), None)


def _documents(types: columns.Columns) -> Table[Any]:
    return Table(_row_column, types, indexed=("order_id", "increment_id"), dated="updated_at")
