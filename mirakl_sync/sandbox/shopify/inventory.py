"""inventorySetQuantities: absolute numbers, with a look at what they were; all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import stock
from mirakl_sync.sandbox.shopify.faults import BadRequest
from mirakl_sync.sandbox.shopify.gids import gid, number_of
from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.goods_views import ItemView, LocationView, quantity
from mirakl_sync.sandbox.shopify.small_views import app

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call

Shown = dict[str, Any]
NAMES = ("available", "on_hand")
REASONS = {
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
}
MOST, LARGEST, SMALLEST = 250, 1_000_000_000, -1_000_000_000
MOVED = "Since 2026-04 changeFromQuantity must be given; null skips the comparison."
Target = tuple[Variant, int, int]
"""Variant, place, and the new number."""


def set_quantities(call: Call, input: Shown) -> Shown:
    if any("change_from_quantity" not in each for each in input["quantities"]) and call.version >= "2026-04":
        raise BadRequest(MOVED, "INVALID_VARIABLE")
    errors = _errors_of_all(input)
    targets: list[Target] = []
    for at, given in enumerate(input["quantities"]):
        found = _target(call, given)
        errors += _errors(call, at, input["name"], given, found)
        if found:
            targets.append((*found, given["quantity"]))
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    changes = [_set(call, input["name"], target) for target in targets]
    group = {
        "__typename": "InventoryAdjustmentGroup",
        "id": gid("InventoryAdjustmentGroup", call.shop.number("InventoryAdjustmentGroup")),
        "createdAt": call.shop.now(),
        "reason": input["reason"],
        "referenceDocumentUri": input.get("reference_document_uri"),
        "app": app(call.app),
        "changes": lambda call, **_: [change for change in changes if change["delta"]],
    }
    return {"inventoryAdjustmentGroup": group, "userErrors": []}


def _set(call: Call, name: str, target: Target) -> Shown:
    variant, place, wanted = target
    delta = wanted - quantity(variant, place, name)
    stock.move(call.shop, variant, place, delta, "set")
    return {
        "name": name,
        "delta": delta,
        "quantityAfterChange": wanted,
        "ledgerDocumentUri": None,
        "item": ItemView(call.shop, variant),
        "location": LocationView(call.shop, place),
    }


def _target(call: Call, given: Shown) -> tuple[Variant, int] | None:
    variant = call.shop.catalogue.items.get(number_of(given["inventory_item_id"], "InventoryItem"))
    wanted = number_of(given["location_id"], "Location")
    place = next((at for at, each in enumerate(call.shop.locations) if each.id == wanted), None)
    return None if variant is None or place is None else (variant, place)


def _errors_of_all(input: Shown) -> list[Shown]:
    if input["name"] not in NAMES:
        return [_error("INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'.", "name")]
    if input["reason"] not in REASONS:
        return [_error("INVALID_REASON", "The specified reason is invalid.", "reason")]
    if len(input["quantities"]) > MOST:
        raise BadRequest(f"The input array size of {len(input['quantities'])} is greater than the maximum of {MOST}.",
                         "MAX_INPUT_SIZE_EXCEEDED")  # fmt: skip
    pairs = [(each["inventory_item_id"], each["location_id"]) for each in input["quantities"]]
    if len(set(pairs)) < len(pairs):
        words = "The combination of inventoryItemId and locationId must be unique."
        return [_error("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", words, "quantities")]
    return []


def _errors(call: Call, at: int, name: str, given: Shown, found: tuple[Variant, int] | None) -> list[Shown]:
    where = ("quantities", str(at))
    if number_of(given["inventory_item_id"], "InventoryItem") not in call.shop.catalogue.items:
        words = "The specified inventory item could not be found."
        return [_error("INVALID_INVENTORY_ITEM", words, *where, "inventoryItemId")]
    if found is None:
        words = "The specified location could not be found."
        return [_error("INVALID_LOCATION", words, *where, "locationId")]
    variant, place = found
    if not variant.tracked:
        words = "The specified inventory item is not tracked."
        return [_error("NON_MUTABLE_INVENTORY_ITEM", words, *where, "inventoryItemId")]
    if given["quantity"] > LARGEST:
        return [_error("INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 1,000,000,000.", *where)]
    if given["quantity"] < SMALLEST:
        return [_error("INVALID_QUANTITY_TOO_LOW", "The quantity can't be lower than -1,000,000,000.", *where)]
    expected = given.get("change_from_quantity")
    if expected is not None and expected != quantity(variant, place, name):
        words = "The changeFromQuantity argument no longer matches the persisted quantity."
        return [_error("CHANGE_FROM_QUANTITY_STALE", words, *where, "changeFromQuantity")]
    return []


def _error(code: str, words: str, *field: str) -> Shown:
    return {"code": code, "message": words, "field": ["input", *field]}
