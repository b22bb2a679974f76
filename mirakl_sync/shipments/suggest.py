"""Which listed carriers' numbers look like these: a hint for the person who maps a name, never for us. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mirakl_sync.records.shipment import Carrier
from mirakl_sync.shipments import numbers

_SUGGESTIONS = 5


def suggest(told: Iterable[str], carriers: Iterable[Carrier]) -> tuple[Carrier, ...]:
    """The listed carriers whose number shape is known and fits every one of ``told``, those with the strictest shape
    first; empty without numbers."""
    clean = [number for number in map(numbers.clean, told) if number]
    if not clean:
        return ()
    fitting = [carrier for carrier in carriers if _fits(clean, carrier)]
    # a shape that only its own numbers have says more than one that takes any twelve digits
    return tuple(sorted(fitting, key=lambda carrier: (_looseness(carrier), carrier.code))[:_SUGGESTIONS])


def _fits(clean: Sequence[str], carrier: Carrier) -> bool:
    names = _names(carrier)
    return numbers.shaped(names) and not any(numbers.odd(number, names) for number in clean)


# One of each of the common makings: how many of them a carrier's shape takes says how little it tells.
_MAKINGS = (
    "29384756",
    "2938475610",
    "293847561029",
    "29384756102938",
    "293847561029384756",
    "29384756102938475610",
    "RM473124829GB",
    "AB29384756102938",
    "1Z999AA10123456784",
)


def _looseness(carrier: Carrier) -> int:
    names = _names(carrier)
    return sum(not numbers.odd(number, names) for number in _MAKINGS)


def _names(carrier: Carrier) -> tuple[str, ...]:
    return (carrier.code, carrier.label, carrier.standard_code)
