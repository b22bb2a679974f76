"""The advice of the field, one preset per kind of shop. A file names one; its own keys win over the preset's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mirakl_sync.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Preset:
    """Order keys that differ from our defaults, and why."""

    key: str
    why: str
    orders: Mapping[str, Any]


_ALL = (
    Preset(
        "woocommerce",
        "The shop holds a provisional order before the marketplace has our yes, so what was accepted is also in stock; "
        "the commission stands on the order as a fee line, where the shop's reports count it.",
        {
            "accept": "create_first",
            "customer": "generic",
            "commission": "line",
            "commission_target": "Marketplace commission",
        },
    ),
    Preset(
        "magento",
        "Accept at once on retrieval, one customer for all marketplace orders, the commission as a discount: a line of "
        "its own needs a product in Magento (the store's setting commission_sku).",
        {
            "accept": "accept_first",
            "customer": "generic",
            "commission": "discount",
            "commission_target": "Marketplace commission",
        },
    ),
    Preset(
        "shopify",
        "The shop's order first, then our yes; each buyer with the marketplace's relay address; no line of ours among "
        "the goods.",
        {"accept": "create_first", "customer": "proxy_email", "commission": "attribute"},
    ),
    Preset(
        "salesforce",
        "Accept at once, because the shop is only polled; the commission as an attribute of the order; each buyer with "
        "the marketplace's relay address.",
        {"accept": "accept_first", "customer": "proxy_email", "commission": "attribute"},
    ),
)


def presets() -> dict[str, Preset]:
    """Every preset by its key."""
    return {preset.key: preset for preset in _ALL}


def with_preset(key: str, orders: Mapping[str, Any]) -> dict[str, Any]:
    """``orders`` over the preset's keys; without a key, ``orders`` alone. ``Misconfigured`` names the known presets."""
    if not key:
        return dict(orders)
    known = presets()
    if key not in known:
        raise Misconfigured(f"There is no preset {key!r}.", way_out=f"Known are {', '.join(known)}; or leave it out.")
    return {**known[key].orders, **orders}
