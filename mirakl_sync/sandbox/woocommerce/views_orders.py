"""/orders, its notes and refunds, and /refunds."""

from __future__ import annotations

from functools import partial
from typing import Any

from mirakl_sync.sandbox.woocommerce import arguments as must
from mirakl_sync.sandbox.woocommerce import mails
from mirakl_sync.sandbox.woocommerce.errors import RestError, no_route
from mirakl_sync.sandbox.woocommerce.lists import list_headers, page_of
from mirakl_sync.sandbox.woocommerce.model import SHIPPING_ADDRESS, Order, Refund
from mirakl_sync.sandbox.woocommerce.order_json import note_json, order_json, refund_json
from mirakl_sync.sandbox.woocommerce.order_lists import chosen_orders, chosen_refunds
from mirakl_sync.sandbox.woocommerce.orders import (
    create_order,
    destroy_order,
    find_order,
    trash_order,
    update_order,
)
from mirakl_sync.sandbox.woocommerce.refunds import create_refund, delete_refund
from mirakl_sync.sandbox.woocommerce.routing import WRITES, Call, Reply, Route, batch, created
from mirakl_sync.sandbox.woocommerce.statuses import writable

ALL_REFUNDS_SINCE = (9, 0)
META = must.list_of(must.fields())
ITEM = must.list_of(
    must.fields(
        id=must.integer(),
        product_id=must.integer(),
        variation_id=must.integer(),
        quantity=must.integer(),
        name=must.string,
        tax_class=must.string,
        subtotal=must.string,
        total=must.string,
        method_id=must.string,
        method_title=must.string,
        tax_status=must.one_of("taxable", "none"),
        meta_data=META,
    )
)
ADDRESS: dict[str, must.Check] = dict.fromkeys(SHIPPING_ADDRESS, must.string)
ORDER: dict[str, must.Check] = {
    "parent_id": must.integer(),
    "currency": must.string,
    "customer_id": must.integer(),
    "customer_note": must.string,
    "payment_method": must.string,
    "payment_method_title": must.string,
    "transaction_id": must.string,
    "created_via": must.string,
    "set_paid": must.boolean,
    "billing": must.fields(**ADDRESS, email=must.email),
    "shipping": must.fields(**ADDRESS),
    "line_items": ITEM,
    "shipping_lines": ITEM,
    "fee_lines": ITEM,
    "meta_data": META,
    "dp": must.integer(),
}
REFUND: dict[str, must.Check] = {
    "amount": must.string,
    "reason": must.string,
    "line_items": must.list_of(must.fields(id=must.integer(), quantity=must.integer(), refund_total=must.number)),
    "meta_data": META,
}


