"""The heart: what an order needs next. Pure; ``now`` is an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.orders import states
from mirakl_sync.orders.facts import OrderFacts
from mirakl_sync.orders.heritage import WITHIN, heir_wanted
from mirakl_sync.orders.judge import Judgement, Objection, judge, one_answer
from mirakl_sync.orders.states import State
from mirakl_sync.orders.steps import (
    Answer,
    Create,
    Find,
    HandOver,
    LineDecision,
    OrderStep,
    Prove,
    Release,
    Reserve,
    Withdraw,
)
from mirakl_sync.orders.window import last_call_at
from mirakl_sync.policy.model import Acceptance, OrderPolicy, TimeRunsOut

# How long a paid order may lack its address before somebody is asked.
ADDRESS_PATIENCE = timedelta(hours=1)

Step = OrderStep | Settle | Wait | Ask


def next_step(order: OrderFacts, policy: OrderPolicy, now: datetime) -> Step:
    """The next thing to do for an order, given what is known of it, its policy and the time."""
    if not order.managed:
        return Wait("a person, who took this order over")
    if order.marketplace_state in states.ENDED_STATES or order.state in (State.REFUSED, State.CANCELED):
        return _ended(order)
    if order.fulfilled_by_operator:
        return Settle(State.CLOSED, "the operator fulfils this order; nothing for us to do")
    if order.marketplace_state in states.OVER_STATES:
        return Settle(State.CLOSED, f"the marketplace says {order.marketplace_state}")
    if order.state in states.UNANSWERED:
        return _unanswered(order, policy, now)
    if order.marketplace_state in states.LEFT_STATES and order.state is not State.SHIPPED:
        return Settle(State.SHIPPED, f"the marketplace says {order.marketplace_state}")
    match order.state:
        case State.ACCEPTED:
            return _accepted(order, now)
        case State.PLACED:
            return _placed(order, now)
        case State.SHIPPED:
            return Wait("the end of the sale")
    return Settle(order.state, "nothing more can happen")


def _ended(order: OrderFacts) -> Step:
    """Refused or cancelled on the marketplace: the shop must not send anything."""
    if order.creation_in_doubt:
        return Find()
    words = f"the marketplace says {order.marketplace_state}"
    told = order.cancel_refused and order.state is State.CANCELED
    if order.state in states.FINAL and (order.platform_canceled or not order.has_platform_order or told):
        return Settle(order.state, words)
    if order.cancel_refused:
        left = f"The sale of {order.order_id} is over, but the shop would not cancel its order."
        return Settle(State.CANCELED, words, tell=Ask("canceled_after_leaving", order.order_id, left))
    if order.has_platform_order and not order.platform_canceled:
        return Withdraw(f"The sale of {order.order_id} is over.")
    if order.marketplace_state == "CANCELED":
        return Settle(State.CANCELED, words)
    if order.state in states.UNANSWERED and order.answered_by_somebody:
        return Settle(State.REFUSED, f"{words}: somebody refused it there")
    if order.state in states.UNANSWERED and not order.refusal_asked:
        missed = Ask("window_missed", order.order_id, f"Order {order.order_id} was refused without our answer.")
        return Settle(State.REFUSED, f"{words}, without an answer of ours", tell=missed)
    return Settle(State.REFUSED, words if order.marketplace_state == "REFUSED" else "we refused it")


def _unanswered(order: OrderFacts, policy: OrderPolicy, now: datetime) -> Step:
    if order.marketplace_state == states.STAGING:
        return Wait("the operator's checks")
    if order.marketplace_state in states.PAST_ACCEPTANCE:
        return Settle(State.ACCEPTED, f"accepted: the marketplace says {order.marketplace_state}")
    if order.marketplace_state != states.WAITING_ACCEPTANCE:
        words = f"{order.order_id} is {order.marketplace_state} on the marketplace, a state we do not know."
        return Ask("unreadable_order", order.order_id, words, due=order.accept_by)
    last_call = in_last_call(order, policy, now)
    if order.state is State.RESERVED:
        return _answer_reserved(order, policy, now, last_call=last_call)
    unproven = missing_proof(order, policy, now)
    if unproven and not order.answer_by_hand:
        if not order.store_silent and not (last_call and _asks_no_more(order, policy, now)):
            return Prove(unproven, urgent=last_call)
        if not last_call:
            again = _earliest(now + timedelta(seconds=15), _last_call(order, policy))
            return Wait("the shop, to prove SKU and stock", again)
    judgement = judge(order, policy, last_call=last_call)
    if judgement.question is not None:
        return _question(order, policy, judgement.question, now)
    return _answer(order, policy, judgement, last_call=last_call)


def _asks_no_more(order: OrderFacts, policy: OrderPolicy, now: datetime) -> bool:
    """At the last call the shop is asked once more, unless it fails or the last quarter of the last call has begun."""
    if order.store_failing or order.proof_failed:
        return True
    begins = _last_call(order, policy)
    if order.accept_by is None or begins is None:
        return False
    return order.accept_by - now < (order.accept_by - begins) / 4


def _answer(order: OrderFacts, policy: OrderPolicy, judgement: Judgement, *, last_call: bool) -> Step:
    at_once = policy.accept is Acceptance.FIRST or order.has_platform_order
    if judgement.all_refused or at_once or order.answer_by_hand:
        return Answer(judgement.decisions, _reasons(judgement.decisions))
    if last_call and policy.when_time_runs_out is TimeRunsOut.ACCEPT:
        return Answer(judgement.decisions, "the time runs out before the shop could hold the order")
    return Reserve(judgement.decisions)


def _answer_reserved(order: OrderFacts, policy: OrderPolicy, now: datetime, *, last_call: bool) -> Step:
    """The shop holds the goods: say yes, unless its staff cancelled or a person said no meanwhile."""
    live = [line for line in order.lines if line.alive]
    if order.answer_by_hand == "refuse":
        return Answer(tuple(LineDecision(line.line_id, False, "decided by hand") for line in live), "decided by hand")
    if order.platform_canceled and not order.answer_by_hand and not last_call:
        words = f"The provisional order of {order.order_id} was cancelled in the shop before it was accepted."
        return Ask("canceled_in_shop", order.order_id, words, until=_last_call(order, policy), due=order.accept_by)
    accept = not order.platform_canceled or order.answer_by_hand == "accept"
    why = "reserved in the shop" if accept else "cancelled in the shop, and nobody answered in time"
    decisions = tuple(LineDecision(line.line_id, accept and line.held, why) for line in live)
    judgement = one_answer(order, Judgement(decisions), policy, last_call=last_call)
    if judgement.question is not None:
        return _question(order, policy, judgement.question, now)
    return Answer(judgement.decisions, _reasons(judgement.decisions))


def _accepted(order: OrderFacts, now: datetime) -> Step:
    if order.marketplace_state != states.SHIPPING:
        return Wait("the marketplace to confirm and be paid")
    if not order.has_addresses:
        return _without_address(order, now)
    if order.platform_canceled:
        return _canceled_in_shop(order, now)
    if order.reference_left_behind:
        return HandOver()
    return Release() if order.has_platform_order else Create()


def _without_address(order: OrderFacts, now: datetime) -> Step:
    """Addresses come with SHIPPING; an order that still lacks one after a while is a case for a person."""
    patience_ends = (order.changed_at or order.created_at) + ADDRESS_PATIENCE
    if now < patience_ends:
        return Wait("the address", patience_ends)
    words = f"{order.order_id} must be shipped, but the marketplace shows no address."
    return Ask("address_missing", order.order_id, words, until=now + ADDRESS_PATIENCE, due=order.ship_by)


def _placed(order: OrderFacts, now: datetime) -> Step:
    if order.platform_canceled:
        return _canceled_in_shop(order, now)
    if order.reference_left_behind:
        return HandOver()
    if order.twins and order.twins_since is not None:
        return _doubled(order, order.twins_since + WITHIN, now)
    return Wait("shipment", order.ship_by if order.ship_by and order.ship_by > now else None)


def _doubled(order: OrderFacts, asked_from: datetime, now: datetime) -> Step:
    """An app that copies an order cancels the first one soon; if it does not, two parcels may leave."""
    if now < asked_from:
        return Wait("the shop to cancel one of two orders for this sale", asked_from)
    words = f"The shop holds further living orders for {order.order_id}: {', '.join(order.twins)}."
    return Ask("doubled_in_shop", order.order_id, words, until=now + WITHIN, due=order.ship_by)


def _canceled_in_shop(order: OrderFacts, now: datetime) -> Step:
    if order.heritage is not None:
        step = heir_wanted(order.order_id, order.heritage, now, order.ship_by)
        if step is not None:
            return step
    words = f"The shop's order for {order.order_id} was cancelled there, but the marketplace expects the parcel."
    return Ask("canceled_in_shop", order.order_id, words, until=now + timedelta(minutes=15), due=order.ship_by)


def _question(order: OrderFacts, policy: OrderPolicy, objection: Objection, now: datetime) -> Ask:
    """Ask, and look again by ourselves: the cause may go away, and at the last call nobody is waited for."""
    last_call = _last_call(order, policy)
    again = _earliest(now + policy.proof_fresh, last_call if last_call is not None and last_call > now else None)
    return Ask(objection.kind, objection.key, objection.words, until=again, due=order.accept_by, facts=objection.facts)


def missing_proof(order: OrderFacts, policy: OrderPolicy, now: datetime) -> tuple[str, ...]:
    """The SKUs the shop must be asked about: unknown to us or seen too long ago.

    While the shop cannot be asked an older word of it still counts, up to ``proof_valid``.
    """
    limit = policy.proof_valid if order.store_silent or order.store_failing else policy.proof_fresh
    return tuple(
        dict.fromkeys(
            line.sku
            for line in order.lines
            if line.alive and (line.product is None or line.product.observed_at < now - limit)
        )
    )


def in_last_call(order: OrderFacts, policy: OrderPolicy, now: datetime) -> bool:
    """True when nobody can be waited for any more; never where no deadline is known."""
    last_call = _last_call(order, policy)
    return last_call is not None and now >= last_call


def _last_call(order: OrderFacts, policy: OrderPolicy) -> datetime | None:
    if order.accept_by is None:
        return None
    return last_call_at(order.created_at, order.accept_by, policy.last_call)


def _earliest(first: datetime, second: datetime | None) -> datetime:
    return first if second is None else min(first, second)


def _reasons(decisions: tuple[LineDecision, ...]) -> str:
    return "; ".join(dict.fromkeys(decision.why for decision in decisions))
