"""The shipped marketplace profiles: the API tells no acceptance window, so the known ones are kept here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from mirakl_sync.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Profile:
    """One marketplace's rules as it publishes them.

    ``checked_on`` is the day the published page, or a kept copy of it, was last read. ``window`` is what
    ``policy.schema.read_window`` reads, None where none is published. ``if_missed`` says what an unanswered order
    leads to. ``accepts_by_itself``: orders need no answer of ours. ``payment_takes`` is the usual time from acceptance
    to payment, as a duration. ``norms`` are the limits a seller is measured by, each a sentence.
    """

    key: str
    name: str
    checked_on: date
    source: str
    window: Any = None
    if_missed: str = ""
    accepts_by_itself: bool = False
    payment_takes: str = ""
    ship_within: str = ""
    norms: Mapping[str, str] = field(default_factory=dict)

    @property
    def rules(self) -> dict[str, Any]:
        """What the marketplace's row starts with; the file's own words replace them key by key."""
        return {} if self.window is None else {"window": self.window}


def profile(key: str) -> Profile:
    """The profile of a marketplace; ``Misconfigured`` names the known ones."""
    known = profiles()
    if key not in known:
        raise Misconfigured(
            f"There is no marketplace profile {key!r}.",
            way_out=f"Known are {', '.join(known)}. For another marketplace leave profile out and write its window.",
        )
    return known[key]


@cache
def profiles() -> dict[str, Profile]:
    """Every shipped profile by its key, in the order of their names."""
    shipped = sorted(files(__package__).iterdir(), key=lambda each: each.name)
    return {
        each.name.removesuffix(".toml"): _read(each.name.removesuffix(".toml"), each.read_text("utf-8"))
        for each in shipped
        if each.name.endswith(".toml")
    }


def _read(key: str, text: str) -> Profile:
    try:
        return Profile(key=key, **tomllib.loads(text))
    except (TypeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"The shipped profile {key} cannot be read: {error}.") from error
