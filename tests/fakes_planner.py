"""A planner in memory that keeps the promises of ``Planner``, for the flows that need one but no files on a server.

``FakePlanner`` is both the planner and our door to it. Trouble is asked for by name:
``planner.trouble.append(("bring", "lose_answer"))`` spoils the next such call and only that one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from mirakl_sync.errors import Misconfigured, Refused, Unavailable
from mirakl_sync.planning import rows
from mirakl_sync.planning.rows import Wanted
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed, Incoming, Planned, Row, SaleRow, StockRow, VariantRow
from mirakl_sync.records.shop import Finding

R = TypeVar("R")
A_WEEK, A_MONTH = timedelta(days=7), timedelta(days=30)


def _troubled(work: Callable[..., R]) -> Callable[..., R]:
    """Let trouble happen to a call: before it, after it, or not at all."""
    name = work.__name__

    @wraps(work)
    def spoiled(self: FakePlanner, *args: Any) -> R:
        self.calls.append(name)
        what = next((what for call, what in self.trouble if call == name), "")
        if what:
            self.trouble.remove((name, what))
        if what == "fail":
            raise Unavailable(f"{name}: nobody answers")
        if what == "forbid":
            raise Misconfigured(f"{name}: the login is refused", way_out="Take another key.")
        done = work(self, *args)
        if what == "lose_answer":
            raise Unavailable(f"{name}: the answer was lost", outcome_unknown=True)
        return done

    return spoiled


@dataclass
class FakePlanner:
    """``folder`` is what lies on its file server, ``read`` the names its nights took, in their order."""

    way: Way = Way.BROUGHT
    folder: dict[tuple[Feed, str], bytes] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    variants: dict[str, VariantRow] = field(default_factory=dict)
    stock: dict[tuple[str, str], StockRow] = field(default_factory=dict)
    sales: dict[tuple[str, str], SaleRow] = field(default_factory=dict)
    on_their_way: list[Incoming] = field(default_factory=list)
    # tables whose files a night throws away without a word
    deaf: set[Feed] = field(default_factory=set)
    # SKUs that do not fit into its files
    misfits: set[str] = field(default_factory=set)
    trouble: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    at: datetime | None = None

    # our door

    @_troubled
    def check(self) -> list[Finding]:
        """It is well."""
        return [Finding(True, "planner", "The planner answers.")]

    def write(self, feed: Feed, lines: Sequence[Row]) -> bytes:
        """A line of JSON for each."""
        for row in lines:
            if row.sku in self.misfits:
                raise Refused(f"{row.sku} does not fit into the column VARIANT_ID of {feed}.")
        return "".join(json.dumps(_told(row)) + "\n" for row in lines).encode()

    def file_name(self, feed: Feed, number: int, at: datetime) -> str:
        """Names in the order of their making."""
        return f"{feed}-{number:06}-{at:%Y%m%dT%H%M%S}.csv"

    @_troubled
    def bring(self, feed: Feed, name: str, content: bytes) -> None:
        """Lay it there."""
        self.folder[feed, name] = content

    @_troubled
    def brought(self, feed: Feed, name: str) -> int | None:
        """Its size, while it lies there."""
        content = self.folder.get((feed, name))
        return None if content is None else len(content)

    @_troubled
    def planned(self, skus: Sequence[str] = ()) -> Iterator[Planned]:
        """What the last night made of it."""
        return iter([self._planned(sku) for sku in sorted(self.variants) if not skus or sku in skus])

    @_troubled
    def incoming(self) -> Iterator[Incoming]:
        """Purchase orders."""
        return iter(list(self.on_their_way))

    # its life

    def night(self, at: datetime) -> None:
        """The nightly run: every file, the oldest first, then what follows from them."""
        self.at = at
        for (feed, name), content in sorted(self.folder.items(), key=lambda each: each[0][1].split("-", 1)[1]):
            self.read.append(name)
            if feed not in self.deaf:
                self.take(content)
        self.folder.clear()

    def take(self, content: bytes) -> None:
        """Read lines: one that is known is replaced."""
        for line in content.decode().splitlines():
            self._keep(_read(json.loads(line)))

    def swallow(self, content: bytes, kinds: Sequence[type[Any]], at: datetime) -> None:
        """A whole table that was fetched: what is absent from it is deleted."""
        self.at = at
        for kind, table in ((VariantRow, self.variants), (StockRow, self.stock), (SaleRow, self.sales)):
            if kind in kinds:
                table.clear()
        self.take(content)

    def demand(self, sku: str) -> int:
        """Pieces sold in the end, however long ago."""
        return sum(_pieces(row) for row in self.sales.values() if row.sku == sku)

    def _keep(self, row: Row) -> None:
        if isinstance(row, VariantRow):
            self.variants[row.sku] = row
        elif isinstance(row, StockRow):
            self.stock[row.sku, row.warehouse] = row
        else:
            self.sales[row.order, row.line] = row

    def _planned(self, sku: str) -> Planned:
        there = [row.in_stock for row in self.stock.values() if row.sku == sku and not row.removed]
        return Planned(
            sku,
            in_stock=sum(there) if there else None,
            sold_7=self._sold(sku, A_WEEK),
            sold_30=self._sold(sku, A_MONTH),
            incoming=sum(each.quantity for each in self.on_their_way if each.sku == sku),
            to_order=4,
            days_left=12,
            removed=self.variants[sku].removed,
        )

    def _sold(self, sku: str, back: timedelta) -> int:
        if self.at is None:
            return 0
        every = (row for row in self.sales.values() if row.sku == sku and self.at - back <= row.created_at < self.at)
        return sum(_pieces(row) for row in every)


def _pieces(row: SaleRow) -> int:
    return 0 if row.removed or row.canceled else row.quantity


def _told(row: Row) -> dict[str, Any]:
    feed = next(feed for feed, kind in rows.RECORDS.items() if isinstance(row, kind))
    return {"feed": feed.value, **rows.content(Wanted(feed, "", "", row), row.updated_at)}


def _read(told: dict[str, Any]) -> Row:
    return rows.record(Feed(told["feed"]), told)
