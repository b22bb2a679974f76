"""All shipments of a marketplace, with the indexes ST11 reads by."""

from __future__ import annotations

from collections import defaultdict

from mirakl_sync.sandbox.mirakl.shipment_model import Shipment
from mirakl_sync.sandbox.mirakl.store import ByTime, Entry


class Shipments:
    """Shipments by id; per shop by creation and last change. Deleted ones are not to be found here."""

    def __init__(self) -> None:
        self.by_id: dict[str, Shipment] = {}
        self._by_sequence: dict[int, Shipment] = {}
        self._created: dict[int, ByTime] = defaultdict(ByTime)
        self._updated: dict[int, ByTime] = defaultdict(ByTime)

    def add(self, shipment: Shipment) -> None:
        """Take in a new shipment."""
        self.by_id[shipment.shipment_id] = shipment
        self._by_sequence[shipment.sequence] = shipment
        self._created[shipment.shop_id].add(shipment.created, shipment.sequence)
        self._updated[shipment.shop_id].add(shipment.updated, shipment.sequence)

    def touch(self, shipment: Shipment, at: int) -> None:
        """Something about the shipment changed."""
        if shipment.updated != at:
            updated = self._updated[shipment.shop_id]
            updated.remove(shipment.updated, shipment.sequence)
            updated.add(at, shipment.sequence)
            shipment.updated = at

    def move(self, shipment: Shipment, state: str, at: int) -> None:
        """Put the shipment into another state."""
        shipment.state = state
        self.touch(shipment, at)

    def delete(self, shipment: Shipment, at: int) -> None:
        """Forget the shipment; its order remembers that it was there."""
        shipment.deleted = at
        del self.by_id[shipment.shipment_id], self._by_sequence[shipment.sequence]
        self._created[shipment.shop_id].remove(shipment.created, shipment.sequence)
        self._updated[shipment.shop_id].remove(shipment.updated, shipment.sequence)

    def created_in(self, shop_id: int) -> list[Shipment]:
        """All shipments of the shop, oldest first."""
        return self._at(self._created[shop_id].entries)

    def updated_between(self, shop_id: int, start: int | None, end: int | None) -> list[Shipment]:
        """Shipments whose last change lies in the window, both ends included."""
        return self._at(self._updated[shop_id].between(start, end))

    def _at(self, entries: list[Entry]) -> list[Shipment]:
        return [self._by_sequence[sequence] for _, sequence in entries]
