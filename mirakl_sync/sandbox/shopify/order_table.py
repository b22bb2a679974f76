"""Orders by id, by marketplace reference and by unique metafield. `save` must follow every change."""

from __future__ import annotations

from mirakl_sync.sandbox.order_books import OrderBooks
from mirakl_sync.sandbox.shopify import states
from mirakl_sync.sandbox.shopify.model import Fulfillment, FulfillmentOrder, Metafield, Order, Refund
from mirakl_sync.sandbox.shopify.order_index import OrderIndex, Picture
from mirakl_sync.sandbox.shopify.settings import ShopSettings


class OrderTable:
    def __init__(self, settings: ShopSettings) -> None:
        self._settings = settings
        self.rows: dict[int, Order] = {}
        self.index = OrderIndex()
        self.books: OrderBooks[int] = OrderBooks()
        self.unique: dict[tuple[str, str, str], int] = {}
        """Values of metafields that may stand on one order only: (namespace, key, value) → order."""
        self._units: dict[int, int] = {}
        self._fulfillments: dict[int, int] = {}
        self._refunds: dict[int, int] = {}

    def save(self, order: Order, seen_from: float) -> None:
        self.rows[order.id] = order
        self._units.update((unit.id, order.id) for unit in order.fulfillment_orders)
        self._fulfillments.update((each.id, order.id) for each in order.fulfillments)
        self._refunds.update((each.id, order.id) for each in order.refunds)
        self.books.put(order.id, books_status(order), None if order.cancelled else self.reference(order))
        self.index.put(seen_from, order.id, picture(order))

    def remove(self, order: Order, seen_from: float) -> None:
        del self.rows[order.id]
        self.books.drop(order.id)
        for metafield in order.metafields:
            self.free(metafield)
        self.index.put(seen_from, order.id, None)

    def unit(self, number: int) -> tuple[Order, FulfillmentOrder] | None:
        """A fulfillment order and the order it is of."""
        order = self.rows.get(self._units.get(number, 0))
        found = [unit for unit in order.fulfillment_orders if unit.id == number] if order else []
        return (order, found[0]) if order and found else None

    def fulfillment(self, number: int) -> tuple[Order, Fulfillment] | None:
        """A fulfillment and the order it is of."""
        order = self.rows.get(self._fulfillments.get(number, 0))
        found = [each for each in order.fulfillments if each.id == number] if order else []
        return (order, found[0]) if order and found else None

    def refund(self, number: int) -> tuple[Order, Refund] | None:
        """A refund and the order it is of."""
        order = self.rows.get(self._refunds.get(number, 0))
        found = [each for each in order.refunds if each.id == number] if order else []
        return (order, found[0]) if order and found else None

    def reference(self, order: Order) -> str | None:
        """ "marketplace/shop/order" as the connector wrote it on the order."""
        return dict(order.attributes).get(self._settings.reference_attribute) or None

    def holder(self, metafield: Metafield) -> int | None:
        """The order on which a unique value stands already."""
        return self.unique.get((metafield.namespace, metafield.key, metafield.value))

    def take(self, metafield: Metafield, order: Order) -> None:
        self.unique[metafield.namespace, metafield.key, metafield.value] = order.id

    def free(self, metafield: Metafield) -> None:
        self.unique.pop((metafield.namespace, metafield.key, metafield.value), None)


def books_status(order: Order) -> str:
    """One word for the books: cancelled, or how far it is with sending."""
    return "cancelled" if order.cancelled else states.fulfillment(order).lower()


def picture(order: Order) -> Picture:
    """The order as search knows it."""
    state = ["cancelled"] if order.cancelled else ["closed"] if order.closed else ["open", "not_closed"]
    words = {
        "name": (order.name.lower(), order.name.lower().lstrip("#")),
        "source_identifier": _one(order.source_identifier),
        "source_name": _one(order.source_name),
        "channel": _one(order.source_name),
        "tag": tuple(tag.lower() for tag in order.tags),
        "email": _one(order.email),
        "po_number": _one(order.po_number),
        "sku": tuple(line.sku.lower() for line in order.lines),
        "status": tuple(state),
        "financial_status": (states.financial(order).lower(),),
        "fulfillment_status": _fulfillment_words(order),
        "return_status": ("no_return",),
    }
    created, updated, handled = (int(at.timestamp()) for at in (order.created, order.updated, order.processed))
    return Picture(order.id, created, updated, handled, words)


def _one(value: str | None) -> tuple[str, ...]:
    return (value.lower(),) if value else ()


def _fulfillment_words(order: Order) -> tuple[str, ...]:
    status = states.fulfillment(order).lower()
    short = {"fulfilled": "shipped", "partially_fulfilled": "partial", "unfulfilled": "unshipped"}.get(status, status)
    return (status, short)
