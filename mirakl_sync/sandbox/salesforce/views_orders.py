"""SCAPI Orders 1.5: create, read, list, statuses, custom attributes."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce import fields
from mirakl_sync.sandbox.salesforce.errors import Problem, bad_request, order_not_found
from mirakl_sync.sandbox.salesforce.model import Order
from mirakl_sync.sandbox.salesforce.order_json import scapi
from mirakl_sync.sandbox.salesforce.order_lists import listed
from mirakl_sync.sandbox.salesforce.placing import create_order
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route, View
from mirakl_sync.sandbox.salesforce.statuses import VALUES, change_other, change_status

BASE = "/checkout/orders/v1/organizations/{org}/orders"
ONE = f"{BASE}/{{order_no}}"
READ = ("sfcc.orders", "sfcc.orders.rw")
WRITE = ("sfcc.orders.rw",)
STATUSES = ("created", "new", "completed", "cancelled", "failed", "failed_with_reopen")
EXTERNAL_LENGTH = 256


def create(call: Call) -> Reply:
    """201 with Location and nothing else."""
    order = create_order(call.shop, call.json)
    where = f"{call.base}{call.path}/{order.order_no}"
    return Reply(None, 201, {"Location": where})


def read(call: Call) -> Reply:
    return Reply(scapi(call.shop, _order(call)))


def list_orders(call: Call) -> Reply:
    return Reply({"data": [scapi(call.shop, order) for order in listed(call.shop, call.query)]})


def update(call: Call) -> Reply:
    """Custom attributes only; null takes one away."""
    order = _order(call)
    fields.merge_custom(order.custom, fields.check_custom(call.json, call.shop.settings.order_attributes, "Order"))
    call.shop.save(order)
    return Reply(None, 204)


def set_status(call: Call) -> Reply:
    """201 with Location where a basket was reopened."""
    order = _order(call)
    if change_status(call.shop, order, _wanted(call, STATUSES)):
        return Reply(None, 201, {"Location": f"{call.base}/checkout/shopper-baskets/v2/{order.order_no}"})
    return Reply(None, 204)


def set_external_status(call: Call) -> Reply:
    order = _order(call)
    change_other(call.shop, order, "external_status", _wanted(call, None))
    return Reply(None, 204)


def set_address(call: Call) -> Reply:
    order = _order(call)
    shipment = next((one for one in order.shipments if one.shipment_id == call.parts["shipment"]), None)
    if shipment is None:
        words = f"No shipment with ID '{call.parts['shipment']}' could be found."
        raise Problem(404, "Shipment Not Found", words, "not-found")
    shipment.address = fields.check_address(call.json)
    call.shop.save(order)
    return Reply(None, 204)


def update_payment(call: Call) -> Reply:
    payment = _payment(call)
    known = call.shop.settings.payment_attributes
    fields.merge_custom(payment, fields.check_custom(call.json, known, "OrderPaymentInstrument"))
    call.shop.save(_order(call))
    return Reply(None, 204)


def update_transaction(call: Call) -> Reply:
    payment = _payment(call)
    known = call.shop.settings.payment_attributes
    kept = payment.setdefault("paymentTransaction", {})
    fields.merge_custom(kept, fields.check_custom(call.json, known, "PaymentTransaction"))
    call.shop.save(_order(call))
    return Reply(None, 204)


def tell_event(call: Call) -> Reply:
    """An OMS's event, passed on to subscribers; nothing of it can be read back."""
    _order(call)
    given = call.json if isinstance(call.json, dict) else {}
    told = [name for name in ("fulfillmentEvent", "adjustment") if given.get(name)]
    if len(told) != 1 or set(given) - {"omsOrderId", *told}:
        raise bad_request("Exactly one of 'fulfillmentEvent' and 'adjustment' is required.")
    event = given[told[0]]
    needs = ["id", "occurredAt", "type"]
    if told == ["fulfillmentEvent"]:
        needs += ["lineItems"] if event.get("type") == "processing" else ["lineItems", "trackingNumber", "trackingUrl"]
    else:
        needs += ["status"]
    for name in needs:
        if not event.get(name):
            raise bad_request(f"The property with path '$.{told[0]}.{name}' is required.")
    return Reply(None, 202)


def _order(call: Call) -> Order:
    order = call.shop.orders.rows.get(call.parts["order_no"])
    if order is None:
        raise order_not_found(call.parts["order_no"])
    return order


def _payment(call: Call) -> dict[str, Any]:
    for payment in _order(call).payments:
        if payment["paymentInstrumentId"] == call.parts["payment"]:
            return payment
    words = f"No payment instrument with ID '{call.parts['payment']}' could be found."
    raise Problem(404, "Payment Instrument Not Found", words, "not-found")


def _wanted(call: Call, known: tuple[str, ...] | None) -> str:
    given = call.json if isinstance(call.json, dict) else {}
    wanted = given.get("status")
    if set(given) != {"status"} or not isinstance(wanted, str):
        raise bad_request("The property with path '$.status' is required.")
    if (known and wanted not in known) or len(wanted) > EXTERNAL_LENGTH:
        raise bad_request(f"The value '{wanted}' of the property with path '$.status' is invalid.")
    return wanted


def _setter(field: str) -> View:
    def set_other(call: Call) -> Reply:
        order = _order(call)
        change_other(call.shop, order, field, _wanted(call, VALUES[field]))
        return Reply(None, 204)

    return set_other


EITHER = ("account_manager", "tsob")
ROUTES = [
    Route("POST", BASE, "order.create", "scapi", create, WRITE, ("tsob",)),
    Route("GET", BASE, "orders.list", "scapi", list_orders, READ),
    Route("GET", ONE, "order.read", "scapi", read, READ),
    Route("PATCH", ONE, "order.update", "scapi", update, WRITE, EITHER),
    Route("PUT", f"{ONE}/status", "order.status", "scapi", set_status, WRITE),
    Route("PUT", f"{ONE}/external-status", "order.external_status", "scapi", set_external_status, WRITE),
    *(
        Route("PUT", f"{ONE}/{field.replace('_', '-')}", f"order.{field}", "scapi", _setter(field), WRITE)
        for field in VALUES
    ),
    Route("PUT", f"{ONE}/shipments/{{shipment}}/shipping-address", "order.address", "scapi", set_address, WRITE),
    Route("PATCH", f"{ONE}/payment-instruments/{{payment}}", "order.payment", "scapi", update_payment, WRITE),
    Route(
        "PATCH",
        f"{ONE}/payment-instruments/{{payment}}/transaction",
        "order.transaction",
        "scapi",
        update_transaction,
        WRITE,
    ),
    Route("POST", f"{ONE}/oms-status-events", "order.event", "scapi", tell_event, WRITE),
]
