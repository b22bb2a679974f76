"""Hours of the day as people write them, in their own time zone. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DAY = timedelta(days=1)


def read_time(text: object) -> time:
    """ "09:00"; ``ValueError`` for anything else."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError('expected a time of day such as "09:00"')
    return time(int(found[1]), int(found[2]))


def read_quiet(text: object) -> tuple[time, time]:
    """ "20:00-07:00": from when to when nobody wants to be told; ``ValueError`` for anything else."""
    begins, dash, ends = text.partition("-") if isinstance(text, str) else ("", "", "")
    if not dash or begins == ends:
        raise ValueError('expected hours such as "20:00-07:00"')
    return read_time(begins), read_time(ends)


def read_zone(text: object) -> ZoneInfo:
    """An IANA time zone, "Europe/Paris"; ``ValueError`` for anything else."""
    try:
        return ZoneInfo(str(text))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('expected a time zone such as "Europe/Paris"') from error


def quiet_until(now: datetime, quiet: str, zone: str) -> datetime | None:
    """When the quiet hours end that run at ``now``; None outside of them, or where there are none."""
    if not quiet:
        return None
    begins, ends = read_quiet(quiet)
    here = read_zone(zone)
    for day in (now.astimezone(here).date() - _DAY, now.astimezone(here).date()):
        starts = datetime.combine(day, begins, here)
        over = datetime.combine(day + (_DAY if ends <= begins else timedelta(0)), ends, here)
        if starts <= now < over:
            return over.astimezone(UTC)
    return None


def latest(now: datetime, times: Sequence[str], zone: str) -> datetime | None:
    """The last of these times of day that has come, today or yesterday; None without any."""
    here = read_zone(zone)
    today = now.astimezone(here).date()
    moments = [datetime.combine(day, read_time(each), here) for day in (today, today - _DAY) for each in times]
    return max((moment.astimezone(UTC) for moment in moments if moment <= now), default=None)
