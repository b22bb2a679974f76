"""The export formats: orders (order/2006-10-31) and inventory lists (inventory/2007-05-31) as XML."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from mirakl_sync.sandbox.salesforce.dates import printed
from mirakl_sync.sandbox.salesforce.inventory import whole
from mirakl_sync.sandbox.salesforce.model import ZERO, Item, Order, Record, Shipment
from mirakl_sync.sandbox.salesforce.settings import InstanceSettings

ORDERS = "http://www.demandware.com/xml/impex/order/2006-10-31"
INVENTORY = "http://www.demandware.com/xml/impex/inventory/2007-05-31"
CHANNELS = {
    "storefront": "Storefront",
    "callcenter": "CallCenter",
    "marketplace": "Marketplace",
    "dss": "DSS",
    "store": "Store",
}
ADDRESS = {
    "salutation": "salutation", "title": "title", "firstName": "first-name", "secondName": "second-name",
    "lastName": "last-name", "suffix": "suffix", "companyName": "company-name", "jobTitle": "job-title",
    "address1": "address1", "address2": "address2", "suite": "suite", "postBox": "postbox", "city": "city",
    "postalCode": "postal-code", "stateCode": "state-code", "countryCode": "country-code", "phone": "phone",
}  # fmt: skip


def orders_xml(orders: Iterable[Order], settings: InstanceSettings) -> bytes:
    root = ET.Element("orders", xmlns=ORDERS)
    for order in orders:
        _order(root, order, settings)
    return _printed(root)


def inventory_xml(records: Iterable[Record], settings: InstanceSettings) -> bytes:
    """`ats`, `on-order` and `turnover` can be read here and are never imported."""
    root = ET.Element("inventory", xmlns=INVENTORY)
    listed = ET.SubElement(root, "inventory-list")
    header = ET.SubElement(listed, "header", {"list-id": settings.inventory_list})
    _text(header, "default-instock", _truth(settings.default_in_stock))
    _text(header, "use-bundle-inventory-only", "false")
    _text(header, "on-order", _truth(settings.on_order_inventory))
    within = ET.SubElement(listed, "records")
    for record in records:
        _record(within, record)
    return _printed(root)


def _record(within: ET.Element, record: Record) -> None:
    one = ET.SubElement(within, "record", {"product-id": record.product_id})
    _text(one, "allocation", whole(record.amount))
    if record.reset:
        _text(one, "allocation-timestamp", printed(record.reset))
    _text(one, "perpetual", _truth(record.perpetual))
    _text(one, "preorder-backorder-handling", record.back_order)
    if record.back_order_amount:
        _text(one, "preorder-backorder-allocation", whole(record.back_order_amount))
    _text(one, "ats", whole(max(record.ats, 0)))
    _text(one, "on-order", whole(record.on_order))
    _text(one, "turnover", whole(record.turnover))


def _order(root: ET.Element, order: Order, settings: InstanceSettings) -> None:
    one = ET.SubElement(root, "order", {"order-no": order.order_no})
    _text(one, "order-date", printed(order.created))
    _text(one, "created-by", order.created_by)
    _text(one, "original-order-no", order.order_no)
    _text(one, "currency", order.currency)
    _text(one, "customer-locale", order.locale)
    _text(one, "taxation", order.taxation)
    if order.invoice_no:
        _text(one, "invoice-no", order.invoice_no)
    _customer(one, order)
    _statuses(one, order)
    _text(one, "business-type", order.business_type.upper())
    _text(one, "channel-type", CHANNELS.get(order.channel_type, "Storefront"))
    _text(one, "current-order-no", order.order_no)
    for name, value in (("cancel-code", order.cancel_code), ("cancel-description", order.cancel_description)):
        if value:
            _text(one, name, value)
    lines = ET.SubElement(one, "product-lineitems")
    for place, item in enumerate(order.items, 1):
        _line(lines, item, place, settings)
    shipping = ET.SubElement(one, "shipping-lineitems")
    shipments = ET.SubElement(one, "shipments")
    for shipment in order.shipments:
        _shipping_line(shipping, order, shipment)
        _shipment(shipments, order, shipment)
    _totals(ET.SubElement(one, "totals"), order, order.items, order.shipments, order.adjustments)
    _payments(one, order)
    if order.external_status:
        _text(one, "external-order-status", order.external_status)
    if order.placed:
        _text(one, "place-date", printed(order.placed))
    _custom(one, order.custom)


def _customer(one: ET.Element, order: Order) -> None:
    customer = ET.SubElement(one, "customer")
    _text(customer, "guest", "true")
    names = (order.billing.get("firstName"), order.billing.get("lastName"))
    _text(customer, "customer-name", " ".join(filter(None, names)))
    if order.email:
        _text(customer, "customer-email", order.email)
    _address(customer, "billing-address", order.billing)


def _statuses(one: ET.Element, order: Order) -> None:
    status = ET.SubElement(one, "status")
    for name, value in (
        ("order-status", order.status),
        ("shipping-status", order.shipping_status),
        ("confirmation-status", order.confirmation_status),
        ("payment-status", order.payment_status),
        ("export-status", order.export_status),
    ):
        _text(status, name, value.upper())


def _line(lines: ET.Element, item: Item, place: int, settings: InstanceSettings) -> None:
    line = ET.SubElement(lines, "product-lineitem")
    _amounts(line, item.net, item.tax, item.gross, item.base, item.text)
    _text(line, "position", place)
    _text(line, "product-id", item.product_id)
    _text(line, "product-name", item.name)
    quantity = ET.SubElement(line, "quantity", {"unit": ""})
    quantity.text = f"{item.quantity:.1f}"
    _text(line, "tax-rate", item.tax_rate)
    _text(line, "shipment-id", item.shipment_id)
    _text(line, "inventory-list-id", settings.inventory_list)
    _text(line, "gift", "false")
    if item.external_status:
        _text(line, "external-line-item-status", item.external_status)
    _custom(line, item.custom)
    _price_adjustments(line, item.adjustments)


def _shipping_line(lines: ET.Element, order: Order, shipment: Shipment) -> None:
    line = ET.SubElement(lines, "shipping-lineitem")
    net, gross = _net_and_gross(order, shipment)
    _amounts(line, net, shipment.tax_total, gross, shipment.shipping_total, "Shipping")
    _text(line, "item-id", "STANDARD_SHIPPING")
    _text(line, "shipment-id", shipment.shipment_id)
    _text(line, "tax-rate", 0)


def _shipment(shipments: ET.Element, order: Order, shipment: Shipment) -> None:
    one = ET.SubElement(shipments, "shipment", {"shipment-id": shipment.shipment_id})
    _text(ET.SubElement(one, "status"), "shipping-status", shipment.status.upper())
    _text(one, "shipping-method", shipment.method)
    if shipment.tracking_number:
        _text(one, "tracking-number", shipment.tracking_number)
    _address(one, "shipping-address", shipment.address)
    _text(one, "gift", "false")
    items = [item for item in order.items if item.shipment_id == shipment.shipment_id]
    _totals(ET.SubElement(one, "totals"), order, items, [shipment], None)
    _custom(one, shipment.custom)


def _totals(
    totals: ET.Element, order: Order, items: list[Item], shipments: list[Shipment], less: list[dict[str, Any]] | None
) -> None:
    """Of the order, whose own adjustments are `less`, or of one shipment (None)."""
    goods = [(item.net, item.tax, item.gross) for item in items]
    adjusted = [*goods, *_adjustments([*(one for item in items for one in item.adjustments), *(less or ())])]
    shipping = [(net, one.tax_total, gross) for one in shipments for net, gross in [_net_and_gross(order, one)]]
    for name, rows in (
        ("merchandize-total", goods),
        ("adjusted-merchandize-total", adjusted),
        ("shipping-total", shipping),
        ("adjusted-shipping-total", shipping),
        ("shipment-total" if less is None else "order-total", [*adjusted, *shipping]),
    ):
        _amounts(ET.SubElement(totals, name), *_added(rows))


def _adjustments(given: list[dict[str, Any]]) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(Decimal(one["netPrice"]), Decimal(one["tax"]), Decimal(one["grossPrice"])) for one in given]


def _price_adjustments(line: ET.Element, given: list[dict[str, Any]]) -> None:
    if not given:
        return
    within = ET.SubElement(line, "price-adjustments")
    for one in given:
        adjustment = ET.SubElement(within, "price-adjustment")
        _amounts(adjustment, *_adjustments([one])[0], Decimal(one["grossPrice"]), one.get("itemText", ""))
        _text(adjustment, "promotion-id", one.get("reasonCode") or "manual")


def _payments(one: ET.Element, order: Order) -> None:
    payments = ET.SubElement(one, "payments")
    for given in order.payments:
        payment = ET.SubElement(payments, "payment")
        _text(ET.SubElement(payment, "custom-method"), "method-name", given.get("paymentMethodId", ""))
        transaction = given.get("paymentTransaction") or {}
        _text(payment, "amount", _money(Decimal(str(transaction.get("amount", 0)))))
        if transaction.get("transactionId"):
            _text(payment, "transaction-id", transaction["transactionId"])
        _text(payment, "transaction-type", "CAPTURE")


def _added(rows: list[tuple[Decimal, Decimal, Decimal]]) -> tuple[Decimal, Decimal, Decimal]:
    net, tax, gross = ([row[place] for row in rows] for place in range(3))
    return sum(net, ZERO), sum(tax, ZERO), sum(gross, ZERO)


def _net_and_gross(order: Order, shipment: Shipment) -> tuple[Decimal, Decimal]:
    total, tax = shipment.shipping_total, shipment.tax_total
    return (total - tax, total) if order.taxation == "gross" else (total, total + tax)


def _amounts(
    within: ET.Element, net: Decimal, tax: Decimal, gross: Decimal, base: Decimal | None = None, text: str = ""
) -> None:
    _text(within, "net-price", _money(net))
    _text(within, "tax", _money(tax))
    _text(within, "gross-price", _money(gross))
    if base is not None:
        _text(within, "base-price", _money(base))
        _text(within, "lineitem-text", text)
        _text(within, "tax-basis", _money(gross))


def _address(within: ET.Element, name: str, given: dict[str, Any]) -> None:
    address = ET.SubElement(within, name)
    for own, told in ADDRESS.items():
        if given.get(own):
            _text(address, told, given[own])


def _custom(within: ET.Element, given: dict[str, Any]) -> None:
    """Here the attributes go by their own names, without c_."""
    if not given:
        return
    attributes = ET.SubElement(within, "custom-attributes")
    for name, value in sorted(given.items()):
        one = ET.SubElement(attributes, "custom-attribute", {"attribute-id": name.removeprefix("c_")})
        one.text = str(value)


def _printed(root: ET.Element) -> bytes:
    text: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return text


def _text(within: ET.Element, name: str, value: Any) -> None:
    ET.SubElement(within, name).text = str(value)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _truth(value: bool) -> str:
    return "true" if value else "false"
