"""What one simulated Inventory Planner account is. Plain data, changed only by tests and control."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.sandbox.opening import settings_of

ENTITIES = ("warehouse", "variant", "variant_vendor", "variant_component", "variant_warehouse", "sales_order")
"""The entities of the Advanced connector, in the order a night reads them."""

STARTER_FILES = ("products", "sales_orders", "purchase_orders")
DATE_STYLES = ("rfc822", "iso")
PLAIN_WAREHOUSE = ("ids", "all")
WINDOWS = ("rolling", "days")


@dataclass
class PlannerSettings:
    """The switches of one account; where the vendor says nothing, the default is what hurts a careless client."""

    name: str = "planner"
    account: str = "a12345"
    key: str = "ip-sandbox-key"
    refuse_with: int = 401
    """How a wrong key is answered: 401 or 403, nobody says which."""
    lost_rights: bool = False
    """The user the key belongs to has left: everything answers 403."""
    maintenance: bool = False
    """Every call answers 503 with a page."""
    least_seconds_between_calls: float = 0.0
    """Calls that come sooner are answered 429 with Retry-After; no limit is published, so none by default."""

    default_limit: int = 25
    """Rows of a page when nobody says how many; 25 and 100 have been seen."""
    plain_warehouse: str = "ids"
    """What `fields=warehouse` brings: `ids` or `all`; both have been seen."""
    dates: str = "rfc822"
    """How dates are printed: `rfc822` or `iso`; both have been seen."""
    windows: str = "rolling"
    """What "the last 7 days" are: `rolling`, to the second, or `days`, whole days in UTC without today; nobody says."""
    variants_writable: bool = False
    """PATCH of a variant's planning settings works; undocumented."""
    warehouse_list: bool = False
    """`/api/v1/warehouses` exists; one public client uses it, another found it missing."""

    warehouses: tuple[str, ...] = ("WH-1",)
    """Warehouses of the Advanced connection, as its files name them."""
    vendors: tuple[str, ...] = ("Fabric Ltd",)
    statuses: tuple[str, ...] = ("draft", "open", "closed", "cancelled")
    """Statuses of purchase orders in this account's own spelling."""
    currency: str = "EUR"
    lead_time: int = 30
    review_period: int = 30
    combine_by_sku: bool = True
    """Variants of several connections that share a SKU are one variant."""

    native_shopify: tuple[str, ...] = ()
    """Names of the shops that are connected natively; each has one warehouse."""

    starter_urls: dict[str, str] = field(default_factory=dict)
    """Where the Starter connector finds `products`, `sales_orders`, `purchase_orders`."""
    starter_user: str = ""
    starter_password: str = ""
    pull_every: float | None = None
    """Sandbox seconds between two pulls; None = only by control."""
    reads_short_answers: bool = True
    """An answer that ends before its Content-Length is read as if it were whole."""

    sftp: bool = True
    """The Advanced connector's drop is open."""
    sftp_port: int = 0
    sftp_user: str = "a12345"
    sftp_password: str = "drop-it-here"
    public_keys: tuple[str, ...] = ()
    """Public keys that may log in, one OpenSSH line each."""
    folders: dict[str, str] = field(default_factory=lambda: {entity: entity for entity in ENTITIES})
    """The sub-directory of each entity."""
    night_every: float | None = None
    """Sandbox seconds between two nightly batches; None = only by control."""
    cutoff_seconds: float = 0.0
    """A file that came less than this before the night waits for the next; the vendor asks for an hour."""

    def __post_init__(self) -> None:
        _one_of("plain_warehouse", self.plain_warehouse, PLAIN_WAREHOUSE)
        _one_of("dates", self.dates, DATE_STYLES)
        _one_of("windows", self.windows, WINDOWS)
        for name in self.starter_urls:
            _one_of("a name in starter_urls", name, STARTER_FILES)
        if set(self.folders) != set(ENTITIES):
            raise TypeError(f"folders needs one name for each of {', '.join(ENTITIES)}")

    @property
    def sources(self) -> tuple[str, ...]:
        """The connections of this account, by the names its books use."""
        return ("advanced", "starter", *(f"native:{shop}" for shop in self.native_shopify))

    def warehouse_id(self, source: str, location: str = "") -> str:
        """The id the API shows for a connection's warehouse: `c<connection>_<location>`."""
        number = 23867 + self.sources.index(source)
        kind, _, shop = source.partition(":")
        place = {"advanced": location, "starter": "csv.606f0e"}.get(kind, shop)
        return f"c{number}_{place}"

    @property
    def warehouse_ids(self) -> list[str]:
        """Every warehouse of the account, by the id the API shows."""
        own = [self.warehouse_id("advanced", name) for name in self.warehouses]
        return own + [self.warehouse_id(source) for source in self.sources[1:]]


def settings_from(given: dict[str, Any]) -> PlannerSettings:
    """Settings from plan or control JSON; folders that are not named keep their names."""
    folders = {**{entity: entity for entity in ENTITIES}, **given.get("folders", {})}
    return settings_of(PlannerSettings, {**given, "folders": folders})


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise TypeError(f"{name} is one of {', '.join(known)}, not {value!r}")
