"""An order as SCAPI prints it; OCAPI prints the same in snake case with its own marks."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from zlib import crc32

from mirakl_sync.sandbox.salesforce.dates import printed
from mirakl_sync.sandbox.salesforce.errors import VERSION
from mirakl_sync.sandbox.salesforce.model import ZERO, Item, Order, Shipment
from mirakl_sync.sandbox.salesforce.shop import Shop

LETTER = re.compile(r"([A-Z])")


def scapi(shop: Shop, order: Order) -> dict[str, Any]:
    """Optional members appear when they hold something. `open`, which this API does not know, is told as `new`."""
    shipping = [_shipping_item(order, shipment) for shipment in order.shipments]
    merchandise_tax = sum((item.tax for item in order.items), ZERO)
    shipping_tax = sum((shipment.tax_total for shipment in order.shipments), ZERO)
    optional = {
        "externalOrderStatus": order.external_status,
        "cancelCode": order.cancel_code,
        "cancelDescription": order.cancel_description,
        "invoiceNo": order.invoice_no,
        "orderPriceAdjustments": [_adjustment(one) for one in order.adjustments],
        "placeDate": printed(order.placed) if order.placed else None,
    }
    return {
        "adjustedMerchandizeTotalTax": merchandise_tax + _adjusted(order, "tax"),
        "adjustedShippingTotalTax": shipping_tax,
        "billingAddress": order.billing,
        "businessType": order.business_type,
        "channelType": order.channel_type,
        "confirmationStatus": order.confirmation_status,
        "createdBy": order.created_by,
        "creationDate": printed(order.created),
        "currency": order.currency,
        "customerInfo": {"guest": True, **({"email": order.email} if order.email else {})},
        "customerLocale": order.locale,
        "exportStatus": order.export_status,
        "lastModified": printed(order.modified),
        "merchandizeTotalTax": merchandise_tax,
        "orderNo": order.order_no,
        "orderTotal": order.order_total,
        "paymentInstruments": order.payments,
        "paymentStatus": order.payment_status,
        "productItems": [_item(order, item, place) for place, item in enumerate(order.items, 1)],
        "productSubTotal": _subtotal(order, order.items),
        "productTotal": _subtotal(order, order.items) + _adjusted(order, _price(order)),
        "shipments": [_shipment(order, shipment) for shipment in order.shipments],
        "shippingItems": shipping,
        "shippingStatus": order.shipping_status,
        "shippingTotal": sum((shipment.shipping_total for shipment in order.shipments), ZERO),
        "shippingTotalTax": shipping_tax,
        "siteId": shop.settings.site,
        "status": "new" if order.status == "open" else order.status,
        "taxTotal": order.tax_total,
        "taxation": order.taxation,
        **{name: value for name, value in optional.items() if value},
        **order.custom,
    }


def ocapi(shop: Shop, order: Order) -> dict[str, Any]:
    """The Shop API's document: `open` is open here, and the state to send back with a change is in it."""
    document = snake(scapi(shop, order))
    document["status"] = order.status
    return {"_v": VERSION, "_type": "order", "_resource_state": state_of(order), **document}


def state_of(order: Order) -> str:
    """Changes with every change of the order."""
    return f"{crc32(order.order_no.encode()):08x}{order.revision:08x}"


def snake(value: Any) -> Any:
    """camelCase members as OCAPI spells them; custom attributes keep their names."""
    if isinstance(value, list):
        return [snake(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {_snake_name(name): inner if name.startswith("c_") else snake(inner) for name, inner in value.items()}


def camel(value: dict[str, Any]) -> dict[str, Any]:
    """A flat OCAPI document with SCAPI's names."""
    return {
        name if name.startswith("c_") else re.sub(r"_([a-z])", lambda found: found[1].upper(), name): inner
        for name, inner in value.items()
    }


def _snake_name(name: str) -> str:
    return name if name.startswith("c_") else LETTER.sub(lambda found: "_" + found[1].lower(), name)


def _price(order: Order) -> str:
    return "grossPrice" if order.taxation == "gross" else "netPrice"


def _subtotal(order: Order, items: list[Item]) -> Decimal:
    return sum((item.gross if order.taxation == "gross" else item.net for item in items), ZERO)


def _adjusted(order: Order, name: str) -> Decimal:
    """What the adjustments of the order and its lines add (mostly: take)."""
    lines = [one for item in order.items for one in item.adjustments]
    return sum((Decimal(one.get(name, 0)) for one in (*order.adjustments, *lines)), ZERO)


def _adjustment(given: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in given.items() if name != "amount"}
    return {"custom": True, "manual": True, "promotionId": given.get("reasonCode") or "manual", **known}


def _item(order: Order, item: Item, place: int) -> dict[str, Any]:
    price = item.gross if order.taxation == "gross" else item.net
    less = sum((Decimal(one[_price(order)]) for one in item.adjustments), ZERO)
    optional = {"externalLineItemStatus": item.external_status}
    return {
        "adjustedTax": item.tax + sum((Decimal(one["tax"]) for one in item.adjustments), ZERO),
        "basePrice": item.base,
        "bonusProductLineItem": False,
        "gift": False,
        "grossPrice": item.gross,
        "itemId": item.item_id,
        "itemText": item.text,
        "netPrice": item.net,
        "position": place,
        "priceAdjustments": [_adjustment(one) for one in item.adjustments],
        "priceAfterItemDiscount": price + less,
        "priceAfterOrderDiscount": price + less,
        "productId": item.product_id,
        "productName": item.name,
        "quantity": item.quantity,
        "shipmentId": item.shipment_id,
        "tax": item.tax,
        "taxBasis": price,
        "taxRate": item.tax_rate,
        **{name: value for name, value in optional.items() if value},
        **item.custom,
    }


def _shipment(order: Order, shipment: Shipment) -> dict[str, Any]:
    items = [item for item in order.items if item.shipment_id == shipment.shipment_id]
    tax = sum((item.tax for item in items), ZERO)
    gross = sum((item.gross for item in items), ZERO) + shipment.shipping_total
    tracking = {"trackingNumber": shipment.tracking_number} if shipment.tracking_number else {}
    return {
        "adjustedMerchandizeTotalTax": tax,
        "adjustedShippingTotalTax": shipment.tax_total,
        "gift": False,
        "merchandizeTotalTax": tax,
        "productSubTotal": _subtotal(order, items),
        "productTotal": _subtotal(order, items),
        "shipmentId": shipment.shipment_id,
        "shipmentNo": shipment.number,
        "shipmentTotal": gross if order.taxation == "gross" else gross + shipment.tax_total,
        "shippingAddress": shipment.address,
        "shippingMethod": {"id": shipment.method},
        "shippingStatus": shipment.status,
        "shippingTotal": shipment.shipping_total,
        "shippingTotalTax": shipment.tax_total,
        "taxTotal": tax + shipment.tax_total,
        **tracking,
        **shipment.custom,
    }


def _shipping_item(order: Order, shipment: Shipment) -> dict[str, Any]:
    gross = order.taxation == "gross"
    total, tax = shipment.shipping_total, shipment.tax_total
    return {
        "adjustedTax": tax,
        "basePrice": total,
        "grossPrice": total if gross else total + tax,
        "itemId": shipment.item_id,
        "itemText": "Shipping",
        "netPrice": total - tax if gross else total,
        "priceAfterItemDiscount": total,
        "shipmentId": shipment.shipment_id,
        "tax": tax,
        "taxBasis": total,
        "taxRate": 0,
        "type": "fixed_price",
    }
