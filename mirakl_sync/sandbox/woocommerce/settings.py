"""What one simulated shop is: version, country, tax rules, keys. Plain data, changed only by tests and control."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mirakl_sync.sandbox.opening import settings_of

TRACKING_PLUGINS = ("none", "shipment_tracking", "ast")
AST_STATUSES = ("partial-shipped", "shipped", "delivered")


@dataclass(frozen=True)
class Key:
    """One REST key. `capable` false = a known user without shop rights: everything answers 403."""

    consumer_key: str
    consumer_secret: str
    permissions: str = "read_write"
    capable: bool = True


@dataclass
class ShopSettings:
    """The switches of one shop; the defaults are the shop the recorded answers came from (reference section 99)."""

    name: str = "Sandbox shop"
    url: str = ""
    """Public address without trailing slash; empty = the address the request came to."""
    version: str = "11.0.1"
    wordpress_version: str = "7.0.4"
    timezone: str = "Europe/Madrid"
    currency: str = "EUR"
    decimals: int = 2
    prices_include_tax: bool = True
    calc_taxes: bool = True
    round_at_subtotal: bool = False
    tax_based_on: str = "shipping"
    shipping_tax_class: str = "inherit"
    tax_classes: tuple[str, ...] = ("reduced-rate", "zero-rate")
    base_country: str = "ES"
    base_state: str = "M"
    manage_stock: bool = True
    hpos: bool = True
    treat_as_https: bool = True
    authorization_header_lost: bool = False
    variation_bumps_parent: bool = True
    admin_email: str = "admin@shop.example"
    mail_filter_created_via: str | None = None
    customers: dict[int, str] = field(default_factory=dict)
    """Known customer accounts: id → e-mail address."""
    gateways: tuple[str, ...] = ("bacs", "cheque", "cod")
    extra_statuses: tuple[str, ...] = ()
    """Order statuses registered by plugins, without the `wc-` prefix."""
    tracking_plugin: str = "none"
    """`none`, `shipment_tracking` (WooCommerce Shipment Tracking) or `ast` (Advanced Shipment Tracking)."""
    tracking_saves_order: bool = True
    """False = a plugin version that writes its meta past the order: no modification time, no webhook."""
    bundles_plugin: bool = False
    """WooCommerce Product Bundles is installed."""
    hold_stock_minutes: int = 60
    """How long an unpaid checkout keeps its pieces from others; REST shows nothing of it."""
    reference_meta: tuple[str, str] = ("_mirakl_shop", "_mirakl_order_id")
    webhook_seconds: float = 0.2
    """How long a delivery waits in the queue; the real shop takes up to a minute."""
    maintenance: bool = False

    def __post_init__(self) -> None:
        if self.tracking_plugin not in TRACKING_PLUGINS:
            raise TypeError(f"tracking_plugin is one of {', '.join(TRACKING_PLUGINS)}, not {self.tracking_plugin!r}")

    @property
    def plugin_statuses(self) -> tuple[str, ...]:
        """Statuses registered by plugins, the tracking plugin's own among them."""
        return (*self.extra_statuses, *(AST_STATUSES if self.tracking_plugin == "ast" else ()))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def version_number(self) -> tuple[int, int]:
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def cent(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimals)


def settings_from(given: dict[str, Any]) -> ShopSettings:
    """Settings from plan or control JSON; in JSON the numbers of customers are texts."""
    customers = given.get("customers", {}).items()
    return settings_of(ShopSettings, {**given, "customers": {int(number): email for number, email in customers}})
