"""What an explanation says, from what is known of an order: promises, whose turn it is, what happens next."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mirakl_sync
from mirakl_sync.cases.story import EffectView, EntryView
from mirakl_sync.explain.evidence import AskedQuestion, Evidence, Notified, Remark
from mirakl_sync.explain.telling import explain
from mirakl_sync.explain.wording import CALLS, ahead, sentence, span
from mirakl_sync.orders.views import OrderRow, Particulars, WholeOrder
from mirakl_sync.shipments.carrier_views import MappingView
from mirakl_sync.shipments.views import ParcelRow, ToldView, WholeParcel

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


ROW = OrderRow(
    id=1,
    order_id="O-1",
    connection="acme-webshop",
    state="placed",
    marketplace_state="SHIPPING",
    created_at=at(-48),
    accept_by=at(-24),
    ship_by=at(24),
    gross=Decimal("25.00"),
    currency="EUR",
    waiting_for="",
    last_problem="",
    blocked=False,
    managed=True,
    shop_order="",
)
WHOLE = WholeOrder(
    row=ROW,
    commercial_id="",
    why="",
    platform_state="",
    answer_by_hand="",
    answered_by="",
    commission=Decimal("2.50"),
    accepted_at=at(-47),
    placed_at=at(-46),
    reference_told_at=None,
    next_attempt_at=None,
    attempts=0,
    has_addresses=True,
)
KNOWN = Evidence(WHOLE, Particulars("Acme", "webshop", NOW, False, {}), left_at=None)
PARCEL = WholeParcel(
    row=ParcelRow(7, 1, "O-1", "acme-webshop", "UPS", "1Z", "noted", "", False, NOW, at(24), "", "", False, False),
    parcel_id="p",
    why="",
    url="",
    left_at=None,
    country="FR",
    shipping_type="STD",
    number_confirmed="",
    without_number_by="",
    order_state="placed",
    order_marketplace_state="SHIPPING",
    order_left_at=None,
    next_attempt_at=None,
    attempts=0,
    told=ToldView("", "", "", "", None, None, "", "", ""),
)
QUESTION = AskedQuestion(4, "parcel 7", "operations", "Which is it?", "Say so.", at(-2), at(2), None, "", "")


def known(**changes: Any) -> Evidence:
    """Evidence with some of the order's row or of the order changed; what belongs to neither changes the evidence."""
    row = replace(ROW, **{name: changes.pop(name) for name in list(changes) if hasattr(ROW, name) and name != "row"})
    own = {name: changes.pop(name) for name in list(changes) if hasattr(KNOWN, name)}
    return replace(KNOWN, order=replace(WHOLE, row=row, **changes), **own)


def told(parcel: WholeParcel, *, at: datetime) -> WholeParcel:
    return replace(parcel, row=replace(parcel.row, state="told"), told=replace(parcel.told, shipped_at=at))


def entered(state: str, *, at: datetime) -> tuple[EntryView, ...]:
    return (EntryView(at, "worker", "received", state, "so it was"),)


FRESH: dict[str, Any] = {"accepted_at": None, "placed_at": None, "state": "received"}
PROMISES = {
    "answered in time": (known(), [("answer", "kept"), ("ship", "runs")]),
    "answered too late": (known(accepted_at=at(-23)), [("answer", "broken"), ("ship", "runs")]),
    "not answered yet": (known(**FRESH, accept_by=at(1)), [("answer", "runs")]),
    "not answered, and too late": (known(**FRESH), [("answer", "late")]),
    "nobody said until when": (known(**FRESH, accept_by=None), [("answer", "unknown")]),
    "refused in time": (
        known(accepted_at=None, state="refused", timeline=entered("refused", at=at(-30))),
        [("answer", "kept")],
    ),
    "ended before an answer": (known(accepted_at=None, state="canceled"), [("answer", "no longer owed")]),
    "to be shipped, and too late": (known(ship_by=at(-1)), [("answer", "kept"), ("ship", "late")]),
    "shipped in time": (
        known(state="shipped", parcels=(told(PARCEL, at=at(-1)),)),
        [("answer", "kept"), ("ship", "kept")],
    ),
    "the last of two parcels was late": (
        known(state="shipped", parcels=(told(PARCEL, at=at(-1)), told(PARCEL, at=at(25)))),
        [("answer", "kept"), ("ship", "broken")],
    ),
    "shipped in the portal": (
        known(state="shipped", timeline=entered("shipped", at=at(-3))),
        [("answer", "kept"), ("ship", "kept")],
    ),
    "accepted, then canceled": (known(state="canceled"), [("answer", "kept"), ("ship", "no longer owed")]),
}


