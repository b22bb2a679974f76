"""What a seller may choose about a WooCommerce store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.choices import read_choices

SENTENCES = {
    "auth": "How we sign in: basic (default on https), query (hosts that drop the Authorization header), "
    "oauth1 (default on plain http).",
    "taxes": "shop_computes (default): net prices, the shop adds its VAT. exempt: no tax there, amounts as paid. "
    "zero_rate: every line in a tax class whose rate is zero.",
    "zero_rate_class": "The slug of that tax class; zero-rate unless you renamed it.",
    "generic_customer": "The id of the customer all marketplace orders share; 0 for guest orders.",
    "created_via": "The origin written on our orders; mirakl unless a plugin of yours needs another word.",
    "look_after": "Seconds an order may stay invisible after an unanswered call; the PHP time limit of the shop.",
    "poll_every": "Seconds between two polls for changes; webhooks, where they work, are quicker.",
    "full_look_every": "Seconds between two looks at every SKU; more often where programs write past the shop.",
    "status_held": "The status of an order that reserves stock and waits; on-hold.",
    "status_released": "The status that lets the warehouse work; processing.",
    "status_canceled": "The status of a cancelled order; cancelled.",
    "status_shipped": "The statuses that say that everything has left the house; completed,shipped,delivered.",
    "tracking_means_left": "true: a tracking number says that the whole order has left, whatever its status.",
    "storage": "hpos (default, high-performance order storage) or classic: then the marketplace's order number is "
    "repeated in the shipping title, the only place classic storage can search.",
    "look_for_doubles": "true: search for doubles before every release, at the price of one slow search per order.",
}

CHOICES = {
    "auth": ("", "basic", "query", "oauth1"),
    "taxes": ("shop_computes", "exempt", "zero_rate"),
    "storage": ("hpos", "classic"),
}

LOOK_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The settings of one store, checked. Names as in ``SENTENCES``."""

    auth: str = ""
    taxes: str = "shop_computes"
    zero_rate_class: str = "zero-rate"
    generic_customer: int = 0
    created_via: str = "mirakl"
    look_after: int = int(LOOK_AFTER.total_seconds())
    poll_every: int = 60
    full_look_every: int = 86_400
    status_held: str = "on-hold"
    status_released: str = "processing"
    status_canceled: str = "cancelled"
    status_shipped: str = "completed,shipped,delivered"
    tracking_means_left: bool = False
    storage: str = "hpos"
    look_for_doubles: bool = False

    @property
    def shipped(self) -> frozenset[str]:
        """The statuses that say that everything has left; what we set ourselves never says so."""
        named = (name.strip().lower().removeprefix("wc-") for name in self.status_shipped.split(","))
        return frozenset(filter(None, named)) - {self.status_held, self.status_released, self.status_canceled}


def read_settings(given: Mapping[str, Any]) -> StoreSettings:
    """Settings of a store as typed values; ``Misconfigured`` names the one that cannot be."""
    settings = read_choices(StoreSettings, given, label="WooCommerce", sentences=SENTENCES, choices=CHOICES)
    _refuse_our_own_as_shipped(settings, given)
    return settings


def _refuse_our_own_as_shipped(settings: StoreSettings, given: Mapping[str, Any]) -> None:
    """A status we set ourselves cannot say that the warehouse has worked."""
    named = {name.strip().lower().removeprefix("wc-") for name in settings.status_shipped.split(",")}
    ours = sorted(named & {settings.status_held, settings.status_released, settings.status_canceled})
    if "status_shipped" in given and ours:
        raise Misconfigured(
            f"The WooCommerce setting status_shipped cannot name {', '.join(ours)}: we set it before anything leaves.",
            way_out=SENTENCES["status_shipped"],
        )
