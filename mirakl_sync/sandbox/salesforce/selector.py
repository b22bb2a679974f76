"""Property selectors: `(a,b.(c,d),hits.(**))`, the `select` of OCAPI and SCAPI."""

from __future__ import annotations

from typing import Any

Tree = dict[str, Any]
MARKS = ("_v", "_type", "_resource_state")
"""OCAPI prints these whatever was selected."""


def parse(text: str) -> Tree:
    """A tree of names; ** is everything below. Raises ValueError for a malformed selector."""
    if not text.startswith("("):
        raise ValueError(text)
    tree, rest = _group(text[1:])
    if rest:
        raise ValueError(text)
    return tree


def keep(value: Any, tree: Tree) -> Any:
    """What the tree selects of a document; of a list, of every element."""
    if isinstance(value, list):
        return [keep(one, tree) for one in value]
    if not isinstance(value, dict) or "**" in tree:
        return value
    kept = {name: value[name] for name in MARKS if name in value}
    if "*" in tree:
        kept |= {name: inner for name, inner in value.items() if not isinstance(inner, dict | list)}
    for name, below in tree.items():
        if name in value:
            kept[name] = keep(value[name], below) if below else value[name]
    return kept


def _group(text: str) -> tuple[Tree, str]:
    """What stands after an opening bracket, up to its closing one."""
    tree: Tree = {}
    while True:
        name, below, text = _entry(text.lstrip())
        tree.setdefault(name, {}).update(below)
        text = text.lstrip()
        if text.startswith(","):
            text = text[1:]
        elif text.startswith(")"):
            return tree, text[1:].strip()
        else:
            raise ValueError(text)


def _entry(text: str) -> tuple[str, Tree, str]:
    end = next((at for at, letter in enumerate(text) if letter in ".,()"), len(text))
    name, rest = text[:end].strip(), text[end:]
    if not name:
        raise ValueError(text)
    if not rest.startswith("."):
        return name, {}, rest
    rest = rest[1:]
    if rest.startswith("("):
        below, rest = _group(rest[1:])
        return name, below, rest
    inner, deeper, rest = _entry(rest)
    return name, {inner: deeper}, rest
