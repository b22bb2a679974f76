"""A planner's settings as its feeds use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mirakl_sync.errors import Misconfigured
from mirakl_sync.planning.goods import Places
from mirakl_sync.planning.windows import AN_HOUR, Nights
from mirakl_sync.platforms.planner import SETTINGS
from mirakl_sync.policy.units import read_duration, read_percent

# The least a forecast needs: a whole year, with its seasons.
A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """``nights``: its nightly run; ``read_after``: by then it is over; ``history``: how far back whole tables of sales
    go; ``shrink_guard``: the percentage by which one may shrink unasked, None for any."""

    nights: Nights
    places: Places
    read_after: timedelta = timedelta(hours=3)
    history: timedelta = A_YEAR
    shrink_guard: Decimal | None = Decimal(20)
    native: tuple[str, ...] = field(default=())


def read(key: str, given: Mapping[str, Any]) -> FeedSettings:
    """The settings of the planner ``key``; ``Misconfigured`` names the one that cannot be."""
    told = _Told(key, given)
    zone = told("timezone", "UTC", _zone)
    ahead = told("ahead", "90m", read_duration)
    if ahead < AN_HOUR:
        raise Misconfigured(
            f"Planner {key} would get its files {ahead} before its nightly run.",
            way_out='It reads what lies there an hour before. Write ahead = "90m" or more.',
        )
    history = told("history", "366d", read_duration)
    if history < A_YEAR:
        raise Misconfigured(
            f"Planner {key} would be shown {history.days} days of sales.",
            way_out='A forecast needs a year. Write history = "365d" or more.',
        )
    return FeedSettings(
        nights=Nights(told("nightly_at", "02:00", _time), zone, ahead),
        places=Places(str(given.get("warehouse") or key), told("warehouses", {}, _names)),
        read_after=told("read_after", "3h", read_duration),
        history=history,
        shrink_guard=told("shrink_guard", "20%", read_percent),
        native=told("native_connections", "", _words),
    )


class _Told:
    def __init__(self, key: str, given: Mapping[str, Any]) -> None:
        self._key, self._given = key, given

    def __call__(self, name: str, default: Any, kind: Any) -> Any:
        value = self._given.get(name, default)
        try:
            return kind(value)
        except (ValueError, TypeError, ZoneInfoNotFoundError) as error:
            raise Misconfigured(
                f"The setting {name} of planner {self._key} cannot be {value!r}.", way_out=SETTINGS[name]
            ) from error


def _time(value: Any) -> time:
    said = time.fromisoformat(value)
    if said.tzinfo is not None:
        raise ValueError("the time zone has a setting of its own")
    return said


def _zone(value: Any) -> ZoneInfo:
    return ZoneInfo(value)


def _names(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError("expected a table")
    return {str(place): str(name) for place, name in value.items()}


def _words(value: Any) -> tuple[str, ...]:
    """A list, or words between commas."""
    words = value.split(",") if isinstance(value, str) else value
    return tuple(word for word in (str(each).strip() for each in words) if word)
