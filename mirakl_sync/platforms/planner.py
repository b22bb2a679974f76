"""What the work needs from a planner beside a store. Which of it a store's settings allow, its spec says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mirakl_sync.records.planning import Feed, Incoming, Planned, Row
from mirakl_sync.records.shop import Finding


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

        ``Refused`` names the row and the column: the planner itself never reports a bad file.
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
