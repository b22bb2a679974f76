"""Can this shop be worked with? Sentences for the person who connects it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mirakl_sync.errors import MiraklSyncError, Misconfigured, Refused, Unavailable
from mirakl_sync.http.contract import Operation
from mirakl_sync.platforms.webhooks import OFF
from mirakl_sync.platforms.woocommerce.client import WooClient
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.platforms.woocommerce.tracking_plugins import AST, ROUTES, SHIPMENT_TRACKING
from mirakl_sync.records.shop import Finding

PROBE = Operation("woocommerce.check_write", writes=True)
NOWHERE = "/wc/v3/orders/0"


def check(client: WooClient, settings: StoreSettings, *, has_secret: bool) -> list[Finding]:
    """All findings; the ones about settings only when the shop lets us in."""
    door = list(_guarded("address", lambda: _address(client)))
    door += _guarded("key", lambda: _may_read(client)) if _fine(door) else []
    if not _fine(door):
        return door
    questions: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("key", lambda: _may_write(client)),
        ("version", lambda: _version(client, settings)),
        ("taxes", lambda: _taxes(client, settings)),
        ("stock", lambda: _stock(client)),
        ("currency", lambda: _currency(client)),
        ("tracking", lambda: _tracking(client, settings)),
    )
    found = [finding for subject, question in questions for finding in _guarded(subject, question)]
    return door + found + list(_customer(settings)) + list(_hooks(has_secret))


def _fine(findings: list[Finding]) -> bool:
    return not any(finding.blocking for finding in findings)


def _guarded(subject: str, question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A question the shop does not answer is a finding too."""
    try:
        yield from question()
    except MiraklSyncError as error:
        yield Finding(False, subject, error.words, error.way_out, blocking=subject in ("address", "key"))


def _address(client: WooClient) -> Iterator[Finding]:
    try:
        index = client.index()
    except (Unavailable, Misconfigured, Refused) as error:
        raise Misconfigured(
            f"The shop's API does not answer: {error.words}",
            way_out=error.way_out or "Check the address, and set permalinks to anything but Plain in WordPress.",
        ) from error
    if "wc/v3" not in index.get("namespaces", ()):
        raise Misconfigured("WordPress answers, but WooCommerce is not active.", way_out="Activate WooCommerce.")
    yield Finding(True, "address", f"{index.get('name') or 'The shop'} answers.")


def _may_read(client: WooClient) -> Iterator[Finding]:
    for _ in client.orders(include="1"):
        break
    yield Finding(True, "key", "The key may read orders.")


def _may_write(client: WooClient) -> Iterator[Finding]:
    """Change an order that cannot exist: a key without the right is refused before the order is looked for."""
    try:
        client.transport.call(PROBE, "PUT", NOWHERE, json={})
    except Misconfigured as error:
        yield Finding(False, "key", error.words, "Give the key Read/Write permission.", blocking=True)
        return
    except Refused:
        pass
    yield Finding(True, "key", "The key may write orders.")


def _version(client: WooClient, settings: StoreSettings) -> Iterator[Finding]:
    status = client.status()
    environment, shop = _part(status, "environment"), _part(status, "settings")
    version = str(environment.get("version", ""))
    yield _judge_version(version)
    hpos = shop.get("HPOS_enabled")
    if hpos is False and settings.storage == "hpos":
        yield Finding(
            False,
            "storage",
            "Orders are kept in classic storage, which cannot be searched by our reference.",
            "Set storage to classic here, or switch the shop to high-performance order storage.",
        )