def _checked(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    statuses = writable(call.shop.settings)
    must.check_arguments(given, {**ORDER, "status": must.one_of(*statuses)})
    return {**given, **({"set_paid": must.truth(given["set_paid"])} if "set_paid" in given else {})}


def _shown(call: Call, order: Order) -> dict[str, Any]:
    return order_json(call.shop, order, call.base, call.dp)


def list_orders(call: Call) -> Reply:
    ids = chosen_orders(call.shop, call.query)
    page, pages = page_of(ids, call.query)
    rows = call.shop.store.orders.rows
    headers = list_headers(call.base + call.path, call.query, len(ids), pages)
    return Reply([_shown(call, rows[number]) for number in page], headers=headers)


def post_order(call: Call) -> Reply:
    order = create_order(call.shop, _checked(call, call.given))
    return created(call, _shown(call, order), f"orders/{order.id}")


def get_order(call: Call, number: int) -> Reply:
    return Reply(_shown(call, find_order(call.shop, number)))


def put_order(call: Call, number: int) -> Reply:
    given = _checked(call, call.given)
    order = find_order(call.shop, number, unknown=400)
    return Reply(_shown(call, update_order(call.shop, order, given)))


def delete_order(call: Call, number: int) -> Reply:
    """Answers the order as it was before; without `force` it is only trashed."""
    order = find_order(call.shop, number)
    body = _shown(call, order)
    (destroy_order if call.force else trash_order)(call.shop, order)
    return Reply(body)


def batch_orders(call: Call) -> Reply:
    shop = call.shop

    def create(given: dict[str, Any]) -> dict[str, Any]:
        return _shown(call, create_order(shop, _checked(call, given)))

    def update(given: dict[str, Any]) -> dict[str, Any]:
        order = find_order(shop, int(given.get("id") or 0), unknown=400)
        return _shown(call, update_order(shop, order, _checked(call, given)))

    def delete(given: dict[str, Any]) -> dict[str, Any]:
        order = find_order(shop, int(given["id"]))
        body = _shown(call, order)
        destroy_order(shop, order)
        return body

    return batch(call, create, update, delete)


def list_notes(call: Call, number: int) -> Reply:
    order = _order_of_part(call, number)
    wanted = {"customer": (True,), "internal": (False,)}.get(call.query.get("type", "any"), (True, False))
    notes = [call.shop.store.notes[note] for note in reversed(order.note_ids)]
    return Reply([note_json(call.shop, note, call.base) for note in notes if note.customer_note in wanted])


def post_note(call: Call, number: int) -> Reply:
    """Does not touch the order's modification time and fires no webhook (observed, reference 99.9)."""
    must.check_arguments(call.given, {"note": must.string, "customer_note": must.boolean})
    if not call.given.get("note"):
        data = {"status": 400, "params": ["note"]}
        raise RestError(400, "rest_missing_callback_param", "Missing parameter(s): note", data)
    order, to_customer = _order_of_part(call, number), must.truth(call.given.get("customer_note", False))
    author = "admin" if must.truth(call.given.get("added_by_user", False)) else "WooCommerce"
    note = call.shop.add_note(order, call.given["note"], customer=to_customer, author=author)
    if to_customer:
        mails.customer_note(call.shop, order)
    return created(call, note_json(call.shop, note, call.base), f"orders/{number}/notes/{note.id}")


def get_note(call: Call, number: int, part: int) -> Reply:
    order = _order_of_part(call, number)
    if part not in order.note_ids:
        raise RestError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return Reply(note_json(call.shop, call.shop.store.notes[part], call.base))


def delete_note(call: Call, number: int, part: int) -> Reply:
    reply = get_note(call, number, part)
    _insist_on_force(call, "Webhooks do not support trashing.")
    call.shop.store.orders.rows[number].note_ids.remove(part)
    del call.shop.store.notes[part]
    return reply


def _order_of_part(call: Call, number: int) -> Order:
    order = call.shop.store.orders.rows.get(number)
    if order is None:
        raise RestError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
    return order


def _order_to_refund(call: Call, number: int) -> Order:
    order = call.shop.store.orders.rows.get(number)
    if order is None:
        raise RestError(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
    return order


def _insist_on_force(call: Call, words: str) -> None:
    if not call.force:
        raise RestError(501, "woocommerce_rest_trash_not_supported", words)


def list_refunds(call: Call, number: int) -> Reply:
    order = _order_to_refund(call, number)
    return _refund_page(call, list(reversed(order.refund_ids)), everywhere=False)


def list_all_refunds(call: Call) -> Reply:
    """Since 9.0; before, the route is not there."""
    if call.shop.settings.version_number < ALL_REFUNDS_SINCE:
        raise no_route()
    return _refund_page(call, chosen_refunds(call.shop, call.query), everywhere=True)


def _refund_page(call: Call, ids: list[int], *, everywhere: bool) -> Reply:
    page, pages = page_of(ids, call.query)
    show = partial(refund_json, call.shop, base=call.base, dp=call.dp, everywhere=everywhere)
    headers = list_headers(call.base + call.path, call.query, len(ids), pages)
    return Reply([show(call.shop.store.refunds[number]) for number in page], headers=headers)


def post_refund(call: Call, number: int) -> Reply:
    must.check_arguments(call.given, REFUND)
    refund = create_refund(call.shop, _order_to_refund(call, number), call.given)
    # The real server forgets to fill the order id into this address (recorded).
    where = rf"orders/(?P<order_id>[\d]+)/refunds/{refund.id}"
    return created(call, refund_json(call.shop, refund, call.base, call.dp), where)


def _find_refund(call: Call, number: int, part: int) -> Refund:
    order = _order_to_refund(call, number)
    if part not in order.refund_ids:
        raise RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
    return call.shop.store.refunds[part]


def get_refund(call: Call, number: int, part: int) -> Reply:
    return Reply(refund_json(call.shop, _find_refund(call, number, part), call.base, call.dp))


def remove_refund(call: Call, number: int, part: int) -> Reply:
    reply = get_refund(call, number, part)
    _insist_on_force(call, "The shop_order_refund does not support trashing.")
    order = call.shop.store.orders.rows[number]
    delete_refund(call.shop, order, call.shop.store.refunds[part])
    return reply


ROUTES = [
    Route("orders", ("GET",), "order.list", "list", list_orders),
    Route("orders", ("POST",), "order.create", "create", post_order),
    Route("orders/batch", WRITES, "order.batch", "batch", batch_orders),
    Route("orders/<int:number>", ("GET",), "order.get", "get", get_order),
    Route("orders/<int:number>", WRITES, "order.update", "update", put_order),
    Route("orders/<int:number>", ("DELETE",), "order.delete", "delete", delete_order),
    Route("orders/<int:number>/notes", ("GET",), "note.list", "list", list_notes),
    Route("orders/<int:number>/notes", ("POST",), "note.create", "create", post_note),
    Route("orders/<int:number>/notes/<int:part>", ("GET",), "note.get", "get", get_note),
    Route("orders/<int:number>/notes/<int:part>", ("DELETE",), "note.delete", "delete", delete_note),
    Route("orders/<int:number>/refunds", ("GET",), "refund.list", "list", list_refunds),
    Route("orders/<int:number>/refunds", ("POST",), "refund.create", "create", post_refund),
    Route("orders/<int:number>/refunds/<int:part>", ("GET",), "refund.get", "get", get_refund),
    Route("orders/<int:number>/refunds/<int:part>", ("DELETE",), "refund.delete", "delete", remove_refund),
    Route("refunds", ("GET",), "refund.list_all", "list", list_all_refunds),
]
