"""What orderCreate refuses, with the vendor's codes; the words are ours where nobody has published the vendor's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import metafields
from mirakl_sync.sandbox.shopify.gids import number_of

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call

Shown = dict[str, Any]
MOST_TAGS, LONGEST_TAG, MOST_LINES = 250, 40, 500
CLAMPED_SINCE = "2026-07"


class Refused(Exception):
    """A user error: nothing happens."""

    def __init__(self, code: str | None, message: str, field: list[str] | None) -> None:
        super().__init__(message)
        self.code, self.field = code, field

    def errors(self) -> list[Shown]:
        return [{"field": self.field, "message": str(self), "code": self.code}]


def refuse_odd_order(call: Call, given: Shown) -> None:
    """Raise `Refused` for the first thing that is wrong."""
    if given.get("customer_id") and given.get("customer"):
        words = "Only one of customerId and customer can be given"
        raise Refused("REDUNDANT_CUSTOMER_FIELDS", words, ["order"])
    customer = given.get("customer") or {}
    if customer.get("to_upsert") and customer.get("to_associate"):
        words = "Only one of toUpsert and toAssociate can be given"
        raise Refused("REDUNDANT_CUSTOMER_FIELDS", words, ["order", "customer"])
    said = given.get("processed_at")
    if said and call.version < CLAMPED_SINCE and said > call.shop.now():
        raise Refused("PROCESSED_AT_INVALID", "Processed at must not be in the future", ["order", "processedAt"])
    _refuse_odd_lines(call, given)
    _refuse_odd_taxes(given)
    _refuse_odd_money(call, given)
    _refuse_odd_tags(given)
    _refuse_odd_metafields(call, given)


def _refuse_odd_lines(call: Call, given: Shown) -> None:
    lines = given.get("line_items") or []
    if not lines:
        raise Refused("INVALID", "Line items must have at least one line item", ["order", "lineItems"])
    if len(lines) > MOST_LINES:
        raise Refused("INVALID", f"Line items cannot have more than {MOST_LINES} entries", ["order", "lineItems"])
    for place, line in enumerate(lines):
        where = ["order", "lineItems", str(place)]
        if line["quantity"] < 1:
            raise Refused("INVALID", "Quantity must be greater than 0", [*where, "quantity"])
        if line.get("variant_id"):
            if number_of(line["variant_id"], "ProductVariant") not in call.shop.catalogue.variants:
                raise Refused("INVALID", "Product variant does not exist", [*where, "variantId"])
        elif not line.get("title"):
            raise Refused("INVALID", "Title can't be blank", [*where, "title"])
        elif not line.get("price_set"):
            raise Refused("INVALID", "Price can't be blank", [*where, "priceSet"])


def _refuse_odd_taxes(given: Shown) -> None:
    on_lines = any(line.get("tax_lines") for line in given["line_items"])
    if given.get("tax_lines") and on_lines:
        words = "Tax lines must be specified on either the order or the line items, but not both"
        raise Refused("INVALID", words, ["order", "taxLines"])


def _refuse_odd_money(call: Call, given: Shown) -> None:
    """One currency in all of an order: the shop-facing one."""
    currency = given.get("currency") or call.shop.settings.currency
    for where, bag in _bags(given):
        money = bag["shop_money"]
        if money["currency_code"] != currency:
            words = f"Currency {money['currency_code']} does not match the order's currency {currency}"
            raise Refused("INVALID", words, where)
        if money["amount"] < 0:
            raise Refused("INVALID", "Amount must be greater than or equal to 0", where)


def _bags(given: Shown) -> list[tuple[list[str], Shown]]:
    found: list[tuple[list[str], Shown]] = []
    for name, shown in (("line_items", "lineItems"), ("shipping_lines", "shippingLines")):
        for place, row in enumerate(given.get(name) or ()):
            where = ["order", shown, str(place)]
            found += [([*where, "priceSet"], row["price_set"])] if row.get("price_set") else []
            taxes = row.get("tax_lines") or ()
            found += [([*where, "taxLines"], tax["price_set"]) for tax in taxes if tax.get("price_set")]
    for place, row in enumerate(given.get("transactions") or ()):
        found.append((["order", "transactions", str(place), "amountSet"], row["amount_set"]))
    return found


def _refuse_odd_tags(given: Shown) -> None:
    tags = given.get("tags") or []
    if len(tags) > MOST_TAGS:
        raise Refused("INVALID", f"Tags cannot have more than {MOST_TAGS} entries", ["order", "tags"])
    if any(len(tag) > LONGEST_TAG for tag in tags):
        words = f"Tags is invalid: a tag is longer than {LONGEST_TAG} characters"
        raise Refused("INVALID", words, ["order", "tags"])


def _refuse_odd_metafields(call: Call, given: Shown) -> None:
    for place, metafield in enumerate(given.get("metafields") or ()):
        found = metafields.problem(call.shop, 0, metafield, call.app)
        if found:
            field, _, words = found
            raise Refused("INVALID", words, ["order", "metafields", str(place), field])
