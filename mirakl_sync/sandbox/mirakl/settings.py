"""What one simulated marketplace is: its rules, durations, shops and keys. Plain data from a plan."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Literal

from mirakl_sync.sandbox.mirakl.carriers import (
    CARRIERS,
    SHIPPING_TYPES,
    Carrier,
    ShippingType,
    carriers_from,
    shipping_types_from,
)

WORKFLOWS = (
    "PAY_ON_ACCEPTANCE",
    "PAY_ON_SHIPMENT",
    "PAY_ON_DELIVERY",
    "PAY_ON_DUE_DATE",
    "NO_CUSTOMER_PAYMENT_CONFIRMATION",
)


@dataclass(frozen=True)
class ShopSettings:
    """One seller account on the marketplace."""

    shop_id: int
    name: str = "Acme"
    offers: tuple[dict[str, Any], ...] = ()  # sku, price, quantity, title …; or generate, prefix, quantity, price
    warehouses: tuple[str, ...] = ()  # codes; a stock file may name no others
    automatic_acceptance: bool = False  # counts when the tenant's order_acceptance is BOTH
    partial_acceptance: bool | None = None  # None = as the tenant says
    refund_balance: Decimal | None = None  # None = always enough


@dataclass(frozen=True)
class Key:
    """An API key: one back-office user, the shops it may see, its roles."""

    secret: str
    shop_ids: tuple[int, ...]  # the first is the user's default shop
    roles: tuple[str, ...] = ("ROLE_SHOP_ADMIN",)


@dataclass(frozen=True)
class TenantSettings:
    """One marketplace. All durations in seconds of sandbox time; None = never."""

    name: str = "demo"
    timezone: str = "UTC"
    currency: str = "EUR"
    order_tax_mode: str = "TAX_INCLUDED"  # also the mode offer prices are given in
    locales: tuple[str, ...] = ("en", "fr_FR", "de_DE")
    channels: tuple[str, ...] = ("FR", "DE")
    seed: int = 1

    workflow: str = "PAY_ON_ACCEPTANCE"
    order_acceptance: str = "NOT_AUTOMATIC"  # AUTOMATIC | NOT_AUTOMATIC | BOTH
    acceptance_window: dict[str, Any] = field(default_factory=lambda: {"seconds": 172_800})
    staging_seconds: float = 0
    debit_seconds: float = 1  # from acceptance until the operator is asked for the money
    payment_seconds: float = 2  # from then until the customer has paid
    payment_duration: int = 30  # days, PAY_ON_DUE_DATE
    refund_seconds: float = 2
    lead_time_days: int = 2
    receive_seconds: float | None = None  # from SHIPPED until the customer has it
    close_seconds: float | None = None  # from RECEIVED until CLOSED

    addresses_before_acceptance: bool = False
    partial_acceptance: bool = True
    partial_cancel: bool = True
    multi_shipment: bool = False
    deletion_spelling: str = "shipment"  # ST06: "shipment" as in the schema | "deletion" as in its sample
    validity_seconds: float | None = None  # from tracking told until the carrier confirmed or denied it
    invalid_numbers: tuple[str, ...] = ()  # tracking numbers no carrier knows
    disable_seller_alternative_carrier: bool = False
    carriers: tuple[Carrier, ...] = CARRIERS
    shipping_types: tuple[ShippingType, ...] = SHIPPING_TYPES  # orders have the first unless they say otherwise
    zero_offer_on_timeout: bool = False  # a refusal by silence sets its offers to 0 …
    zero_offer_on_refusal: bool = False  # … and so does one by the shop
    give_back_on_cancel: bool = True
    give_back_on_refusal: bool = False
    line_ids: str = "suffix"  # "suffix" <order_id>-<n> | "numeric"
    duplicate_sku_chance: float = 0.03
    promotion_chance: float = 0.12
    commission_rate: Decimal = Decimal(12)
    commission_tax_rate: Decimal = Decimal(20)

    profile: str = "default"  # "default" | "external_partner"
    # operation → {"calls", "seconds"} | null
    limits: dict[str, Any] | Literal["off"] = field(default_factory=dict)
    limit_tolerance: float = 0.05  # a call this fraction of the period too early is still in time
    count_pages: bool = False  # count offset > 0 of the same read as calls of their own
    count_lookups: bool = False  # count OR11 with order_ids ("synchronous" use, not limited in the published text)
    update_overlap_seconds: float = 5  # subtracted from start_update_date

    import_waiting_seconds: float = 0.5  # a stock file is WAITING at least so long …
    import_seconds: float = 1  # … and RUNNING so long,
    import_row_seconds: float = 0  # and so long for each of its rows
    imports_overtake: bool = False  # files of one shop do not wait for each other

    export_seconds: float = 2
    export_file_seconds: float = 3600
    export_chunk_minimum: int = 10_000

    shops: tuple[ShopSettings, ...] = (ShopSettings(2000),)
    keys: tuple[Key, ...] = ()

    def carrier(self, code: str) -> Carrier | None:
        """The registered carrier with exactly this code."""
        return next((one for one in self.carriers if one.code == code), None)

    def shipping_type(self, code: str) -> ShippingType | None:
        """The shipping type with exactly this code; None when the operator has taken it off the list."""
        return next((one for one in self.shipping_types if one.code == code), None)


def settings_from(entry: dict[str, Any]) -> TenantSettings:
    """Settings from a plan's entry; `kind` and `port` are not ours, other unknown words are a ValueError."""
    given = {key: value for key, value in entry.items() if key not in ("kind", "port")}
    _refuse_unknown(given, TenantSettings)
    if "shops" in given:
        given["shops"] = tuple(_shop(shop) for shop in given["shops"])
    if "keys" in given:
        given["keys"] = tuple(Key(**_tuples(key, "shop_ids", "roles")) for key in given["keys"])
    for name, read in (("carriers", carriers_from), ("shipping_types", shipping_types_from)):
        if name in given:
            given[name] = read(given[name])
    for rate in ("commission_rate", "commission_tax_rate"):
        if rate in given:
            given[rate] = Decimal(str(given[rate]))
    return _checked(TenantSettings(**_tuples(given, "locales", "channels", "invalid_numbers")))


def _shop(given: dict[str, Any]) -> ShopSettings:
    _refuse_unknown(given, ShopSettings)
    shop = _tuples(given, "offers", "warehouses")
    if shop.get("refund_balance") is not None:
        shop["refund_balance"] = Decimal(str(shop["refund_balance"]))
    return ShopSettings(**shop)


def _tuples(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: tuple(value) if key in names else value for key, value in given.items()}


def _refuse_unknown(given: dict[str, Any], kind: Any) -> None:
    unknown = set(given) - {known.name for known in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} does not know {', '.join(sorted(unknown))}")


def _checked(settings: TenantSettings) -> TenantSettings:
    for value, known in (
        (settings.workflow, WORKFLOWS),
        (settings.order_acceptance, ("AUTOMATIC", "NOT_AUTOMATIC", "BOTH")),
        (settings.order_tax_mode, ("TAX_INCLUDED", "TAX_EXCLUDED")),
        (settings.profile, ("default", "external_partner")),
        (settings.line_ids, ("suffix", "numeric")),
        (settings.deletion_spelling, ("shipment", "deletion")),
    ):
        if value not in known:
            raise ValueError(f"{value!r} is none of {', '.join(known)}")
    if settings.limits != "off" and not isinstance(settings.limits, dict):
        raise ValueError(f"limits are 'off', or by operation, not {settings.limits!r}")
    return settings
