"""What a seller may choose about an Inventory Planner account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms import planner
from mirakl_sync.platforms.choices import read_choices
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed

LABEL = "Inventory Planner"
WAYS = {"native": Way.NATIVE, "starter_csv": Way.FETCHED, "advanced_csv": Way.BROUGHT}
# As the vendor names its entities; the sub-directories of its file server may be called otherwise.
FOLDERS = {Feed.VARIANTS.value: "variant", Feed.STOCK.value: "variant_warehouse", Feed.SALES.value: "sales_order"}

SENTENCES = {
    **planner.SETTINGS,
    "way": "How it hears of sales and stock: native (default; by its own connection to the shop, nothing is sent), "
    "starter_csv (it fetches whole tables from us), advanced_csv (we bring files of what changed).",
    "warehouse_ids": "The ids of our warehouses as its API shows them, c23867_..., between commas. Empty: with "
    "advanced_csv those the files name, else all.",
    "not_coming": "Statuses of purchase orders whose goods are not on their way; draft,closed,cancelled,canceled.",
    "every": "The least seconds between two calls of its API; 1.",
    "page": "Rows to a call, 1 to 1000; 500.",
    "sftp_host": "The host of its file server, for advanced_csv.",
    "sftp_port": "The port of its file server; 22.",
    "sftp_host_key": 'The public key of its file server: "ssh-ed25519 AAAA...". Nothing is sent to another one.',
    "sftp_folders": 'Its folders: {variants = "variant", stock = "variant_warehouse", sales = "sales_order"}.',
    "sftp_timeout": "The seconds that a visit to its file server may take in all; 120.",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """The settings of one account, checked. Names as in ``SENTENCES``; those of ``planner.SETTINGS`` that matter here
    as they are given."""

    way: str = "native"
    warehouse: str = ""
    warehouses: dict[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    warehouse_ids: str = ""
    not_coming: str = "draft,closed,cancelled,canceled"
    every: float = 1.0
    page: int = 500
    sftp_host: str = ""
    sftp_port: int = 22
    sftp_host_key: str = ""
    sftp_folders: dict[str, str] = field(default_factory=dict)
    sftp_timeout: float = 120.0
    native_connections: tuple[str, ...] = ()

    @property
    def served(self) -> Way:
        """The way, in our words."""
        return WAYS[self.way]

    @property
    def ids(self) -> frozenset[str]:
        """Ids that were named."""
        return frozenset(_words(self.warehouse_ids))

    @property
    def over(self) -> frozenset[str]:
        """Statuses whose goods are not on their way, in small letters."""
        return frozenset(word.lower() for word in _words(self.not_coming))

    def folder(self, feed: Feed) -> str:
        """Where files of this table lie."""
        return self.sftp_folders.get(feed.value, FOLDERS[feed.value]).rstrip("/")

    def is_ours(self, key: str) -> Callable[[str], bool]:
        """Whether a warehouse, by the id the API shows, is one of ours; ``key`` is the store's, the name of the one
        warehouse where none is named."""
        names = {self.warehouse or key, *self.warehouses.values()}
        if self.ids:
            # purchase orders may name a warehouse as people do
            return (self.ids | names).__contains__
        if self.served is not Way.BROUGHT:
            return lambda _: True
        return lambda shown: shown in names or shown.partition("_")[2] in names


def read_settings(given: Mapping[str, Any]) -> Choices:
    """Settings of an account as typed values; ``Misconfigured`` names the one that cannot be."""
    told = {**given, "native_connections": tuple(_words(given.get("native_connections", "")))}
    read = read_choices(Choices, told, label=LABEL, sentences=SENTENCES, choices={"way": tuple(WAYS)})
    _within("every", read.every, 0, timedelta(minutes=1).total_seconds())
    _within("page", read.page, 1, 1000)
    _within("sftp_port", read.sftp_port, 1, 65_535)
    _within("sftp_timeout", read.sftp_timeout, 1, 3600)
    strange = sorted(set(read.sftp_folders) - set(FOLDERS))
    if strange:
        raise Misconfigured(
            f"The {LABEL} setting sftp_folders cannot name {', '.join(strange)}.", way_out=SENTENCES["sftp_folders"]
        )
    return read


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise Misconfigured(f"The {LABEL} setting {name} cannot be {value}.", way_out=SENTENCES[name])


def _words(value: Any) -> list[str]:
    """A list, or words between commas."""
    words = value.split(",") if isinstance(value, str) else value
    return [word for word in (str(each).strip() for each in words) if word]
