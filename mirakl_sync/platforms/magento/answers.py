"""Magento's refusals, sorted by who moves next. It has no machine words: the sentence as the code has it is the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.http.contract import Answer, Operation

NOT_FOUND = "not_found"
TAKEN = "number_taken"
NO_INVOICE = "invoice_refused"
NOT_ON_HOLD = "not_on_hold"
OTHER = "magento_refused"

# The beginning of a message as the code has it, and our word for it.
WORDS = {
    "Unique constraint violation found": TAKEN,
    "A hold action is not available": "hold_refused",
    "You cannot remove the hold": NOT_ON_HOLD,
    "Invoice Document Validation Error": NO_INVOICE,
    "Shipment Document Validation Error": "shipment_refused",
    "Creditmemo Document Validation Error": "refund_refused",
    "The order does not allow a creditmemo": "refund_refused",
    "Unable to add comment": "status_refused",
    "A customer with the same email": "customer_exists",
    "Maximum SearchCriteria pageSize": "page_too_large",
}

_RIGHTS = "In the shop: System, Integrations, this integration, API: tick {}, save, and confirm the access anew."
_KEYS = (
    "Copy the four keys anew from System, Integrations in the shop; they change when the integration is reactivated."
)
_BEARER = (
    "Use auth = oauth1, or let the shop allow it (oauth/consumer/enable_integration_as_bearer); "
    "if it does, the integration lacks the right named here."
)
RESOURCES = {
    "Magento_Sales::actions_view": "Sales, Operations, Orders, Actions, View",
    "Magento_Sales::create": "Sales, Operations, Orders, Actions, Create",
    "Magento_Sales::api_actions": "Sales, Operations, Orders, Order Save API",
    "Magento_Sales::cancel": "Sales, Operations, Orders, Actions, Cancel",
    "Magento_Sales::hold": "Sales, Operations, Orders, Actions, Hold",
    "Magento_Sales::unhold": "Sales, Operations, Orders, Actions, Unhold",
    "Magento_Sales::comment": "Sales, Operations, Orders, Actions, Comment",
    "Magento_Sales::invoice": "Sales, Operations, Orders, Actions, Invoice",
    "Magento_Sales::creditmemo": "Sales, Operations, Orders, Actions, Credit Memos",
    "Magento_Sales::shipment": "Sales, Operations, Shipments",
    "Magento_Sales::sales_creditmemo": "Sales, Operations, Credit Memos",
    "Magento_Catalog::products": "Catalog, Inventory, Products",
    "Magento_InventoryApi::source": "Stores, Inventory, Sources",
    "Magento_InventoryApi::stock": "Stores, Inventory, Stocks",
    "Magento_InventoryApi::stock_source_link": "Stores, Inventory, Stocks, Stock Source Link",
    "Magento_InventorySalesApi::stock": "Stores, Inventory, Salable Quantity",
    "Magento_Catalog::catalog_inventory": "Catalog, Inventory",
    "Magento_Backend::store": "Stores, Settings, All Stores",
    "Magento_Customer::customer": "Customers, All Customers",
    "Magento_Cart::manage": "Sales, Carts, Manage Carts",
}


def interpret(operation: Operation, answer: Answer) -> Exception | None:
    """The error for a refused answer (4xx), or None where the common table knows better (408, 425, 429)."""
    if answer.status in (408, 425, 429):
        return None
    if not isinstance(answer.json, Mapping) or not isinstance(answer.json.get("message"), str):
        return _not_magento(operation, answer)
    words = message(answer.json)
    if answer.status == 401 or "oauth" in words.casefold():
        return _stranger(operation, answer.json, words)
    if answer.status == 404 and words.startswith("Request does not match any route"):
        return Misconfigured(
            f"This shop has no {operation.code} ({words})",
            way_out="A module or Magento version without it: compare the settings of this store with its README.",
        )
    if answer.status == 404 and words.startswith("The store that was requested"):
        return Misconfigured(f"The shop does not know the store view: {words}", way_out="Correct store_code.")
    code = next((word for start, word in WORDS.items() if words.startswith(start)), "")
    code = code or (NOT_FOUND if answer.status == 404 else OTHER)
    return Refused(
        f"Magento refused {operation.code}: {words}", code=code, status=answer.status, request=operation.code
    )


def message(told: Mapping[str, Any]) -> str:
    """The sentence with its parameters in their places, and further errors behind it."""
    parts = [_filled(told)]
    errors = told.get("errors")
    parts += [_filled(row) for row in errors if isinstance(row, Mapping)] if isinstance(errors, list) else []
    return " ".join(filter(None, parts))


def _filled(told: Mapping[str, Any]) -> str:
    words, given = str(told.get("message") or ""), told.get("parameters")
    if isinstance(given, list):
        given = {str(place): value for place, value in enumerate(given, 1)}
    if not isinstance(given, Mapping):
        return words
    return re.sub(r"%(\w+)", lambda found: str(given.get(found[1], found[0])), words)


def _stranger(operation: Operation, told: Mapping[str, Any], words: str) -> Misconfigured:
    """Wrong keys and missing rights are both 401; only the latter names a resource."""
    given = told.get("parameters")
    resource = str(given.get("resources") or "") if isinstance(given, Mapping) else ""
    if not resource or resource == "self":
        return Misconfigured(f"Magento does not accept our keys for {operation.code}: {words}", way_out=_KEYS)
    place = f"{RESOURCES[resource]} ({resource})" if resource in RESOURCES else resource
    return Misconfigured(
        f"Magento does not let us {operation.code}: the right {resource} is missing.", way_out=_RIGHTS.format(place)
    )


def about_bearer(error: Misconfigured) -> Misconfigured:
    """A refused Bearer token looks like a missing right: both ways out are told."""
    return Misconfigured(error.words, way_out=_BEARER)


def _not_magento(operation: Operation, answer: Answer) -> Exception | None:
    """A refusal without a message comes from something in front of Magento."""
    if answer.status == 404:
        return Misconfigured(
            f"There is no Magento API behind this address ({operation.code} answered a 404 page).",
            way_out="Check the shop's address and its store code, and that the web server passes /rest/ on.",
        )
    if answer.status in (401, 403, 406):
        return Misconfigured(
            f"Something in front of the shop refused {operation.code} with a page ({answer.status}).",
            way_out="A firewall or Fastly: let the hoster allow our user agent for /rest/.",
        )
    return None
