"""/customers and /directory: the generic customer of a marketplace, and what an address needs (reference 5.2, 5.5)."""

from __future__ import annotations

import re
from typing import Any

from mirakl_sync.sandbox.magento.errors import RestError, no_such, required
from mirakl_sync.sandbox.magento.model import Row
from mirakl_sync.sandbox.magento.routing import Call, Route, listed, whole
from mirakl_sync.sandbox.magento.values import number, plain_text

CUSTOMER = "Magento_Customer::customer"
GROUP = "Magento_Customer::group"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+$")
TAKEN = "A customer with the same email address already exists in an associated website."
TEXTS = ("email", "firstname", "lastname", "middlename", "prefix", "suffix", "taxvat")
GROUPS = ("NOT LOGGED IN", "General", "Wholesale", "Retailer")
COUNTRIES = {
    "AT": ("AUT", "Austria"),
    "BE": ("BEL", "Belgium"),
    "CH": ("CHE", "Switzerland"),
    "DE": ("DEU", "Germany"),
    "ES": ("ESP", "Spain"),
    "FR": ("FRA", "France"),
    "GB": ("GBR", "United Kingdom"),
    "IT": ("ITA", "Italy"),
    "NL": ("NLD", "Netherlands"),
    "PT": ("PRT", "Portugal"),
    "US": ("USA", "United States"),
}
REGIONS = {
    "DE": [("80", "BAY", "Bayern"), ("82", "BER", "Berlin")],
    "ES": [("139", "Barcelona", "Barcelona"), ("161", "Madrid", "Madrid")],
    "FR": [("182", "1", "Ain"), ("252", "69", "Rhône"), ("257", "75", "Paris")],
    "US": [("12", "CA", "California"), ("43", "NY", "New York")],
}


def create_customer(call: Call) -> Any:
    """Anonymous, as the shop's own registration is."""
    given, shop = call.given("customer"), call.shop
    for name in ("email", "firstname", "lastname"):
        if not given.get(name):
            raise required(name)
    if not EMAIL.match(str(given["email"])):
        raise RestError(400, '"Email" is not a valid email address.')
    if shop.store.customers.by("email", given["email"]):
        raise RestError(400, TAKEN)
    now = shop.now()
    row: Row = {
        "id": shop.store.numbers.next("customer"),
        "group_id": int(number(given.get("group_id", 1))),
        "created_at": now,
        "updated_at": now,
        "created_in": "Default Store View",
        **{name: plain_text(given[name]) for name in TEXTS if given.get(name) is not None},
        "store_id": int(number(given.get("store_id", 1))),
        "website_id": int(number(given.get("website_id", 1))),
        "addresses": [],
        "disable_auto_group_change": 0,
        "extension_attributes": {"is_subscribed": False},
    }
    shop.store.customers.save(row["id"], row)
    return row


def search_customers(call: Call) -> Any:
    return listed(call, call.shop.store.customers, dict)


def get_customer(call: Call, customer_id: str) -> Any:
    row = call.shop.store.customers.rows.get(whole(customer_id))
    if row is None:
        raise no_such("customerId", customer_id)
    return row


def search_groups(call: Call) -> Any:
    """Four groups in a fresh shop; they are not searched here, only told."""
    criteria = call.criteria()
    rows = [
        {"id": place, "code": code, "tax_class_id": 3, "tax_class_name": "Retail Customer"}
        for place, code in enumerate(GROUPS)
    ]
    return {"items": rows, "search_criteria": criteria.shown(), "total_count": len(rows)}


def list_countries(call: Call) -> Any:
    return [_country(code) for code in COUNTRIES]


def get_country(call: Call, country: str) -> Any:
    if country.upper() not in COUNTRIES:
        raise RestError(404, "The country isn't available.")
    return _country(country.upper())


def _country(code: str) -> dict[str, Any]:
    three, name = COUNTRIES[code]
    shown: dict[str, Any] = {
        "id": code,
        "two_letter_abbreviation": code,
        "three_letter_abbreviation": three,
        "full_name_locale": name,
        "full_name_english": name,
    }
    if code in REGIONS:
        regions = [{"id": number, "code": short, "name": long} for number, short, long in REGIONS[code]]
        shown["available_regions"] = regions
    return shown


ROUTES = [
    Route("POST", "customers", "customer.create", "anonymous", create_customer),
    Route("GET", "customers/search", "customer.search", CUSTOMER, search_customers),
    Route("GET", "customers/<customer_id>", "customer.read", CUSTOMER, get_customer),
    Route("GET", "customerGroups/search", "customer_group.search", GROUP, search_groups),
    Route("GET", "directory/countries", "country.list", "anonymous", list_countries),
    Route("GET", "directory/countries/<country>", "country.read", "anonymous", get_country),
]
