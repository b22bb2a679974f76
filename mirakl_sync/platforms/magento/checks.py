"""Can this shop be worked with? Sentences for the person who connects it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mirakl_sync.errors import MiraklSyncError, Misconfigured, Refused
from mirakl_sync.http.contract import Operation
from mirakl_sync.platforms.magento.catalogue import Catalogue
from mirakl_sync.platforms.magento.client import (
    CANCEL,
    CART,
    COMMENT,
    CREATE,
    HOLD,
    INVOICE,
    MEMOS,
    REFUND,
    SHIPMENTS,
    UNHOLD,
    MagentoClient,
)
from mirakl_sync.platforms.magento.searching import criteria
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.magento.shop_facts import ShopFacts
from mirakl_sync.platforms.webhooks import OFF
from mirakl_sync.records.shop import Finding

NOWHERE = 0
# A call each that needs a right and cannot do anything: the right is asked for first, then something is missing.
Probe = tuple[Operation, str, str, dict[str, object] | None, str]
PROBES: tuple[Probe, ...] = (
    (CREATE, "PUT", "/orders/create", {}, "create orders"),
    (CANCEL, "POST", f"/orders/{NOWHERE}/cancel", None, "cancel orders"),
    (UNHOLD, "POST", f"/orders/{NOWHERE}/unhold", None, "take orders off hold"),
    (COMMENT, "POST", f"/orders/{NOWHERE}/comments", {}, "comment orders"),
)
TO_INVOICE: Probe = (INVOICE, "POST", f"/order/{NOWHERE}/invoice", {"capture": False}, "invoice orders")
TO_BUY: tuple[Probe, ...] = (
    (CART, "GET", f"/carts/{NOWHERE}", None, "fill carts"),
    (HOLD, "POST", f"/orders/{NOWHERE}/hold", None, "put orders on hold"),
)
TO_REFUND: Probe = (REFUND, "POST", f"/order/{NOWHERE}/refund", {"notify": False}, "refund orders")


def check(client: MagentoClient, facts: ShopFacts, settings: StoreSettings, *, secret: bool) -> list[Finding]:
    """All findings; those about rights and settings only when the shop lets us in."""
    door = list(_guarded("address", lambda: _store(client, facts)))
    if any(finding.blocking for finding in door):
        return door
    catalogue = Catalogue(client, facts, settings)
    questions: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("key", lambda: _may_read(client)),
        ("key", lambda: _may_write(client, settings)),
        ("version", lambda: _version(client)),
        ("stock", lambda: _numbers(client, catalogue, facts, settings)),
        ("commission", lambda: _commission(client, settings)),
        ("webhooks", lambda: _hooks(client, settings, secret)),
    )
    found = [finding for subject, question in questions for finding in _guarded(subject, question)]
    return door + found + [_reservations(settings)]


def _guarded(subject: str, question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A question the shop does not answer is a finding too."""
    try:
        yield from question()
    except MiraklSyncError as error:
        yield Finding(False, subject, error.words, error.way_out, blocking=subject in ("address", "key"))


def _store(client: MagentoClient, facts: ShopFacts) -> Iterator[Finding]:
    client.stores()
    store = facts.store()
    yield Finding(True, "address", f"The shop answers; orders go to store {store.id} of website {store.website_id}.")
    yield Finding(
        True,
        "currency",
        f"The shop's base currency is {store.base_currency}; orders in another one are written with a rate of 1.",
    )
    if not store.country:
        yield Finding(
            False, "country", "The shop's country is unknown.", "Set country: orders without an address need one."
        )


def _may_read(client: MagentoClient) -> Iterator[Finding]:
    for _ in client.orders(("entity_id", 1, "eq")):
        break
    one = criteria(("entity_id", 1, "eq"), sort=("entity_id",), size=1)
    client.call(SHIPMENTS, "GET", "/shipments", params=one)
    client.call(MEMOS, "GET", "/creditmemos", params=one)
    yield Finding(True, "key", "The integration may read orders, shipments and credit memos.")


def _may_write(client: MagentoClient, settings: StoreSettings) -> Iterator[Finding]:
    """Work on an order that cannot exist: who lacks the right is refused before the order is looked for."""
    probes = [*PROBES]
    probes += [TO_INVOICE] if settings.invoice == "on_release" else []
    probes += TO_BUY if settings.orders_by == "cart" else ()
    probes += [TO_REFUND] if settings.cancel_paid == "refund_offline" else []
    for operation, method, path, body, words in probes:
        try:
            client.call(operation, method, path, json=body)
        except Misconfigured as error:
            yield Finding(False, "key", error.words, error.way_out, blocking=True)
            continue
        except Refused:
            pass
        yield Finding(True, "key", f"The integration may {words}.")


def _version(client: MagentoClient) -> Iterator[Finding]:
    version = client.version()
    if not version:
        yield Finding(True, "version", "The shop does not tell its version.")
    elif version.startswith(("Magento/1", "Magento/2.0", "Magento/2.1", "Magento/2.2")):
        yield Finding(False, "version", f"{version} is older than 2.3.", "Update Magento.", blocking=True)
    elif version.startswith("Magento/2.3"):
        yield Finding(False, "version", f"{version} gets no security updates any more.", "Update Magento.")
    else:
        yield Finding(True, "version", f"{version}.")


def _numbers(
    client: MagentoClient, catalogue: Catalogue, facts: ShopFacts, settings: StoreSettings
) -> Iterator[Finding]:
    """Read one product the way all are read."""
    first = next(iter(next(iter(client.every_product()), [])), None)
    if first is None:
        yield Finding(False, "stock", "The shop has no products.")
        return
    catalogue.facts([first.sku])
    if settings.inventory == "msi":
        sources = ", ".join(sorted(facts.sources())) or "none"
        yield Finding(True, "stock", f"The website {settings.website} sells from these sources: {sources}.")
    else:
        yield Finding(
            False, "stock", "Without the inventory modules every SKU is a call of its own.", "Use inventory = msi."
        )


def _reservations(settings: StoreSettings) -> Finding:
    """What orders of ours do to the shop's number, said to whoever chose it."""
    if settings.reserving:
        return Finding(True, "stock", "Orders of ours reserve their stock in the shop as they are made.")
    if settings.felt_after is not None:
        seconds = settings.compensated_every
        return Finding(
            True,
            "stock",
            f"Orders of ours are felt by the shop within {seconds} seconds, if its compensation tool runs.",
        )
    return Finding(
        False,
        "stock",
        "Orders saved directly reserve no stock in Magento, and shipping or cancelling one leaves the salable quantity "
        "too high for good. Marketplaces are kept from overselling by us; the web shop is not.",
        "Install a module that reserves (orders_by or reservations = module), or run inventory:reservation:"
        "create-compensations every few minutes and set reservations = compensated.",
    )


def _commission(client: MagentoClient, settings: StoreSettings) -> Iterator[Finding]:
    sku = settings.commission_sku
    if not sku:
        return
    found = next(iter(client.products([sku])), None)
    if found is None or found.type != "virtual":
        words = f"The product {sku} for the commission's line is missing or not virtual."
        yield Finding(False, "commission", words, "Make a virtual product with this SKU whose stock is not managed.")
    else:
        yield Finding(True, "commission", f"The commission is a line of the product {sku}.")


def _hooks(client: MagentoClient, settings: StoreSettings, secret: bool) -> Iterator[Finding]:
    if not settings.events:
        yield Finding(True, "webhooks", "Changes are found by polling.")
    elif not secret:
        yield OFF
    else:
        client.subscriptions()
        yield Finding(True, "webhooks", "The module async-events answers.")
