"""When to try again: a pure decision from the error, the attempts so far and the promise that runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from mirakl_sync.errors import TryLater

FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=10)
# With a deadline, never sleep away more than this share of what is left of it.
SHARE_OF_REMAINING = 0.25


def when(
    error: TryLater, attempts: int, deadline: datetime | None, now: datetime, chance: Callable[[], float]
) -> datetime:
    """The next attempt: what the other side asked for, else a growing delay with jitter.

    A delay the other side demanded is honoured whatever the deadline, and lengthened a little so that not everybody
    returns at once; our own delays shrink as the deadline comes near.
    """
    if error.after is not None:
        return now + timedelta(seconds=error.after * (1 + 0.1 * chance()) + 0.2 * chance())
    ceiling: timedelta = min(LONGEST_DELAY, FIRST_DELAY * int(2 ** min(attempts, 12)))
    delay = ceiling * (0.5 + 0.5 * chance())
    return now + shortened(delay, deadline, now)


def shortened(delay: timedelta, deadline: datetime | None, now: datetime) -> timedelta:
    """A delay of our own choice, cut to a share of what is left before the deadline, but never to nothing."""
    if deadline is None or deadline <= now:
        return delay
    return min(delay, max((deadline - now) * SHARE_OF_REMAINING, timedelta(seconds=0.5)))
