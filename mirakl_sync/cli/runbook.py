"""A run-book as lines for a terminal."""

from __future__ import annotations

import textwrap

from mirakl_sync.cli.output import say
from mirakl_sync.inbox.runbook import RunBook

_WIDTH = 100


def tell(book: RunBook) -> None:
    """Print the whole text; commands are never broken over two lines where a line can hold them."""
    say(f"Run-book: {book.title}")
    for section in book.sections:
        say(f"\n  {section.title}")
        for words in section.paragraphs:
            say(_wrapped(words, "    ", "    "))
        for number, words in enumerate(section.steps, 1):
            say(_wrapped(words, f"    {number}. ", "       "))


def _wrapped(words: str, first: str, then: str) -> str:
    """Blanks inside code marks hold together while the lines are filled."""
    parts = words.split("`")
    kept = "`".join(part.replace(" ", "\0") if place % 2 else part for place, part in enumerate(parts))
    filled = textwrap.fill(
        kept, _WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
    return filled.replace("\0", " ")
