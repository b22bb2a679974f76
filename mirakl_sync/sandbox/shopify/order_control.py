"""What people and apps in the shop do to orders, by remote control: pack, correct, cancel, edit, replace, hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.shop_control import order_in, refuse_other_words
from mirakl_sync.sandbox.shopify import cancelling, checkout, editing, replacing, sending
from mirakl_sync.sandbox.shopify.bookkeeping import parcels
from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.model import App, Fulfillment, Line, Order, Tracking
from mirakl_sync.sandbox.shopify.order_table import books_status
from mirakl_sync.sandbox.shopify.placing_checks import Refused
from mirakl_sync.sandbox.shopify.refunding import GATEWAY, Wanted, refund
from mirakl_sync.sandbox.shopify.shop import Shop
from mirakl_sync.sandbox.shopify.states import fulfilled_pieces

Shown = dict[str, Any]
NAMES = ("carrier", "number", "link", "items", "complete", "notify")
WAREHOUSE = App(3000001, "Fraud Filter")
"""The app behind holds set by control."""


def mount_orders(control: Blueprint, shop: Shop) -> None:
    """`POST orders/<id>` and below it `ship`, `parcels/<id>`, `refund`, `edit`, `replace`, `hold`, `release`,
    `schedule`."""
    _mount_staff(control, shop)
    _mount_packing(control, shop)
    _mount_apps(control, shop)
    control.register_error_handler(Refused, lambda refused: Conflict(str(refused)).get_response())


def _mount_staff(control: Blueprint, shop: Shop) -> None:
    @control.post("/orders/<int:number>")
    def staff(number: int) -> Shown:
        """{"status": "completed" | "cancelled" | "trash"}: sent without a number, cancelled, deleted."""
        sent = control_json()
        with shop.lock:
            order = _order(shop, number)
            wanted = str(sent.get("status"))
            if wanted == "completed":
                sending.send(shop, order, sending.everything_left(order), [], notify=False)
            elif wanted == "cancelled":
                cancelling.by_staff(shop, order, note=sent.get("note"))
            elif wanted == "trash":
                shop.delete(order)
                return {"id": str(order.id), "status": "trash"}
            else:
                raise BadRequest('send {"status": "completed" | "cancelled" | "trash"}')
            return shown(order)

    @control.post("/orders/<int:number>/refund")
    def give_back(number: int) -> Shown:
        """{"items": [{"line_id", "quantity", "amount"}], "shipping", "reason", "restock"}; money as amounts say."""
        sent = control_json()
        with shop.lock:
            order = _order(shop, number)
            row = refund(shop, order, _wanted(shop, order, sent), None)
            return {"id": str(row.id), "amount": f"{row.money:.2f}", **shown(order)}


def _mount_packing(control: Blueprint, shop: Shop) -> None:
    @control.post("/orders/<int:number>/ship")
    def pack(number: int) -> Shown:
        """{"carrier", "number", "link", "items": [{"line_id" | "sku", "quantity"}], "complete"}, all optional.

        `line_id` is the shop's own or the marketplace's. Without items everything left is inside; `complete` sends
        what the items leave over without a number.
        """
        sent = control_json()
        with shop.lock:
            order = _order(shop, number)
            row = _pack(shop, order, sent)
            if sent.get("complete") and sent.get("items") and sending.everything_left(order):
                sending.send(shop, order, sending.everything_left(order), [], notify=False)
            return {**shown(order), "fulfillment": str(row.id)}

    @control.route("/orders/<int:number>/parcels/<tracking_id>", methods=["PUT", "DELETE"])
    def parcel(number: int, tracking_id: str) -> Shown:
        """PUT {"number", "carrier", "link"} corrects, or names what left without; DELETE cancels the fulfillment."""
        sent = control_json()
        with shop.lock:
            order = _order(shop, number)
            row, place = _fulfillment(order, tracking_id)
            if request.method == "DELETE":
                sending.undo(shop, order, row)
            else:
                sending.correct(shop, order, row, _corrected(row, place, sent), notify=False)
            return shown(order)


def _mount_apps(control: Blueprint, shop: Shop) -> None:
    @control.post("/orders/<int:number>/edit")
    def edit(number: int) -> Shown:
        """{"lines": [{"line_id" | "sku", "quantity"}], "restock"}: new quantities in place; an unknown SKU is added."""
        sent = control_json()
        with shop.lock:
            order = _order(shop, number)
            session = editing.begin(shop, order, None)
            for wanted in sent.get("lines", []):
                _change(shop, order, session, wanted, restock=bool(sent.get("restock", True)))
            editing.commit(shop, order, session, notify=bool(sent.get("notify")), note=sent.get("note"))
            return shown(order)

    @control.post("/orders/<int:number>/replace")
    def replace(number: int) -> Shown:
        """{"style", "copy_attributes", "copy_source", "lines", "cancel_after_seconds", "cancel_first"}."""
        sent = control_json()
        with shop.lock:
            order = _order(shop, number)
            lines = [_goods(shop, order, wanted) for wanted in sent.get("lines", [])]
            try:
                how = replacing.replacement_from(sent, lines)
            except ValueError as error:
                raise BadRequest(str(error)) from error
            made = replacing.replace(shop, order, how)
            return {"replaced": str(order.id), "name": made.name, **shown(made)}

    @control.post("/orders/<int:number>/hold")
    def hold(number: int) -> Shown:
        """{"reason", "notes"}: an app of somebody else's stops the warehouse."""
        sent = control_json()
        given = {"reason": sent.get("reason", "OTHER"), "reason_notes": sent.get("notes")}
        with shop.lock:
            order = _order(shop, number)
            for unit in order.fulfillment_orders:
                sending.hold(shop, order, unit, given, WAREHOUSE)
            return shown(order)

    @control.post("/orders/<int:number>/schedule")
    def schedule(number: int) -> Shown:
        """{"seconds": 3600}: a pre-order, whose work opens then."""
        sent = control_json()
        with shop.lock:
            order = _order(shop, number)
            sending.schedule(shop, order, float(sent.get("seconds", 3600)))
            return shown(order)

    @control.post("/orders/<int:number>/release")
    def release(number: int) -> Shown:
        """Every hold comes off, whoever put it on."""
        with shop.lock:
            order = _order(shop, number)
            for unit in order.fulfillment_orders:
                sending.release(shop, order, unit, None)
            return shown(order)


