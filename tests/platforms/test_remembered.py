"""Shops that do not date their numbers: what differs from the last look is told, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mirakl_sync.platforms.remembered import Remembered
from mirakl_sync.records.shop import ProductFacts

AT = datetime(2026, 11, 21, tzinfo=UTC)
MUG = ProductFacts("MUG", AT, quantity=5, locations={"a": 2, "b": 3})


def test_what_is_seen_for_the_first_time_is_told():
    assert list(Remembered().changed([MUG])) == [MUG]


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (replace(MUG, observed_at=AT + timedelta(hours=1)), False),
        (replace(MUG, locations={"b": 3, "a": 2}), False),
        (replace(MUG, quantity=4), True),
        (replace(MUG, locations={"a": 3, "b": 2}), True),
        (replace(MUG, locations=None), True),
        (replace(MUG, sellable=False), True),
        (replace(MUG, sku="mug"), True),
    ],
)
def test_the_moment_of_asking_is_no_change(later, told):
    memory = Remembered()
    list(memory.changed([MUG]))
    assert list(memory.changed([later])) == ([later] if told else [])


def test_there_and_back_is_told_twice():
    memory = Remembered()
    list(memory.changed([MUG]))
    assert len(list(memory.changed([replace(MUG, quantity=4)]))) == 1
    assert len(list(memory.changed([MUG]))) == 1
    assert len(memory) == 1


def test_what_somebody_else_told_is_told_anew():
    memory = Remembered()
    list(memory.changed([MUG]))
    memory.forget(["MUG", "NEVER-SEEN"])
    assert list(memory.changed([MUG])) == [MUG]
    assert list(memory.changed([MUG])) == []
