"""Which orders have which status and which marketplace reference, so that doubles show: kept for the books alone."""

from __future__ import annotations

from collections import Counter
from typing import Any, Generic, TypeVar

Id = TypeVar("Id", int, str)


class OrderBooks(Generic[Id]):
    """`put` must follow every change of an order, `drop` its end."""

    def __init__(self) -> None:
        self._known: dict[Id, tuple[str, str | None]] = {}
        self._statuses: Counter[str] = Counter()
        self._references: dict[str, set[Id]] = {}

    def put(self, number: Id, status: str, reference: str | None) -> None:
        """`reference` is None for an order without one, and for one that is no double of another: cancelled, say."""
        self.drop(number)
        self._known[number] = status, reference
        self._statuses[status] += 1
        if reference is not None:
            self._references.setdefault(reference, set()).add(number)

    def drop(self, number: Id) -> None:
        status, reference = self._known.pop(number, (None, None))
        if status is not None:
            self._statuses[status] -= 1
        if reference is not None:
            self._references[reference].discard(number)
            if not self._references[reference]:
                del self._references[reference]

    def by_reference(self) -> dict[str, list[Id]]:
        """Reference → ids of the orders that count under it; more than one is a double."""
        return {reference: sorted(ids) for reference, ids in self._references.items()}

    def totals(self) -> dict[str, Any]:
        """How many orders, by status, references, and references with more than one order."""
        return {
            "orders": len(self._known),
            "by_status": dict(+self._statuses),
            "references": len(self._references),
            "doubled_references": sum(len(ids) > 1 for ids in self._references.values()),
        }
