"""The cart path (reference 5.7): fill, address, place. A cart can be placed once; afterwards it is gone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.errors import RestError, no_such, refused
from mirakl_sync.sandbox.magento.model import Cart, Order, Row
from mirakl_sync.sandbox.magento.order_json import METHOD_TITLES
from mirakl_sync.sandbox.magento.placing import check_salable, place
from mirakl_sync.sandbox.magento.rows import known, typed
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import PLACES, ZERO, number, plain_text

ADDRESS = {**columns.ADDRESS, "id": columns.INTEGER, "same_as_billing": columns.INTEGER}
ADDRESS |= {"save_in_address_book": columns.INTEGER}
NEEDED = ("firstname", "lastname", "street", "city", "telephone", "country_id")
WITH_REGIONS = {"AU", "BR", "CA", "CH", "EE", "ES", "IN", "LT", "LV", "MX", "RO", "US"}
CARRIER, METHOD = "flatrate", "flatrate"
NO_CARRIER = "Carrier with such method not found: %1, %2"
NO_METHOD = "The requested Payment Method is not available."
NO_SHIPPING = "The shipping method is missing. Select the shipping method and try again."


def new_cart(shop: Shop, store_id: int) -> Cart:
    now = shop.now()
    cart = Cart(shop.store.numbers.next("quote"), store_id, now, now)
    shop.store.carts[cart.id] = cart
    return cart


def find_cart(shop: Shop, number: int) -> Cart:
    """An active cart. Raises 404 for one that was placed."""
    cart = shop.store.carts.get(number)
    if cart is None or not cart.active:
        raise no_such("cartId", number)
    return cart


def add_item(shop: Shop, cart: Cart, given: Row) -> Row:
    """A line more, or more of a line; a price sent along is ignored."""
    sku = plain_text(given.get("sku", ""))
    product = shop.store.product(sku)
    if product is None:
        raise RestError(404, "The product that was requested doesn't exist. Verify the product and try again.")
    quantity = number(given.get("qty"))
    item = next((item for item in cart.items if item["sku"] == product.sku), None)
    check_salable(shop, product, quantity + (item["qty"] if item else ZERO))
    if item is None:
        item = {
            "item_id": shop.store.numbers.next("quote item"),
            "sku": product.sku,
            "qty": ZERO,
            "name": product.name,
            "price": product.price or ZERO,
            "product_type": product.type_id,
            "quote_id": str(cart.id),
        }
        cart.items.append(item)
    item["qty"] += quantity
    cart.updated_at = shop.now()
    return item


def set_addresses(shop: Shop, cart: Cart, given: Row) -> None:
    """Addresses and carrier together; without a billing address the shipping one serves for both."""
    shipping = _address(given.get("shipping_address"))
    carrier, method = given.get("shipping_carrier_code"), given.get("shipping_method_code")
    if (carrier, method) != (CARRIER, METHOD):
        raise refused(NO_CARRIER, carrier, method)
    if not cart.items:
        raise refused("The shipping method can't be set for an empty cart. Add an item to cart and try again.")
    cart.shipping = shipping
    cart.billing = _address(given["billing_address"]) if given.get("billing_address") else shipping
    cart.carrier, cart.method = carrier, method
    cart.updated_at = shop.now()


def _address(given: Any) -> Row:
    named = known(given or {}, ADDRESS, ("street", "custom_attributes"))
    address = typed(named, columns.ADDRESS)
    street = named.get("street")
    if street:
        address["street"] = [plain_text(line) for line in (street if isinstance(street, list) else [street])]
    for name in NEEDED:
        if not address.get(name):
            raise RestError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": name})
    if address["country_id"] in WITH_REGIONS and not (address.get("region_id") or address.get("region")):
        raise RestError(400, '"%fieldName" is required. Enter and try again.', {"fieldName": "regionId"})
    return address


def totals(shop: Shop, cart: Cart) -> Row:
    """What placing would ask for."""
    rate = number(shop.settings.tax_percent) / 100
    pieces: Decimal = sum((item["qty"] for item in cart.items), ZERO)
    subtotal: Decimal = sum(((item["price"] * item["qty"]).quantize(PLACES) for item in cart.items), ZERO)
    tax = (subtotal * rate).quantize(PLACES)
    shipping = number(shop.settings.flat_rate) * pieces if cart.carrier else ZERO
    amounts = {
        "grand_total": subtotal + tax + shipping,
        "subtotal": subtotal,
        "discount_amount": ZERO,
        "subtotal_with_discount": subtotal,
        "shipping_amount": shipping,
        "shipping_discount_amount": ZERO,
        "tax_amount": tax,
        "shipping_tax_amount": ZERO,
    }
    currency = shop.settings.currency
    return {
        **amounts,
        **{f"base_{name}": value for name, value in amounts.items()},
        "weee_tax_applied_amount": None,
        "subtotal_incl_tax": subtotal + tax,
        "shipping_incl_tax": shipping,
        "base_currency_code": currency,
        "quote_currency_code": currency,
        "items_qty": pieces,
        "items": [],
        "total_segments": [
            {"code": "subtotal", "title": "Subtotal", "value": subtotal},
            {"code": "shipping", "title": "Shipping & Handling (Flat Rate - Fixed)", "value": shipping},
            {"code": "tax", "title": "Tax", "value": tax},
            {"code": "grand_total", "title": "Grand Total", "value": subtotal + tax + shipping},
        ],
    }


def methods(shop: Shop) -> list[Row]:

    usable = [code for code in shop.settings.payment_methods if code != "free"]
    return [{"code": code, "title": METHOD_TITLES.get(code, code)} for code in usable]


def place_cart(shop: Shop, cart: Cart, payment: Row | None) -> Order:
    """The order of a cart. What is wrong is told before anything is stored or reserved."""
    payment = typed(known(payment, columns.PAYMENT, ("additional_data",)), columns.PAYMENT) if payment else cart.payment
    if cart.shipping is None or cart.billing is None:
        raise refused(NO_SHIPPING)
    if payment is None or payment.get("method") not in shop.settings.payment_methods:
        raise refused(NO_METHOD)
    if payment["method"] == "purchaseorder" and not payment.get("po_number"):
        raise refused("Purchase order number is a required field.")
    basket = [(item["sku"], item["qty"]) for item in cart.items]
    buyer = {**cart.billing, "email": cart.billing.get("email") or cart.shipping.get("email")}
    more = {"payment": payment, "quote_id": cart.id, "store_id": cart.store_id, "shipping": cart.shipping}
    more["quote_items"] = [item["item_id"] for item in cart.items]
    order = place(shop, basket, buyer, "cart", **more)
    cart.active = False
    cart.updated_at = shop.now()
    if buyer["email"]:
        shop.send_mail("order", order)
    return order


def cart_json(cart: Cart) -> Row:
    return {
        "id": cart.id,
        "created_at": cart.created_at,
        "updated_at": cart.updated_at,
        "is_active": cart.active,
        "is_virtual": False,
        "items": cart.items,
        "items_count": len(cart.items),
        "items_qty": sum((item["qty"] for item in cart.items), ZERO),
        "customer": {"email": None, "firstname": None, "lastname": None},
        "store_id": cart.store_id,
    }
