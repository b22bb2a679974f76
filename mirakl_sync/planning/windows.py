"""When a planner works through the night, and until when files must be there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# The planner's own demand: files lie there an hour before its nightly run.
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Nights:
    """A nightly run at a time of the clock of ``zone``; files are made ``ahead`` of it."""

    at: time
    zone: ZoneInfo
    ahead: timedelta

    def last(self, now: datetime) -> datetime:
        """The last run that has begun."""
        return max(moment for moment in self._around(now) if moment <= now)

    def next(self, now: datetime) -> datetime:
        """The next run."""
        return min(moment for moment in self._around(now) if moment > now)

    def due(self, run: datetime) -> datetime:
        """When files for a run are made."""
        return run - self.ahead

    def too_late(self, run: datetime) -> datetime:
        """What comes later than this may miss the run."""
        return run - AN_HOUR

    def _around(self, now: datetime) -> list[datetime]:
        today = now.astimezone(self.zone).date()
        days = (today + timedelta(days=step) for step in (-2, -1, 0, 1, 2))
        return [datetime.combine(day, self.at, self.zone).astimezone(UTC) for day in days]
