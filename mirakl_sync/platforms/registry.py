"""The platforms we know: ours, and those of installed packages by the entry point ``mirakl_sync.platforms``."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.contract import PlatformSpec
from mirakl_sync.platforms.inventory_planner.spec import INVENTORY_PLANNER
from mirakl_sync.platforms.magento.spec import MAGENTO
from mirakl_sync.platforms.salesforce.spec import SALESFORCE
from mirakl_sync.platforms.shopify.spec import SHOPIFY
from mirakl_sync.platforms.woocommerce.spec import WOOCOMMERCE

GROUP = "mirakl_sync.platforms"
OURS = (INVENTORY_PLANNER, MAGENTO, SALESFORCE, SHOPIFY, WOOCOMMERCE)


@cache
def platforms() -> dict[str, PlatformSpec]:
    """Every known platform by its key; ours win over a package that takes the same one."""
    installed = (entry.load() for entry in entry_points(group=GROUP))
    return {spec.key: spec for spec in (*installed, *OURS)}


def platform(key: str) -> PlatformSpec:
    """The declaration of a platform; ``Misconfigured`` names the known ones."""
    known = platforms()
    if key not in known:
        raise Misconfigured(
            f"There is no platform {key!r}.",
            way_out=f"Known are {', '.join(sorted(known))}; others come as packages with an entry point in {GROUP}.",
        )
    return known[key]
