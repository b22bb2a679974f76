"""What ships: tracking and shipment of whole orders (OR23, OR24), and shipments where the operator has them (ST…).

Shipments need the operator's multi-shipment (PC01); without it every method of theirs raises ``Refused`` with the code
MULTI_SHIPMENT_OFF. The codes of ours are in ``mirakl.refusals``; they are read out of words and may be "" at any time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mirakl_sync.http.contract import Answer
from mirakl_sync.http.pages import SeekPages
from mirakl_sync.mirakl import bodies, calls, shipments
from mirakl_sync.mirakl.values import written
from mirakl_sync.records.shipment import MarketplaceShipment, OrderToShip, ShipmentLine, Tracking

# Ids are repeated in the address of ST11 and ST12: fifty keep it below what gateways take.
MOST_IDS = 50
_PAGE = 100


class ShippingCalls(calls.Calls):
    """The shipping part of ``MiraklShop``."""

    def tell_tracking(self, order_id: str, tracking: Tracking) -> None:
        """OR23 ``PUT /api/orders/{order_id}/tracking``, no published limit: what we know of the order's parcel.

        Replaces what was told before, so repeating is harmless. ``Refused.code`` is Mirakl's where it sends one, else
        CARRIER_REFUSED, TRACKING_MISSING, ORDER_INVALID_STATE or "".
        """
        body = bodies.order_tracking(tracking)
        if not body:
            raise ValueError(f"no tracking to tell of {order_id}")
        self._put("OR23", f"/api/orders/{quote(order_id, safe='')}/tracking", body)

    def ship_order(self, order_id: str) -> None:
        """OR24 ``PUT /api/orders/{order_id}/ship``, no published limit: all that remains of the order has left.

        ``Refused.code`` ORDER_INVALID_STATE means that the order is not in SHIPPING, perhaps because we shipped it
        already; TRACKING_MISSING that its shipping type wants OR23 first; ORDER_FULFILLED_UNAUTHORIZED that the
        operator ships it.
        """
        self._put("OR24", f"/api/orders/{quote(order_id, safe='')}/ship")

    def create_shipment(
        self,
        order_id: str,
        lines: Sequence[ShipmentLine],
        tracking: Tracking | None,
        *,
        shipped: bool = True,
        invoice_reference: str = "",
    ) -> MarketplaceShipment:
        """ST01 ``POST /api/shipments``, no published limit: one shipment with these pieces.

        Not to be repeated blindly: read ``shipments`` first, where ``package_reference`` comes back. Mirakl answers
        201 to refusals too; ``Refused.code`` is ORDER_NOT_SHIPPABLE, SHIPMENT_QUANTITY_INVALID, CARRIER_REFUSED,
        TRACKING_MISSING or "". References are letters, digits, ``-`` and ``_``, at most 255 (``ValueError``).
        """
        if not lines:
            raise ValueError(f"a shipment of {order_id} without lines")
        body = bodies.shipment(order_id, lines, tracking, shipped=shipped, invoice_reference=invoice_reference)
        return shipments.created(order_id, self._post("ST01", "/api/shipments", body))

    def shipments(self, order_ids: Sequence[str]) -> tuple[MarketplaceShipment, ...]:
        """ST11 ``GET /api/shipments``, no published limit: every shipment of these orders, oldest first.

        One call for each fifty orders and further page. A shipment that is not here is not there: therefore a single
        one that cannot be read is ``Unreadable``.
        """
        asked = list(dict.fromkeys(order_ids))
        return tuple(
            shipment
            for start in range(0, len(asked), MOST_IDS)
            for answer in self._seek("ST11", "/api/shipments", {"order_id": asked[start : start + MOST_IDS]})
            for shipment in shipments.page_of_shipments(answer, every=True)
        )

    def shipments_changed_since(self, since: datetime) -> Iterator[tuple[MarketplaceShipment, ...]]:
        """ST11 with ``last_updated_from``: a page at a time, oldest first, without what cannot be read.

        Consume every page before moving a watermark: pages are sorted by creation.
        """
        for answer in self._seek("ST11", "/api/shipments", {"last_updated_from": written(since)}):
            yield shipments.page_of_shipments(answer, every=False)

    def orders_to_ship(
        self, *, since: datetime | None = None, order_ids: Sequence[str] = ()
    ) -> Iterator[tuple[OrderToShip, ...]]:
        """ST12 ``GET /api/shipments/items_to_ship``, every five minutes: what is still to ship, a page at a time.

        ``since`` is compared with the moment the order entered SHIPPING; at most fifty ``order_ids``. What cannot be
        read is left out. The limit counts the first page only, unless ``pages_count``.
        """
        if len(order_ids) > MOST_IDS:
            raise ValueError(f"ST12 is asked for {MOST_IDS} orders, not {len(order_ids)}")
        filters: dict[str, Any] = {"shipping_date_from": written(since)} if since else {}
        if order_ids:
            filters["order_id"] = list(order_ids)
        answers = self._seek("ST12", "/api/shipments/items_to_ship", filters)
        return (shipments.page_to_ship(answer) for answer in answers)

    def correct_tracking(self, shipment_id: str, tracking: Tracking) -> None:
        """ST23 ``POST /api/shipments/tracking``, no published limit: replaces the tracking of a shipment.

        ``Refused.code`` is SHIPMENT_NOT_FOUND, SHIPMENT_INVALID_STATE, CARRIER_REFUSED, TRACKING_MISSING or "".
        """
        body = bodies.shipment_tracking(shipment_id, tracking)
        if not body["shipments"][0]["tracking"]:
            raise ValueError(f"no tracking to tell of shipment {shipment_id}")
        shipments.check_done("ST23", shipment_id, self._post("ST23", "/api/shipments/tracking", body))

    def ship_shipment(self, shipment_id: str) -> None:
        """ST24 ``PUT /api/shipments/ship``, no published limit: the shipment has left.

        ``Refused.code`` is SHIPMENT_NOT_FOUND, SHIPMENT_INVALID_STATE (perhaps we shipped it already),
        TRACKING_MISSING, CARRIER_REFUSED or "".
        """
        body = bodies.one_shipment(shipment_id)
        shipments.check_done("ST24", shipment_id, self._put("ST24", "/api/shipments/ship", body))

    def delete_shipment(self, shipment_id: str) -> None:
        """ST06 ``PUT /api/shipments/delete``, no published limit: takes back a shipment that has not left.

        ``Refused.code`` is SHIPMENT_NOT_FOUND (perhaps we deleted it already), SHIPMENT_INVALID_STATE or "".
        """
        body = bodies.one_shipment(shipment_id)
        shipments.check_done("ST06", shipment_id, self._put("ST06", "/api/shipments/delete", body))

    def _seek(self, code: str, path: str, filters: Mapping[str, Any]) -> Iterator[Answer]:
        return self._pages(code, path, filters, SeekPages(_PAGE), _count)


def _count(answer: Answer) -> int:
    return len(calls.rows(answer.json, "data") or ())
