"""Why both sides disagree on an offer: a table, the order of the causes, and a sentence with a way out for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.stock.causes import BESIDE, Cause, LastWord, OfferFacts, cause, history_matters, words

# An offer of which five are wanted, three are shown, and nothing else is known.
APART = OfferFacts(wanted=5, theirs=3, because="level", believed=5, due=True)

MEND = "Mend the offer there; the same number is sent again only when something changes or somebody says so."


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"theirs": 5}, "agree"),
        ({"theirs": 5, "believed": 2}, "agree"),
        ({"theirs": 0, "wanted": 0}, "agree"),
        ({"listed": False}, "not_listed"),
        ({"listed": False, "theirs": 5}, "not_listed"),
        # nobody knows our number
        ({"wanted": None, "because": "missing"}, "without_product"),
        ({"wanted": None, "because": "stale"}, "stale"),
        ({"wanted": None, "because": "uncounted"}, "uncounted"),
        ({"wanted": None, "because": "unseen", "theirs": None}, "unseen"),
        # the policy offers none of it: that is a number like others
        ({"wanted": 0, "because": "missing", "theirs": 0}, "agree"),
        ({"wanted": 0, "because": "stale", "believed": 0}, "waiting"),
        # on its way, or held up
        ({"sent": 5, "due": False}, "in_flight"),
        ({"sent": 4}, "in_flight"),
        ({"sent": 0, "theirs": None, "ever_sent": False}, "in_flight"),
        ({"held": "somebody set it there"}, "held"),
        ({"held": "somebody set it there", "refused": 5}, "held"),
        ({"refused": 5, "theirs": None, "due": False}, "refused"),
        ({"refused": 4}, "waiting"),
        ({"ever_sent": False}, "never_sent"),
        ({"ever_sent": False, "theirs": None}, "never_sent"),
        ({"theirs": None}, "unknown_number"),
        # how it came about
        ({"believed": 4}, "shop_changed"),
        ({"believed": None}, "shop_changed"),
        ({"last": LastWord.SOLD}, "sold_meanwhile"),
        ({"last": LastWord.LOWERED}, "sold_meanwhile"),
        ({"last": LastWord.SOLD, "theirs": 7}, "waiting"),
        ({"last": LastWord.LOWERED, "theirs": 7}, "waiting"),
        ({"last": LastWord.CHANGED}, "changed_there"),
        ({"last": LastWord.CHANGED, "theirs": 7, "due": False}, "changed_there"),
        ({"last": LastWord.SENT}, "waiting"),
        ({"due": False, "touched": True}, "waiting"),
        ({"due": False}, "overlooked"),
        ({"theirs": 5, "divided": False}, "waiting"),
        ({"theirs": 5, "divided": False, "due": False}, "overlooked"),
    ],
)
def test_the_cause_is_the_first_that_holds(facts: dict[str, Any], expected: str) -> None:
    assert cause(replace(APART, **facts)) == expected


@pytest.mark.parametrize("found", Cause)
def test_every_cause_has_a_sentence(found: Cause) -> None:
    facts = replace(APART, held="a person must say.", refused=5, refusal="Unknown offer.", sent=4)

    assert words(found, facts)[-1] in ".!"


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "It goes with the next file."),
        ({"sends": False}, "Nothing is sent: the policy of this connection says send = false."),
        (
            {"paused": True},
            "Stock of this connection is paused; `mirakl-sync connections resume` lets it go on.",
        ),
        ({"sent": 5}, "A file that carries 5 is on its way."),
        ({"sent": 4}, "A file that carries 4 is on its way. 5 follows behind it."),
        ({"ever_sent": False}, "We never sent a number of this offer; it shows 3. It goes with the next file."),
        (
            {"refused": 5, "refusal": "the offer has no price"},
            f"The marketplace refused 5. The offer has no price. {MEND}",
        ),
        (
            {"last": LastWord.CHANGED},
            "Somebody else set it to 3 on the marketplace. Find out who writes there. It goes with the next file.",
        ),
        ({"theirs": None}, "What is shown there, nobody knows at present. It goes with the next file."),
        (
            {"theirs": 5, "divided": False},
            "The number agrees, its division by warehouse does not. It goes with the next file.",
        ),
    ],
)
def test_the_sentence_says_what_happens_next(facts: dict[str, Any], sentence: str) -> None:
    offer = replace(APART, **facts)

    assert words(cause(offer), offer) == sentence


_numbers = st.none() | st.integers(0, 4)
_facts = st.builds(
    OfferFacts,
    wanted=_numbers,
    theirs=_numbers,
    because=st.sampled_from(["level", "missing", "stale", "uncounted", "unseen", "zeroed", "some new rule"]),
    believed=_numbers,
    listed=st.booleans(),
    divided=st.booleans(),
    sent=_numbers,
    held=st.sampled_from(["", "why"]),
    refused=_numbers,
    ever_sent=st.booleans(),
    last=st.sampled_from(LastWord),
    due=st.booleans(),
    touched=st.booleans(),
)


@given(_facts)
def test_whatever_is_known_there_is_one_cause_and_it_agrees_only_when_the_numbers_do(facts: OfferFacts) -> None:
    found = cause(facts)

    assert found not in BESIDE
    assert words(found, facts)
    same = facts.listed and facts.wanted is not None and facts.theirs == facts.wanted and facts.divided
    assert (found is Cause.AGREE) == same


@given(_facts, st.booleans(), st.sampled_from(LastWord))
def test_what_happened_before_is_asked_wherever_it_makes_a_difference(
    facts: OfferFacts, ever_sent: bool, last: LastWord
) -> None:
    bare = replace(facts, ever_sent=True, last=LastWord.NOTHING)

    if not history_matters(bare):
        assert cause(replace(bare, ever_sent=ever_sent, last=last)) == cause(bare)
