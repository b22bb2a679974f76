"""Can this account be worked with? Sentences for the person who connects it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from mirakl_sync.clock import Clock
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.http.contract import Answer
from mirakl_sync.platforms.inventory_planner.client import PlannerClient
from mirakl_sync.platforms.inventory_planner.schemas import Variant
from mirakl_sync.platforms.inventory_planner.settings import Choices
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed
from mirakl_sync.records.shop import Finding

if TYPE_CHECKING:
    from mirakl_sync.platforms.inventory_planner.dropping import Drop

# Variants whose warehouses are looked at: there is no list of warehouses.
LOOKED_AT = 200
APART = timedelta(minutes=5)
_WAYS = {
    Way.NATIVE: "Inventory Planner hears of sales and stock by its own connection to the shop; we send nothing.",
    Way.FETCHED: "Inventory Planner fetches whole tables of products and sales from us once a day.",
    Way.BROUGHT: "We bring files of what changed to Inventory Planner's file server before each night (Premium plan).",
}


def check(client: PlannerClient, drop: Drop, settings: Choices, key: str, clock: Clock) -> list[Finding]:
    """All findings; without a good key only that. ``key`` is the store's."""
    found = list(_guarded("key", lambda: _account(client, settings, key, clock)))
    found.append(Finding(True, "way", _WAYS[settings.served]))
    if settings.served is Way.BROUGHT:
        found += _guarded("file server", lambda: _folders(drop, settings))
    return found + list(_native(settings)) + list(_clock(settings))


def _guarded(subject: str, question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from question()
    except MiraklSyncError as error:
        yield Finding(False, subject, error.words, error.way_out, blocking=True)


def _account(client: PlannerClient, settings: Choices, key: str, clock: Clock) -> Iterator[Finding]:
    variants, answer = client.first_variants(LOOKED_AT)
    yield Finding(True, "key", "The key and the account are accepted, and variants can be read.")
    yield from _warehouses(variants, settings, key)
    yield from _apart(answer, clock)


def _warehouses(variants: list[Variant], settings: Choices, key: str) -> Iterator[Finding]:
    shown = sorted({place.warehouse for variant in variants for place in variant.warehouse})
    is_ours = settings.is_ours(key)
    ours = [each for each in shown if is_ours(each)]
    if not shown:
        yield Finding(True, "warehouses", "No variant is known there yet, so no warehouse shows itself.")
    elif not ours:
        yield Finding(
            False,
            "warehouses",
            f"None of the warehouses it shows ({', '.join(shown)}) is ours: its figures are unknown to us.",
            "Write those that are ours into warehouse_ids.",
        )
    else:
        yield Finding(True, "warehouses", f"Figures are read of {', '.join(ours)}, out of {', '.join(shown)}.")
    sources = sorted({each.partition("_")[0] for each in shown})
    if len(sources) > 1 and settings.served is not Way.NATIVE:
        yield Finding(
            False,
            "warehouses",
            f"The account has several connections ({', '.join(sources)}): if another one than ours brings the "
            "marketplaces' orders, every sale counts twice.",
            "Name the shops it is connected to by itself in native_connections.",
        )


def _apart(answer: Answer, clock: Clock) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        apart = abs(theirs - clock())
    except (ValueError, TypeError):
        return
    if apart > APART:
        words = f"Its clock and ours are {int(apart.total_seconds() // 60)} minutes apart."
        yield Finding(False, "clock", words, "Let this machine take its time from a time server.")


def _folders(drop: Drop, settings: Choices) -> Iterator[Finding]:
    for feed in Feed:
        drop.look(settings.folder(feed))
    folders = ", ".join(settings.folder(feed) for feed in Feed)
    yield Finding(True, "file server", f"{drop.host} shows the key we know, lets us in, and has the folders {folders}.")


def _native(settings: Choices) -> Iterator[Finding]:
    if settings.native_connections and settings.served is not Way.NATIVE:
        names = ", ".join(settings.native_connections)
        yield Finding(
            False,
            "way",
            f"It is connected to {names} by itself: marketplace orders placed there count twice if files tell of them.",
            'Set way = "native", or give only connections whose orders are elsewhere to this planner.',
        )


def _clock(settings: Choices) -> Iterator[Finding]:
    if settings.served is not Way.NATIVE:
        yield Finding(
            True,
            "clock",
            f"Times in files are UTC and carry no zone; the nightly run is told by the clock of {settings.timezone}. "
            "Compare the day of a sale near midnight in the account once.",
        )
