"""How values are said on pages: times, distances, amounts, addresses of lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def when(moment: datetime | None) -> Markup | str:
    """The time in UTC, for people and machines; a dash where there is none."""
    if moment is None:
        return "–"
    return Markup('<time datetime="{}">{} UTC</time>').format(
        moment.isoformat(timespec="seconds"), f"{moment:%Y-%m-%d %H:%M:%S}"
    )


def distance(moment: datetime | None, now: datetime) -> str:
    """ "in 2 h 5 min", "3 min ago", "now"."""
    if moment is None:
        return "–"
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"in {span(seconds)}" if seconds > 0 else f"{span(-seconds)} ago"


def span(length: float | timedelta) -> str:
    """A length of time in its two greatest units: "2 h 5 min"."""
    left = int(length.total_seconds() if isinstance(length, timedelta) else length)
    said = []
    for size, name in _STEPS:
        if left >= size:
            said.append(f"{left // size} {name}")
            left %= size
    return " ".join(said[:2]) or "0 s"


def amount(value: Decimal | None) -> str:
    """Two decimals, more where they count; a dash for none."""
    if value is None:
        return "–"
    exact = value.normalize()
    digits = max(2, -int(exact.as_tuple().exponent))  # finite amounts have a number there
    return f"{value:,.{digits}f}"


def filled(**changes: Any) -> str:
    """This page's address with some of its parameters changed; empty ones leave."""
    asked = {**request.args.to_dict(), **changes}
    return f"{request.path}?{urlencode({name: value for name, value in asked.items() if value not in ('', None)})}"


FILTERS = {"when": when, "distance": distance, "span": span, "amount": amount}
