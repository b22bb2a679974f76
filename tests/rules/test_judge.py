"""The judge: every line gets a yes, a no or a question, and nothing is promised twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.orders.judge import Judgement, judge
from mirakl_sync.policy.model import OrderPolicy, Unanswered, Verdict
from tests.rules.making import any_order, any_policy, line, order, product

POLICY = OrderPolicy()
GUARDED = replace(POLICY, price_below_by=Decimal(10))


def of(*lines: Any, policy: OrderPolicy = POLICY, last_call: bool = False, **facts: Any) -> Judgement:
    return judge(order(*lines, **facts), policy, last_call=last_call)


def said(judgement: Judgement) -> list[bool]:
    return [decision.accept for decision in judgement.decisions]


@pytest.mark.parametrize(
    ("troubled", "kind"),
    [
        (line(seen=None), "unknown_sku"),
        (line(seen=product(matches=0)), "unknown_sku"),
        (line(seen=product(sellable=False)), "unknown_sku"),
        (line(seen=product(matches=2)), "duplicate_sku"),
        (line(quantity=11), "insufficient_stock"),
        (line(available=-3), "insufficient_stock"),
        (line(seen=product(quantity=None, in_stock=False)), "insufficient_stock"),
        (line(unit_gross=Decimal("11.24")), "price_below"),
        (line(seen=product(price_includes_tax=False), unit_net=Decimal("11.24")), "price_below"),
    ],
)
def test_what_speaks_against_a_line_is_asked(troubled: Any, kind: str) -> None:
    question = of(troubled, policy=GUARDED).question
    assert question is not None
    assert (question.kind, question.key) == (kind, "MUG")


@pytest.mark.parametrize(
    "good",
    [
        line(quantity=10),
        line(seen=product(quantity=None)),
        line(quantity=11, seen=product(backorders=True)),
        line(unit_gross=Decimal("11.25")),
        line(seen=product(price=None), unit_gross=Decimal("0.01")),
        line(seen=product(price_includes_tax=False), unit_gross=Decimal(1), unit_net=Decimal("11.25")),
    ],
)
def test_what_is_as_agreed_is_accepted(good: Any) -> None:
    assert said(of(good, policy=GUARDED)) == [True]


def test_the_price_guard_may_be_switched_off() -> None:
    assert said(of(line(unit_gross=Decimal("0.01")), policy=replace(POLICY, price_below_by=None))) == [True]


@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.REFUSE])
@pytest.mark.parametrize(
    ("name", "troubled"),
    [
        ("unknown_sku", line(seen=None)),
        ("insufficient_stock", line(quantity=11)),
        ("backorder", line(quantity=11, seen=product(backorders=True))),
        ("price_below", line(unit_gross=Decimal(1))),
    ],
)
def test_a_policy_answers_without_asking(name: str, troubled: Any, verdict: Verdict) -> None:
    assert said(of(troubled, policy=replace(GUARDED, **{name: verdict}))) == [verdict is Verdict.ACCEPT]


def test_lines_are_judged_one_by_one() -> None:
    refuse = replace(POLICY, insufficient_stock=Verdict.REFUSE)
    judgement = of(line("1"), line("2", "LAMP", quantity=11), line("3", "RUG", alive=False), policy=refuse)
    assert [(each.line_id, each.accept) for each in judgement.decisions] == [("1", True), ("2", False)]
    assert judgement.mixed
    assert not judgement.all_refused


class TestLinesOfOneSku:
    def test_they_share_its_stock(self) -> None:
        refuse = replace(POLICY, insufficient_stock=Verdict.REFUSE)
        assert said(of(line("1", quantity=6), line("2", quantity=6), policy=refuse)) == [True, False]
        assert said(of(line("1", quantity=6), line("2", quantity=4), policy=refuse)) == [True, True]

    def test_a_line_that_takes_nothing_leaves_it_to_the_next(self) -> None:
        refuse = replace(POLICY, insufficient_stock=Verdict.REFUSE)
        assert said(of(line("1", quantity=11), line("2", quantity=10), policy=refuse)) == [False, True]


class TestMixedAnswersForbidden:
    TWO = (line("1"), line("2", "LAMP", quantity=11))

    @pytest.mark.parametrize(("verdict", "answers"), [(Verdict.ACCEPT, [True] * 2), (Verdict.REFUSE, [False] * 2)])
    def test_the_whole_order_follows_the_policy(self, verdict: Verdict, answers: list[bool]) -> None:
        policy = replace(POLICY, insufficient_stock=Verdict.REFUSE, partial_forbidden=verdict)
        assert said(of(*self.TWO, policy=policy, partial_allowed=False)) == answers

    def test_a_person_is_asked_and_at_the_last_call_nobody(self) -> None:
        policy = replace(POLICY, insufficient_stock=Verdict.REFUSE)
        question = of(*self.TWO, policy=policy, partial_allowed=False).question
        assert question is not None
        assert question.kind == "partial_forbidden"
        assert said(of(*self.TWO, policy=policy, partial_allowed=False, last_call=True)) == [False, False]
        kind = replace(policy, unanswered=Unanswered.ACCEPT)
        assert said(of(*self.TWO, policy=kind, partial_allowed=False, last_call=True)) == [True, True]

    def test_equal_answers_need_no_such_care(self) -> None:
        assert said(of(line("1"), line("2", "LAMP"), partial_allowed=False)) == [True, True]


@settings(max_examples=300, deadline=None)
@given(any_order(), any_policy(), st.booleans())
def test_it_is_a_question_or_a_word_on_every_living_line(facts: Any, policy: OrderPolicy, last_call: bool) -> None:
    judgement = judge(facts, policy, last_call=last_call)
    alive = [each.line_id for each in facts.lines if each.alive]
    if judgement.question is None:
        assert [decision.line_id for decision in judgement.decisions] == alive
        assert all(decision.why for decision in judgement.decisions)
    else:
        assert judgement.decisions == ()
        assert judgement.question.verdict is Verdict.ASK
        assert not last_call or policy.unanswered is Unanswered.LEAVE
        assert not facts.answer_by_hand


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 12),
    st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=3), min_size=1, max_size=6),
    st.sampled_from([Verdict.ASK, Verdict.REFUSE]),
    st.booleans(),
)
def test_orders_one_after_another_are_never_promised_more_than_there_is(
    stock: int, orders: list[list[int]], short: Verdict, last_call: bool
) -> None:
    policy = replace(POLICY, insufficient_stock=short)
    left = stock
    for quantities in orders:
        lines = [line(str(n), quantity=each, available=left) for n, each in enumerate(quantities)]
        decisions = of(*lines, policy=policy, last_call=last_call).decisions
        left -= sum(each.quantity for each, decision in zip(lines, decisions, strict=False) if decision.accept)
        assert left >= 0
