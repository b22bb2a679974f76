"""The parcels of one order together: which speaks for the others, and what is left for each to ship. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mirakl_sync.shipments.states import State


@dataclass(frozen=True, slots=True)
class Member:
    """A parcel as the others of its order see it. ``contents`` None: the shop does not say what is inside."""

    id: int
    state: State
    removed: bool = False
    has_number: bool = False
    # the marketplace was told something of it
    told: bool = False
    shipped_told: bool = False
    contents: Mapping[str, int] | None = None

    @property
    def alive(self) -> bool:
        """True while it is still to be told, or was."""
        return self.told or not (self.removed or self.state is State.DROPPED)


def leader(members: Iterable[Member], *, of_unknown_contents: bool) -> int | None:
    """The parcel that speaks where one number, or one shipment, stands for several.

    Whoever was told already and still exists speaks on; else the first with a number. With ``of_unknown_contents``
    only parcels whose contents nobody knows are meant: the others speak for themselves.
    """
    meant = [each for each in members if each.alive and not (of_unknown_contents and each.contents is not None)]
    here = [each for each in meant if not each.removed] or meant
    ranked = sorted(here, key=lambda each: (not each.told, not each.has_number, each.id))
    return ranked[0].id if ranked else None


def open_lines(ordered: Mapping[str, int], members: Iterable[Member], mine: int) -> dict[str, int]:
    """Pieces per line that no other parcel has told, or will tell before this one."""
    left = dict(ordered)
    members = list(members)
    unknown = next((each.contents is None for each in members if each.id == mine), True)
    for other in members:
        ahead = other.alive and (other.told or unknown or other.id < mine)
        if other.id == mine or not ahead:
            continue
        for line, pieces in (other.contents or {}).items():
            left[line] = left.get(line, 0) - pieces
    return left
