"""Files for teams that work with imports: orders and inventory in the XML formats of B2C Commerce. Pure.

A live production site imports no orders by itself: such files are for tests, migrations and jobs of the merchant's own.
An allocation that is imported counts turnover anew: only the master of the stock may write one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from mirakl_sync.platforms.salesforce.doors import stamp
from mirakl_sync.platforms.salesforce.placing import order_body
from mirakl_sync.platforms.salesforce.settings import StoreSettings
from mirakl_sync.records.shop import OrderDraft, ProductFacts

ORDERS = "http://www.demandware.com/xml/impex/order/2006-10-31"
INVENTORY = "http://www.demandware.com/xml/impex/inventory/2007-05-31"
VERSION = "19.2"
AUTHOR = "mirakl_sync"
# In the order of the format.
_ADDRESS = {
    "firstName": "first-name",
    "lastName": "last-name",
    "companyName": "company-name",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "postalCode": "postal-code",
    "stateCode": "state-code",
    "countryCode": "country-code",
    "phone": "phone",
}
_LONGEST_NOTE = 4000


def orders_xml(drafts: Iterable[OrderDraft], settings: StoreSettings) -> bytes:
    """Orders as ``createOrders`` would have them, ready to be imported: same numbers, same amounts, same attributes.

    ``Refused`` as by ``order_body``. Unlike the API the format has places for the buyer's e-mail and a note.
    """
    root = ET.Element("orders", {"xmlns": ORDERS, "version": VERSION})
    for draft in drafts:
        _order(root, draft, order_body(draft, settings), settings)
    return _printed(root)


def inventory_xml(levels: Iterable[ProductFacts], list_id: str, *, default_in_stock: bool = False) -> bytes:
    """An inventory list: what each SKU has as its allocation, from the moment its number was told.

    Unknown SKUs are left out; what is not counted and in stock is perpetual.
    """
    root = ET.Element("inventory", {"xmlns": INVENTORY})
    listed = ET.SubElement(root, "inventory-list")
    header = ET.SubElement(listed, "header", {"list-id": list_id})
    _put(header, "default-instock", _truth(default_in_stock))
    records = ET.SubElement(listed, "records")
    for fact in levels:
        if not fact.matches:
            continue
        record = ET.SubElement(records, "record", {"product-id": fact.product_id or fact.sku})
        perpetual = fact.quantity is None and fact.in_stock
        _put(record, "allocation", str(max(0, fact.quantity or 0)))
        _put(record, "allocation-timestamp", stamp(fact.observed_at))
        _put(record, "perpetual", _truth(perpetual))
        _put(record, "preorder-backorder-handling", "none")
    return _printed(root)


def _order(root: ET.Element, draft: OrderDraft, body: Mapping[str, Any], settings: StoreSettings) -> None:
    order = ET.SubElement(root, "order", {"order-no": body["orderNo"]})
    _put(order, "order-date", stamp(draft.created_at))
    _put(order, "created-by", AUTHOR)
    _put(order, "original-order-no", body["orderNo"])
    _put(order, "currency", body["currency"])
    _put(order, "taxation", settings.taxation)
    _customer(order, draft, body)
    _statuses(order, draft)
    _put(order, "business-type", "B2C")
    _put(order, "channel-type", "Marketplace")
    _put(order, "current-order-no", body["orderNo"])
    lines = ET.SubElement(order, "product-lineitems")
    for position, item in enumerate(body["productItems"], 1):
        _line(lines, position, item, settings)
    (shipment,) = body["shipments"]
    charged = _charged(shipment, settings)
    _shipping(order, shipment, charged)
    _shipment(order, shipment)
    _totals(order, body, charged)
    _payment(order, body)
    _note(order, draft)
    _put(order, "external-order-no", draft.reference.order_id)
    _attributes(order, body)


def _customer(order: ET.Element, draft: OrderDraft, body: Mapping[str, Any]) -> None:
    """Without ``guest`` an order of version 19.2 is skipped."""
    customer = ET.SubElement(order, "customer")
    _put(customer, "guest", "true")
    billing = body["billingAddress"]
    _put(customer, "customer-name", " ".join(billing.get(name, "") for name in ("firstName", "lastName")).strip())
    _put(customer, "customer-email", draft.customer.email)
    _address(customer, "billing-address", billing)


def _statuses(order: ET.Element, draft: OrderDraft) -> None:
    status = ET.SubElement(order, "status")
    _put(status, "order-status", "NEW")
    _put(status, "shipping-status", "NOT_SHIPPED")
    _put(status, "confirmation-status", "CONFIRMED")
    _put(status, "payment-status", "PAID" if draft.paid else "NOT_PAID")
    _put(status, "export-status", "READY")


def _line(lines: ET.Element, position: int, item: Mapping[str, Any], settings: StoreSettings) -> None:
    line = ET.SubElement(lines, "product-lineitem")
    _amounts(line, item["netPrice"], item["tax"], item["grossPrice"])
    _put(line, "base-price", _number(item["basePrice"]))
    _put(line, "lineitem-text", item["productName"])
    _put(line, "tax-basis", _number(item["netPrice"] if settings.taxation == "net" else item["grossPrice"]))
    _put(line, "position", str(position))
    _put(line, "product-id", item["productId"])
    _put(line, "product-name", item["productName"])
    ET.SubElement(line, "quantity", {"unit": ""}).text = str(item["quantity"])
    _put(line, "tax-rate", _number(item.get("taxRate", Decimal(0))))
    _put(line, "shipment-id", item["shipmentId"])
    _put(line, "gift", "false")
    _attributes(line, item)


def _charged(shipment: Mapping[str, Any], settings: StoreSettings) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax and gross of the shipping charge."""
    total, tax = shipment["shippingTotal"], shipment["taxTotal"]
    return (total, tax, total + tax) if settings.taxation == "net" else (total - tax, tax, total)


