"""Which members the documents of createOrders have, and which custom attributes the site's system objects know."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.salesforce.errors import bad_request
from mirakl_sync.sandbox.salesforce.settings import InstanceSettings

NUMBER = (int, Decimal)
CHANNELS = (
    "storefront", "callcenter", "marketplace", "dss", "store", "pinterest", "twitter", "facebookads", "subscriptions",
    "onlinereservation", "customerservicecenter", "instagramcommerce", "tiktok", "snapchat", "google", "whatsapp",
    "youtube",
)  # fmt: skip
ENUMS = {"channelType": CHANNELS, "businessType": ("b2c", "b2b"), "paymentStatus": ("paid", "not_paid")}
LONGEST = {"orderNo": 50, "productId": 100}
TEXT_LENGTH = 256
MOST_ITEMS = 200

Known = dict[str, Any]
ADDRESS: Known = dict.fromkeys(
    ("address1", "address2", "city", "companyName", "countryCode", "firstName", "fullName", "jobTitle", "lastName",
     "phone", "postBox", "postalCode", "salutation", "secondName", "stateCode", "suffix", "suite", "title"), str
)  # fmt: skip
ADJUSTMENT: Known = {
    **dict.fromkeys(("amount", "basePrice", "grossPrice", "netPrice", "tax", "taxBasis"), NUMBER),
    **dict.fromkeys(("itemText", "reasonCode"), str),
}
ITEM: Known = {
    **dict.fromkeys(("basePrice", "grossPrice", "netPrice", "quantity", "tax", "taxBasis", "taxRate"), NUMBER),
    **dict.fromkeys(("brand", "itemText", "productId", "productName", "shipmentId"), str),
    **dict.fromkeys(("optionItems", "priceAdjustments", "taxItems"), list),
}
SHIPMENT: Known = {
    **dict.fromkeys(("shipmentId", "shippingMethod"), str),
    **dict.fromkeys(("shippingTotal", "taxTotal"), NUMBER),
    "shippingAddress": dict,
}
PAYMENT: Known = {"paymentMethodId": str, "paymentTransaction": dict}
TRANSACTION: Known = {"amount": NUMBER, "authorizationStatus": dict, "transactionId": str}
ORDER: Known = {
    **dict.fromkeys(("businessType", "channelType", "currency", "customerLocale", "orderNo", "paymentStatus"), str),
    **dict.fromkeys(("orderTotal", "taxTotal"), NUMBER),
    **dict.fromkeys(("orderPriceAdjustments", "paymentInstruments", "productItems", "shipments"), list),
    "billingAddress": dict,
}
ORDER_NEEDS = (
    "billingAddress", "currency", "orderTotal", "paymentInstruments", "productItems", "shipments", "taxTotal"
)  # fmt: skip
ITEM_NEEDS = ("basePrice", "grossPrice", "netPrice", "productId", "quantity", "shipmentId", "tax")
SHIPMENT_NEEDS = ("shipmentId", "shippingMethod", "shippingAddress", "shippingTotal", "taxTotal")
KIND_NAMES = {str: "String", NUMBER: "Integer|Decimal", list: "Array", dict: "Object"}


def check_body(settings: InstanceSettings, given: Any) -> None:
    """The whole body of createOrders. Raises a 400 problem that names the path."""
    own = set(settings.order_attributes) & set(settings.basket_attributes)
    _check(given, ORDER, ORDER_NEEDS, own, "$", "Basket' or 'Order")
    _check(given["billingAddress"], ADDRESS, (), set(), "$.billingAddress", "OrderAddress")
    if not 1 <= len(given["productItems"]) <= MOST_ITEMS:
        raise bad_request(f"The property with path '$.productItems' must hold 1 to {MOST_ITEMS} elements.")
    for name in ("shipments", "paymentInstruments"):
        if not given[name]:
            raise bad_request(f"The property with path '$.{name}' must not be empty.")
    for path, item in _each(given, "productItems"):
        _check(item, ITEM, ITEM_NEEDS, settings.line_attributes, path, "ProductLineItem")
        _check_adjustments(item, "priceAdjustments", path)
    for path, shipment in _each(given, "shipments"):
        _check(shipment, SHIPMENT, SHIPMENT_NEEDS, settings.shipment_attributes, path, "Shipment")
        _check(shipment["shippingAddress"], ADDRESS, (), set(), f"{path}.shippingAddress", "OrderAddress")
    for path, payment in _each(given, "paymentInstruments"):
        _check_payment(settings, payment, path)
    _check_adjustments(given, "orderPriceAdjustments", "$")


def check_custom(given: Any, known: Collection[str], kind: str) -> dict[str, Any]:
    """A body that may hold custom attributes alone; returns them."""
    _check(given, {}, (), known, "$", kind)
    return dict(given)


def check_address(given: Any) -> dict[str, Any]:
    _check(given, ADDRESS, (), set(), "$", "OrderAddress")
    return dict(given)


def custom_of(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name.startswith("c_") and value is not None}


def merge_custom(kept: dict[str, Any], given: dict[str, Any]) -> None:
    """null takes an attribute away."""
    for name, value in given.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value


def _each(given: dict[str, Any], name: str) -> list[tuple[str, Any]]:
    return [(f"$.{name}.[{position}]", one) for position, one in enumerate(given.get(name, ()))]


def _check_payment(settings: InstanceSettings, payment: Any, path: str) -> None:
    known = settings.payment_attributes
    _check(payment, PAYMENT, ("paymentMethodId",), known, path, "OrderPaymentInstrument")
    if "paymentTransaction" in payment:
        where = f"{path}.paymentTransaction"
        needs = ("amount", "transactionId")
        _check(payment["paymentTransaction"], TRANSACTION, needs, known, where, "PaymentTransaction")


def _check_adjustments(given: dict[str, Any], name: str, path: str) -> None:
    for position, one in enumerate(given.get(name, ())):
        where = f"{path}.{name}.[{position}]"
        _check(one, ADJUSTMENT, ("grossPrice", "netPrice", "tax"), set(), where, "PriceAdjustment")


def _check(given: Any, known: Known, needs: Collection[str], attributes: Collection[str], path: str, kind: str) -> None:
    if not isinstance(given, dict):
        raise _wrong_kind(path, dict, given)
    for name in needs:
        if given.get(name) is None:
            raise bad_request(f"The property with path '{path}.{name}' is required.")
    for name, value in given.items():
        if name.startswith("c_"):
            if name not in attributes:
                raise bad_request(f"The custom attribute '{name}' is not defined for the system object '{kind}'.")
        elif name not in known:
            raise bad_request(f"The property with path '{path}.{name}' is unknown.")
        else:
            _check_value(name, value, known[name], f"{path}.{name}")


def _check_value(name: str, value: Any, kind: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, kind):
        raise _wrong_kind(path, kind, value)
    if name in ENUMS and value not in ENUMS[name]:
        raise bad_request(f"The value '{value}' of the property with path '{path}' is not one of {[*ENUMS[name]]}.")
    if kind is str:
        if name == "countryCode" and not (len(value) == 2 and value.isascii() and value.isupper()):
            raise bad_request(f"The value of the property with path '{path}' does not match '^[A-Z][A-Z]$'.")
        if len(value) > LONGEST.get(name, TEXT_LENGTH):
            raise bad_request(f"The value of the property with path '{path}' is too long.")
        if name in ("orderNo", "productId", "shipmentId") and not value:
            raise bad_request(f"The value of the property with path '{path}' is too short.")


def _wrong_kind(path: str, kind: Any, value: Any) -> Any:
    actual = {bool: "Boolean", str: "String", list: "Array", dict: "Object", type(None): "Null"}.get(
        type(value), "Number"
    )
    words = f"Decoding of the property with path '{path}' failed because the expected type is "
    return bad_request(f"{words}'{KIND_NAMES[kind]}' but the actual type was '{actual}'.")
