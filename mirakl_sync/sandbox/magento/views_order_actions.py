"""What is done with an order: cancel, hold, comment, invoice, ship, refund (reference 6, 7, 8)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.columns import DATE, INTEGER, TEXT
from mirakl_sync.sandbox.magento.errors import no_entity, no_such
from mirakl_sync.sandbox.magento.invoices import invoice
from mirakl_sync.sandbox.magento.model import Document, Row
from mirakl_sync.sandbox.magento.order_states import cancel, comment, hold, unhold
from mirakl_sync.sandbox.magento.refunds import refund
from mirakl_sync.sandbox.magento.routing import Call, Route, listed, whole
from mirakl_sync.sandbox.magento.rows import known, typed
from mirakl_sync.sandbox.magento.shipments import add_track, remove_track, ship, shipment_json
from mirakl_sync.sandbox.magento.tables import Table
from mirakl_sync.sandbox.magento.views_orders import VIEW, find_order

SHIPMENT = "Magento_Sales::shipment"
INVOICES = "Magento_Sales::sales_invoice"
MEMOS = "Magento_Sales::sales_creditmemo"
MANAGED = "async.magento.sales.api.ordermanagementinterface"
COMMENT = {"entity_id": INTEGER, "parent_id": INTEGER, "comment": TEXT, "status": TEXT, "created_at": DATE}


def cancel_order(call: Call, number: str) -> Any:
    return cancel(call.shop, find_order(call, number))


def hold_order(call: Call, number: str) -> Any:
    hold(call.shop, find_order(call, number))
    return True


def unhold_order(call: Call, number: str) -> Any:
    unhold(call.shop, find_order(call, number))
    return True


def comment_order(call: Call, number: str) -> Any:
    entry = typed(known(call.given("statusHistory"), columns.HISTORY), columns.HISTORY)
    comment(call.shop, find_order(call, number), entry)
    return True


def list_comments(call: Call, number: str) -> Any:
    table: Table[Row] = Table(lambda row, name: row.get(name), COMMENT)
    for entry in find_order(call, number).histories:
        table.save(entry["entity_id"], entry)
    return listed(call, table, dict, optional=True)


def get_status(call: Call, number: str) -> Any:
    return find_order(call, number).row.get("status")


def invoice_order(call: Call, number: str) -> Any:
    """Ids of documents come as text (recorded, 21-invoice)."""
    return str(invoice(call.shop, find_order(call, number), call.body or {}).id)


def ship_order(call: Call, number: str) -> Any:
    return str(ship(call.shop, find_order(call, number), call.body or {}).id)


def refund_order(call: Call, number: str) -> Any:
    return str(refund(call.shop, find_order(call, number), call.body or {}).id)


def refund_invoice(call: Call, number: str) -> Any:
    found = call.shop.store.invoices.rows.get(whole(number))
    if found is None:
        raise no_entity()
    order = call.shop.store.orders.rows[found.row["order_id"]]
    return str(refund(call.shop, order, call.body or {}, found.id).id)


def list_shipments(call: Call) -> Any:
    return listed(call, call.shop.store.shipments, shipment_json)


def get_shipment(call: Call, number: str) -> Any:
    found = call.shop.store.shipments.rows.get(whole(number))
    if found is None:
        raise no_entity()
    return shipment_json(found)


def post_track(call: Call) -> Any:
    return add_track(call.shop, call.given("entity"))


def delete_track(call: Call, number: str) -> Any:
    return remove_track(call.shop, whole(number))


def list_invoices(call: Call) -> Any:
    return listed(call, call.shop.store.invoices, document_json)


def get_invoice(call: Call, number: str) -> Any:
    return _document(call.shop.store.invoices, number)


def list_creditmemos(call: Call) -> Any:
    return listed(call, call.shop.store.creditmemos, document_json)


def get_creditmemo(call: Call, number: str) -> Any:
    return _document(call.shop.store.creditmemos, number)


def document_json(document: Document) -> dict[str, Any]:
    return {**document.row, "items": document.items, "comments": document.comments}


def _document(table: Table[Document], number: str) -> dict[str, Any]:
    found = table.rows.get(whole(number))
    if found is None:
        raise no_such("entity_id", number)
    return document_json(found)


ROUTES = [
    Route(
        "POST",
        "orders/<number>/cancel",
        "order.cancel",
        "Magento_Sales::cancel",
        cancel_order,
        f"{MANAGED}.cancel.post",
    ),
    Route("POST", "orders/<number>/hold", "order.hold", "Magento_Sales::hold", hold_order, f"{MANAGED}.hold.post"),
    Route("POST", "orders/<number>/unhold", "order.unhold", "Magento_Sales::unhold", unhold_order),
    Route("POST", "orders/<number>/comments", "order.comment", "Magento_Sales::comment", comment_order),
    Route("GET", "orders/<number>/comments", "order.comments", VIEW, list_comments),
    Route("GET", "orders/<number>/statuses", "order.status", VIEW, get_status),
    Route("POST", "order/<number>/invoice", "order.invoice", "Magento_Sales::invoice", invoice_order),
    Route("POST", "order/<number>/ship", "order.ship", "Magento_Sales::ship", ship_order),
    Route("POST", "order/<number>/refund", "order.refund", "Magento_Sales::creditmemo", refund_order),
    Route("POST", "invoice/<number>/refund", "invoice.refund", INVOICES, refund_invoice),
    Route("GET", "shipments", "shipment.list", SHIPMENT, list_shipments),
    Route("GET", "shipment/<number>", "shipment.read", SHIPMENT, get_shipment),
    Route("POST", "shipment/track", "track.create", SHIPMENT, post_track),
    Route("DELETE", "shipment/track/<number>", "track.delete", SHIPMENT, delete_track),
    Route("GET", "invoices", "invoice.list", INVOICES, list_invoices),
    Route("GET", "invoices/<number>", "invoice.read", INVOICES, get_invoice),
    Route("GET", "creditmemos", "creditmemo.list", MEMOS, list_creditmemos),
    Route("GET", "creditmemo/<number>", "creditmemo.read", MEMOS, get_creditmemo),
]
