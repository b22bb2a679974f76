"""/shipment-trackings of the two tracking plugins (reference 7.2). Without a plugin there is no such route."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mirakl_sync.sandbox.woocommerce import arguments as must
from mirakl_sync.sandbox.woocommerce import tracking
from mirakl_sync.sandbox.woocommerce.errors import RestError, no_route
from mirakl_sync.sandbox.woocommerce.model import Order
from mirakl_sync.sandbox.woocommerce.routing import Call, Reply, Route
from mirakl_sync.sandbox.woocommerce.settings import ShopSettings
from mirakl_sync.sandbox.woocommerce.tracking_entries import (
    PROVIDERS,
    SLUGS,
    link_of,
    number_of,
    provider_of,
    slug,
    tracked,
)

BASE = "orders/<int:number>/shipment-trackings"
NAMESPACES = {"wc-shipment-tracking/v3": ("shipment_tracking", "ast"), "wc-ast/v3": ("ast",)}
TRACKING_ID = re.compile(r"[a-fA-F0-9]{0,32}")
NOT_ALLOWED_BY_AST = re.compile(r"[^a-z0-9- \x08]", re.IGNORECASE)
DATE_FORMS = ("%Y-%m-%d", "%d-%m-%Y", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y")
WORDS: dict[str, must.Check] = dict.fromkeys(
    ("tracking_provider", "custom_tracking_provider", "custom_tracking_link", "tracking_number"), must.string
)


def namespaces(settings: ShopSettings) -> list[str]:
    """What the shop's plugin adds to the front page of the API."""
    return [name for name, plugins in NAMESPACES.items() if settings.tracking_plugin in plugins]


def list_trackings(call: Call, number: int) -> Reply:
    return Reply([_shown(call, number, entry) for entry in tracked(_order(call, number))])


def post_tracking(call: Call, number: int) -> Reply:
    """AST refuses some characters in a number, with the code of an unknown order."""
    given = call.given
    if not given.get("tracking_number"):
        data = {"status": 400, "params": ["tracking_number"]}
        raise RestError(400, "rest_missing_callback_param", "Missing parameter(s): tracking_number", data)
    must.check_arguments(given, WORDS)
    if given.get("tracking_id"):
        code = "woocommerce_rest_shop_order_shipment_tracking_exists"
        raise RestError(400, code, "Cannot create existing order shipment tracking.")
    order = _order(call, number)
    entry = _ast_entry(call, order) if call.shop.settings.tracking_plugin == "ast" else _entry(call)
    tracking.add(call.shop, order, entry)
    digits = re.match(r"\d*", entry["tracking_id"])
    # The real plugins print the id as a number, so that only its leading digits are left.
    where = f"{_collection(call, number)}/{int(digits[0] or 0) if digits else 0}"
    return Reply(_shown(call, number, entry), 201, {"Location": where})


def get_tracking(call: Call, number: int, part: str) -> Reply:
    return Reply(_shown(call, number, _entry_of(call, number, part)))


def delete_tracking(call: Call, number: int, part: str) -> Reply:
    """Answers the entry as it was."""
    entry = _entry_of(call, number, part)
    tracking.remove(call.shop, _order(call, number), part)
    return Reply(_shown(call, number, entry))


def list_providers(call: Call, **_: Any) -> Reply:
    """Open to everybody: name and address of each carrier, by country."""
    return Reply(PROVIDERS)


def _order(call: Call, number: int) -> Order:
    order = call.shop.store.orders.rows.get(number)
    if order is None:
        raise RestError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
    return order


def _entry_of(call: Call, number: int, part: str) -> dict[str, Any]:
    if not TRACKING_ID.fullmatch(part):
        raise no_route()
    entry = next((each for each in tracked(_order(call, number)) if each.get("tracking_id") == part), None)
    if entry is None:
        code = "woocommerce_rest_order_shipment_tracking_invalid_id"
        raise RestError(404, code, "Invalid shipment tracking ID.")
    return entry


