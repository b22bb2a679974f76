"""Which carrier of the marketplace's list a shop's carrier name means. Pure, strict, never a guess."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from mirakl_sync.records.shipment import Carrier

# Less alike than this is no suggestion.
_ALIKE = 0.55
_SUGGESTIONS = 5
_PLACE = "{trackingId}"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A person's word: this name, to this country (empty: any), is this carrier of the list, or goes by its name."""

    name: str
    country: str = ""
    carrier_code: str = ""
    carrier_name: str = ""
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A carrier of the marketplace's list, and how it was found."""

    carrier: Carrier
    how: str


@dataclass(frozen=True, slots=True)
class Named:
    """A carrier a person lets be told by name. ``tracking_url`` may hold ``{trackingId}``."""

    name: str
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Nobody said what it is. ``why`` in words; ``nearest`` are the closest of the list, for a person to choose."""

    why: str
    nearest: tuple[Carrier, ...] = ()


Resolved = Listed | Named | Unmapped


@lru_cache(maxsize=10_000)  # every name of a list, for every parcel
def normalised(name: str) -> str:
    """A carrier's name without what people spell differently: case, accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())[:200]


def resolve(name: str, country: str, carriers: Sequence[Carrier], mappings: Iterable[Mapping]) -> Resolved:
    """What ``name`` is on this marketplace: a person's word first, then exactly a code, standard code or label.

    A mapping for the parcel's ``country`` wins over one for any. A mapping to a carrier that left the list maps
    nothing, and says so.
    """
    wanted = normalised(name)
    said = {mapping.country: mapping for mapping in mappings if mapping.name == wanted}
    mapping = said.get(country) or said.get("")
    if mapping is not None:
        return _as_said(mapping, carriers)
    for how, spelled in (("code", _code), ("standard code", _standard_code), ("label", _label)):
        found = [carrier for carrier in carriers if wanted and normalised(spelled(carrier)) == wanted]
        if len(found) == 1:
            return Listed(found[0], how)
        if found:
            codes = ", ".join(carrier.code for carrier in found)
            return Unmapped(f"the {how} stands for several carriers there: {codes}", tuple(found))
    why = "nobody has said which carrier of the marketplace's list it is" if wanted else "the shop names no carrier"
    return Unmapped(why, nearest(name, carriers))


def nearest(name: str, carriers: Iterable[Carrier]) -> tuple[Carrier, ...]:
    """The carriers that sound most like ``name``, the closest first: for a person, never for us."""
    wanted = normalised(name)
    return _ranked(wanted, tuple(carriers)) if wanted else ()


@lru_cache(maxsize=100)  # comparing with a list of 300 takes 20 ms, and hundreds of parcels may bear one name
def _ranked(wanted: str, carriers: tuple[Carrier, ...]) -> tuple[Carrier, ...]:
    ranked = sorted(((_likeness(wanted, carrier), carrier.code, carrier) for carrier in carriers), key=_best_first)
    return tuple(carrier for likeness, _, carrier in ranked[:_SUGGESTIONS] if likeness >= _ALIKE)


def needs_number(carrier: Carrier) -> bool:
    """True where the carrier's address is made with the number: Mirakl asks for it then (OR23)."""
    return _PLACE in carrier.tracking_url


def address(template: str, number: str) -> str:
    """A tracking address with the number put in; the template itself where it has no place for one."""
    return template.replace(_PLACE, number)


def _as_said(mapping: Mapping, carriers: Sequence[Carrier]) -> Resolved:
    if not mapping.carrier_code:
        return Named(mapping.carrier_name, mapping.tracking_url)
    found = next((carrier for carrier in carriers if carrier.code == mapping.carrier_code), None)
    if found is not None:
        return Listed(found, "mapped")
    gone = f"it is mapped to {mapping.carrier_code}, which is no longer on the marketplace's list"
    return Unmapped(gone, nearest(mapping.name, carriers))


def _likeness(wanted: str, carrier: Carrier) -> float:
    names = [normalised(spelled(carrier)) for spelled in (_label, _code, _standard_code)]
    return max((_similar(wanted, name) for name in names if name), default=0.0)


def _similar(one: str, other: str) -> float:
    """1 for equal names; a name that begins like the other is close, whatever follows (Royal Mail 24)."""
    if one.startswith(other) or other.startswith(one):
        return 0.6 + 0.4 * min(len(one), len(other)) / max(len(one), len(other))
    return SequenceMatcher(None, one, other).ratio()


def _best_first(ranked: tuple[float, str, Carrier]) -> tuple[float, str]:
    return (-ranked[0], ranked[1])


def _code(carrier: Carrier) -> str:
    return carrier.code


def _standard_code(carrier: Carrier) -> str:
    return carrier.standard_code


def _label(carrier: Carrier) -> str:
    return carrier.label
