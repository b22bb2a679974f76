"""The packing table of a day: staff ship orders in the shop, and what the marketplace came to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from mirakl_sync.connections import refresh
from mirakl_sync.db.models import Connection, Order, Shipment, TimelineEntry
from mirakl_sync.records.shipment import ShipmentLine, Tracking
from mirakl_sync.shipments import deeds, flow, mapping, watch
from mirakl_sync.shipments.mapping import Mapped, Target
from mirakl_sync.stores import looking, poll
from tests.flows.days import Day

UPS, UPS_2 = "1Z999AA10123456784", "1Z5R89390357567127"
ROYAL_MAIL = "RM473124829GB"
LETTERS = [{"code": "LET", "label": "Letter"}]


@dataclass(frozen=True)
class Packing:
    """A day with a packing table."""

    day: Day

    def placed(self, *lines: str | tuple[str, int], **order: Any) -> str:
        """An order that waits in the shop for the warehouse; answers its id."""
        order_id = self.day.buy(*lines, **order)
        self.day.world.settle()
        assert self.day.state(order_id) == "placed", self.day.story(order_id)
        return order_id

    def ship(self, order_id: str, **parcel: Any) -> list[dict[str, Any]]:
        """Staff ship an order of the shop (carrier, number, items, complete); answers the parcels the shop knows."""
        number = self.day.shop_orders(order_id)[0]["id"]
        return list(self.day.webshop.post(f"orders/{number}/ship", parcel)["parcels"])

    def seen(self) -> list[str]:
        """The shop is polled, and what follows is done; answers the sentences."""
        self.poll()
        return self.day.work()

    def poll(self) -> None:
        """The shop is polled; nobody works."""
        poll.poll(self.day.connection().store_pk, self.day.wiring)

    def look(self) -> list[str]:
        """Placed orders are looked at by number, whatever their date says."""
        looking.look_at_placed(self.day.wiring)
        return self.day.work()

    def ticks(self) -> list[str]:
        """The ticks of shipments once."""
        flow.ring_due(self.day.wiring)
        said = self.day.work()
        watch.watch(self.day.wiring)
        return said

    def learn(self) -> str:
        """The marketplace's lists are read."""
        return refresh.refresh(self.day.world.connection, self.day.wiring)

    def map(self, spelled: str, code: str = "", **more: Any) -> Mapped:
        """A person says what a carrier's name means; the workers do what follows."""
        target = more.pop("target", Target(code))
        with self.day.wiring.db.transaction() as tx:
            connection = tx.get_one(Connection, self.day.world.connection)
            mapped = mapping.map_name(tx, connection, spelled, target, "Ada", self.day.clock(), **more)
        self.day.work()
        return mapped

    def half_make(self, order_id: str, inside: Mapping[str, int]) -> None:
        """The marketplace made the order's shipment without counting it as shipped, as some operators do."""
        wiring = self.day.wiring
        with wiring.db.transaction() as tx:
            opened = wiring.connections.open(tx, self.day.world.connection)
            wanted = select(Shipment).join(Order, Order.id == Shipment.order_pk).where(Order.order_id == order_id)
            row = tx.execute(wanted).scalar_one()
            ours = deeds.package_reference(opened, row, order_id)
            lines = [ShipmentLine(line, pieces, ours) for line, pieces in inside.items()]
            made = opened.shop.create_shipment(order_id, lines, Tracking("UPS", number=row.number), shipped=False)
            row.marketplace_shipment_id, row.marketplace_state = made.shipment_id, made.state
        self.day.lose_messages()

    def rows(self, order_id: str) -> list[Shipment]:
        """Our rows of an order's parcels."""
        with self.day.wiring.db.reading() as tx:
            wanted = select(Shipment).join(Order, Order.id == Shipment.order_pk).where(Order.order_id == order_id)
            return list(tx.execute(wanted.order_by(Shipment.id)).scalars())

    def row(self, order_id: str) -> Shipment:
        """The only parcel of an order."""
        (row,) = self.rows(order_id)
        return row

    def story(self, row: Shipment) -> list[str]:
        """What was said about a parcel."""
        with self.day.wiring.db.reading() as tx:
            said = select(TimelineEntry.sentence).where(
                TimelineEntry.subject == "shipment", TimelineEntry.subject_id == row.id
            )
            return list(tx.execute(said.order_by(TimelineEntry.id)).scalars())

    def confirmed(self, order_id: str) -> Mapping[str, Any]:
        """What the marketplace knows: the order's state, how often it was told as shipped, trackings and shipments."""
        books = self.day.theirs(order_id)
        return {
            "state": books["state"],
            "ship_calls": books["ship_calls"],
            "trackings": [_shown(each) for each in books["trackings"] if each["by"] == "shop"],
            "shipments": [
                (each["state"], {line["id"]: line["quantity"] for line in each["lines"]}, _shown(each["trackings"][-1]))
                if each["trackings"]
                else (each["state"], {line["id"]: line["quantity"] for line in each["lines"]}, None)
                for each in books["shipments"]
                if not each["deleted_at"]
            ],
        }


def _shown(tracking: Mapping[str, Any]) -> tuple[str, str]:
    return tracking["carrier_code"] or tracking["carrier_name"], tracking["tracking_number"]
