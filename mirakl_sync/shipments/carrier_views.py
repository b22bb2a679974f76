"""What people look at when they map carriers: the marketplace's list, what is mapped, the names that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mirakl_sync.records.shipment import Carrier


@dataclass(frozen=True, slots=True)
class MappingView:
    """A person's word. ``carrier_code`` empty: told by ``carrier_name``. ``gone``: the code left the list."""

    connection: str
    name: str
    country: str
    carrier_code: str
    carrier_name: str
    tracking_url: str
    made_by: str
    made_at: datetime
    gone: bool = False

    def __str__(self) -> str:
        return (self.name or "(none named)") + (f" to {self.country}" if self.country else "")


@dataclass(frozen=True, slots=True)
class ListedView:
    """A carrier of a marketplace's list with the names that mean it. ``needs_number``: its address is made with one."""

    code: str
    label: str
    standard_code: str
    tracking_url: str
    needs_number: bool
    gone_at: datetime | None
    mapped: tuple[MappingView, ...] = ()


@dataclass(frozen=True, slots=True)
class CarrierList:
    """A marketplace's list for a connection. ``read_at`` None: it was never read. ``by_name`` are told by their name;
    ``names_allowed`` says whether the operator takes such (None: nobody knows yet)."""

    connection: str
    marketplace: str
    read_at: datetime | None
    names_allowed: bool | None
    carriers: tuple[ListedView, ...]
    by_name: tuple[MappingView, ...]


@dataclass(frozen=True, slots=True)
class UnmappedName:
    """A name nobody explained: how many parcels wait for it, and what it could be.

    ``parcels`` is 0 where they were told by name meanwhile. ``nearest`` sound alike, ``by_numbers`` have numbers that
    look alike: suggestions, nothing else. ``refused``: it has a meaning, but the marketplace did not take it.
    """

    item: int
    connection: str
    name: str
    why: str
    refused: bool
    parcels: int
    first_ship_by: datetime | None
    asked_at: datetime
    countries: tuple[str, ...]
    nearest: tuple[Carrier, ...]
    by_numbers: tuple[Carrier, ...]

    @property
    def command(self) -> str:
        """What maps it, with the likeliest code where there is one."""
        # numbers that could be several carriers' are put into no command to copy
        likely = self.nearest[:1] or (self.by_numbers if len(self.by_numbers) == 1 else ())
        code = next((each.code for each in likely), "CODE")
        return f"mirakl-sync carriers map {self.connection} {quoted(self.name)} {quoted(code)}"


def quoted(text: str) -> str:
    """A word as a shell takes it."""
    plain = text and all(sign.isalnum() or sign in "-_.,/+:@%" for sign in text)
    return text if plain else "'" + text.replace("'", "'\\''") + "'"
