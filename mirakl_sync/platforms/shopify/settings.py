"""What a seller may choose about a Shopify store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mirakl_sync.platforms.choices import read_choices

SENTENCES = {
    "api_version": "The version of the Admin API we speak; 2026-10. Change it only with a release of ours.",
    "locations": "The places whose stock is for sale on marketplaces, by name, with commas between; empty for every "
    "active one that fulfils online orders.",
    "claims": "ignoring_policy (default): an order always takes its pieces, below zero if need be. obeying_policy: the "
    "shop refuses an order it has no pieces for. bypass: orders take nothing; only where another system counts.",
    "taxes": "told (default): the tax the marketplace computed stands on every line. none: no tax on our orders.",
    "channel_liable": "true: the marketplace pays the tax, and the lines say so.",
    "amounts_in": "attributes (default): gross, commission and net stand in the order's additional details. "
    "metafields: only in fields of this app, out of every template's reach.",
    "source_name": "The channel our orders are attributed to; mirakl, or the handle of an attribution of your app.",
    "generic_customer": "The number of the customer all marketplace orders share; empty for orders without one.",
    "look_after": "Seconds an order may stay invisible after an unanswered call; 90.",
    "replaced_within": "Seconds a cancelled order is held back, because another may take its place; 900.",
    "poll_every": "Seconds between two polls for changes; webhooks, where they work, are quicker.",
    "full_look_every": "Seconds between two looks at every SKU.",
    "full_look": "bulk (default): the shop writes a file of everything for us. pages: page after page.",
}

CHOICES = {
    "claims": ("ignoring_policy", "obeying_policy", "bypass"),
    "taxes": ("told", "none"),
    "amounts_in": ("attributes", "metafields"),
    "full_look": ("bulk", "pages"),
}

LOOK_AFTER = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The settings of one store, checked. Names as in ``SENTENCES``."""

    api_version: str = "2026-10"
    locations: str = ""
    claims: str = "ignoring_policy"
    taxes: str = "told"
    channel_liable: bool = False
    amounts_in: str = "attributes"
    source_name: str = "mirakl"
    generic_customer: str = ""
    look_after: int = int(LOOK_AFTER.total_seconds())
    replaced_within: int = 900
    poll_every: int = 60
    full_look_every: int = 86_400
    full_look: str = "bulk"

    @property
    def places(self) -> tuple[str, ...]:
        """The names of ``locations``."""
        return tuple(filter(None, (name.strip() for name in self.locations.split(","))))


def read_settings(given: Mapping[str, Any]) -> StoreSettings:
    """Settings of a store as typed values; ``Misconfigured`` names the one that cannot be."""
    return read_choices(StoreSettings, given, label="Shopify", sentences=SENTENCES, choices=CHOICES)