def _entry(call: Call) -> dict[str, Any]:
    """Shipment Tracking shortens any provider, listed or not; an unlisted one is then named nowhere."""
    words = {name: str(call.given.get(name) or "").strip() for name in WORDS}
    return tracking.new_entry(
        call.shop, words | {"tracking_provider": slug(words["tracking_provider"])}, _date(call.given)
    )


def _ast_entry(call: Call, order: Order) -> dict[str, Any]:
    given = call.given
    words = {name: str(given.get(name) or "").strip() for name in WORDS}
    if NOT_ALLOWED_BY_AST.search(words["tracking_number"]):
        words_of_ast = "Special character not allowd in tracking number"
        raise RestError(404, "woocommerce_rest_order_invalid_id", words_of_ast)
    if str(given.get("replace_tracking") or "0") == "1":
        tracking.replace_all(call.shop, order)
    name = words["custom_tracking_provider"] or words["tracking_provider"]
    listed = next((known for known, provider in SLUGS.items() if provider == name), name)
    words |= {"tracking_provider": listed, "custom_tracking_provider": ""}
    entry = tracking.new_entry(call.shop, words, _date(given))
    entry["status_shipped"] = str(given.get("status_shipped") or "")
    if given.get("sku") and given.get("qty"):
        entry["products_list"] = _inside(call)
    return entry


def _inside(call: Call) -> list[dict[str, str]]:
    """`sku` and `qty` are comma lists; entered so, AST keeps the product and no line."""
    by_sku = call.shop.store.products.by_sku
    pairs = zip(must.comma_list(call.given["sku"]), must.comma_list(call.given["qty"]), strict=False)
    return [{"product": str(by_sku.get(sku, 0)), "qty": str(count)} for sku, count in pairs if int(count) > 0]


def _date(given: dict[str, Any]) -> datetime | None:
    """`strtotime`, as far as people write dates; what it cannot read is now."""
    for form in DATE_FORMS:
        try:
            return datetime.strptime(str(given.get("date_shipped") or ""), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _shown(call: Call, number: int, entry: dict[str, Any]) -> dict[str, Any]:
    own = f"{_collection(call, number)}/{entry.get('tracking_id', '')}"
    return {
        "tracking_id": entry.get("tracking_id", ""),
        "tracking_provider": _provider(call, entry),
        "tracking_link": link_of(entry),
        "tracking_number": number_of(entry),
        "date_shipped": datetime.fromtimestamp(int(entry.get("date_shipped") or 0), UTC).strftime("%Y-%m-%d"),
        "_links": {
            "self": [{"href": own}],
            "collection": [{"href": _collection(call, number)}],
            "up": [{"href": f"{_root(call)}/orders/{number}"}],
        },
    }


def _provider(call: Call, entry: dict[str, Any]) -> str:
    slugged = call.shop.settings.tracking_plugin == "shipment_tracking" and not entry.get("custom_tracking_provider")
    return SLUGS.get(str(entry.get("tracking_provider")), "") if slugged else provider_of(entry)


def _root(call: Call) -> str:
    return call.base + call.path.partition("/orders/")[0]


def _collection(call: Call, number: int) -> str:
    return f"{_root(call)}/orders/{number}/shipment-trackings"


def _routes(namespace: str, plugins: tuple[str, ...]) -> list[Route]:
    name = "ast_tracking" if namespace.startswith("wc-ast") else "tracking"
    parts: list[tuple[str, tuple[str, ...], str, str, Callable[..., Reply]]] = [
        (BASE, ("GET",), f"{name}.list", "list", list_trackings),
        (BASE, ("POST",), f"{name}.create", "create", post_tracking),
        (f"{BASE}/providers", ("GET",), f"{name}.order_providers", "open", list_providers),
        (f"{BASE}/<part>", ("GET",), f"{name}.get", "get", get_tracking),
        (f"{BASE}/<part>", ("DELETE",), f"{name}.delete", "delete", delete_tracking),
        ("shipment-trackings/providers", ("GET",), f"{name}.providers", "open", list_providers),
    ]
    return [Route(*part, namespace, plugins) for part in parts]


ROUTES = [route for namespace, plugins in NAMESPACES.items() for route in _routes(namespace, plugins)]