def _shipping(order: ET.Element, shipment: Mapping[str, Any], charged: tuple[Decimal, Decimal, Decimal]) -> None:
    line = ET.SubElement(ET.SubElement(order, "shipping-lineitems"), "shipping-lineitem")
    _amounts(line, *charged)
    _put(line, "base-price", _number(shipment["shippingTotal"]))
    _put(line, "lineitem-text", "Shipping")
    _put(line, "item-id", "STANDARD_SHIPPING")
    _put(line, "shipment-id", shipment["shipmentId"])
    net, tax, _ = charged
    _put(line, "tax-rate", _number((tax / net).quantize(Decimal("0.0001")) if net else Decimal(0)))


def _shipment(order: ET.Element, shipment: Mapping[str, Any]) -> None:
    one = ET.SubElement(ET.SubElement(order, "shipments"), "shipment", {"shipment-id": shipment["shipmentId"]})
    _put(ET.SubElement(one, "status"), "shipping-status", "NOT_SHIPPED")
    _put(one, "shipping-method", shipment["shippingMethod"])
    _address(one, "shipping-address", shipment["shippingAddress"])


def _totals(order: ET.Element, body: Mapping[str, Any], charged: tuple[Decimal, Decimal, Decimal]) -> None:
    totals = ET.SubElement(order, "totals")
    names = ("netPrice", "tax", "grossPrice")
    goods = [sum((item[name] for item in body["productItems"]), Decimal(0)) for name in names]
    whole = (body["orderTotal"] - body["taxTotal"], body["taxTotal"], body["orderTotal"])
    for name, amounts in (("merchandize-total", goods), ("shipping-total", charged), ("order-total", whole)):
        _amounts(ET.SubElement(totals, name), *amounts)


def _payment(order: ET.Element, body: Mapping[str, Any]) -> None:
    (paid,) = body["paymentInstruments"]
    payment = ET.SubElement(ET.SubElement(order, "payments"), "payment")
    _put(ET.SubElement(payment, "custom-method"), "method-name", paid["paymentMethodId"])
    _put(payment, "amount", _number(paid["paymentTransaction"]["amount"]))
    _put(payment, "transaction-id", paid["paymentTransaction"]["transactionId"])


def _note(order: ET.Element, draft: OrderDraft) -> None:
    if not draft.note:
        return
    note = ET.SubElement(ET.SubElement(order, "notes"), "note")
    _put(note, "created-by", AUTHOR)
    _put(note, "subject", draft.marketplace_title or draft.reference.marketplace)
    _put(note, "text", draft.note[:_LONGEST_NOTE])


def _attributes(of: ET.Element, body: Mapping[str, Any]) -> None:
    told = {name.removeprefix("c_"): value for name, value in body.items() if name.startswith("c_")}
    if not told:
        return
    within = ET.SubElement(of, "custom-attributes")
    for name, value in told.items():
        text = _number(value) if isinstance(value, Decimal) else str(value)
        ET.SubElement(within, "custom-attribute", {"attribute-id": name}).text = text


def _address(of: ET.Element, name: str, body: Mapping[str, Any]) -> None:
    address = ET.SubElement(of, name)
    for word, element in _ADDRESS.items():
        _put(address, element, body.get(word, ""))


def _amounts(of: ET.Element, net: Decimal, tax: Decimal, gross: Decimal) -> None:
    for name, amount in (("net-price", net), ("tax", tax), ("gross-price", gross)):
        _put(of, name, _number(amount))


def _put(of: ET.Element, name: str, text: str) -> None:
    """A child with this text; nothing where there is none."""
    if text:
        ET.SubElement(of, name).text = text


def _number(value: Decimal) -> str:
    return format(value, "f")


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _printed(root: ET.Element) -> bytes:
    ET.indent(root)
    told: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return told
