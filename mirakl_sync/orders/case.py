"""Orders as cases: their facts, their deeds and what is written down of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.cases import ledger
from mirakl_sync.cases.deed import Deed
from mirakl_sync.cases.step import Ask, Wait
from mirakl_sync.connections.opened import Connections, OpenConnection
from mirakl_sync.db.models import Effect, Order, Shop, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.dispatch import Wake, packed
from mirakl_sync.errors import Refused
from mirakl_sync.orders import deeds, lineage, loading, rules, selling, states
from mirakl_sync.orders.states import State
from mirakl_sync.orders.steps import (
    Answer,
    Create,
    Find,
    HandOver,
    LineDecision,
    Prove,
    Release,
    Reserve,
    Trace,
    Withdraw,
)
from mirakl_sync.orders.window import last_call_at
from mirakl_sync.records.order import DEAD_LINE_STATES
from mirakl_sync.records.shop import PlatformOrder
from mirakl_sync.shelf import board

ACCEPTANCE, ORDERS = "acceptance", "orders"
TASKS = {ACCEPTANCE: "orders.accept", ORDERS: "orders.advance"}

# An app may make the new order before it cancels the old one.
BEFORE_THE_CANCELLATION = timedelta(minutes=10)

# A failing store is left alone for a while before the next call tries it.
SILENCE = timedelta(seconds=10)


class OrderCase:
    """Implements ``mirakl_sync.cases.case.Case`` for orders."""

    model = Order
    subject = "order"
    final = states.FINAL

    def __init__(self, connections: Connections, call_timeout: timedelta = timedelta(seconds=30)) -> None:
        self._connections = connections
        self._call_timeout = call_timeout

    def next_step(self, tx: Transaction, row: Order, now: datetime) -> rules.Step:
        """Ask the rules."""
        policy = self._connections.policy(tx, row.policy_id).orders
        return rules.next_step(loading.facts(tx, row, self._open(tx, row), now), policy, now)

    def deed(self, tx: Transaction, row: Order, step: Any, now: datetime) -> Deed | Wait:
        """The call behind a step, with its draft and clients in hand."""
        opened = self._open(tx, row)
        if isinstance(step, Answer):
            _write_decisions(row, step.decisions)
            return deeds.answer(opened, row, step)
        silent_until = tx.get_one(Store, row.store_pk).silent_until
        if silent_until is not None and silent_until > now:
            return Wait("the shop, which does not answer", silent_until)
        policy = self._connections.policy(tx, row.policy_id).orders
        match step:
            case Prove():
                return deeds.prove(opened, step)
            case Reserve():
                _write_decisions(row, step.decisions)
                return deeds.create(opened, row, deeds.draft_of(tx, opened, row, policy), held=True)
            case Create():
                return deeds.create(opened, row, deeds.draft_of(tx, opened, row, policy), held=False)
            case Release():
                return deeds.release(opened, row, deeds.draft_of(tx, opened, row, policy))
            case Find():
                settled_at = self._creation(tx, row).asked_at + self._call_timeout + opened.look_after
                if now < settled_at:
                    return Wait("certainty whether the shop holds an order", settled_at)
                return deeds.find(opened, row)
            case Withdraw():
                return deeds.withdraw(opened, row, step)
            case Trace():
                return deeds.trace(opened, row, (row.canceled_in_shop_at or now) - BEFORE_THE_CANCELLATION)
            case HandOver():
                return deeds.hand_over(opened, row)
        raise TypeError(f"no deed for {step!r}")

    def succeeded(self, tx: Transaction, row: Order, step: Any, result: Any, now: datetime) -> str:
        """Write down what happened."""
        if not isinstance(step, Answer):
            heard_from(tx.get_one(Store, row.store_pk))
        match step:
            case Answer():
                return _answered(row, step, now)
            case Prove():
                board.observe(tx, row.store_pk, result.values())
                return ""
            case Reserve():
                lineage.link(row, result, now)
                selling.taken(tx, row, result, now)
                row.state, row.why = State.RESERVED, f"held in the shop as order {result.number}"
                return row.why
            case Create():
                lineage.link(row, result, now)
                selling.taken(tx, row, result, now)
                return f"created in the shop as order {result.number}"
            case Release():
                return _placed(tx, row, result, now)
            case Find():
                return self._found(tx, row, result, now)
            case Withdraw():
                row.platform_canceled, row.platform_state = True, result.status
                return f"shop order {result.number} cancelled: {step.reason}"
            case Trace():
                return lineage.traced(tx, row, result, now)
            case HandOver():
                return _handed_over(row, "our reference stands on the new order")
        raise TypeError(f"nothing to write down for {step!r}")

    def _creation(self, tx: Transaction, row: Order) -> Effect:
        effect = ledger.find(tx, deeds.creation_key(self._open(tx, row), row))
        if effect is None:
            raise LookupError(f"nobody asked the shop for an order of {row.order_id}")
        return effect

    def _found(self, tx: Transaction, row: Order, result: PlatformOrder | None, now: datetime) -> str:
        effect = self._creation(tx, row)
        if result is None:
            ledger.not_done(effect, "looked: it had not happened")
            return "the shop holds no order for it"
        lineage.link(row, result, now)
        selling.taken(tx, row, result, now)
        ledger.confirm(tx, effect.key, now, their_id=result.order_id, words="found by looking")
        return f"found in the shop as order {result.number}"

    def refused(self, tx: Transaction, row: Order, step: Any, error: Refused, now: datetime) -> Wait | Ask | None:
        """What follows from a no."""
        match step:
            case Answer():
                return self._answer_refused(tx, row, error, now)
            case Withdraw():
                row.cancel_refused = True
                return None
            case HandOver():
                # it only helps to find the order again, and we know its number
                _handed_over(row, error.words)
                return None
            case Prove():
                # a shop that will not be asked is no better than a silent one: the order must be answered all the same
                row.attempts += 1
                self.silent(tx, row, step, now)
        last_call = self._last_call(tx, row)
        if last_call is not None and last_call <= now and isinstance(step, Prove):
            return None
        words = f"{row.order_id}: {error.words}"
        again = now + timedelta(minutes=15)
        if last_call is not None and last_call > now:
            again = min(again, last_call)
        return Ask("creation_refused", row.order_id, words, until=again, due=self.deadline(row))

    def _answer_refused(self, tx: Transaction, row: Order, error: Refused, now: datetime) -> Wait | Ask | None:
        if error.code == "ORDER_INVALID_STATE":
            # it was answered already: by our own unheard call, by a person, or the time was over; the next look tells
            return Wait("the marketplace's own view of this order", now + timedelta(seconds=90))
        if row.state == State.RECEIVED:
            # it is judged anew; what the shop holds already stays as it is
            _forget_decisions(row)
        if error.code == "ORDER_PARTIAL_ACCEPTANCE_DISABLED":
            tx.get_one(Shop, row.shop_pk).partial_acceptance = False
            self._connections.forget(row.connection_id)
            return None
        words = f"{row.order_id}: {error.words}"
        return Ask("answer_refused", row.order_id, words, until=now + timedelta(minutes=15), due=row.accept_by)

    def silent(self, tx: Transaction, row: Order, step: Any, now: datetime) -> None:
        """Count a call without a usable answer; after a few in a row the store is left alone for a while."""
        if isinstance(step, Answer):
            return
        store = tx.get_one(Store, row.store_pk)
        store.failures += 1
        if store.failures >= loading.FAILING_AFTER:
            store.silent_until = now + SILENCE

    def settled(self, tx: Transaction, row: Order, now: datetime) -> None:
        """The marketplace showed where the order stands: take what hangs on it along."""
        if row.state == State.ACCEPTED:
            row.accepted_at = row.accepted_at or now
            _keep_living_lines(row)
            ledger.confirm(
                tx, deeds.answer_key(self._open(tx, row), row), now, words="seen accepted by the marketplace"
            )
        if row.state in (State.SHIPPED, State.CLOSED) and row.placed_at is None and row.link is not None:
            # it left before anybody heard that it was released: its number is told and its goods are felt all the same
            row.placed_at = now
            if row.left_at is not None and not row.never_felt:
                selling.felt(tx, row, now)
        if row.state in states.FINAL:
            selling.over(tx, row, now)

    def wake(self, tx: Transaction, row: Order, lane: str, countdown: float | None = None) -> None:
        """Ring the workers of a lane."""
        tx.wake(TASKS[lane], row.id, countdown=countdown)

    def lane_of(self, tx: Transaction, row: Order) -> str:
        """Acceptance has its own workers; everything that speaks to shops has others."""
        return lane(row, accept_first=self._accept_first(tx, row))

    def deadline(self, row: Order) -> datetime | None:
        """The promise that runs: to answer, then to ship."""
        return row.accept_by if row.state in states.UNANSWERED else row.ship_by

    def connection_of(self, row: Order) -> int:
        """Whose people are asked."""
        return row.connection_id

    def _open(self, tx: Transaction, row: Order) -> OpenConnection:
        return self._connections.open(tx, row.connection_id)

    def _last_call(self, tx: Transaction, row: Order) -> datetime | None:
        """From when on an unanswered order waits for nobody; None where nothing is to be answered."""
        if row.state not in states.UNANSWERED or row.accept_by is None:
            return None
        policy = self._connections.policy(tx, row.policy_id).orders
        return last_call_at(row.created_at, row.accept_by, policy.last_call)

    def _accept_first(self, tx: Transaction, row: Order) -> bool:
        return self._connections.policy(tx, row.policy_id).orders.accept == "accept_first"


def lane(row: Order, *, accept_first: bool) -> str:
    """The lane of an order's next deed, as far as its row tells."""
    if row.marketplace_state != states.WAITING_ACCEPTANCE or row.state not in states.UNANSWERED:
        return ORDERS
    return ACCEPTANCE if accept_first or row.state == State.RESERVED else ORDERS


