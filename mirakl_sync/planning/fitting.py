"""Whether a planner and a connection's store work together: sentences for `mirakl-sync connections check`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mirakl_sync.errors import Misconfigured
from mirakl_sync.planning import settings
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.shop import Finding

SUBJECT = "planner"


@dataclass(frozen=True, slots=True)
class Sides:
    """A planner named by a connection, and the store its orders are placed in.

    ``stores`` are all that this planner hears of; ``hooks_url`` is where the web process is reached from outside.
    """

    planner: str
    way: Way
    told: Mapping[str, Any]
    credentials: Mapping[str, Any]
    capabilities: frozenset[Capability]
    store: str
    platform: str
    stores: tuple[str, ...] = ()
    hooks_url: str = ""


def fit(sides: Sides) -> list[Finding]:
    """What is sent to this planner and what stands against it; blocking where sales would count twice."""
    try:
        told = settings.read(sides.planner, sides.told)
    except Misconfigured as error:
        return [Finding(False, SUBJECT, error.words, error.way_out, blocking=True)]
    return [*_double(sides, told.native), *_way(sides), *_clock(sides, told), *_stores(sides), *_coming(sides)]


def _double(sides: Sides, native: tuple[str, ...]) -> Iterator[Finding]:
    """The marketplaces' orders are in the store, and the planner reads the store by itself."""
    own = sides.platform in native
    if own and sides.way is not Way.NATIVE:
        yield Finding(
            False,
            SUBJECT,
            f"{sides.planner} is connected to {sides.platform} by itself, where the orders of {sides.store} are: told "
            "by files as well, every sale counts twice.",
            f"Let store.{sides.planner} be read only (its native way), or take {sides.platform} off its "
            "native_connections once that connection is cut there.",
            blocking=True,
        )
    if sides.way is Way.NATIVE and native and not own:
        yield Finding(
            False,
            SUBJECT,
            f"{sides.planner} hears of {', '.join(native)} only, and the orders of {sides.store} are on "
            f"{sides.platform}: their sales reach it by no way.",
            f"Let store.{sides.planner} take files, or connect {sides.platform} there.",
        )


def _way(sides: Sides) -> Iterator[Finding]:
    if sides.way is Way.NATIVE:
        words = (
            f"{sides.planner} hears of sales and stock by a connection of its own: nothing is sent, it is only read."
        )
        yield Finding(True, SUBJECT, words)
    elif sides.way is Way.BROUGHT:
        yield Finding(True, SUBJECT, f"{sides.planner} is brought files of what changed, before each of its nights.")
    else:
        yield from _fetched(sides)


def _fetched(sides: Sides) -> Iterator[Finding]:
    if not sides.credentials.get("feed_password"):
        yield Finding(
            False,
            SUBJECT,
            f"{sides.planner} fetches whole tables, but has no password to show: nothing is served.",
            f"Give store.{sides.planner}.credentials a feed_user and a long feed_password.",
            blocking=True,
        )
        return
    where = sides.hooks_url.rstrip("/") or "the address of the web process"
    yield Finding(
        True,
        SUBJECT,
        f"{sides.planner} fetches whole tables below {where}; `mirakl-sync planning status` shows the paths.",
    )


def _clock(sides: Sides, told: settings.FeedSettings) -> Iterator[Finding]:
    nights = told.nights
    ready = f"{nights.ahead.total_seconds() / 60:.0f} min before"
    yield Finding(
        True, SUBJECT, f"Its nights begin at {nights.at:%H:%M} ({nights.zone.key}); everything is ready {ready}."
    )
    if not sides.told.get("warehouse") and sides.way is Way.BROUGHT:
        yield Finding(
            False,
            SUBJECT,
            f"No warehouse of {sides.planner} is named: sales and stock go to one called {told.places.warehouse!r}.",
            f'Write warehouse = "…" in store.{sides.planner}.settings, as the planner spells it.',
        )


def _stores(sides: Sides) -> Iterator[Finding]:
    if len(sides.stores) > 1:
        yield Finding(
            False,
            SUBJECT,
            f"{sides.planner} hears of several stores ({', '.join(sides.stores)}): of a SKU that more than one of them "
            "has, the first one's stock is told.",
            "Give each store a planner of its own where they do not share one shelf.",
        )


def _coming(sides: Sides) -> Iterator[Finding]:
    if Capability.INCOMING_STOCK in sides.capabilities:
        yield Finding(True, SUBJECT, f"{sides.planner} tells what is on its way: `mirakl-sync planning incoming`.")
