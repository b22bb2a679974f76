"""What one simulated B2C Commerce instance is: organization, site, clients, attributes; control changes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.sandbox.opening import settings_of

TRACKING_STYLES = ("single", "comma", "custom", "json")
ACCOUNT_MANAGER_SCOPES = (
    "sfcc.orders.rw",
    "sfcc.orders",
    "sfcc.products",
    "sfcc.inventory-lists.rw",
    "sfcc.inventory.availability",
    "sfcc.inventory.availability.rw",
)
SLAS_SCOPES = (
    "sfcc.ts_ext_on_behalf_of",
    "sfcc.orders.rw",
    "sfcc.shopper-products",
    "sfcc.shopper-availability",
    "sfcc.shopper-standard",
)
OUR_ATTRIBUTES = (
    "c_miraklReference",
    "c_miraklOrderId",
    "c_miraklInstance",
    "c_miraklMarketplace",
    "c_miraklShop",
    "c_miraklCommission",
    "c_miraklChannel",
    "c_buyerEmail",
    "c_customerEmail",
)


@dataclass(frozen=True)
class Client:
    """An API client: `account_manager` for the Admin APIs and OCAPI, `slas` (private) for shopper tokens.

    `ocapi` false = the OCAPI settings of the site name no rights for it.
    """

    client_id: str
    client_secret: str
    kind: str = "account_manager"
    scopes: tuple[str, ...] = ACCOUNT_MANAGER_SCOPES
    ocapi: bool = True


USUAL_CLIENTS = (
    Client("am-client", "am-secret"),
    Client("slas-client", "slas-secret", "slas", SLAS_SCOPES),
)


@dataclass
class InstanceSettings:
    """The switches of one instance with one site."""

    name: str = "Sandbox instance"
    realm: str = "zzte"
    instance: str = "053"
    site: str = "RefArch"
    currencies: tuple[str, ...] = ("EUR",)
    taxation: str = "gross"
    """`gross` or `net`: whether basePrice and shippingTotal include tax."""
    token_seconds: int = 1799
    order_attributes: tuple[str, ...] = OUR_ATTRIBUTES
    """Custom attributes defined on the Order system object; createOrders wants them on the Basket as well."""
    basket_attributes: tuple[str, ...] = OUR_ATTRIBUTES
    line_attributes: tuple[str, ...] = ("c_miraklLineId",)
    shipment_attributes: tuple[str, ...] = ()
    payment_attributes: tuple[str, ...] = ()
    oms_owns_orders: bool = False
    """An order management system owns placed orders: their status cannot be changed by others (409)."""
    inventory_list: str = "inventory_m"
    default_in_stock: bool = False
    on_order_inventory: bool = True
    product_cache_seconds: float = 60.0
    """How long the web tier repeats an answer of Shopper Products."""
    indexing: bool = True
    """Order Incremental Indexing; order_search answers 500 without it."""
    index_lag_seconds: float = 2.0
    tracking_style: str = "single"
    """How the merchant's OMS writes parcels: the newest number alone (`single`), all joined (`comma`), joined with
    c_carrier and c_trackingUrl beside them (`custom`), or one JSON text in c_parcels (`json`)."""
    tracking_separator: str = ","
    oms_exports_after: float | None = None
    """Seconds after which the OMS takes an order that is ready and books its pieces; None = only by remote control."""
    oms_completes: bool = True
    """The OMS sets an order `completed` once everything is shipped."""
    oci: bool = False
    """Omnichannel Inventory: classic records can only be read, availability comes from OCI."""
    oci_group: str = "web"
    oci_location: str = "warehouse"
    load: int = 0
    """sfdc_load of the instance: headers warn from 80, and from 90 some calls are refused (503)."""
    shed_chance: float = 0.5
    calls_per_second: int = 0
    """Calls of one family answered in one second before 429; 0 = no limit."""
    job_seconds: float = 1.0
    webdav_user: str = "webdav"
    webdav_password: str = "webdav-key"

    def __post_init__(self) -> None:
        if self.tracking_style not in TRACKING_STYLES:
            raise TypeError(f"tracking_style is one of {', '.join(TRACKING_STYLES)}, not {self.tracking_style!r}")
        if self.taxation not in ("gross", "net"):
            raise TypeError(f"taxation is gross or net, not {self.taxation!r}")

    @property
    def tenant(self) -> str:
        return f"{self.realm}_{self.instance}"

    @property
    def organization(self) -> str:
        return f"f_ecom_{self.tenant}"

    @property
    def tenant_group(self) -> str:
        """The organization as OCI names it."""
        return f"{self.organization}_group"


def settings_from(given: dict[str, Any]) -> InstanceSettings:
    """Settings from plan or control JSON."""
    return settings_of(InstanceSettings, given)


@dataclass(frozen=True)
class Token:
    """An access token that was given out."""

    kind: str
    """`account_manager`, `tsob` (trusted system on behalf of) or `shopper`."""
    client: Client
    scopes: frozenset[str] = field(default_factory=frozenset)
    expires: float = 0.0
