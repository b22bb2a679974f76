"""What an order needs next: the tables of the design, and what must hold for any facts at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.orders import states
from mirakl_sync.orders.rules import in_last_call, missing_proof, next_step
from mirakl_sync.orders.states import State
from mirakl_sync.orders.steps import Answer, Create, Find, Prove, Release, Reserve, Withdraw
from mirakl_sync.policy.model import Acceptance, OrderPolicy, TimeRunsOut, Unanswered, Verdict
from tests.rules.making import HOUR, NOON, any_order, any_policy, line, order, product

FIRST = OrderPolicy()
AFTER = OrderPolicy(accept=Acceptance.AFTER_CREATION)
ANSWERED = {"state": State.ACCEPTED, "marketplace_state": "SHIPPING", "has_addresses": True}
HELD = {"state": State.RESERVED, "has_platform_order": True}

TABLE: list[tuple[str, OrderPolicy, dict[str, Any], Any]] = [
    ("a known line is accepted at once", FIRST, {}, Answer),
    ("create_first reserves before it answers", AFTER, {}, Reserve),
    ("what the shop holds is accepted", AFTER, HELD, Answer),
    ("the operator's checks are waited for", FIRST, {"marketplace_state": "STAGING"}, Wait),
    ("an order accepted elsewhere is ours to place", FIRST, {"marketplace_state": "WAITING_DEBIT"}, Settle),
    ("payment is waited for", FIRST, ANSWERED | {"marketplace_state": "WAITING_DEBIT_PAYMENT"}, Wait),
    ("the address is waited for", FIRST, ANSWERED | {"has_addresses": False, "changed_at": NOON - HOUR / 2}, Wait),
    ("but not for ever", FIRST, ANSWERED | {"has_addresses": False, "changed_at": NOON - HOUR}, Ask),
    (
        "an ended sale looks for what an unanswered creation made",
        AFTER,
        {"marketplace_state": "CANCELED", "creation_in_doubt": True},
        Find,
    ),
    ("a paid order is created", FIRST, ANSWERED, Create),
    ("a created order is released", FIRST, ANSWERED | {"has_platform_order": True}, Release),
    ("a held order is released", AFTER, ANSWERED | {"has_platform_order": True}, Release),
    (
        "an order cancelled in the shop is asked about",
        FIRST,
        ANSWERED | {"has_platform_order": True, "platform_canceled": True},
        Ask,
    ),
    ("a placed order waits for its parcel", FIRST, ANSWERED | {"state": State.PLACED}, Wait),
    ("a parcel that left is noted", FIRST, {"state": State.PLACED, "marketplace_state": "SHIPPED"}, Settle),
    ("the end of the sale is waited for", FIRST, {"state": State.SHIPPED, "marketplace_state": "SHIPPED"}, Wait),
    ("a sale that is over is closed", FIRST, {"state": State.SHIPPED, "marketplace_state": "RECEIVED"}, Settle),
    (
        "a sale that ended takes the shop's order along",
        FIRST,
        {"state": State.PLACED, "marketplace_state": "CANCELED", "has_platform_order": True},
        Withdraw,
    ),
    ("an order a person took over is left alone", FIRST, {"managed": False}, Wait),
    ("the operator's own fulfilment is none of ours", FIRST, {"fulfilled_by_operator": True}, Settle),
    ("a state nobody knows is asked about", FIRST, {"marketplace_state": "SOMETHING_NEW"}, Ask),
]


@pytest.mark.parametrize(("policy", "facts", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_table_of_steps(policy: OrderPolicy, facts: dict[str, Any], expected: type) -> None:
    assert isinstance(next_step(order(**facts), policy, NOON), expected)


@pytest.mark.parametrize(
    ("state", "marketplace_state", "settled"),
    [
        ("RECEIVED", "WAITING_DEBIT", State.ACCEPTED),
        ("RESERVED", "SHIPPING", State.ACCEPTED),
        ("RECEIVED", "SHIPPED", State.ACCEPTED),
        ("ACCEPTED", "TO_COLLECT", State.SHIPPED),
        ("PLACED", "SHIPPED", State.SHIPPED),
        ("PLACED", "CLOSED", State.CLOSED),
        ("RECEIVED", "CLOSED", State.CLOSED),
        ("RECEIVED", "REFUSED", State.REFUSED),
        ("RECEIVED", "CANCELED", State.CANCELED),
        ("ACCEPTED", "CANCELED", State.CANCELED),
        ("ACCEPTED", "REFUSED", State.REFUSED),
    ],
)
def test_what_the_marketplace_shows_settles_ours(state: str, marketplace_state: str, settled: State) -> None:
    step = next_step(order(state=State[state], marketplace_state=marketplace_state), FIRST, NOON)
    assert isinstance(step, Settle)
    assert step.state == settled


def test_a_refusal_without_our_answer_is_told_to_somebody() -> None:
    step = next_step(order(marketplace_state="REFUSED"), FIRST, NOON)
    assert isinstance(step, Settle)
    assert step.tell is not None
    assert step.tell.kind == "window_missed"


def test_our_own_refusal_is_told_to_nobody() -> None:
    assert next_step(order(state=State.REFUSED, marketplace_state="REFUSED"), FIRST, NOON) == Settle(
        State.REFUSED, "the marketplace says REFUSED"
    )


def test_a_shop_that_will_not_cancel_is_told_once_and_then_left() -> None:
    facts = {"marketplace_state": "CANCELED", "has_platform_order": True, "cancel_refused": True}
    first = next_step(order(state=State.PLACED, **facts), FIRST, NOON)
    assert isinstance(first, Settle)
    assert first.tell is not None
    assert first.tell.kind == "canceled_after_leaving"
    again = next_step(order(state=State.CANCELED, **facts), FIRST, NOON)
    assert again == Settle(State.CANCELED, "the marketplace says CANCELED")


class TestProof:
    def test_an_unknown_sku_is_asked_of_the_shop_first(self) -> None:
        assert next_step(order(line(seen=None), line("2", "LAMP")), FIRST, NOON) == Prove(("MUG",))

    def test_old_words_are_asked_again_and_fresh_ones_are_not(self) -> None:
        stale = line(seen=product(observed_at=NOON - timedelta(minutes=5, seconds=1)))
        fresh = line(seen=product(observed_at=NOON - timedelta(minutes=5)))
        assert missing_proof(order(stale), FIRST, NOON) == ("MUG",)
        assert missing_proof(order(fresh), FIRST, NOON) == ()

    def test_dead_lines_need_no_proof(self) -> None:
        assert missing_proof(order(line(), line("2", "LAMP", seen=None, alive=False)), FIRST, NOON) == ()

    def test_while_the_shop_is_silent_words_of_the_last_day_count(self) -> None:
        step = next_step(order(line(seen=product(observed_at=NOON - 20 * HOUR)), store_silent=True), FIRST, NOON)
        assert isinstance(step, Answer)

    def test_while_the_shop_is_silent_older_words_wait_a_little(self) -> None:
        step = next_step(order(line(seen=product(observed_at=NOON - 25 * HOUR)), store_silent=True), FIRST, NOON)
        assert step == Wait("the shop, to prove SKU and stock", NOON + timedelta(seconds=15))

    def test_a_silent_shop_is_not_waited_for_at_the_last_call(self) -> None:
        facts = order(line(seen=None), store_silent=True, accept_by=NOON + timedelta(minutes=5))
        step = next_step(facts, FIRST, NOON)
        assert isinstance(step, Answer)
        assert not step.accepts

    def test_a_word_by_hand_needs_no_proof(self) -> None:
        step = next_step(order(line(seen=None), answer_by_hand="accept"), AFTER, NOON)
        assert isinstance(step, Answer)
        assert step.accepts

    def test_a_failing_shop_gives_older_words_weight_even_between_its_silences(self) -> None:
        step = next_step(order(line(seen=product(observed_at=NOON - 20 * HOUR)), store_failing=True), FIRST, NOON)
        assert isinstance(step, Answer)

    def test_a_failing_shop_is_asked_again_for_what_it_never_told(self) -> None:
        assert next_step(order(line(seen=None), store_failing=True, proof_failed=True), FIRST, NOON) == Prove(("MUG",))

    @pytest.mark.parametrize("trouble", [{"store_failing": True}, {"proof_failed": True}])
    def test_a_shop_that_failed_is_not_asked_again_at_the_last_call(self, trouble: dict[str, bool]) -> None:
        step = next_step(order(line(seen=None), accept_by=NOON + timedelta(minutes=5), **trouble), FIRST, NOON)
        assert isinstance(step, Answer)

    def test_a_shop_that_never_failed_is_asked_even_at_the_last_call(self) -> None:
        step = next_step(order(line(seen=None), accept_by=NOON + timedelta(minutes=5)), FIRST, NOON)
        assert step == Prove(("MUG",), urgent=True)

    def test_in_the_last_quarter_of_the_last_call_no_shop_is_asked_any_more(self) -> None:
        step = next_step(order(line(seen=None), accept_by=NOON + timedelta(minutes=3)), FIRST, NOON)
        assert isinstance(step, Answer)


class TestLastCall:
    LATE: ClassVar[dict[str, Any]] = {"accept_by": NOON + HOUR, "created_at": NOON - 23 * HOUR}

    def test_create_first_keeps_the_sale_when_time_runs_out(self) -> None:
        assert isinstance(next_step(order(**self.LATE), AFTER, NOON), Answer)

    def test_create_first_may_let_it_lapse(self) -> None:
        policy = replace(AFTER, when_time_runs_out=TimeRunsOut.LEAVE)
        assert isinstance(next_step(order(**self.LATE), policy, NOON), Reserve)

    def test_a_doubtful_line_is_asked_about_until_then(self) -> None:
        short = line(quantity=11)
        step = next_step(order(short, accept_by=NOON + 23 * HOUR), FIRST, NOON)
        assert isinstance(step, Ask)
        assert (step.kind, step.key, step.until) == ("insufficient_stock", "MUG", NOON + timedelta(minutes=5))
        assert step.due == NOON + 23 * HOUR

    def test_the_look_behind_a_question_never_sleeps_through_the_last_call(self) -> None:
        late = {"created_at": NOON - 22 * HOUR, "accept_by": NOON + 2 * HOUR + timedelta(minutes=3)}
        step = next_step(order(line(quantity=11), **late), FIRST, NOON)
        assert isinstance(step, Ask)
        assert step.until == NOON + timedelta(minutes=3)

    @pytest.mark.parametrize(("unanswered", "accepts"), [(Unanswered.ACCEPT, True), (Unanswered.REFUSE, False)])
    def test_a_doubtful_line_is_answered_by_policy(self, unanswered: Unanswered, accepts: bool) -> None:
        step = next_step(order(line(quantity=11), **self.LATE), replace(FIRST, unanswered=unanswered), NOON)
        assert isinstance(step, Answer)
        assert step.accepts is accepts

    def test_leave_goes_on_asking(self) -> None:
        step = next_step(order(line(quantity=11), **self.LATE), replace(FIRST, unanswered=Unanswered.LEAVE), NOON)
        assert isinstance(step, Ask)
        assert step.until == NOON + timedelta(minutes=5)

    def test_an_order_without_a_known_deadline_has_no_last_call(self) -> None:
        assert not in_last_call(order(accept_by=None), FIRST, NOON + timedelta(days=900))


class TestHeldInTheShop:
    def test_lines_the_shop_does_not_hold_are_refused(self) -> None:
        step = next_step(order(line("1"), line("2", held=False), **HELD), AFTER, NOON)
        assert isinstance(step, Answer)
        assert [(each.line_id, each.accept) for each in step.decisions] == [("1", True), ("2", False)]

    @pytest.mark.parametrize(("verdict", "accepts"), [(Verdict.ACCEPT, [True, True]), (Verdict.REFUSE, [False, False])])
    def test_a_mixed_answer_nobody_takes_follows_the_policy(self, verdict: Verdict, accepts: list[bool]) -> None:
        facts = order(line("1"), line("2", held=False), partial_allowed=False, **HELD)
        step = next_step(facts, replace(AFTER, partial_forbidden=verdict), NOON)
        assert isinstance(step, Answer)
        assert [each.accept for each in step.decisions] == accepts

    def test_a_mixed_answer_nobody_takes_is_asked_about_until_the_last_call(self) -> None:
        facts = order(line("1"), line("2", held=False), partial_allowed=False, **HELD)
        step = next_step(facts, AFTER, NOON)
        assert isinstance(step, Ask)
        assert step.kind == "partial_forbidden"
        late = replace(facts, **TestLastCall.LATE)
        assert isinstance(next_step(late, AFTER, NOON), Answer)

    @pytest.mark.parametrize("word", ["accept", "refuse"])
    def test_a_word_by_hand_covers_the_whole_order_where_no_mixed_answer_is_taken(self, word: str) -> None:
        facts = order(line("1"), line("2", held=False), partial_allowed=False, answer_by_hand=word, **HELD)
        step = next_step(facts, AFTER, NOON)
        assert isinstance(step, Answer)
        assert {each.accept for each in step.decisions} == {word == "accept"}

    def test_a_cancelled_reservation_is_asked_about_and_looked_at_again(self) -> None:
        step = next_step(order(**HELD, platform_canceled=True), AFTER, NOON)
        assert isinstance(step, Ask)
        assert (step.kind, step.until) == ("canceled_in_shop", NOON + 21 * HOUR)

    def test_a_cancelled_reservation_without_a_deadline_waits_for_news_alone(self) -> None:
        step = next_step(order(**HELD, platform_canceled=True, accept_by=None), AFTER, NOON)
        assert isinstance(step, Ask)
        assert step.until is None

    def test_a_cancelled_reservation_is_refused_at_the_last_call(self) -> None:
        step = next_step(order(**HELD, platform_canceled=True, **TestLastCall.LATE), AFTER, NOON)
        assert isinstance(step, Answer)
        assert not step.accepts


@settings(max_examples=300, deadline=None)
@given(any_order(), any_policy())
def test_accepting_belongs_to_orders_the_marketplace_waits_for(facts: Any, policy: OrderPolicy) -> None:
    step = next_step(facts, policy, NOON)
    if isinstance(step, Answer | Reserve | Prove):
        assert facts.marketplace_state == "WAITING_ACCEPTANCE"
        assert facts.state in states.UNANSWERED
        assert facts.managed
        assert not facts.fulfilled_by_operator


@settings(max_examples=300, deadline=None)
@given(any_order(), any_policy())
def test_nothing_is_created_twice_unpaid_or_without_an_address(facts: Any, policy: OrderPolicy) -> None:
    step = next_step(facts, policy, NOON)
    if isinstance(step, Create | Release):
        assert facts.marketplace_state == "SHIPPING"
        assert facts.has_addresses
        assert facts.has_platform_order is isinstance(step, Release)
    if isinstance(step, Reserve):
        assert not facts.has_platform_order
        assert policy.accept is Acceptance.AFTER_CREATION


@settings(max_examples=300, deadline=None)
@given(any_order(), any_policy())
def test_the_shops_order_is_withdrawn_only_when_the_sale_is_over(facts: Any, policy: OrderPolicy) -> None:
    if isinstance(next_step(facts, policy, NOON), Withdraw):
        assert facts.has_platform_order
        assert not facts.platform_canceled
        assert facts.marketplace_state in states.ENDED_STATES or facts.state in (State.REFUSED, State.CANCELED)


@settings(max_examples=300, deadline=None)
@given(any_order(), any_policy())
def test_every_rest_ends_in_the_future_and_every_walk_ends(facts: Any, policy: OrderPolicy) -> None:
    for _ in range(4):
        step = next_step(facts, policy, NOON)
        if not isinstance(step, Settle):
            break
        if step.state in states.FINAL:
            return
        assert step.state != facts.state, "a settled state that is not final must lead somewhere"
        facts = replace(facts, state=State(step.state))
    assert not isinstance(step, Settle)
    if isinstance(step, Wait | Ask) and step.until is not None:
        assert NOON < step.until < NOON + timedelta(days=400)


@settings(max_examples=300, deadline=None)
@given(
    any_order(marketplace_state="WAITING_ACCEPTANCE", managed=True, fulfilled_by_operator=False, store_silent=True),
    any_policy(),
    st.sampled_from([State.RECEIVED, State.RESERVED]),
    st.integers(0, 200),
)
def test_at_the_last_call_every_order_is_answered_unless_policy_says_leave(
    facts: Any, policy: OrderPolicy, state: State, minutes: int
) -> None:
    assume(policy.unanswered is not Unanswered.LEAVE and policy.when_time_runs_out is not TimeRunsOut.LEAVE)
    facts = replace(facts, state=state, created_at=NOON - 23 * HOUR, accept_by=NOON + HOUR)
    assert isinstance(next_step(facts, policy, NOON + timedelta(minutes=minutes)), Answer)


@settings(max_examples=300, deadline=None)
@given(any_order(marketplace_state="WAITING_ACCEPTANCE", managed=True, fulfilled_by_operator=False), any_policy())
def test_an_answer_speaks_of_every_living_line_once(facts: Any, policy: OrderPolicy) -> None:
    step = next_step(replace(facts, state=State.RECEIVED), policy, NOON)
    if isinstance(step, Answer | Reserve):
        assert [each.line_id for each in step.decisions] == [each.line_id for each in facts.lines if each.alive]
        assert len({each.accept for each in step.decisions}) == 1 or facts.partial_allowed


def test_a_word_by_hand_outweighs_the_price_guard() -> None:
    cheap = line(unit_gross=Decimal(1))
    assert isinstance(next_step(order(cheap), FIRST, NOON), Ask)
    step = next_step(order(cheap, answer_by_hand="accept"), FIRST, NOON)
    assert isinstance(step, Answer)
    assert step.accepts