@pytest.mark.parametrize("case", PROMISES)
def test_a_promise_is_kept_or_not_and_by_how_much(case: str) -> None:
    evidence, verdicts = PROMISES[case]
    promises = explain(evidence, NOW).promises
    assert [(each.deed, each.verdict) for each in promises] == verdicts
    assert all(each.sentence.endswith(".") and "None" not in each.sentence for each in promises)


def test_promises_say_by_how_much() -> None:
    late = explain(known(accepted_at=at(-23), left_at=at(-1)), NOW).promises
    assert [each.sentence for each in late] == [
        "It was accepted at 2026-11-19 13:00 UTC, 1 h after the time was over (2026-11-19 12:00 UTC).",
        (
            "It is to be shipped by 2026-11-21 12:00 UTC: 1 d are left; it left the house at 2026-11-20 11:00 UTC, "
            "which the marketplace does not know yet."
        ),
    ]


TURNS = {
    "the warehouse": known(),
    "we": known(left_at=at(-1), parcels=(PARCEL,)),
    "operations": known(left_at=at(-1), parcels=(PARCEL,), questions=(QUESTION,)),
    "operations and ecommerce": known(questions=(QUESTION, replace(QUESTION, id=5, owner="ecommerce", due_at=None))),
    "the person who took it over": known(managed=False, questions=(QUESTION,)),
    "the marketplace": known(state="accepted", marketplace_state="WAITING_DEBIT"),
    "nobody": known(state="closed"),
}


@pytest.mark.parametrize("turn", TURNS)
def test_it_is_somebodys_turn(turn: str) -> None:
    assert explain(TURNS[turn], NOW).turn == turn


def test_an_order_that_has_to_be_answered_is_ours_and_one_that_was_shipped_the_marketplaces() -> None:
    assert explain(known(**FRESH), NOW).turn == "we"
    assert explain(known(state="shipped", parcels=(told(PARCEL, at=NOW),)), NOW).turn == "the marketplace"
    assert explain(known(questions=(replace(QUESTION, closed_at=NOW),)), NOW).turn == "the warehouse"


WAITS = replace(PARCEL, row=replace(PARCEL.row, waiting_for="its tracking number"), next_attempt_at=at(1))
NEXT = {
    "Operations must answer question 4, due in 2 h: Which is it? Way out: Say so.": known(questions=(QUESTION,)),
    "Parcel 7 waits for its tracking number. It is looked at again in 1 h, at 2026-11-20 13:00 UTC, and with any "
    "news.": known(parcels=(WAITS,)),
    "Parcel 7 is tried at once.": known(parcels=(replace(PARCEL, next_attempt_at=at(-1)),)),
    "Parcel 7 is told when something is heard of it; `mirakl-sync shipments retry 7` looks now.": known(
        parcels=(PARCEL,)
    ),
    "It waits for the payment. Any news lets it go on.": known(state="accepted", waiting_for="the payment"),
    "A worker looks at it at once.": known(**FRESH, next_attempt_at=NOW),
    "Nothing by us, until `mirakl-sync orders manage O-1` gives it back.": known(managed=False),
    "Nothing: it is over.": known(state="closed"),
    "Nothing is planned; the next look at the marketplace or the shop shows what changed.": known(**FRESH),
    "The marketplace closes it when the buyer has it, or by its own clock.": known(state="shipped"),
}


@pytest.mark.parametrize("words", NEXT)
def test_what_happens_next_begins_with_the_most_pressing(words: str) -> None:
    assert explain(NEXT[words], NOW).next[0] == words


def test_a_call_without_an_answer_is_told_in_the_story_and_in_what_comes() -> None:
    lost = EffectView("ship", "unknown", at(-1), None, 2, "no answer within 30 s", "ship:acme:O-1")
    found = explain(known(left_at=at(-2), parcels=(replace(PARCEL, effects=(lost,)),)), NOW)
    (only,) = found.story
    assert only.evidence == "ledger ship:acme:O-1"
    assert only.sentence == (
        "We told the marketplace that the whole order has left (OR24), asked 2 times; no answer came, it may have "
        "happened: no answer within 30 s."
    )
    assert "was not answered yet" in found.next[0]


