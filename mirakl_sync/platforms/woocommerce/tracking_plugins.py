"""Tracking plugins: a reader each for what they leave in an order's fields, and the table of all we know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mirakl_sync.platforms.woocommerce.schemas import Line, ShopOrder
from mirakl_sync.platforms.woocommerce.tracking_fields import (
    Piece,
    Told,
    link,
    moment,
    pieces,
    rows,
    text,
    whole,
)

# What an order tells, entry by entry; None stands for an entry that cannot be read.
Reader = Callable[[ShopOrder], Iterator[Told | None]]

BY_LINE, BY_PIECE = "_vi_wot_order_item_tracking_data", "_vi_wot_order_item_tracking_data_by_quantity"


def one_entry_a_parcel(name: str, read: Callable[[Mapping[str, Any]], Told]) -> Reader:
    """The reader of a field of the order that lists entries; every entry has a ``tracking_number``."""

    def reader(order: ShopOrder) -> Iterator[Told | None]:
        for row in rows(order.meta.get(name), mark="tracking_number"):
            yield None if row is None else read(row)

    return reader


def one_parcel_an_order(number: str, carriers: tuple[str, ...], url: str = "", left_at: str = "") -> Reader:
    """The reader of plugins with a field for each fact. The number's field is the parcel's id: it stays."""

    def reader(order: ShopOrder) -> Iterator[Told | None]:
        told = text(order.meta.get(number))
        if told:
            named = (text(order.meta.get(name)) for name in carriers)
            carrier = next((name for name in named if name and name != "-1"), "")
            address = link(text(order.meta.get(url)), told)
            yield Told(told, carrier, address, key=number, left_at=moment(order.meta.get(left_at)))

    return reader


def shipment_tracking(row: Mapping[str, Any]) -> Told:
    """An entry of WooCommerce Shipment Tracking or Advanced Shipment Tracking; only the latter says what is inside."""
    number = text(row.get("tracking_number"))
    return Told(
        number=number,
        carrier=text(row.get("tracking_provider")) or text(row.get("custom_tracking_provider")),
        url=link(text(row.get("custom_tracking_link")), number),
        key=text(row.get("tracking_id")),
        left_at=moment(row.get("date_shipped")),
        pieces=pieces(row.get("products_list"), item="item_id", product="product", quantity="qty"),
    )


def aftership(row: Mapping[str, Any]) -> Told:
    """An entry of AfterShip's plugin. Its id is made of the number; ``metrics`` call local times UTC."""
    extra = row.get("additional_fields")
    return Told(
        number=text(row.get("tracking_number")),
        carrier=text(row.get("slug")),
        key=text(row.get("tracking_id")),
        left_at=moment(extra.get("ship_date")) if isinstance(extra, Mapping) else None,
        pieces=pieces(row.get("line_items"), item="id", product="", quantity="quantity"),
    )


def parcel_panel(row: Mapping[str, Any]) -> Told:
    """An entry of ParcelPanel, which tells what is inside only in words."""
    number, carrier = text(row.get("tracking_number")), text(row.get("courier_code"))
    return Told(number, carrier, left_at=moment(row.get("fulfilled_at")))


def orders_tracking(order: ShopOrder) -> Iterator[Told | None]:
    """Orders Tracking for WooCommerce: entries on the lines, so that a parcel is all lines with its number."""
    parcels: dict[tuple[str, str], Told] = {}
    inside: dict[tuple[str, str], Counter[str]] = {}
    for line in order.lines:
        for row, count in _pieces_of(line):
            if row is None:
                yield None
                continue
            told = _on_a_line(row)
            parcels.setdefault((told.carrier, told.number), told)
            inside.setdefault((told.carrier, told.number), Counter())[str(line.id)] += count
    for key, told in parcels.items():
        if told.number:
            yield replace(told, pieces=tuple(Piece(item, "", count) for item, count in inside[key].items()))


def _pieces_of(line: Line) -> Iterator[tuple[Mapping[str, Any] | None, int]]:
    """The newest entry is for the whole line, or for its first piece where the others have entries of their own."""
    whole_line = list(rows(line.meta.get(BY_LINE), mark="tracking_number"))
    by_piece = list(rows(line.meta.get(BY_PIECE), mark="tracking_number"))
    if whole_line:
        yield whole_line[-1], 1 if by_piece else whole(line.quantity) or 1
    for row in by_piece:
        yield row, 1


def _on_a_line(row: Mapping[str, Any]) -> Told:
    number = text(row.get("tracking_number"))
    carrier = text(row.get("carrier_name")) or text(row.get("carrier_slug"))
    return Told(number, carrier, link(text(row.get("carrier_url")), number), left_at=moment(row.get("time")))


# In this order: some plugins copy the numbers of those above them.
READERS: dict[str, Reader] = {
    "Shipment Tracking": one_entry_a_parcel("_wc_shipment_tracking_items", shipment_tracking),
    "AfterShip": one_entry_a_parcel("_aftership_tracking_items", aftership),
    "ParcelPanel": one_entry_a_parcel("_parcelpanel_shipping_numbers", parcel_panel),
    "Orders Tracking, by line": orders_tracking,
    "Orders Tracking": one_parcel_an_order("_wot_tracking_number", ("_wot_tracking_carrier",)),
    "YITH Order Tracking": one_parcel_an_order(
        "ywot_tracking_code", ("ywot_carrier_name", "ywot_carrier_id"), "ywot_carrier_url", "ywot_pick_up_date"
    ),
}

# Plugins that show themselves in the shop's API, by the beginning of their routes.
AST, SHIPMENT_TRACKING = "Advanced Shipment Tracking", "WooCommerce Shipment Tracking"
ROUTES = {
    "wc-ast/": AST,
    "wc-shipment-tracking/": SHIPMENT_TRACKING,
    "wc/aftership/": "AfterShip",
    "parcelpanel/": "ParcelPanel",
    "woo-orders-tracking/": "Orders Tracking",
}
