"""Parcels of one order: one speaks where one must, and together they never tell more than was ordered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.shipments.company import Member, leader, open_lines
from mirakl_sync.shipments.states import State


def member(pk: int, **changes: Any) -> Member:
    """A parcel just noted, with a number."""
    return Member(**({"id": pk, "state": State.NOTED, "has_number": True} | changes))


LEADERS: list[tuple[str, list[Member], int | None]] = [
    ("nobody without parcels", [], None),
    ("the only one", [member(7)], 7),
    ("the first of two", [member(9), member(8)], 8),
    ("the first with a number", [member(8, has_number=False), member(9)], 9),
    ("the first at all where none has a number", [member(9, has_number=False), member(8, has_number=False)], 8),
    ("whoever was told, also when an earlier one has a number now", [member(8), member(9, told=True)], 9),
    ("whoever was told, also without a number", [member(8), member(9, told=True, has_number=False)], 9),
    ("another one when the told one was taken away", [member(8), member(9, told=True, removed=True)], 8),
    ("the told one that was taken away while there is no other", [member(9, told=True, removed=True)], 9),
    ("not one that was taken away", [member(8, removed=True), member(9)], 9),
    ("not one that was dropped", [member(8, state=State.DROPPED), member(9)], 9),
    ("nobody when all are gone", [member(8, removed=True), member(9, state=State.DROPPED)], None),
]


@pytest.mark.parametrize(("members", "expected"), [row[1:] for row in LEADERS], ids=[row[0] for row in LEADERS])
def test_who_speaks_for_an_order(members: list[Member], expected: int | None) -> None:
    assert leader(members, of_unknown_contents=False) == expected
    assert leader(reversed(members), of_unknown_contents=False) == expected


def test_where_parcels_are_told_apart_only_those_of_unknown_contents_need_a_speaker() -> None:
    known, unknown = member(1, contents={"L1": 1}), member(2)
    assert leader([known, unknown, member(3)], of_unknown_contents=True) == 2
    assert leader([known], of_unknown_contents=True) is None
    assert leader([known, unknown], of_unknown_contents=False) == 1


OPEN: list[tuple[str, list[Member], int, dict[str, int]]] = [
    ("everything for the only parcel", [member(1)], 1, {"L1": 2, "L2": 1}),
    ("what earlier parcels leave", [member(1, contents={"L1": 1}), member(2, contents={"L1": 1})], 2,
     {"L1": 1, "L2": 1}),
    ("its own pieces, also once they were told", [member(1, told=True, contents={"L1": 2})], 1, {"L1": 2, "L2": 1}),
    ("not what later ones will tell", [member(1, contents={"L1": 1}), member(2, contents={"L1": 1})], 1,
     {"L1": 2, "L2": 1}),
    ("nor what later ones have told", [member(1, contents={"L1": 1}), member(2, told=True, contents={"L1": 1})], 1,
     {"L1": 1, "L2": 1}),
    ("a parcel of unknown contents takes the rest, also of later ones", [member(1), member(2, contents={"L2": 1})], 1,
     {"L1": 2, "L2": 0}),
    ("not what a dropped parcel holds", [member(1, state=State.DROPPED, contents={"L1": 2}), member(2)], 2,
     {"L1": 2, "L2": 1}),
    ("not what a parcel held that was taken away", [member(1, removed=True, contents={"L1": 2}), member(2)], 2,
     {"L1": 2, "L2": 1}),
    ("but what was told of it stays told", [member(1, removed=True, told=True, contents={"L1": 2}), member(2)], 2,
     {"L1": 0, "L2": 1}),
    ("a parcel that holds too much leaves less than nothing", [member(1, contents={"L1": 5}), member(2)], 2,
     {"L1": -3, "L2": 1}),
    ("a line the order never had", [member(1, contents={"L9": 1}), member(2)], 2, {"L1": 2, "L2": 1, "L9": -1}),
]  # fmt: skip


@pytest.mark.parametrize(("members", "mine", "expected"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_what_is_left_to_ship(members: list[Member], mine: int, expected: dict[str, int]) -> None:
    assert open_lines({"L1": 2, "L2": 1}, members, mine) == expected


LINES = st.dictionaries(st.sampled_from(["L1", "L2", "L3"]), st.integers(1, 4), max_size=3)
MEMBERS = st.lists(
    st.builds(
        member,
        st.integers(1, 6),
        state=st.sampled_from(State),
        removed=st.booleans(),
        has_number=st.booleans(),
        told=st.booleans(),
        contents=st.one_of(st.none(), LINES),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)


@settings(max_examples=300)
@given(MEMBERS, st.booleans(), st.randoms(use_true_random=False))
def test_all_parcels_of_an_order_name_the_same_speaker(members: list[Member], unknown: bool, chance: Any) -> None:
    shuffled = list(members)
    chance.shuffle(shuffled)
    speaker = leader(members, of_unknown_contents=unknown)
    assert leader(shuffled, of_unknown_contents=unknown) == speaker
    alive = {each.id for each in members if each.alive and not (unknown and each.contents is not None)}
    assert (speaker is None) == (not alive)
    assert speaker is None or speaker in alive


@settings(max_examples=300)
@given(MEMBERS)
def test_the_speaker_keeps_the_word_until_its_parcel_is_taken_away(members: list[Member]) -> None:
    speaker = leader(members, of_unknown_contents=False)
    told = [replace(each, told=True) if each.id == speaker else each for each in members]
    newcomer = member(99)
    before = next((each for each in told if each.id == speaker), None)
    if before is not None and not before.removed and not any(each.told for each in members):
        assert leader([*told, newcomer], of_unknown_contents=False) == speaker


@settings(max_examples=500)
@given(LINES, MEMBERS, st.randoms(use_true_random=False))
def test_parcels_told_in_any_order_never_hold_more_than_was_ordered(
    ordered: dict[str, int], members: list[Member], chance: Any
) -> None:
    """Each tells what the rules would: its contents if all of it is open, the rest where it does not know."""
    parcels = {each.id: replace(each, told=False, contents=each.contents or None) for each in members}
    sent: Counter[str] = Counter()
    turns = [*parcels, *parcels]
    chance.shuffle(turns)
    for pk in turns:
        mine = parcels[pk]
        if mine.told or not mine.alive:
            continue
        left = {line: n for line, n in open_lines(ordered, parcels.values(), pk).items() if n > 0}
        inside = left if mine.contents is None else dict(mine.contents)
        if inside and all(pieces <= left.get(line, 0) for line, pieces in inside.items()):
            sent.update(inside)
            parcels[pk] = replace(mine, told=True, contents=inside)
    assert all(pieces <= ordered.get(line, 0) for line, pieces in sent.items())
