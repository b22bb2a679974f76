"""Which orders and refunds a list asks for (reference 5.1 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mirakl_sync.sandbox.woocommerce import arguments as must
from mirakl_sync.sandbox.woocommerce.lists import (
    LIST_ARGUMENTS,
    Window,
    in_window,
    matching,
    narrowed,
    window,
)
from mirakl_sync.sandbox.woocommerce.model import Order
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.statuses import writable

DRAFTS_LEFT_OUT_SINCE = (10, 8)
CREATED_VIA_SINCE = (9, 9)


def chosen_orders(shop: Shop, args: Mapping[str, str]) -> list[int]:
    """Ids in the order asked for. Trash never comes unless it is named; the indexes do the work, not a scan."""
    statuses = ("any", "trash", *writable(shop.settings))
    more = {"customer": must.integer(), "product": must.integer(), "status": must.list_of(must.one_of(*statuses))}
    must.check_arguments(args, {**LIST_ARGUMENTS, **more, "dp": must.integer()})
    wanted = set(must.comma_list(args.get("status", "any")))
    span = window(args, shop.settings, of_orders=True)
    checks = _checks(shop, args)
    if args.get("search"):
        ids = _found(shop, args, span)
        checks.append(_status_check(shop, wanted))
    elif "any" in wanted and _drafts_left_out(shop) and "trash" not in wanted and "checkout-draft" not in wanted:
        table = shop.store.orders
        ids = in_window(span, args, table.listed_by_created, table.listed_by_modified)
    else:
        ids = in_window(span, args, shop.store.orders.by_created, shop.store.orders.by_modified)
        checks.append(_status_check(shop, wanted))
    return narrowed(matching(ids, checks), args)


def _drafts_left_out(shop: Shop) -> bool:
    return shop.settings.version_number >= DRAFTS_LEFT_OUT_SINCE


def _status_check(shop: Shop, wanted: set[str]) -> Callable[[int], bool]:
    rows = shop.store.orders.rows
    hidden = {"trash", "auto-draft", *({"checkout-draft"} if _drafts_left_out(shop) else ())} - wanted
    everything = "any" in wanted

    def fits(number: int) -> bool:
        status = rows[number].status
        return status in wanted or (everything and status not in hidden)

    return fits


def _checks(shop: Shop, args: Mapping[str, str]) -> list[Callable[[int], bool]]:
    rows = shop.store.orders.rows
    checks: list[Callable[[int], bool]] = []
    if args.get("customer"):
        checks.append(lambda number: rows[number].customer_id == int(args["customer"]))
    if args.get("product"):
        checks.append(lambda number: _holds(rows[number], int(args["product"])))
    if args.get("created_via") and shop.settings.version_number >= CREATED_VIA_SINCE:
        ways = set(must.comma_list(args["created_via"]))
        checks.append(lambda number: rows[number].created_via in ways)
    if args.get("parent"):
        parents = {int(number) for number in must.comma_list(args["parent"])}
        checks.append(lambda number: rows[number].parent_id in parents)
    return checks


def _holds(order: Order, product_id: int) -> bool:
    return any(product_id in {line.product_id, line.variation_id} for line in order.lines)


def _found(shop: Shop, args: Mapping[str, str], span: Window) -> list[int]:
    """`search` is "contains", whatever the case; a number finds the order with that id too."""
    term, rows = args["search"], shop.store.orders.rows
    found = shop.store.orders.words.find(term)
    if term.isdigit() and int(term) in rows:
        found.add(int(term))
    by_modified = args.get("orderby") == "modified"

    def moment(number: int) -> Any:
        return (rows[number].modified if by_modified else rows[number].created, number)

    inside = [number for number in found if _in_span(rows[number], span)]
    return sorted(inside, key=moment, reverse=args.get("order", "desc") == "desc")


def _in_span(order: Order, span: Window) -> bool:
    return (
        (span.after is None or order.created > span.after)
        and (span.before is None or order.created < span.before)
        and (span.modified_after is None or order.modified > span.modified_after)
        and (span.modified_before is None or order.modified < span.modified_before)
    )


def chosen_refunds(shop: Shop, args: Mapping[str, str]) -> list[int]:
    must.check_arguments(args, LIST_ARGUMENTS)
    span = window(args, shop.settings, of_orders=True)
    refunds = shop.store.refunds.values()
    ids = [
        refund.id
        for refund in refunds
        if (span.after is None or refund.created > span.after) and (span.before is None or refund.created < span.before)
    ]
    ids.sort(reverse=args.get("order", "desc") == "desc")
    return narrowed(ids, args)