OUTCOMES = {
    "confirmed": "We asked the shop to create its order; confirmed after 250 ms: order 14.",
    "refused": "We asked the shop to create its order; it was not done after 250 ms: order 14.",
    "asked": "We asked the shop to create its order; there is no answer yet: order 14.",
}


@pytest.mark.parametrize("state", OUTCOMES)
def test_a_call_is_told_with_its_key_and_what_came_of_it(state: str) -> None:
    effect = EffectView("create", state, NOW, NOW + timedelta(milliseconds=250), 1, "order 14", "create:acme:O-1", "14")
    (only,) = explain(known(effects=(effect,)), NOW).story
    assert (only.sentence, only.who, only.about) == (OUTCOMES[state], "we", "order")
    assert only.evidence == "ledger create:acme:O-1, their number 14"


def test_the_story_is_told_in_the_order_in_which_it_happened_and_nothing_twice() -> None:
    effect = EffectView("tell tracking", "confirmed", at(-1), at(-1), 1, "told: UPS, number 1Z", "tracking:1")
    timeline = (
        EntryView(at(-3), "shop", "", "", "left the house"),
        EntryView(at(-3), "operations", "", "", "asked: Which is it?"),
        EntryView(at(-2), "ann", "", "", "the carrier “X” is UPS"),
        EntryView(at(-1), "worker", "noted", "told", "told: UPS, number 1Z"),
    )
    settled = replace(
        QUESTION,
        closed_at=at(-2),
        closed_by="ann",
        answer="the carrier “X” is UPS",
        remarks=(Remark(at(-2.5), "bob", "I ask them"),),
    )
    other = replace(QUESTION, id=9, subject="order", question="When?", opened_at=at(-4))
    found = explain(
        known(
            parcels=(replace(PARCEL, timeline=timeline, effects=(effect,)),),
            questions=(settled, other),
            mappings=(
                MappingView("acme-webshop", "X", "", "UPS", "", "", "ann", at(-2)),
                MappingView("acme-webshop", "X", "FR", "", "Blue Van", "", "eve", at(-90)),
            ),
            webhooks=(Notified(3, "order.updated", at(-3), 2, at(-3), "1 orders changed"),),
        ),
        NOW,
    )
    assert [(each.who, each.about, each.sentence, each.evidence) for each in found.story] == [
        ("eve", "carrier", "Said that the carrier “X” to FR is “Blue Van” by its name.", "carrier mapping"),
        ("operations", "order", "Asked: When?", "question 9"),
        ("shop", "webhook", "A webhook came (order.updated, 2 times): 1 orders changed.", "webhook 3"),
        ("shop", "parcel 7", "Left the house.", "timeline"),
        ("operations", "parcel 7", "Asked: Which is it?", "question 4"),
        ("bob", "parcel 7", "About question 4: I ask them.", "question 4"),
        ("ann", "parcel 7", "The carrier “X” is UPS.", "timeline"),
        ("ann", "parcel 7", "Question 4 is settled.", "question 4"),
        (
            "we", "parcel 7", "We told the marketplace carrier and number (OR23); confirmed after 0 ms.",
            "ledger tracking:1",
        ),
        ("worker", "parcel 7", "Told: UPS, number 1Z.", "timeline"),
    ]  # fmt: skip


def test_every_call_in_the_ledger_has_words() -> None:
    folder = Path(mirakl_sync.__file__).parent
    names = set()
    for part in ("orders", "shipments"):
        source = (folder / part / "deeds.py").read_text("utf-8")
        keyed = [deed for deed in source.split("Deed(")[1:] if "key=" in deed.split("def ")[0]]
        named = [re.search(r"name=(.*?),\n? ", deed) for deed in keyed]
        names |= {name for match in named if match for name in re.findall(r'"([a-z ]+)"', match[1])}
    assert {"ship", "accept", "refuse", "hold"} <= names
    assert names <= set(CALLS)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.25, "250 ms"), (1, "1 s"), (61, "1 min 1 s"), (3_600, "1 h"), (200_000, "2 d 7 h"), (-61, "1 min 1 s")],
)
def test_lengths_of_time_are_said_in_two_units(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_words_are_set_as_sentences() -> None:
    assert [sentence(words) for words in ("", " it is ", "is it?", "so.")] == ["", "It is.", "Is it?", "So."]
    assert (ahead(at(2), NOW), ahead(at(-2), NOW)) == ("in 2 h", "2 h ago")
