"""From Mirakl's words to a code of ours, where Mirakl documents no code for a refusal.

Their texts are not stable: a text that is not known has the code "", and nothing may rest on a code that is there
except which question a person is asked and whether a second look at the order is worth it.
"""

from __future__ import annotations

import re

from mirakl_sync.mirakl.states import ORDER_INVALID_STATE

# Ours; Mirakl never sends them. ORDER_INVALID_STATE is Mirakl's word of OR21, used alike for OR23 and OR24.
CARRIER_REFUSED = "CARRIER_REFUSED"
TRACKING_MISSING = "TRACKING_MISSING"
ORDER_NOT_SHIPPABLE = "ORDER_NOT_SHIPPABLE"
SHIPMENT_QUANTITY_INVALID = "SHIPMENT_QUANTITY_INVALID"
SHIPMENT_NOT_FOUND = "SHIPMENT_NOT_FOUND"
SHIPMENT_INVALID_STATE = "SHIPMENT_INVALID_STATE"
MULTI_SHIPMENT_OFF = "MULTI_SHIPMENT_OFF"
IMPORT_NOT_FOUND = "IMPORT_NOT_FOUND"
REPORT_NOT_FOUND = "REPORT_NOT_FOUND"
EXPORT_NOT_FOUND = "EXPORT_NOT_FOUND"
EXPORT_GONE = "EXPORT_GONE"
# What a 404 or 410 of these operations means, whatever else it says.
NOT_THERE = {
    "STO02": IMPORT_NOT_FOUND,
    "STO03": REPORT_NOT_FOUND,
    "OF53": EXPORT_NOT_FOUND,
}

# What somebody called something may hold any of the words below. An apostrophe inside a word opens nothing.
_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|“[^”]*”|«[^»]*»")

_STATE = r"\bstat(?:e|es|us|uses)\b"
_NO_SHIPMENT = r"\bno shipment\b|\bshipment\b.*\b(?:not found|does not exist|unknown)\b|\bunknown shipment\b"
_NO_TRACKING = (
    r"\btracking(?:[ _]\w+){0,5} (?:mandatory|required|missing|needed|empty|blank)\b"
    r"|\btracking(?:[ _]\w+)? must be (?:set|given|told|entered|provided|filled)\b"
    r"|\b(?:requires?|missing|needs?|no|without) (?:an? |the |any )?tracking\b"
)
_QUANTITY = r"\bquantit(?:y|ies)\b"
_CARRIER = r"\bcarriers?(?:\b|_)"

# (operations, what they say, our code): the first that fits. A state comes before a carrier because "carrier tracking
# information" is Mirakl's name for what OR23 and ST23 tell.
_TABLE = tuple(
    (frozenset(operations.split()), re.compile(pattern, re.IGNORECASE), code)
    for operations, pattern, code in (
        ("ST06 ST23 ST24", _NO_SHIPMENT, SHIPMENT_NOT_FOUND),
        ("ST01", _QUANTITY, SHIPMENT_QUANTITY_INVALID),
        ("OR23 OR24", _STATE, ORDER_INVALID_STATE),
        ("ST01", _STATE, ORDER_NOT_SHIPPABLE),
        ("ST06 ST23 ST24", _STATE, SHIPMENT_INVALID_STATE),
        ("OR23 OR24 ST01 ST23 ST24", _NO_TRACKING, TRACKING_MISSING),
        ("OR23 OR24 ST01 ST23 ST24", _CARRIER, CARRIER_REFUSED),
    )
)


def code_of(operation: str, message: str) -> str:
    """Our code for what ``operation`` (OR23, ST01 …) was refused with, "" where the words tell none."""
    spoken = _QUOTED.sub("…", message)
    fits = (code for operations, pattern, code in _TABLE if operation in operations and pattern.search(spoken))
    return next(fits, "")
