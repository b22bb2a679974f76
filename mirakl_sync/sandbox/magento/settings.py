"""What one simulated shop is: version, rights, warehouses, modules. Plain data, changed only by tests and control."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.sandbox.opening import settings_of

SLASHES = ("refused", "not_found", "allowed")
ORDER_SAVE_MOVED = {(2, 4, 4): 12, (2, 4, 5): 11, (2, 4, 6): 9, (2, 4, 7): 4}
"""The patch of each line since which POST /V1/orders needs a resource of its own (reference 1)."""


@dataclass(frozen=True)
class Access:
    """An integration. Each of the four is 32 characters long."""

    consumer_key: str = "consumerkeyofthesandbox000000000"
    consumer_secret: str = "consumersecretofthesandbox000000"
    token: str = "accesstokenofthesandbox000000000"
    token_secret: str = "tokensecretofthesandbox000000000"


@dataclass(frozen=True)
class StockSource:
    """A stock: the websites that sell from it, and the warehouses that feed it, in order of priority."""

    stock_id: int = 1
    name: str = "Default Stock"
    websites: tuple[str, ...] = ("base",)
    sources: tuple[str, ...] = ("default",)


@dataclass
class MagentoSettings:
    """The switches of one shop; the defaults are the shop the recorded answers came from (reference section 99)."""

    name: str = "Sandbox Magento"
    url: str = ""
    """Public address without trailing slash; empty = the address the request came to."""
    version: str = "2.4.6"
    edition: str = "Community"
    version_shown: bool = True
    timezone: str = "Europe/Madrid"
    currency: str = "EUR"
    stores: tuple[str, ...] = ("default",)
    """Codes of the store views, numbered from 1; all of them belong to the website `base`."""
    stocks: tuple[StockSource, ...] = (StockSource(),)
    bearer_allowed: bool = False
    """`oauth/consumer/enable_integration_as_bearer`; always possible before 2.4.4."""
    denied: tuple[str, ...] = ()
    """ACL resources the integration was not given."""
    input_limits: bool = False
    encoded_slashes: str = "refused"
    """What a `%2F` in the path meets: `refused` (the signature fails), `not_found` (the web server), `allowed`."""
    payment_methods: tuple[str, ...] = ("checkmo", "banktransfer", "purchaseorder", "free")
    extra_statuses: dict[str, str] = field(default_factory=dict)
    """Statuses the merchant made: status → the state it belongs to."""
    flat_rate: float = 5
    """The carrier `flatrate`, per piece."""
    tax_percent: float = 0
    """Tax of carts; catalogue prices are without."""
    module: bool = False
    """Our small module is installed: POST /V1/mirakl/orders."""
    events: bool = False
    """The module mage-os/mageos-async-events is installed."""
    event_seconds: float = 0.2
    """How long a delivery waits for its queue consumer."""
    compensates_every: float | None = None
    """Seconds between two runs of `inventory:reservation:create-compensations`; None = nobody runs it."""
    maintenance: bool = False

    def __post_init__(self) -> None:
        if self.encoded_slashes not in SLASHES:
            raise TypeError(f"encoded_slashes is one of {', '.join(SLASHES)}, not {self.encoded_slashes!r}")
        if not re.match(r"\d+\.\d+\.\d+(-p\d+)?$", self.version):
            raise TypeError(f"version is like 2.4.6 or 2.4.6-p9, not {self.version!r}")

    @property
    def release(self) -> tuple[int, int, int]:
        first, second, third = self.version.partition("-")[0].split(".")
        return int(first), int(second), int(third)

    @property
    def patch(self) -> int:
        return int(self.version.partition("-p")[2] or 0)

    @property
    def order_save_resource(self) -> str:
        """The right POST /V1/orders needs."""
        since = ORDER_SAVE_MOVED.get(self.release)
        moved = self.release >= (2, 4, 8) or (since is not None and self.patch >= since)
        return "Magento_Sales::api_actions" if moved else "Magento_Sales::create"

    @property
    def increment_length(self) -> int:
        return 50 if self.release >= (2, 4, 5) else 32

    @property
    def takes_bearer(self) -> bool:
        return self.bearer_allowed or self.release < (2, 4, 4)

    @property
    def repeats_last_page(self) -> bool:
        return self.release < (2, 4, 0)


def settings_from(given: dict[str, Any]) -> MagentoSettings:
    """Settings from plan or control JSON."""
    stocks = {"stocks": [_stock(stock) for stock in given["stocks"]]} if "stocks" in given else {}
    return settings_of(MagentoSettings, {**given, **stocks})


def _stock(given: Any) -> StockSource:
    if isinstance(given, StockSource):
        return given
    lists = {name: tuple(given[name]) for name in ("websites", "sources") if name in given}
    return StockSource(**{**given, **lists})