def bells(wanted: Iterable[tuple[str, int]]) -> list[Wake]:
    """Wake-ups for (lane, order) pairs, in their order, several orders to a message."""
    by_lane: dict[str, list[int]] = {}
    for chosen, order_pk in wanted:
        by_lane.setdefault(chosen, []).append(order_pk)
    return [wake for chosen, pks in by_lane.items() for wake in packed(TASKS[chosen], pks)]


def _write_decisions(row: Order, decisions: tuple[LineDecision, ...]) -> None:
    """Our answer per line; accepted lines count against the shelf from this moment."""
    by_line = {decision.line_id: decision for decision in decisions}
    for line in row.lines:
        decision = by_line.get(line.line_id)
        if decision is not None:
            line.decision, line.decision_why = ("accept" if decision.accept else "refuse"), decision.why
            # what the shop has felt counts until a number it said afterwards is seen
            line.promised = decision.accept and (line.felt_at is None or line.promised)


def _forget_decisions(row: Order) -> None:
    for line in row.lines:
        line.decision, line.decision_why, line.promised = "", "", False


def _keep_living_lines(row: Order) -> None:
    """What the marketplace kept alive is what was accepted, whatever we decided since: an answer may go unheard."""
    for line in row.lines:
        alive = line.state not in DEAD_LINE_STATES
        if line.decision != ("accept" if alive else "refuse"):
            line.decision, line.decision_why = ("accept" if alive else "refuse"), "as seen on the marketplace"
            line.promised = alive and line.felt_at is None


def _answered(row: Order, step: Answer, now: datetime) -> str:
    if step.accepts:
        row.state, row.why, row.accepted_at = State.ACCEPTED, step.why, now
        refused = [line.sku for line in row.lines if line.decision == "refuse"]
        return f"accepted: {step.why}" + (f"; refused lines: {', '.join(refused)}" if refused else "")
    row.state, row.why = State.REFUSED, step.why
    return f"refused: {step.why}"


def _placed(tx: Transaction, row: Order, result: PlatformOrder, now: datetime) -> str:
    selling.taken(tx, row, result, now)
    row.platform_state, row.platform_canceled = result.status, result.canceled
    row.state, row.placed_at = State.PLACED, now
    row.why = f"in the shop as order {result.number}, ready for the warehouse"
    return row.why


def _handed_over(row: Order, words: str) -> str:
    if row.link is not None:
        row.link.handed_over = True
    return words


def heard_from(store: Store) -> None:
    """The store answered: its silences are forgotten."""
    if store.failures:
        store.failures, store.silent_until = 0, None
