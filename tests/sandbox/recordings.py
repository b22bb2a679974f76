"""The answers recorded from real shops, and how ours are compared with them."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contracts import SHARED


@dataclass(frozen=True)
class Recordings:
    """One folder of them, and what of their bodies says the same in other words.

    `moves` tells by name and place what is compared by type only, `spelled` by name what is compared as something
    else, `same` when two values are equal.
    """

    name: str
    moves: Callable[[str, str], bool]
    spelled: Callable[[str, Any], Any] = lambda _name, value: value
    same: Callable[[Any, Any], bool] = operator.eq

    @property
    def folder(self) -> Path:
        return SHARED / "recorded" / self.name

    def needed(self) -> None:
        """Skips the calling test where the folder is not."""
        if not self.folder.is_dir():
            pytest.skip(f"the recorded answers are not beside the repository ({self.name}); set MIRAKL_SYNC_SHARED")

    def read(self, name: str) -> dict[str, Any]:
        return json.loads((self.folder / f"{name}.json").read_text("utf-8"))

    def differences(self, theirs: Any, ours: Any, where: str = "$") -> list[str]:
        """Every place where keys, types or (for what does not move) values differ; empty = the same answer."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            return self._of_objects(theirs, ours, where)
        if isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) != len(ours):
                return [f"{where}: {len(theirs)} entries, ours {len(ours)}"]
            pairs = enumerate(zip(theirs, ours, strict=True))
            return [found for place, pair in pairs for found in self.differences(*pair, f"{where}[{place}]")]
        if kind(theirs) != kind(ours):
            return [f"{where}: {theirs!r} is {kind(theirs)}, ours {ours!r} is {kind(ours)}"]
        return [] if self.same(theirs, ours) else [f"{where}: {theirs!r}, ours {ours!r}"]

    def _of_objects(self, theirs: dict[str, Any], ours: dict[str, Any], where: str) -> list[str]:
        found = [f"{where}.{key}: missing in ours" for key in theirs.keys() - ours.keys()]
        found += [f"{where}.{key}: only in ours" for key in ours.keys() - theirs.keys()]
        for key in theirs.keys() & ours.keys():
            here, pair = f"{where}.{key}", (self.spelled(key, theirs[key]), self.spelled(key, ours[key]))
            if not self.moves(key, where):
                found += self.differences(*pair, here)
            elif kind(pair[0]) != kind(pair[1]):
                found.append(f"{here}: {kind(pair[0])}, ours {kind(pair[1])}")
        return found


def kind(value: Any) -> str:
    """The JSON type."""
    if isinstance(value, bool):
        return "boolean"
    names = {int: "number", float: "number", str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)]