def _part(status: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = status.get(name)
    return part if isinstance(part, Mapping) else {}


def _judge_version(version: str) -> Finding:
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if not numbers:
        return Finding(False, "version", "The shop does not say its WooCommerce version.")
    if numbers < (8, 2):
        words = f"WooCommerce {version} is older than 8.2."
        return Finding(False, "version", words, "Update WooCommerce.", blocking=True)
    if numbers < (9, 9):
        words = f"WooCommerce {version} cannot filter orders by their origin; looking for a lost order takes longer."
        return Finding(False, "version", words, "Update to 9.9 or later.")
    return Finding(True, "version", f"WooCommerce {version}.")


def _taxes(client: WooClient, settings: StoreSettings) -> Iterator[Finding]:
    rules = client.tax_rules(anew=True)
    included = "contain" if rules.prices_include_tax else "do not contain"
    yield Finding(True, "taxes", f"Prices entered in the shop {included} tax; {len(rules.rates)} tax rates are known.")
    if settings.taxes == "shop_computes" and not rules.rates:
        yield Finding(
            False,
            "taxes",
            "The shop computes no tax, so its orders will show none.",
            "Enter tax rates in WooCommerce, or set taxes to exempt.",
        )
    if settings.taxes == "zero_rate":
        yield from _zero_rate(settings, {rate.tax_class for rate in rules.rates if rate.percent == 0})


def _zero_rate(settings: StoreSettings, zero_classes: set[str]) -> Iterator[Finding]:
    if settings.zero_rate_class not in zero_classes:
        yield Finding(
            False,
            "taxes",
            f"The tax class {settings.zero_rate_class} has no rate of zero.",
            "Add a rate of 0 % to it, or name another class as zero_rate_class.",
        )


def _stock(client: WooClient) -> Iterator[Finding]:
    products = client.settings("products")
    if products.get("woocommerce_manage_stock") != "yes":
        yield Finding(
            False,
            "stock",
            "The shop does not manage stock, so orders reserve nothing.",
            "Switch on stock management in WooCommerce, Settings, Products, Inventory.",
        )
    else:
        yield Finding(True, "stock", f"The shop manages stock{_held(products)}.")


def _held(products: Mapping[str, str]) -> str:
    """What its checkout keeps from others is in no number we are shown."""
    minutes = products.get("woocommerce_hold_stock_minutes", "")
    if minutes in ("", "0"):
        return ""
    return f"; pieces in unpaid baskets, held for {minutes} minutes, are still in its numbers"


def _currency(client: WooClient) -> Iterator[Finding]:
    currency = client.settings("general").get("woocommerce_currency", "an unknown currency")
    yield Finding(True, "currency", f"The shop sells in {currency}; orders in another currency keep theirs.")


def _tracking(client: WooClient, settings: StoreSettings) -> Iterator[Finding]:
    """Plugins that show themselves in the API. YITH's and small ones do not, so nothing found is no proof."""
    routes = [str(route) for route in client.index().get("namespaces", ())]
    found = [plugin for start, plugin in ROUTES.items() if any(route.startswith(start) for route in routes)]
    if AST in found:  # it serves the other's routes too
        found = [plugin for plugin in found if plugin != SHIPMENT_TRACKING]
    left = ", ".join(sorted(settings.shipped)) or "none"
    if found:
        words = f"Parcels are read from {' and '.join(found)}; the whole order has left at the status {left}."
        yield Finding(True, "tracking", words)
        return
    yield Finding(
        False,
        "tracking",
        f"No tracking plugin shows itself: at the status {left} an order is confirmed to the marketplace, and if it "
        "carries no number, without one.",
        "Where a marketplace asks for numbers, install one of the plugins our README names.",
    )


def _customer(settings: StoreSettings) -> Iterator[Finding]:
    if settings.generic_customer:
        yield Finding(True, "mail", "Mails about marketplace orders go to the generic customer's mailbox.")
    else:
        yield Finding(
            True,
            "mail",
            "Marketplace orders are guest orders; the shop has nobody to mail until a relay address is written.",
            "See the mail snippet in the README to keep the shop from mailing buyers later, at completion.",
        )


def _hooks(has_secret: bool) -> Iterator[Finding]:
    if not has_secret:
        yield OFF
