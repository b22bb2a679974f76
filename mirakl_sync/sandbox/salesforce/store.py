"""Orders by number, in the order they were made and in the order they were last changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from mirakl_sync.sandbox.order_books import OrderBooks
from mirakl_sync.sandbox.salesforce.model import NOT_COUNTING, Order


class OrderTable:
    """`save` must follow every change: it keeps lists and books true."""

    def __init__(self) -> None:
        self.rows: dict[str, Order] = {}
        self.books: OrderBooks[str] = OrderBooks()
        self.changed_numbers: list[tuple[datetime, str]] = []
        """What the search index has not read yet, oldest first."""
        self._waiting: dict[str, Order] = {}
        self._modified: dict[str, Order] = {}
        self._numbers = count(1)

    def next_number(self) -> str:
        """An order number of the platform's own making."""
        return f"{next(self._numbers):08d}"

    def save(self, order: Order, now: datetime) -> None:
        """Stores the order and moves its modification time."""
        order.modified = now
        order.revision += 1
        self.rows[order.order_no] = order
        self._modified.pop(order.order_no, None)
        self._modified[order.order_no] = order
        self.changed_numbers.append((now, order.order_no))
        if order.export_status == "ready" and order.status in ("new", "open", "completed"):
            self._waiting[order.order_no] = order
        else:
            self._waiting.pop(order.order_no, None)
        reference = None if order.status in NOT_COUNTING else order.reference
        self.books.put(order.order_no, order.status, reference)

    def waiting(self) -> list[Order]:
        """Placed orders that are ready to be exported."""
        return list(self._waiting.values())

    def since(self, field: str, start: datetime | None, end: datetime | None) -> Iterator[Order]:
        """Newest first by `created` or `modified`; `start` belongs to it, `end` does not."""
        rows = self._modified if field == "modified" else self.rows
        for order in reversed(rows.values()):
            at = getattr(order, field)
            if start and at < start:
                return
            if end is None or at < end:
                yield order
