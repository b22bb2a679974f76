"""What one simulated shop is: its plan, its app, its pace. Plain data, changed only by tests and control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.opening import settings_of

EVERY_SCOPE = (
    "read_all_orders",
    "read_assigned_fulfillment_orders",
    "read_customers",
    "read_fulfillments",
    "read_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "read_order_edits",
    "read_orders",
    "read_products",
    "read_third_party_fulfillment_orders",
    "write_fulfillments",
    "write_inventory",
    "write_merchant_managed_fulfillment_orders",
    "write_order_edits",
    "write_orders",
)


@dataclass
class ShopSettings:
    """The switches of one shop."""

    name: str = "Sandbox shop"
    domain: str = "sandbox-shop.myshopify.com"
    url: str = ""
    """Public address without trailing slash; empty = the address the request came to."""
    currency: str = "EUR"
    timezone: str = "Europe/Madrid"
    taxes_included: bool = True
    """How the shop's own checkout keeps prices; orders made by the API say it themselves."""
    tax_rate: str = "0.21"
    """Of the shop's own checkout."""
    plan: str = "Shopify"
    versions: tuple[str, ...] = ("2026-01", "2026-04", "2026-07", "2026-10", "2027-01")
    """Served versions, oldest first; the last is the release candidate."""
    locations: tuple[str, ...] = ("Warehouse",)
    """Names; the first has the goods a plan brings and gives the goods of orders."""
    app_id: int = 88000001
    app_name: str = "Mirakl Sync"
    client_id: str = "sandbox-client"
    client_secret: str = "shpss_sandbox"
    static_tokens: tuple[str, ...] = ("shpat_sandbox",)
    """Tokens of an admin-made app, which never expire."""
    token_seconds: int = 86399
    scopes: tuple[str, ...] = EVERY_SCOPE
    customer_data: bool = True
    """False = the app has no approval for protected customer data: names, addresses and mail read as null."""
    bucket: float = 2000.0
    restore_rate: float = 100.0
    connection_cost: str = "observed"
    """`observed` grows with the root of `first`; `documented` multiplies by it, as the manual's examples do."""
    orders_per_minute: int | None = None
    """5 on trial and development stores."""
    index_seconds: float = 0.0
    """How far search lags behind; reading by id or by unique metafield never does."""
    cancel_seconds: float = 0.0
    """How long the job of a cancellation takes."""
    bulk_seconds: float = 0.0
    webhook_seconds: float = 0.1
    """How long a delivery waits before it is sent."""
    webhook_version: str = "2026-10"
    """Of the bodies: the app's, whatever version its calls ask for."""
    closed: int = 0
    """An HTTP status (402, 403, 404, 423) every call of the API is answered with; 0 = open."""
    reference_attribute: str = "mirakl_reference"
    line_attribute: str = "_mirakl_line"

    def __post_init__(self) -> None:
        if self.connection_cost not in ("observed", "documented"):
            raise TypeError(f"connection_cost is observed or documented, not {self.connection_cost!r}")
        if not self.locations:
            raise TypeError("a shop has at least one location")


def settings_from(given: dict[str, Any]) -> ShopSettings:
    """Settings from plan or control JSON."""
    return settings_of(ShopSettings, given)
