"""Which products and variations a list asks for (reference 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mirakl_sync.sandbox.woocommerce import arguments as must
from mirakl_sync.sandbox.woocommerce.lists import LIST_ARGUMENTS, in_window, matching, narrowed, window
from mirakl_sync.sandbox.woocommerce.model import Product
from mirakl_sync.sandbox.woocommerce.product_json import full_name, product_json
from mirakl_sync.sandbox.woocommerce.shop import Shop

WITH_VARIATIONS = ("sku", "search_sku", "search_name_or_sku", "global_unique_id")
"""Only with one of these does GET /products list variations too."""
ORDERS = ("date", "id", "include", "title", "slug", "modified", "price", "popularity", "rating", "menu_order")
STATES = ("instock", "outofstock", "onbackorder")
PRODUCT_ARGUMENTS: dict[str, must.Check] = {
    **LIST_ARGUMENTS,
    "orderby": must.one_of(*ORDERS),
    "stock_status": must.one_of(*STATES),
    "on_sale": must.boolean,
}
TIMES = ("after", "before", "modified_after", "modified_before")
Fits = Callable[[Product], bool]
PAGING = {"page", "per_page", "offset", "order", "orderby", "status", "_fields", "dates_are_gmt"}
"""A request with nothing else, by id and of any status, asks for the whole catalogue."""


def chosen_products(shop: Shop, args: Mapping[str, str]) -> list[int]:
    must.check_arguments(args, PRODUCT_ARGUMENTS)
    if _asks_for_all(args):
        return shop.store.products.listed(variations=False, descending=args.get("order", "desc") == "desc")
    checks = _checks(shop, args)
    if not any(args.get(name) for name in WITH_VARIATIONS):
        checks.append(lambda product: not product.parent_id)
    return _chosen(shop, args, checks, _named(shop, args))


def chosen_variations(shop: Shop, args: Mapping[str, str], parent: Product | None) -> list[int]:
    """The variations of one parent, or of all."""
    must.check_arguments(args, PRODUCT_ARGUMENTS)
    if parent is None and _asks_for_all(args):
        return shop.store.products.listed(variations=True, descending=args.get("order", "desc") == "desc")
    checks = _checks(shop, args)
    checks.append(lambda product: product.parent_id == parent.id if parent else bool(product.parent_id))
    return _chosen(shop, args, checks, parent.variation_ids if parent else _named(shop, args))


def _asks_for_all(args: Mapping[str, str]) -> bool:
    return args.keys() <= PAGING and args.get("orderby") == "id" and args.get("status", "any") == "any"


def _named(shop: Shop, args: Mapping[str, str]) -> list[int] | None:
    """The rows `include` names, so that nobody has to look through the others."""
    if not args.get("include"):
        return None
    return [int(number) for number in must.comma_list(args["include"]) if int(number) in shop.store.products.rows]


def _chosen(shop: Shop, args: Mapping[str, str], checks: list[Fits], among: list[int] | None) -> list[int]:
    """Ids in the order asked for; `among` are all that can fit, where that is known."""
    table = shop.store.products
    if args.get("sku"):
        numbers = {number for sku in must.comma_list(args["sku"]) for number in table.ids_of(sku)}
        ids = sorted(numbers, reverse=args.get("order", "desc") == "desc")
    elif among is not None and not any(args.get(name) for name in TIMES) and args.get("orderby") != "modified":
        descending = args.get("order", "desc") == "desc"
        ids = sorted(among, key=lambda number: (table.rows[number].created, number), reverse=descending)
    else:
        span = window(args, shop.settings, of_orders=False)
        ids = in_window(span, args, table.by_created, table.by_modified)
    return narrowed(matching(ids, [_of_row(table.rows, fits) for fits in checks]), args)


def _of_row(rows: Mapping[int, Product], fits: Fits) -> Callable[[int], bool]:
    return lambda number: fits(rows[number])


def _checks(shop: Shop, args: Mapping[str, str]) -> list[Fits]:
    makers: dict[str, Callable[[str], Fits]] = {
        "status": _by_status,
        "type": lambda value: lambda p: p.type == value,
        "include_types": lambda value: lambda p: p.type in must.comma_list(value),
        "exclude_types": lambda value: lambda p: p.type not in must.comma_list(value),
        "parent": lambda value: lambda p: str(p.parent_id) in must.comma_list(value),
        "global_unique_id": lambda value: lambda p: p.global_unique_id in must.comma_list(value),
        "search": lambda value: lambda p: _contains(full_name(shop, p), value),
        "search_sku": lambda value: lambda p: _contains(p.sku, value),
        "search_name_or_sku": lambda value: lambda p: _contains(f"{full_name(shop, p)}\n{p.sku}", value),
        "stock_status": lambda value: lambda p: product_json(shop, p, "")["stock_status"] == value,
        "on_sale": lambda value: lambda p: product_json(shop, p, "")["on_sale"] is must.truth(value),
    }
    checks = [make(args[name]) for name, make in makers.items() if args.get(name)]
    return checks if args.get("status") else [*checks, _by_status("any")]


def _by_status(value: str) -> Fits:
    """`any` means everything but the trash."""
    wanted = set(must.comma_list(value))
    return lambda product: product.status in wanted or ("any" in wanted and product.status != "trash")


def _contains(text: str, term: str) -> bool:
    return term.lower() in text.lower()
