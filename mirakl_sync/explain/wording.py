"""Times, lengths and calls as they are said in an explanation. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# What a change in the ledger was, for people; the vendor's operation where there is one.
CALLS = {
    "accept": "told the marketplace yes (OR21)",
    "refuse": "told the marketplace no (OR21)",
    "hold": "asked the shop to hold the goods",
    "create": "asked the shop to create its order",
    "release": "asked the shop to release its order to the warehouse",
    "cancel": "asked the shop to cancel its order",
    "tell tracking": "told the marketplace carrier and number (OR23)",
    "ship": "told the marketplace that the whole order has left (OR24)",
    "create shipment": "told the marketplace of a parcel with what is in it (ST01)",
    "ship shipment": "told the marketplace that its shipment has left (ST24)",
    "correct tracking": "corrected carrier and number on the marketplace (ST23)",
    "delete shipment": "took a shipment off the marketplace again (ST06)",
}
_STEPS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def moment(at: datetime) -> str:
    """ "2026-11-20 14:05 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span(length: timedelta) -> str:
    """A length of time in its two greatest units; below a second in milliseconds."""
    seconds = abs(length.total_seconds())
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    rest, said = int(seconds), []
    for size, name in _STEPS:
        if rest >= size:
            said.append(f"{rest // size} {name}")
            rest %= size
    return " ".join(said[:2])


def ahead(at: datetime, now: datetime) -> str:
    """ "in 3 h", "2 d ago"."""
    return f"in {span(at - now)}" if at >= now else f"{span(now - at)} ago"


def sentence(words: str) -> str:
    """With a capital at its beginning and a mark at its end."""
    words = words.strip()
    if not words:
        return ""
    return words[0].upper() + words[1:] + ("" if words[-1] in ".!?”" else ".")


def counted(number: int, one: str) -> str:
    """ "1 parcel", "3 parcels"."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
