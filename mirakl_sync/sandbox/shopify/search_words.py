"""Shopify's search syntax, as far as it is used: `field:value`, comparisons, AND, OR, NOT, brackets, quotes, `*`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_WORD = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<minus>-)(?=\S)
    |(?:(?P<field>[\w.$-]+?):)?(?P<compare>>=|<=|>|<)?(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'
    |(?P<plain>[^\s()]+)))""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Term:
    """One condition; `field` empty = words looked for anywhere. `quoted` values are taken letter by letter."""

    field: str
    compare: str
    value: str
    quoted: bool = False


@dataclass(frozen=True)
class Tree:
    """`what`: term, and, or, not."""

    what: str
    parts: tuple[Tree, ...] = ()
    term: Term | None = None

    def holds(self, judge: Callable[[Term], bool]) -> bool:
        if self.term is not None:
            return judge(self.term)
        if self.what == "not":
            return not self.parts[0].holds(judge)
        results = (part.holds(judge) for part in self.parts)
        return any(results) if self.what == "or" else all(results)

    def needed(self) -> Iterator[Term]:
        """Terms every result must meet: what an index may narrow the search by."""
        if self.term is not None:
            yield self.term
        elif self.what == "and":
            for part in self.parts:
                yield from part.needed()


def read(text: str | None) -> Tree:
    """The conditions in `text`; no text means no condition."""
    words = list(_words(text or ""))
    tree, rest = _either(words, 0)
    while rest < len(words):  # a bracket too many: the vendor forgives it
        more, rest = _either(words, rest + 1)
        tree = Tree("and", (tree, more))
    return tree


def _words(text: str) -> Iterator[str | Term]:
    place = 0
    while found := _WORD.match(text, place):
        place = found.end()
        if found["open"] or found["close"] or found["minus"]:
            yield found["open"] or found["close"] or "NOT"
            continue
        quoted = found["double"] if found["double"] is not None else found["single"]
        plain = found["plain"]
        if quoted is None and not found["field"] and plain in ("AND", "OR", "NOT"):
            yield plain
            continue
        value = re.sub(r"\\(.)", r"\1", quoted if quoted is not None else plain)
        yield Term((found["field"] or "").lower(), found["compare"] or "", value, quoted is not None)


def _either(words: list[str | Term], place: int) -> tuple[Tree, int]:
    parts = []
    while True:
        part, place = _all(words, place)
        parts.append(part)
        if place >= len(words) or words[place] != "OR":
            return (parts[0] if len(parts) == 1 else Tree("or", tuple(parts))), place
        place += 1


def _all(words: list[str | Term], place: int) -> tuple[Tree, int]:
    parts: list[Tree] = []
    while place < len(words) and words[place] not in ("OR", ")"):
        if words[place] == "AND":
            place += 1
            continue
        part, place = _one(words, place)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Tree("and", tuple(parts))), place


def _one(words: list[str | Term], place: int) -> tuple[Tree, int]:
    word = words[place]
    if isinstance(word, Term):
        return Tree("term", term=word), place + 1
    if word == "NOT" and place + 1 < len(words):
        part, after = _one(words, place + 1)
        return Tree("not", (part,)), after
    part, after = _either(words, place + 1)
    return part, after + 1
