"""Is what a store says of a SKU news? Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from mirakl_sync.records.shop import ProductFacts

# Shops date to the second and by their own clock: nearer than this, their date does not say which word is the later.
CLOCKS_DIFFER = timedelta(minutes=2)


class News(StrEnum):
    """What becomes of a word about a SKU."""

    FIRST = "first"  # nothing was known
    CHANGED = "changed"  # newer, and different
    CONFIRMED = "confirmed"  # newer, and the same
    OLD = "old"  # older than what we know
    DOUBTED = "doubted"  # its date does not tell whether it is newer: the store must be asked


def judged(old: ProductFacts | None, told: ProductFacts) -> tuple[News, bool]:
    """What ``told`` is beside what was known, and whether the store must be asked to be sure.

    Newer is never overwritten by older. Only what the shop dated by its own clock (webhooks) can be doubtful: two
    changes of one second, an echo of the past, or clocks that differ.
    """
    if old is None:
        return News.FIRST, False
    same = _content(old) == _content(told)
    near = told.dated_by_shop and abs(told.observed_at - old.observed_at) < CLOCKS_DIFFER
    if told.observed_at > old.observed_at:
        return (News.CONFIRMED if same else News.CHANGED), near and not same
    if near and not same:
        return News.DOUBTED, True
    return News.OLD, False


def _content(fact: ProductFacts) -> tuple[object, ...]:
    """What decides how many may be offered."""
    return (
        fact.matches,
        fact.quantity,
        fact.in_stock,
        fact.backorders,
        fact.sellable,
        tuple(sorted((fact.locations or {}).items())),
        fact.components,
    )
