"""The small ones: /taxes, /settings, /system_status."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.woocommerce import arguments as must
from mirakl_sync.sandbox.woocommerce.amounts import amount
from mirakl_sync.sandbox.woocommerce.errors import RestError
from mirakl_sync.sandbox.woocommerce.links import item_links, rest
from mirakl_sync.sandbox.woocommerce.lists import LIST_ARGUMENTS, list_headers, page_of
from mirakl_sync.sandbox.woocommerce.routing import Call, Reply, Route, created
from mirakl_sync.sandbox.woocommerce.settings import ShopSettings
from mirakl_sync.sandbox.woocommerce.tax import STANDARD, TaxRate

RATE: dict[str, must.Check] = {
    "country": must.string,
    "state": must.string,
    "rate": must.string,
    "name": must.string,
    "priority": must.integer(),
    "compound": must.boolean,
    "shipping": must.boolean,
    "order": must.integer(),
    "class": must.string,
}


def list_taxes(call: Call) -> Reply:
    """In the order of the table; `class` filters."""
    must.check_arguments(call.query, {k: v for k, v in LIST_ARGUMENTS.items() if k != "orderby"})
    wanted = call.query.get("class")
    rates = [rate for rate in call.shop.store.tax_rates if wanted in (None, "", rate.tax_class or STANDARD)]
    page, pages = page_of(rates, call.query)
    headers = list_headers(call.base + call.path, call.query, len(rates), pages)
    return Reply([_rate_json(call, rate) for rate in page], headers=headers)


def post_tax(call: Call) -> Reply:
    must.check_arguments(call.given, RATE)
    rate = add_rate(call.shop.store, call.given)
    return created(call, _rate_json(call, rate), f"taxes/{rate.id}")


def add_rate(store: Any, given: dict[str, Any]) -> TaxRate:
    """A row of the rate table from the fields of POST /taxes; the class `standard` is the empty one inside."""
    tax_class = given.get("class", STANDARD)
    rate = TaxRate(
        id=store.numbers.next("tax rate"),
        country=given.get("country", ""),
        rate=amount(given.get("rate", "0")),
        name=given.get("name") or "Tax",
        state=given.get("state", ""),
        postcode=given.get("postcode", ""),
        city=given.get("city", ""),
        priority=int(given.get("priority", 1)),
        compound=must.truth(given.get("compound", False)),
        shipping=must.truth(given.get("shipping", True)),
        order=int(given.get("order", 0)),
        tax_class="" if tax_class == STANDARD else tax_class,
    )
    store.tax_rates.append(rate)
    return rate


def get_tax(call: Call, number: int) -> Reply:
    rate = next((rate for rate in call.shop.store.tax_rates if rate.id == number), None)
    if rate is None:
        raise RestError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return Reply(_rate_json(call, rate))


def _rate_json(call: Call, rate: TaxRate) -> dict[str, Any]:
    return {
        "id": rate.id,
        "country": rate.country,
        "state": rate.state,
        "postcode": rate.postcode,
        "city": rate.city,
        "rate": f"{rate.rate:.4f}",
        "name": rate.name,
        "priority": rate.priority,
        "compound": rate.compound,
        "shipping": rate.shipping,
        "order": rate.order,
        "class": rate.tax_class or STANDARD,
        "postcodes": [rate.postcode] if rate.postcode else [],
        "cities": [rate.city] if rate.city else [],
        **item_links(call.base, f"taxes/{rate.id}", "taxes"),
    }


def _values(settings: ShopSettings) -> dict[str, dict[str, tuple[str, str]]]:
    """Group → id → (type, value)."""

    def yes(value: bool) -> tuple[str, str]:
        return "checkbox", "yes" if value else "no"

    return {
        "general": {
            "woocommerce_currency": ("select", settings.currency),
            "woocommerce_price_num_decimals": ("number", str(settings.decimals)),
            "woocommerce_default_country": ("select", f"{settings.base_country}:{settings.base_state}"),
            "woocommerce_calc_taxes": yes(settings.calc_taxes),
        },
        "tax": {
            "woocommerce_calc_taxes": yes(settings.calc_taxes),
            "woocommerce_prices_include_tax": ("radio", yes(settings.prices_include_tax)[1]),
            "woocommerce_tax_based_on": ("select", settings.tax_based_on),
            "woocommerce_shipping_tax_class": ("select", settings.shipping_tax_class),
            "woocommerce_tax_round_at_subtotal": yes(settings.round_at_subtotal),
        },
        "products": {
            "woocommerce_manage_stock": yes(settings.manage_stock),
            "woocommerce_hold_stock_minutes": ("number", str(settings.hold_stock_minutes)),
        },
    }


def list_settings(call: Call, group: str) -> Reply:
    values = _group(call, group)
    return Reply([_setting_json(call, group, name) for name in values])


def get_setting(call: Call, group: str, name: str) -> Reply:
    if name not in _group(call, group):
        raise RestError(404, "rest_setting_setting_invalid", "Invalid setting.")
    return Reply(_setting_json(call, group, name))


def _group(call: Call, group: str) -> dict[str, tuple[str, str]]:
    values = _values(call.shop.settings)
    if group not in values:
        raise RestError(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    return values[group]


def _setting_json(call: Call, group: str, name: str) -> dict[str, Any]:
    kind, value = _group(call, group)[name]
    label = name.removeprefix("woocommerce_").replace("_", " ").capitalize()
    links = {
        "self": [{"href": rest(call.base, f"settings/{group}/{name}")}],
        "collection": [{"href": rest(call.base, f"settings/{group}")}],
    }
    words = {"label": label, "description": "", "default": "", "tip": ""}
    return {"id": name, "type": kind, **words, "value": value, "group_id": group, "_links": links}


def get_system_status(call: Call) -> Reply:
    settings = call.shop.settings
    body = {
        "environment": {
            "home_url": call.base,
            "site_url": call.base,
            "version": settings.version,
            "wp_version": settings.wordpress_version,
            "php_version": "8.2.0",
            "default_timezone": "UTC",
        },
        "database": {"wc_database_version": settings.version},
        "active_plugins": [
            {"plugin": "woocommerce/woocommerce.php", "name": "WooCommerce", "version": settings.version}
        ],
        "settings": {
            "api_enabled": False,
            "force_ssl": False,
            "currency": settings.currency,
            "number_of_decimals": settings.decimals,
            "HPOS_enabled": settings.hpos,
            "HPOS_sync_enabled": False,
        },
    }
    return Reply(body)


ROUTES = [
    Route("taxes", ("GET",), "tax.list", "list", list_taxes),
    Route("taxes", ("POST",), "tax.create", "create", post_tax),
    Route("taxes/<int:number>", ("GET",), "tax.get", "get", get_tax),
    Route("settings/<group>", ("GET",), "setting.list", "list", list_settings),
    Route("settings/<group>/<name>", ("GET",), "setting.get", "get", get_setting),
    Route("system_status", ("GET",), "system_status.get", "get", get_system_status),
]
