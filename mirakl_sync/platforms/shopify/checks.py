"""Can this shop be worked with? Sentences for the person who connects it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.platforms.shopify import definitions
from mirakl_sync.platforms.shopify.asking import Asking
from mirakl_sync.platforms.shopify.documents import shop as documents
from mirakl_sync.platforms.shopify.facts import Catalogue, chosen_places
from mirakl_sync.platforms.shopify.settings import StoreSettings
from mirakl_sync.platforms.shopify.watching import OFF, version
from mirakl_sync.records.shop import Finding

# What each right is needed for; a writing right holds the reading one.
NEEDED = {
    "write_orders": "making, releasing and cancelling orders",
    "write_merchant_managed_fulfillment_orders": "holding orders and releasing them",
    "read_products": "seeing products and prices",
    "read_inventory": "seeing stock",
    "read_locations": "seeing the places of stock",
}
USEFUL = {
    "read_fulfillments": "webhooks about parcels",
    "read_customers": "telling by its buyer which order took the place of another",
    "write_order_edits": "taking off what the marketplace did not sell after all",
    "read_all_orders": "orders older than 60 days",
    "read_third_party_fulfillment_orders": "holding what fulfilment services send",
}


def check(catalogue: Catalogue, settings: StoreSettings, *, has_secret: bool) -> list[Finding]:
    """All findings; the ones about settings only when the shop lets us in."""
    asking = catalogue.asking
    door = list(_guarded("access", lambda: _shop(asking)))
    if any(finding.blocking for finding in door):
        return door
    questions: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("permissions", lambda: _scopes(asking)),
        ("metafield", lambda: _metafield(asking)),
        ("locations", lambda: _places(asking, settings)),
    )
    found = [finding for subject, question in questions for finding in _guarded(subject, question)]
    return door + found + version(asking) + list(_choices(settings, has_secret))


def _guarded(subject: str, question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A question the shop does not answer is a finding too."""
    try:
        yield from question()
    except MiraklSyncError as error:
        yield Finding(False, subject, error.words, error.way_out, blocking=subject in ("access", "metafield"))


def _shop(asking: Asking) -> Iterator[Finding]:
    shop = asking.ask(documents.SHOP, {})["shop"]
    included = "contain" if shop.get("taxesIncluded") else "do not contain"
    words = f"{shop['name']} ({shop['myshopifyDomain']}) answers; it sells in {shop['currencyCode']}"
    yield Finding(True, "access", f"{words}, and its prices {included} tax.")
    plan = shop.get("plan") or {}
    if plan.get("partnerDevelopment"):
        yield Finding(False, "plan", "This is a development store: it takes five new orders a minute, no more.")


def _scopes(asking: Asking) -> Iterator[Finding]:
    rows = asking.ask(documents.SCOPES, {})["currentAppInstallation"]["accessScopes"]
    granted = {row["handle"] for row in rows}
    granted |= {handle.replace("write_", "read_", 1) for handle in granted}
    yield from _missing(NEEDED, granted, blocking=True)
    yield from _missing(USEFUL, granted, blocking=False)
    if set(NEEDED) <= granted:
        yield Finding(True, "permissions", "The app has every access scope the work needs.")


def _missing(wanted: dict[str, str], granted: set[str], *, blocking: bool) -> Iterator[Finding]:
    for handle, purpose in wanted.items():
        if handle not in granted:
            words = f"The app has no access scope {handle}, {'needed' if blocking else 'useful'} for {purpose}."
            way_out = "Add it to the app's configuration, release a version, and accept it in the store."
            yield Finding(False, "permissions", words, way_out, blocking=blocking)


def _metafield(asking: Asking) -> Iterator[Finding]:
    made = definitions.ensure(asking)
    said = "has been defined" if made else "is defined"
    yield Finding(True, "metafield", f"The metafield that keeps a sale from standing twice {said}, with unique values.")


def _places(asking: Asking, settings: StoreSettings) -> Iterator[Finding]:
    known = [row for page in asking.pages(documents.LOCATIONS, {}) for row in page]
    names = sorted(chosen_places(known, settings).values())
    if not names:
        yield Finding(
            False,
            "locations",
            "No location of the shop fulfils online orders: there is nothing for sale.",
            "Let a location fulfil online orders, or name some as locations.",
        )
        return
    yield Finding(True, "locations", f"For sale is what is available at {_and(names)}.")


def _choices(settings: StoreSettings, has_secret: bool) -> Iterator[Finding]:
    if settings.claims == "bypass":
        yield Finding(
            False,
            "stock",
            "Orders take nothing from the shop's stock (claims = bypass): what is sold on marketplaces is kept back "
            "here for good.",
            "Choose ignoring_policy unless another system takes the pieces off.",
        )
    if settings.claims == "obeying_policy":
        words = "The shop refuses orders it has no pieces for; the marketplace may have accepted them already."
        yield Finding(True, "stock", words)
    if not has_secret:
        yield OFF


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
