"""A page of a list that may be long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


def page_within(number: int, size: int, total: int) -> int:
    """The nearest page there is to the one asked for."""
    return min(max(1, number), max(1, -(-total // size)))


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Page ``number`` (counting from 1) of ``total`` rows, ``size`` to a page."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many there are; 1 even for an empty list."""
        return max(1, -(-self.total // self.size))
