"""The small things every view is made of: money, taxes, addresses, transactions, apps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.shopify.gids import gid
from mirakl_sync.sandbox.shopify.model import App, Attributes, Order, ShippingLine, Tax, Transaction

Shown = dict[str, Any]


def bag(amount: Decimal, currency: str) -> Shown:
    """A MoneyBag; shop and presentment currency are one here."""
    money = {"amount": amount, "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def attributes(given: Attributes) -> list[Shown]:
    return [{"key": key, "value": value} for key, value in given]


def app(known: App | None) -> Shown | None:
    if known is None:
        return None
    handle = known.name.lower().replace(" ", "-")
    return {
        "__typename": "App",
        "id": gid("App", known.id),
        "title": known.name,
        "name": known.name,
        "handle": handle,
        "apiKey": f"key-{known.id}",
    }


def tax_line(tax: Tax, currency: str) -> Shown:
    rate = float(tax.rate)
    return {
        "title": tax.title,
        "rate": rate,
        "ratePercentage": round(rate * 100, 6),
        "channelLiable": tax.channel_liable,
        "priceSet": bag(tax.amount, currency),
        "source": None,
    }


def transaction(row: Transaction, order: Order) -> Shown:
    parent = next((each for each in order.transactions if each.id == row.parent_id), None)
    return {
        "__typename": "OrderTransaction",
        "id": gid("OrderTransaction", row.id),
        "kind": row.kind,
        "status": row.status,
        "amountSet": bag(row.amount, order.currency),
        "gateway": row.gateway,
        "formattedGateway": row.gateway,
        "manualPaymentGateway": True,
        "createdAt": row.created,
        "processedAt": row.processed,
        "test": row.test,
        "parentTransaction": transaction(parent, order) if parent else None,
    }


def metafield(row: Any) -> Shown:
    from mirakl_sync.sandbox.shopify.metafields import digest

    return {
        "__typename": "Metafield",
        "id": gid("Metafield", row.id),
        "legacyResourceId": row.id,
        "namespace": row.namespace,
        "key": row.key,
        "type": row.type,
        "value": row.value,
        "ownerType": "ORDER",
        "compareDigest": digest(row.value),
        "createdAt": row.created,
        "updatedAt": row.updated,
    }


def shipping_line(row: ShippingLine, order: Order) -> Shown:
    return {
        "id": gid("ShippingLine", row.id),
        "title": row.title,
        "code": row.code,
        "source": row.source,
        "custom": False,
        "isRemoved": False,
        "originalPriceSet": bag(row.price, order.currency),
        "discountedPriceSet": bag(row.price, order.currency),
        "taxLines": [tax_line(tax, order.currency) for tax in row.taxes],
    }


def address(order: Order, given: Shown | None) -> Shown | None:
    """A MailingAddress. Its id is made up of the order's: nobody asks for it again."""
    if given is None:
        return None
    names = [given.get("first_name"), given.get("last_name")]
    name = " ".join(filter(None, names)) or None
    lines = [given.get("company"), given.get("address1"), given.get("address2"), given.get("zip"), given.get("city")]
    return {
        "id": f"{gid('MailingAddress', order.id)}?model_name=Address",
        "firstName": names[0],
        "lastName": names[1],
        "name": name,
        "company": given.get("company"),
        "address1": given.get("address1"),
        "address2": given.get("address2"),
        "zip": given.get("zip"),
        "city": given.get("city"),
        "province": given.get("province") or given.get("province_code"),
        "provinceCode": given.get("province_code"),
        "country": given.get("country") or given.get("country_code"),
        "countryCodeV2": given.get("country_code"),
        "phone": given.get("phone"),
        "formatted": lambda call, **_: [line for line in lines if line],
    }
