"""Property selectors: `(a,b.(c,d),hits.(**),-e)`, the `select` of OCAPI and SCAPI.

`*` is everything simple, `**` everything; `-name` leaves out what one of these took in; `name[0]`, `name[0:4]` and
`name[1,3]` choose from a list. A complex property named alone comes without what is in it: `name.(**)` asks for that.
Filters by value, which the vendor knows too, are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

MARKS = ("_v", "_type", "_resource_state")
"""OCAPI prints these whatever was selected."""
NAME = re.compile(r"\s*([+-]?)(\*\*|\*|\w+)(?:\[(\d+(?::\d+|(?:,\d+)+)?)\])?")


@dataclass
class Tree:
    """What is taken of a document: names, each with what is taken of it (None = only itself), and what is left out."""

    names: dict[str, Tree | None] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)

    def takes(self, name: str) -> bool:
        """Is anything taken of what stands under the name?"""
        return "**" in self.names or self.names.get(name) is not None


def parse(text: str) -> Tree:
    """Raises ValueError for a malformed selector."""
    if not text.startswith("("):
        raise ValueError(text)
    tree, rest = _group(text[1:])
    if rest.strip():
        raise ValueError(text)
    return tree


def keep(value: Any, tree: Tree | None) -> Any:
    """What the tree selects of a document; of a list, of every element."""
    if isinstance(value, list):
        return [keep(one, tree) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: value[name] for name in MARKS if name in value}
    if tree is None:
        return kept
    if "**" in tree.names:
        kept = dict(value)
    elif "*" in tree.names:
        kept |= {name: inner for name, inner in value.items() if not isinstance(inner, dict | list)}
    for name, below in tree.names.items():
        if name in value:
            kept[name] = keep(_chosen(value[name], tree.places.get(name)), below)
    return {name: inner for name, inner in kept.items() if name not in tree.without}


def _group(text: str) -> tuple[Tree, str]:
    """What stands after an opening bracket, up to its closing one."""
    tree = Tree()
    while True:
        text = _entry(text, tree).lstrip()
        if text.startswith(","):
            text = text[1:]
        elif text.startswith(")"):
            return tree, text[1:]
        else:
            raise ValueError(text)


def _entry(text: str, tree: Tree) -> str:
    """Reads one name with what belongs to it; answers the rest of the text."""
    found = NAME.match(text)
    if found is None:
        raise ValueError(text)
    sign, name, places = found.groups()
    rest = text[found.end() :]
    if sign == "-":
        tree.without.add(name)
        return rest
    if places:
        tree.places[name] = places
    tree.names.setdefault(name, None)
    if not rest.startswith("."):
        return rest
    if rest.startswith(".("):
        below, rest = _group(rest[2:])
    else:
        below = Tree()
        rest = _entry(rest[1:], below)
    known = tree.names[name] or Tree()
    tree.names[name] = Tree(
        {**known.names, **below.names}, {**known.places, **below.places}, known.without | below.without
    )
    return rest


def _chosen(value: Any, places: str | None) -> Any:
    if not places or not isinstance(value, list):
        return value
    if ":" in places:
        first, last = map(int, places.split(":"))
        return value[first : last + 1]
    return [value[place] for place in map(int, places.split(",")) if place < len(value)]
