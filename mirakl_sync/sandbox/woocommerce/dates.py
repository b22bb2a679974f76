"""Dates in and out: site-local and UTC text without a zone, and the traps of the time filters (reference 99.4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FRACTION_AND_ZONE = re.compile(r"\.\d+(Z|[+-]\d{2}(:\d{2})?)$")
FRACTION = re.compile(r"\.\d+")


def text(moment: datetime | None, zone: ZoneInfo | None = None) -> str | None:
    """`2026-11-20T20:05:04`, in the site's zone or (without one) in UTC."""
    if moment is None:
        return None
    return moment.astimezone(zone or UTC).strftime("%Y-%m-%dT%H:%M:%S")


def filter_moment(given: str, zone: ZoneInfo, *, are_gmt: bool, of_orders: bool) -> datetime:
    """The moment a time filter really compares with, mistakes of the real server included.

    Text with a zone is first turned into the site's wall clock; `dates_are_gmt` then reads that wall clock as UTC,
    so it is off by the site's offset. On orders a fraction of a second makes the zone ignored.
    """
    if of_orders and FRACTION_AND_ZONE.search(given):
        given = FRACTION_AND_ZONE.sub("", given)
    parsed = datetime.fromisoformat(FRACTION.sub("", given.upper()))
    wall = parsed.astimezone(zone).replace(tzinfo=None) if parsed.tzinfo else parsed
    return wall.replace(tzinfo=UTC if are_gmt else zone).astimezone(UTC)


def stored_moment(given: str, zone: ZoneInfo) -> datetime:
    """A date written to a field (`date_on_sale_to`, `date_created`): naive text is site-local."""
    parsed = datetime.fromisoformat(given)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)
