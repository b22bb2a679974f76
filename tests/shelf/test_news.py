"""What a word about a SKU is worth beside what was known: clocks differ, dates end at the second, echoes come late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.shelf.news import CLOCKS_DIFFER, News, judged
from tests.conftest import NOON

KNOWN = ProductFacts("MUG", NOON, quantity=5)
CERTAIN, ASK = False, True


def told(seconds: float, quantity: int | None = 5, *, pushed: bool = False, **more: Any) -> ProductFacts:
    at = NOON + timedelta(seconds=seconds)
    return ProductFacts("MUG", at, quantity=quantity, dated_by_shop=pushed, **more)


def webhook(seconds: float, quantity: int | None = 5, **more: Any) -> ProductFacts:
    return told(seconds, quantity, pushed=True, **more)


TABLE = {
    # asked: our clock dates both
    "asked later, the same": (told(60), News.CONFIRMED, CERTAIN),
    "asked later, another": (told(60, 4), News.CHANGED, CERTAIN),
    "asked earlier, answered later": (told(-1, 4), News.OLD, CERTAIN),
    "asked at the same moment": (told(0, 4), News.OLD, CERTAIN),
    # webhooks: the shop's clock, to the second
    "webhook, much later": (webhook(600, 4), News.CHANGED, CERTAIN),
    "webhook, much later, the same": (webhook(600), News.CONFIRMED, CERTAIN),
    "webhook, a little later": (webhook(5, 4), News.CHANGED, ASK),
    "webhook, a little later, the same": (webhook(5), News.CONFIRMED, CERTAIN),
    "webhook of the same second": (webhook(0, 4), News.DOUBTED, ASK),
    "webhook of the same second, the same": (webhook(0), News.OLD, CERTAIN),
    "webhook, a little earlier: an echo, or a clock behind ours": (webhook(-30, 4), News.DOUBTED, ASK),
    "webhook, a little earlier, the same": (webhook(-30), News.OLD, CERTAIN),
    "webhook, much earlier": (webhook(-600, 4), News.OLD, CERTAIN),
    "webhook just beyond what clocks may differ": (webhook(-CLOCKS_DIFFER.total_seconds(), 4), News.OLD, CERTAIN),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_a_word_is_worth(name: str) -> None:
    word, news, asked = TABLE[name]
    assert judged(KNOWN, word) == (news, asked)


def test_the_first_word_is_believed_whatever_its_date() -> None:
    for word in (told(-9999), webhook(-9999), webhook(9999)):
        assert judged(None, word) == (News.FIRST, CERTAIN)


CONTENT: dict[str, tuple[dict[str, Any], bool]] = {
    "another number of products": ({"matches": 2}, True),
    "no number any more": ({"quantity": None}, True),
    "sold out without a number": ({"in_stock": False}, True),
    "backorders": ({"backorders": True}, True),
    "a draft": ({"sellable": False}, True),
    "places": ({"locations": {"Lyon": 5}}, True),
    "parts": ({"components": (("CUP", 1),)}, True),
    "another price": ({"price": 3}, False),
    "another id": ({"product_id": "9"}, False),
    "another date of change": ({"changed_at": NOON}, False),
    "categories": ({"categories": ("Cups",)}, False),
}


@pytest.mark.parametrize("name", CONTENT)
def test_what_counts_as_another_word(name: str) -> None:
    values, other = CONTENT[name]
    news, _ = judged(KNOWN, replace(told(600), **values))
    assert news is (News.CHANGED if other else News.CONFIRMED)


words = some.builds(
    told, some.integers(-400, 400), some.none() | some.integers(0, 3), pushed=some.booleans(), sellable=some.booleans()
)


@given(words, words)
def test_newer_is_never_overwritten_by_older_and_a_dropped_difference_near_in_time_is_asked_about(
    old: ProductFacts, word: ProductFacts
) -> None:
    news, ask = judged(old, word)
    overwrites = news in (News.CHANGED, News.CONFIRMED)
    assert overwrites == (word.observed_at > old.observed_at)
    if ask:
        assert word.dated_by_shop, "what was asked for is certain"
    if news is News.OLD and not ask and word.dated_by_shop:
        assert replace(word, dated_by_shop=False, observed_at=old.observed_at) == replace(old, dated_by_shop=False) or (
            old.observed_at - word.observed_at >= CLOCKS_DIFFER
        )
