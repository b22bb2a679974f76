"""Can this site be worked with? Sentences for the person who connects it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from mirakl_sync.errors import MiraklSyncError, Misconfigured, Refused
from mirakl_sync.platforms.salesforce.catalogue import Instance
from mirakl_sync.platforms.salesforce.doors import OrderDoor, Scapi
from mirakl_sync.platforms.salesforce.settings import StoreSettings
from mirakl_sync.platforms.salesforce.stock import Stock
from mirakl_sync.records.shop import Finding

# No order of a site can have this number, for it is longer than they may be.
NOBODY = "mirakl-sync-asks-whether-it-may-write-orders-of-this-site"
# A product nobody has: what counts is that the question is answered.
NOTHING = "mirakl-sync-asks-whether-it-may-read"


def check(
    scapi: Scapi,
    door: OrderDoor,
    may_create: Callable[[], object],
    instance: Instance | None,
    stock: Stock,
    settings: StoreSettings,
) -> list[Finding]:
    """All findings. ``may_create`` logs in the way creating does, and creates nothing."""
    questions: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("key", lambda: _may_read(scapi, settings)),
        ("key", lambda: _may_write(door)),
        ("creation", lambda: _may_create(may_create)),
        ("stock", lambda: _inventory(instance, settings)),
        ("stock", lambda: _products(stock)),
    )
    found = [finding for subject, question in questions for finding in _guarded(subject, question)]
    return found + list(_attributes(settings)) + list(_conventions(settings))


def _guarded(subject: str, question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A question the instance does not answer is a finding too."""
    try:
        yield from question()
    except MiraklSyncError as error:
        yield Finding(False, subject, error.words, error.way_out, blocking=isinstance(error, Misconfigured | Refused))


def _may_read(scapi: Scapi, settings: StoreSettings) -> Iterator[Finding]:
    """Read the newest order: it also tells the site's taxation policy."""
    newest = scapi.orders({"limit": 1})
    yield Finding(True, "key", f"The client may read the orders of {settings.site}.")
    told = newest[0].taxation if newest else ""
    if told and told != settings.taxation:
        yield Finding(
            False,
            "taxes",
            f"The site's orders are taxed {told}, the setting taxation says {settings.taxation}: every order would be "
            "refused.",
            f"Set taxation to {told}.",
            blocking=True,
        )
    elif told:
        yield Finding(True, "taxes", f"The site's orders are taxed {told}, as the setting says.")


def _may_write(door: OrderDoor) -> Iterator[Finding]:
    """Change nothing of an order that cannot exist: a client without the right is refused before it is looked for."""
    with contextlib.suppress(Refused):
        door.set_attributes(NOBODY, {})
    yield Finding(True, "key", "The client may write orders.")


def _may_create(may_create: Callable[[], object]) -> Iterator[Finding]:
    may_create()
    yield Finding(True, "creation", "The SLAS client may act for guests, which creating orders takes.")


def _inventory(instance: Instance | None, settings: StoreSettings) -> Iterator[Finding]:
    if instance is None or not settings.by_records:
        yield Finding(
            False,
            "stock",
            "Shopper Availability lists nothing: changes of stock are seen only when a SKU is asked for.",
            "Set inventory to ocapi_records, with ocapi_url and inventory_list.",
        )
        return
    told = instance.inventory_list()
    yield Finding(True, "stock", f"The inventory list {settings.inventory_list} may be read.")
    if told.get("default_in_stock") is True:
        yield Finding(
            False,
            "stock",
            "What the inventory list does not name counts as in stock, so it is offered as policy says of uncounted "
            "products.",
            "Give every product that is sold on a marketplace a record, or switch the list's default off.",
        )


def _products(stock: Stock) -> Iterator[Finding]:
    stock.facts([NOTHING])
    yield Finding(True, "stock", "The client may look products up.")


def _attributes(settings: StoreSettings) -> Iterator[Finding]:
    names = ("reference", "order", "commission", "buyer_email")
    written = [settings.attribute(name) for name in (*names, *settings.attributes) if name != "line"]
    wanted = ", ".join(dict.fromkeys(name.removeprefix("c_") for name in written if name))
    line = settings.attribute("line").removeprefix("c_")
    yield Finding(
        True,
        "attributes",
        f"Nobody can ask whether the custom attributes are defined: {wanted} on Basket and on Order, {line} on "
        "ProductLineItem. One that is missing refuses every order.",
        "Business Manager, Administration, Site Development, System Object Types.",
    )


def _conventions(settings: StoreSettings) -> Iterator[Finding]:
    if settings.subtract_until == "never":
        words = "Our orders are taken off the site's number at once, says the setting subtract_until."
    else:
        words = f"Our orders are taken off what we offer until they are {settings.subtract_until}."
    yield Finding(True, "reservation", words)
    if not (settings.carrier_attribute or settings.parcels_attribute or settings.carriers):
        yield Finding(
            False,
            "tracking",
            "Nothing names the carrier: Salesforce has no field for it.",
            "Set carrier_attribute, parcels_attribute or carriers, as your systems write it.",
        )
