"""The operations we call, with the frequency Mirakl publishes for each ("Maximum usage")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from mirakl_sync.http.contract import Operation

Profile = Literal["default", "external_partner"]
Operations = Mapping[str, Operation]

_MINUTE = 60.0
_FIVE_MINUTES = 300.0
_DAY = 86_400.0
# OR11 is the only operation with two profiles; what makes a caller an external partner is the operator's word.
_OR11_PERIOD: dict[Profile, float] = {"default": _MINUTE, "external_partner": 15 * _MINUTE}

_PUBLISHED = (
    Operation("V01"),
    Operation("A01", times=1, seconds=_DAY),
    Operation("PC01"),
    Operation("SH12", times=1, seconds=_DAY),
    Operation("SH21", times=1, seconds=_DAY),
    Operation("RE01"),
    Operation("OF21"),
    # makes a file there and changes nothing: asked again, it tells of the same file
    Operation("OF52", times=1, seconds=_MINUTE),
    # the same call for everything instead of what changed, which has a limit of its own
    Operation("OF52_FULL", times=1, seconds=_DAY),
    Operation("OF53", times=1, seconds=10.0),
    Operation("OF54"),
    Operation("OR04", times=1, seconds=_MINUTE, writes=True),
    Operation("OR11", times=1, seconds=_MINUTE),
    Operation("OR21", writes=True),
    Operation("OR23", writes=True),
    Operation("OR24", writes=True),
    Operation("ST01", writes=True),
    Operation("ST06", writes=True),
    Operation("ST11"),
    Operation("ST12", times=1, seconds=_FIVE_MINUTES),
    Operation("ST23", writes=True),
    Operation("ST24", writes=True),
    Operation("STO01", times=1, seconds=_MINUTE, writes=True),
    Operation("STO02", times=1, seconds=15.0),
    Operation("STO03", times=1, seconds=_MINUTE),
)


def operations(profile: Profile = "default", overrides: Mapping[str, float] | None = None) -> Operations:
    """Operations by code for a kind of caller.

    ``overrides`` replaces periods in seconds by code (``{"OR11": 300}`` after a 429 taught us, or a compressed day of
    a demonstration); 0 lifts the limit. Unknown codes raise ``ValueError``.
    """
    periods = {"OR11": _OR11_PERIOD[profile], **(overrides or {})}
    known = {operation.code: operation for operation in _PUBLISHED}
    if unknown := sorted(periods.keys() - known.keys()):
        raise ValueError(f"no such operation: {', '.join(unknown)}")
    return MappingProxyType(known | {code: _every(known[code], seconds) for code, seconds in periods.items()})


def _every(operation: Operation, seconds: float) -> Operation:
    if seconds < 0:
        raise ValueError(f"the period of {operation.code} cannot be negative: {seconds}")
    return replace(operation, times=(operation.times or 1) if seconds else 0, seconds=seconds)


PUBLISHED = operations()
