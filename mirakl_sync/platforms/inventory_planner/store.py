"""One Inventory Planner account, opened for work: the ``Planner`` the rest of the program sees."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Misconfigured
from mirakl_sync.http.contract import Dial, RawKey
from mirakl_sync.platforms.contract import StoreAccess
from mirakl_sync.platforms.inventory_planner import checks, figures, writing
from mirakl_sync.platforms.inventory_planner.answers import interpret
from mirakl_sync.platforms.inventory_planner.client import Pace, PlannerClient
from mirakl_sync.platforms.inventory_planner.settings import Choices, read_settings
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed, Incoming, Planned, Row
from mirakl_sync.records.shop import Finding

if TYPE_CHECKING:
    from mirakl_sync.platforms.inventory_planner.dropping import Drop


def plan(
    access: StoreAccess, dial: Dial, clock: Clock, *, sleep: Callable[[float], None] = time.sleep
) -> InventoryPlanner:
    """Open an account. ``Misconfigured`` for a missing credential or an impossible setting; no call is made."""
    settings = read_settings(access.settings)
    key, account = (access.credentials.get(name, "").strip() for name in ("api_key", "account"))
    if not key or not account:
        raise Misconfigured(
            "The Inventory Planner account has no api_key or no account.",
            way_out="Make a key in Account, Settings, API; the account's id (a and digits) is shown beside it.",
        )
    url = access.url.rstrip("/").removesuffix("/api/v1")
    # the vendor tells of no pace, and one call after the other is what its page shows
    transport = dial(f"{url}/api/v1", auth=RawKey(key), interpret=interpret, parallel=1)
    client = PlannerClient(transport, account, Pace(settings.every, time.monotonic, sleep), settings.page)
    return InventoryPlanner(access.key, client, _drop(access, settings), settings, clock)


def _drop(access: StoreAccess, settings: Choices) -> Drop:
    # the library for file servers takes a tenth of a process's start, and most processes never plan
    from mirakl_sync.platforms.inventory_planner.dropping import Drop

    user, password, private = (
        access.credentials.get(name, "") for name in ("sftp_user", "sftp_password", "sftp_private_key")
    )
    return Drop(
        settings.sftp_host,
        settings.sftp_port,
        settings.sftp_host_key,
        user,
        password,
        private,
        settings.sftp_timeout,
    )


class InventoryPlanner:
    """Implements ``Planner``; every method's promise is written there."""

    def __init__(self, key: str, client: PlannerClient, drop: Drop, settings: Choices, clock: Clock) -> None:
        self._key, self._client, self._drop = key, client, drop
        self._settings, self._clock = settings, clock

    @property
    def way(self) -> Way:
        """By the setting ``way``."""
        return self._settings.served

    def check(self) -> list[Finding]:
        """Key, account, warehouses, clock, file server and what would count twice, in sentences."""
        return checks.check(self._client, self._drop, self._settings, self._key, self._clock)

    def write(self, feed: Feed, rows: Sequence[Row]) -> bytes:
        """A CSV file of the Starter or the Advanced connector."""
        return writing.write(self.way, feed, rows)

    def file_name(self, feed: Feed, number: int, at: datetime) -> str:
        """The vendor's entity, our number and the time in UTC."""
        return writing.file_name(feed, number, at)

    def bring(self, feed: Feed, name: str, content: bytes) -> None:
        """By SFTP, renamed when it is whole."""
        self._drop.bring(self._settings.folder(feed), name, content)

    def brought(self, feed: Feed, name: str) -> int | None:
        """By SFTP."""
        return self._drop.size(self._settings.folder(feed), name)

    def planned(self, skus: Sequence[str] = ()) -> Iterator[Planned]:
        """``GET /variants``; complete before the first is told."""
        asked = set(skus)
        variants = self._client.variants_of(sorted(asked)) if asked else self._client.variants()
        # a filter the account does not know filters nothing
        told = figures.planned(variants, self._settings.is_ours(self._key))
        return (each for each in told if not asked or each.sku in asked)

    def incoming(self) -> Iterator[Incoming]:
        """``GET /purchase-orders`` and the items of those whose goods are on their way."""
        is_ours, over = self._settings.is_ours(self._key), self._settings.over
        coming = [order for order in self._client.purchase_orders() if figures.is_coming(order, is_ours, over)]
        for order in coming:
            yield from figures.incoming(order, self._client.items(order.id))
