"""All orders of a marketplace, with the indexes OR11 reads by."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict

from mirakl_sync.sandbox.mirakl.model import Order

Entry = tuple[int, int]  # moment, sequence


class ByTime:
    """Orders in the order of some moment in their lives."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, moment: int, sequence: int) -> None:
        insort(self.entries, (moment, sequence))

    def remove(self, moment: int, sequence: int) -> None:
        del self.entries[bisect_left(self.entries, (moment, sequence))]

    def between(self, start: int | None, end: int | None) -> list[Entry]:
        low = 0 if start is None else bisect_left(self.entries, (start, -1))
        high = len(self.entries) if end is None else bisect_right(self.entries, (end, 2**62))
        return self.entries[low:high]


class Orders:
    """Orders by id, line and seller's reference; per shop by creation, last change and state."""

    def __init__(self) -> None:
        self.version = 0  # raised with every change, so that a selection can be kept until then
        self.by_id: dict[str, Order] = {}
        self.by_line: dict[str, Order] = {}
        self._by_sequence: dict[int, Order] = {}
        self._created: dict[int, ByTime] = defaultdict(ByTime)
        self._updated: dict[int, ByTime] = defaultdict(ByTime)
        self._states: dict[tuple[int, str], ByTime] = defaultdict(ByTime)
        self._references: dict[str, set[int]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self.by_id)

    def add(self, order: Order) -> None:
        """Take in a new order."""
        self.version += 1
        self.by_id[order.order_id] = order
        self.by_line.update((line.line_id, order) for line in order.lines)
        self._by_sequence[order.sequence] = order
        self._created[order.shop_id].add(order.created, order.sequence)
        self._updated[order.shop_id].add(order.updated, order.sequence)
        self._states[order.shop_id, order.state].add(order.created, order.sequence)

    def touch(self, order: Order, moment: int) -> None:
        """Something about the order changed at `moment`."""
        order.rendered.clear()
        self.version += 1
        if moment == order.updated:
            return
        order.updated = moment
        index = self._updated[order.shop_id]
        index.add(moment, order.sequence)
        if len(index.entries) > 4 * len(self._created[order.shop_id].entries) + 1000:
            index.entries = [entry for entry in index.entries if self._is_current(entry)]

    def forget_rendered(self) -> None:
        """Orders look different from now on, though none of them changed."""
        self.version += 1
        for order in self.by_id.values():
            order.rendered.clear()

    def move(self, order: Order, state: str) -> None:
        """Put the order into another state."""
        self._states[order.shop_id, order.state].remove(order.created, order.sequence)
        self._states[order.shop_id, state].add(order.created, order.sequence)
        order.state = state
        order.turn += 1

    def refer(self, order: Order, reference: str | None) -> None:
        """Set or clear the seller's reference."""
        if order.reference_for_seller is not None:
            self._references[order.reference_for_seller].discard(order.sequence)
        order.reference_for_seller = reference
        if reference is not None:
            self._references[reference].add(order.sequence)

    def created_between(self, shop_id: int, start: int | None, end: int | None) -> list[Entry]:
        """(created, sequence), oldest first; both ends included."""
        return self._created[shop_id].between(start, end)

    def updated_between(self, shop_id: int, start: int | None, end: int | None) -> list[Order]:
        """Orders whose last change lies in the window, both ends included."""
        known, entries = self._by_sequence, self._updated[shop_id].between(start, end)
        return [known[number] for moment, number in entries if known[number].updated == moment]

    def in_states(self, shop_id: int, states: list[str]) -> list[Entry]:
        """Orders in one of `states`, oldest first, as (created, sequence)."""
        lists = [self._states[shop_id, state].entries for state in sorted(set(states))]
        return lists[0] if len(lists) == 1 else sorted(entry for entries in lists for entry in entries)

    def referred(self, references: list[str]) -> list[Order]:
        """Orders with one of the seller's references."""
        return [self._by_sequence[number] for text in references for number in self._references.get(text, ())]

    def at(self, entry: Entry) -> Order:
        """The order behind an index entry."""
        return self._by_sequence[entry[1]]

    def count_by_state(self) -> dict[str, int]:
        """How many orders of all shops are in each state."""
        counts: dict[str, int] = defaultdict(int)
        for (_, state), members in self._states.items():
            if members.entries:
                counts[state] += len(members.entries)
        return dict(counts)

    def _is_current(self, entry: Entry) -> bool:
        return self._by_sequence[entry[1]].updated == entry[0]
