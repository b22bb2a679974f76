"""What the work needs from a planner beside a store. Which of it a store's settings allow, its spec says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mirakl_sync.records.planning import Feed, Incoming, Planned, Row
from mirakl_sync.records.shop import Finding

# What every planner's feeds are set by, beside what its own kind needs; a spec takes them over.
SETTINGS: Mapping[str, str] = {
    "warehouse": "The planner's name of the warehouse marketplaces are served from.",
    "warehouses": 'Warehouses of the planner by the shop\'s places of stock: {Paris = "WH-PARIS"}.',
    "nightly_at": 'When the planner\'s nightly run begins, by the clock of `timezone`: "02:00".',
    "timezone": 'The time zone of `nightly_at`: "Europe/Paris". Default: UTC.',
    "ahead": 'How long before its nightly run files are made, at least an hour: "90m".',
    "read_after": 'How long after its beginning the nightly run is surely over: "3h".',
    "history": 'How far back a whole table of sales goes where the planner fetches it, at least "365d".',
    "shrink_guard": 'A whole table that shrank by more than this waits for a person: "20%", or "off".',
    "native_connections": 'Platforms that the planner is connected to by itself: "shopify".',
}
# What it shows when it fetches its tables from us.
FEED_CREDENTIALS: Mapping[str, str] = {
    "feed_user": "The user the planner shows when it fetches its tables from us (HTTP Basic).",
    "feed_password": "The password it shows then; make up a long one.",
}


class Way(StrEnum):
    """How sales and stock reach the planner. Exactly one, or demand counts twice."""

    # another connection of the planner's own brings them: nothing is sent
    NATIVE = "native"
    # the planner fetches whole files from us: what is absent is deleted there
    FETCHED = "fetched"
    # we bring files of what changed
    BROUGHT = "brought"


class Planner(Protocol):
    """One planner, opened for work. Every method may raise the families of ``mirakl_sync.errors``."""

    @property
    def way(self) -> Way:
        """How it takes sales and stock."""

    def check(self) -> list[Finding]:
        """Say in sentences whether it can be worked with: key, account, login of the file server, folders."""

    def write(self, feed: Feed, rows: Sequence[Row]) -> bytes:
        """The file of these rows as this planner reads it, refused here where it would be ignored there.

        ``Refused`` names the row and the column: the planner itself never reports a bad file. Where it fetches whole
        tables, the variants come with the rows of their stock, and there is no table of stock alone.
        """

    def file_name(self, feed: Feed, number: int, at: datetime) -> str:
        """What the file is called there; another number, another name."""

    def bring(self, feed: Feed, name: str, content: bytes) -> None:
        """Lay a file into the planner's folder, whole or not at all under that name. Repeatable.

        An interrupted one leaves nothing that the planner would read.
        """

    def brought(self, feed: Feed, name: str) -> int | None:
        """The size of a file that lies there, None when there is none: the look behind ``bring``. Files the planner
        has read may be gone."""

    def planned(self, skus: Sequence[str] = ()) -> Iterator[Planned]:
        """What it knows of these SKUs, or of every one it has: the proof that data arrived."""

    def incoming(self) -> Iterator[Incoming]:
        """Every piece on its way by orders that are neither closed nor cancelled."""