def shown(order: Order) -> Shown:
    """An order's status and parcels as the books tell them."""
    return {"id": str(order.id), "status": books_status(order), "parcels": parcels(order)}


def _order(shop: Shop, number: int) -> Order:
    shop.settle()
    return order_in(shop.orders.rows, number)


def _pack(shop: Shop, order: Order, sent: Shown) -> Fulfillment:
    refuse_other_words(sent, NAMES)
    tracking = sending.trackings(
        {"company": sent.get("carrier"), "number": sent.get("number"), "url": sent.get("link")}
    )
    pieces = _pieces(shop, order, sent["items"]) if sent.get("items") else sending.everything_left(order)
    return sending.send(shop, order, pieces, tracking, notify=bool(sent.get("notify")))


def _pieces(shop: Shop, order: Order, items: list[Shown]) -> sending.Pieces:
    left = sending.everything_left(order)
    pieces: sending.Pieces = []
    for item in items:
        line = line_of(shop, order, item)
        wanted = int(item.get("quantity", line.current - fulfilled_pieces(order, line)))
        found = next(((unit, each) for unit, each, _ in left if each.line is line), None)
        if found is None:
            raise Conflict(f"nothing of line {line.id} is left to send")
        pieces.append((*found, wanted))
    return pieces


def line_of(shop: Shop, order: Order, item: Shown) -> Line:
    """A line by the shop's id, the marketplace's, or its SKU."""
    for line in order.lines:
        ids = (str(line.id), str(dict(line.attributes).get(shop.settings.line_attribute)))
        if ("line_id" in item and str(item["line_id"]) in ids) or ("sku" in item and line.sku == item["sku"]):
            return line
    raise BadRequest(f"order {order.id} has no line {item}")


def _fulfillment(order: Order, tracking_id: str) -> tuple[Fulfillment, int]:
    """A fulfillment and the place of one of its parcels: `<fulfillment>` or `<fulfillment>-2`."""
    number, _, place = tracking_id.partition("-")
    for row in order.fulfillments:
        if str(row.id) == number and row.status == "SUCCESS":
            return row, int(place or 1) - 1
    raise NotFound(f"order {order.id} has no parcel {tracking_id}")


def _corrected(row: Fulfillment, place: int, sent: Shown) -> list[Tracking]:
    while len(row.tracking) <= place:
        row.tracking.append(Tracking())
    old = row.tracking[place]
    fresh = sending.trackings(
        {
            "company": sent.get("carrier", old.company),
            "number": sent.get("number", old.number),
            "url": sent.get("link", old.url if "number" not in sent else None),
        }
    )
    return [*row.tracking[:place], *fresh, *row.tracking[place + 1 :]]


def _change(shop: Shop, order: Order, session: editing.Session, wanted: Shown, *, restock: bool) -> None:
    known = "line_id" in wanted or any(line.sku == wanted.get("sku") and line.current for line in order.lines)
    quantity = int(wanted["quantity"])
    if known:
        line = line_of(shop, order, wanted)
        editing.set_quantity(order, session, line, quantity, restock=restock)
        return
    variant = checkout.variant_of(shop, str(wanted.get("sku")))
    editing.add(shop, order, session, variant, quantity, allow_duplicates=False)


def _goods(shop: Shop, order: Order, wanted: Shown) -> tuple[Line | Variant, int]:
    """A line of the order, by id or by a SKU it has; another SKU is goods the order did not have."""
    if "line_id" in wanted or any(line.sku == wanted.get("sku") for line in order.lines):
        line = line_of(shop, order, wanted)
        return line, int(wanted.get("quantity", line.current))
    return checkout.variant_of(shop, str(wanted.get("sku"))), int(wanted.get("quantity", 1))


def _wanted(shop: Shop, order: Order, sent: Shown) -> Wanted:
    """What staff tick in the refund form: unsent pieces are cancelled, sent ones returned, where they restock."""
    wanted = Wanted(note=str(sent.get("reason") or ""), shipping=Decimal(str(sent.get("shipping") or 0)))
    money = wanted.shipping
    for item in sent.get("items") or ():
        line = line_of(shop, order, item)
        pieces = int(item.get("quantity", 0))
        if pieces:
            sold = "RETURN" if fulfilled_pieces(order, line) >= pieces else "CANCEL"
            wanted.lines.append((line, pieces, sold if sent.get("restock") else "NO_RESTOCK"))
        money += Decimal(str(item["amount"] if "amount" in item else line.price * pieces))
    if money:
        gateway = order.transactions[0].gateway if order.transactions else GATEWAY
        wanted.money = [(gateway, money, None)]
    return wanted
