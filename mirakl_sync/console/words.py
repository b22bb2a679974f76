"""How values are said on pages: times, distances, amounts, tones of states, addresses of lists."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup, escape

from mirakl_sync.cases import ledger
from mirakl_sync.orders import states
from mirakl_sync.orders.states import State
from mirakl_sync.shipments.states import State as Parcel
from mirakl_sync.stock.lane import PushState
from mirakl_sync.stock.story_words import happened

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
# The colour a state's word stands on. The word is always there: colour is never alone.
_TONES = {
    "waits": {
        "paused",
        PushState.SENT,
        *states.UNANSWERED,
        states.STAGING,
        states.WAITING_ACCEPTANCE,
        *states.PAYMENT_STATES,
        ledger.ASKED,
        Parcel.NOTED,
    },
    "runs": {"sends", State.ACCEPTED, State.PLACED, states.SHIPPING},
    "done": {
        State.SHIPPED,
        State.CLOSED,
        *states.LEFT_STATES,
        *states.OVER_STATES,
        ledger.CONFIRMED,
        "accept",
        Parcel.TOLD,
        PushState.DONE,
    },
    "ended": {State.REFUSED, State.CANCELED, *states.ENDED_STATES, "refuse", Parcel.DROPPED},
    "alarm": {ledger.UNKNOWN, "silent", "late", "stopped", PushState.FAILED},
}
URGENCIES = {3: "now", 2: "soon", 1: "calm"}


def when(moment: datetime | None) -> Markup | str:
    """The time in UTC, for people and machines; a dash where there is none."""
    if moment is None:
        return "–"
    said = f"{moment:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{0}" title="{1} UTC">{1}</time>').format(moment.isoformat(timespec="seconds"), said)


def distance(moment: datetime | None, now: datetime) -> Markup | str:
    """ "in 2 h 5 min", "3 min ago", "now"; the script lets it run."""
    if moment is None:
        return "–"
    return Markup('<span class="left" data-moment="{}">{}</span>').format(
        moment.isoformat(timespec="seconds"), _distance((moment - now).total_seconds())
    )


def _distance(seconds: float) -> str:
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


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 order", "3 orders"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def tone(word: str) -> str:
    """The class of a state's badge; "plain" for words without a colour of their own."""
    return next((name for name, words in _TONES.items() if word in words), "plain")


def coded(text: str) -> Markup:
    """A sentence with its `commands` set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def filled(**changes: Any) -> str:
    """This page's address with some of its parameters changed; empty ones leave."""
    asked = {**request.args.to_dict(), **changes}
    return f"{request.path}?{urlencode({name: value for name, value in asked.items() if value not in ('', None)})}"


FILTERS = {
    "when": when,
    "distance": distance,
    "span": span,
    "amount": amount,
    "tone": tone,
    "coded": coded,
    "happened": happened,
}
GLOBALS = {"filled": filled, "counted": counted, "urgencies": URGENCIES}
