"""OCAPI Data: inventory lists and their records, read and written (reference 7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mirakl_sync.sandbox.salesforce import inventory, ocapi
from mirakl_sync.sandbox.salesforce.catalogue import record_ids
from mirakl_sync.sandbox.salesforce.dates import printed, read
from mirakl_sync.sandbox.salesforce.errors import VERSION, Fault
from mirakl_sync.sandbox.salesforce.model import Record
from mirakl_sync.sandbox.salesforce.ocapi import DATA
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.shop import Shop

KIND = "product_inventory_record"
HANDLING = ("none", "preorder", "backorder")
WRITTEN = {
    "allocation", "perpetual_flag", "pre_order_back_order_handling", "pre_order_back_order_allocation", "in_stock_date"
}  # fmt: skip
READ_ONLY = {
    "ats", "creation_date", "inventory_list_id", "inventory_turnover", "last_modified", "link", "product_id",
    "product_name", "quantity_on_order", "stock_level",
}  # fmt: skip


def lists(call: Call) -> Reply:
    one = [call.shop.settings.inventory_list]
    return Reply(ocapi.page(call, "inventory_lists", one, lambda _: list_json(call), lambda _: _named_list(call)))


def one_list(call: Call) -> Reply:
    _check_list(call)
    return Reply({"_v": VERSION, **list_json(call)})


def records(call: Call) -> Reply:
    """All records of the list by product id; there is no filter by date. Without `select` only ids and links."""
    _check_list(call)
    rows, shop = record_ids(call.shop), call.shop
    body = ocapi.page(
        call,
        "product_inventory_records",
        rows,
        lambda sku: record_json(call, shop.records[sku]),
        lambda sku: {"_type": KIND, "_resource_state": state_of(shop.records[sku]), "link": _link(call, sku)},
    )
    return Reply(body)


def one_record(call: Call) -> Reply:
    _check_list(call)
    return Reply({"_v": VERSION, **record_json(call, _record(call))})


def change_record(call: Call) -> Reply:
    """Changes what is given; an allocation resets turnover."""
    _check_list(call)
    record = _record(call)
    _check_writable(call, record)
    _write(call.shop, record, _wanted(call))
    return Reply({"_v": VERSION, **record_json(call, record)})


def put_record(call: Call) -> Reply:
    """Makes a record or replaces one."""
    _check_list(call)
    sku, now = call.parts["product"], call.shop.now()
    if sku not in call.shop.products:
        words = f"No product with ID '{sku}' could be found."
        raise Fault(404, "ProductNotFoundException", words, productId=sku)
    record = call.shop.records.get(sku) or Record(sku, now, now)
    _check_writable(call, record)
    wanted = _wanted(call)
    if sku not in call.shop.records:
        call.shop.records[sku] = record
        call.shop.listed.clear()
    _write(call.shop, record, wanted)
    return Reply({"_v": VERSION, **record_json(call, record)})


def delete_record(call: Call) -> Reply:
    _check_list(call)
    record = _record(call)
    _check_writable(call, record)
    del call.shop.records[record.product_id]
    call.shop.listed.clear()
    return Reply(None, 204)


def record_json(call: Call, record: Record) -> dict[str, Any]:
    """With `perpetual_flag` the numbers mean nothing, and are told all the same."""
    product = call.shop.products.get(record.product_id)
    reset = {"reset_date": printed(record.reset)} if record.reset else {}
    return {
        "_type": KIND,
        "_resource_state": state_of(record),
        "allocation": {"_type": f"{KIND}_allocation", "amount": record.amount, **reset},
        "ats": record.ats,
        "creation_date": printed(record.created),
        "inventory_list_id": call.shop.settings.inventory_list,
        "inventory_turnover": record.turnover,
        "last_modified": printed(record.modified),
        "link": _link(call, record.product_id),
        "perpetual_flag": record.perpetual,
        "pre_order_back_order_allocation": record.back_order_amount,
        "pre_order_back_order_handling": record.back_order,
        "product_id": record.product_id,
        "product_name": product.name if product else "",
        "quantity_on_order": record.on_order,
        "stock_level": record.stock_level,
    }


def list_json(call: Call) -> dict[str, Any]:
    settings = call.shop.settings
    return {
        **_named_list(call),
        "assigned_sites": [settings.site],
        "default_in_stock": settings.default_in_stock,
        "description": "Stock of the warehouse",
        "on_order_inventory_enabled": settings.on_order_inventory,
        "use_bundle_inventory_only": False,
    }


def state_of(record: Record) -> str:
    return f"{record.revision:016x}"


def _named_list(call: Call) -> dict[str, Any]:
    own = call.shop.settings.inventory_list
    link = f"{call.base}{DATA}/inventory_lists/{own}"
    return {"_type": "inventory_list", "_resource_state": "00000001", "id": own, "link": link}


def _link(call: Call, sku: str) -> str:
    own = call.shop.settings.inventory_list
    return f"{call.base}{DATA}/inventory_lists/{own}/product_inventory_records/{quote(sku, safe='')}"


def _check_list(call: Call) -> None:
    if call.parts["list"] != call.shop.settings.inventory_list:
        words = f"No inventory list with ID '{call.parts['list']}' could be found."
        raise Fault(404, "InventoryListNotFoundException", words, inventoryListId=call.parts["list"])


def _record(call: Call) -> Record:
    record = call.shop.records.get(call.parts["product"])
    if record is None:
        words = f"No inventory record for product '{call.parts['product']}' could be found."
        raise Fault(404, "ProductInventoryRecordNotFoundException", words, productId=call.parts["product"])
    return record


def _check_writable(call: Call, record: Record) -> None:
    if call.shop.settings.oci:
        words = "Inventory is managed by Omnichannel Inventory; records are read-only."
        raise Fault(400, "InventoryRecordReadOnlyException", words)
    ocapi.check_state(call, state_of(record))
    if call.shop.conflicts > 0:
        call.shop.conflicts -= 1
        raise Fault(409, "ConflictException", "The inventory record was updated concurrently.")


def _wanted(call: Call) -> dict[str, Any]:
    given = ocapi.own_members(call.json)
    for name in given:
        if name not in WRITTEN | READ_ONLY:
            raise Fault(400, "UnknownPropertyException", f"The property '{name}' is unknown.", property=name)
    allocation = given.get("allocation")
    if allocation is not None and not isinstance(allocation, dict):
        raise Fault(400, "InvalidPropertyTypeException", "The property 'allocation' is a document.")
    amount = (allocation or {}).get("amount", 0)
    if isinstance(amount, bool | str) or amount < 0:
        raise Fault(400, "InvalidPropertyValueException", "The property 'amount' is a number of at least 0.")
    if given.get("pre_order_back_order_handling", "none") not in HANDLING:
        raise Fault(400, "InvalidPropertyValueException", f"The handling is one of {', '.join(HANDLING)}.")
    return given


def _write(shop: Shop, record: Record, given: dict[str, Any]) -> None:
    before, now = record.ats, shop.now()
    record.perpetual = bool(given.get("perpetual_flag", record.perpetual))
    record.back_order = given.get("pre_order_back_order_handling", record.back_order)
    record.back_order_amount = inventory.whole(given.get("pre_order_back_order_allocation", record.back_order_amount))
    allocation = given.get("allocation") or {}
    if "amount" in allocation:
        reset = read(allocation["reset_date"]) if "reset_date" in allocation else now
        inventory.lay(record, allocation["amount"], reset)
    shop.moved(record, before, "api", at=now)


LISTS = f"{DATA}/inventory_lists"
RECORDS = f"{LISTS}/{{list}}/product_inventory_records"
ROUTES = [
    Route("GET", LISTS, "inventory.lists", "ocapi", lists),
    Route("GET", f"{LISTS}/{{list}}", "inventory.list", "ocapi", one_list),
    Route("GET", RECORDS, "inventory.records", "ocapi", records),
    Route("GET", f"{RECORDS}/{{product}}", "inventory.record", "ocapi", one_record),
    Route("PATCH", f"{RECORDS}/{{product}}", "inventory.change", "ocapi", change_record),
    Route("PUT", f"{RECORDS}/{{product}}", "inventory.put", "ocapi", put_record),
    Route("DELETE", f"{RECORDS}/{{product}}", "inventory.delete", "ocapi", delete_record),
]
