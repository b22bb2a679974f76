"""The manual as data: pages, headings, links, tables, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(```+|~~~+)(\w*)[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
# with the indentation of a list item
INDENTED_FENCE = re.compile(r"^ +```\w*\n.*?^ +```\s*$", re.MULTILINE | re.DOTALL)


@cache
def pages() -> dict[str, str]:
    """Every page of the manual by its path from the root of the project."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "mirakl_sync").rglob("*.md")]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(files)}


def reference(name: str) -> str:
    """A page of the reference."""
    return pages()[f"docs/reference/{name}.md"]


def headings(text: str) -> list[str]:
    """The headings, code left out."""
    return re.findall(r"^#{1,6} (.+?)\s*$", _prose(text), re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The anchors a page's headings give, as GitHub makes them."""
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings(text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def links(text: str) -> list[str]:
    """Where a page points to, pictures included."""
    return re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", _prose(text))


def rows(text: str) -> list[list[str]]:
    """The cells of every table row that begins with code, their marks taken away."""
    lines = (line for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def row_of(text: str, first: str) -> list[str]:
    """The one row whose first cell is this, or holds it among others in code marks."""
    found = [row for row in rows(text) if row and (row[0] == first or f"`{first}`" in row[0])]
    assert len(found) == 1, f"{len(found)} rows begin with {first}"
    return found[0]


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code in a language."""
    return [body for _, spoken, body in FENCE.findall(text) if spoken == language]


def commands(text: str) -> Iterator[str]:
    """What follows ``mirakl-sync`` wherever it is spoken of, up to the end of the line or of the code marks."""
    yield from (words.strip() for words in re.findall(r"\bmirakl-sync ([a-z][^`\n#]*)", text))


def _prose(text: str) -> str:
    return INDENTED_FENCE.sub("", FENCE.sub("", text))
