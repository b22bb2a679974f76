"""What a seller may choose about a Magento store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.choices import read_choices

SENTENCES = {
    "auth": "How we sign in: oauth1 (default) or bearer, which the shop must allow for integrations.",
    "store_code": "The store view orders belong to and prices are read in; default.",
    "website": "The code of the website whose stock is sold; base.",
    "orders_by": "How orders are made: direct (default) saves them as they are; module asks our small module in the "
    "shop, which also reserves the stock; cart buys them at the shop's own prices, which must be the marketplace's.",
    "reservations": "Who makes the shop's number feel a directly saved order: none (default; we subtract it for good), "
    "compensated (the shop's scheduled compensation tool), module (a module of the shop).",
    "compensated_every": "Seconds between two runs of inventory:reservation:create-compensations.",
    "inventory": "msi (default, sources and salable quantities) or legacy for shops without the inventory modules.",
    "places": "true (default): quantities are told by source, too, at the price of one call per hundred SKUs.",
    "sources_every": "Seconds between two scans of all source items for corrections nobody else tells of; 300.",
    "prices_include_tax": "true: catalogue prices contain tax. The shop's own setting cannot be read.",
    "taxes": "as_sold (default): the tax the marketplace told stands on the order. none: amounts as paid, without tax.",
    "tax_details": "true: taxes are written by rate, too; Magento 2.4.7 and later only.",
    "number_prefix": "The beginning of our order numbers; MKP-.",
    "number_length": "The longest order number the shop keeps: 32 (default, every version) or 50 (2.4.5 and later).",
    "generic_customer": "The e-mail address of the customer all marketplace orders share; empty for guest orders.",
    "customer_group": "The id of the customer group for marketplace orders; 0 is guests.",
    "payment_method": "The code of an offline payment method of the shop; checkmo.",
    "shipping_method": "The code of a shipping method of the shop; flatrate_flatrate.",
    "commission_sku": "The SKU of a virtual product for the commission as a line; without it there is no such line.",
    "invoice": "on_release (default): a paid order is invoiced when it is released. never: somebody else does.",
    "status_released": "A status of the shop's own an order gets when it is released; empty keeps Magento's.",
    "cancel_paid": "What to do when an order to cancel is invoiced already: ask (default) or refund_offline.",
    "country": "The shop's country, for orders that wait without an address; empty takes it from the store's locale.",
    "admin_path": "The secret path of the admin pages, for links to orders; empty for none.",
    "events": "true: the module async-events is installed and sends webhooks.",
    "look_after": "Seconds an order may stay invisible after an unanswered call.",
    "poll_every": "Seconds between two polls for changes.",
    "full_look_every": "Seconds between two looks at every SKU.",
}

CHOICES = {
    "auth": ("oauth1", "bearer"),
    "orders_by": ("direct", "module", "cart"),
    "reservations": ("none", "compensated", "module"),
    "inventory": ("msi", "legacy"),
    "taxes": ("as_sold", "none"),
    "invoice": ("on_release", "never"),
    "cancel_paid": ("ask", "refund_offline"),
}

LOOK_AFTER = timedelta(minutes=2)
# The tool runs by cron, and takes its time in large shops.
MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The settings of one store, checked. Names as in ``SENTENCES``."""

    auth: str = "oauth1"
    store_code: str = "default"
    website: str = "base"
    orders_by: str = "direct"
    reservations: str = "none"
    compensated_every: int = 300
    inventory: str = "msi"
    places: bool = True
    sources_every: int = 300
    prices_include_tax: bool = True
    taxes: str = "as_sold"
    tax_details: bool = False
    number_prefix: str = "MKP-"
    number_length: int = 32
    generic_customer: str = ""
    customer_group: int = 0
    payment_method: str = "checkmo"
    shipping_method: str = "flatrate_flatrate"
    commission_sku: str = ""
    invoice: str = "on_release"
    status_released: str = ""
    cancel_paid: str = "ask"
    country: str = ""
    admin_path: str = ""
    events: bool = False
    look_after: int = int(LOOK_AFTER.total_seconds())
    poll_every: int = 60
    full_look_every: int = 86_400

    @property
    def reserving(self) -> bool:
        """An order of ours lowers the shop's number the moment it is made."""
        return self.orders_by in ("module", "cart") or self.reservations == "module"

    @property
    def felt_after(self) -> timedelta | None:
        """How long after an order its compensation has surely run; None where nobody compensates."""
        if self.reserving or self.reservations != "compensated":
            return None
        return timedelta(seconds=self.compensated_every) + MARGIN

    @property
    def tells_places(self) -> bool:
        """Whether quantities are told by source."""
        return self.places and self.inventory == "msi"


def read_settings(given: Mapping[str, Any]) -> StoreSettings:
    """Settings of a store as typed values; ``Misconfigured`` names the one that cannot be."""
    settings = read_choices(StoreSettings, given, label="Magento", sentences=SENTENCES, choices=CHOICES)
    if settings.number_length not in (32, 50):
        raise _no("number_length", settings.number_length)
    if settings.reservations == "compensated" and settings.compensated_every <= 0:
        raise _no("compensated_every", settings.compensated_every)
    if settings.reservations == "compensated" and settings.inventory == "legacy":
        raise Misconfigured(
            "A Magento shop without the inventory modules has no reservations to compensate.",
            way_out="Set reservations to none, or to module where a module of the shop takes the stock.",
        )
    if len(settings.number_prefix) > 12:
        raise _no("number_prefix", settings.number_prefix)
    return settings


def _no(name: str, value: object) -> Misconfigured:
    return Misconfigured(f"The Magento setting {name} cannot be {value!r}.", way_out=SENTENCES[name])
