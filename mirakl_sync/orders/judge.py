"""The judge: may this order be accepted as it stands? Pure; every line gets a yes, a no, or a question."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from mirakl_sync.orders.facts import LineFacts, OrderFacts
from mirakl_sync.orders.steps import LineDecision
from mirakl_sync.policy.model import OrderPolicy, Unanswered, Verdict


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against a line: the inbox kind, the sentence and what the policy says to it."""

    kind: str
    key: str
    words: str
    verdict: Verdict
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Decisions for every line, or the objection a person must decide first."""

    decisions: tuple[LineDecision, ...] = ()
    question: Objection | None = None

    @property
    def all_refused(self) -> bool:
        """No line is accepted."""
        return not any(decision.accept for decision in self.decisions)

    @property
    def mixed(self) -> bool:
        """Some lines are accepted, some refused."""
        return len({decision.accept for decision in self.decisions}) == 2


def judge(order: OrderFacts, policy: OrderPolicy, *, last_call: bool) -> Judgement:
    """Judge every line; at the last call nobody is asked any more and ``policy.unanswered`` decides."""
    lines = [line for line in order.lines if line.alive]
    if order.answer_by_hand:
        return _all(lines, accept=order.answer_by_hand == "accept", why="decided by hand")
    objections = _objections(lines, policy)
    doubtful = [o for o in objections.values() if o is not None and o.verdict is Verdict.ASK]
    if doubtful and (not last_call or policy.unanswered is Unanswered.LEAVE):
        return Judgement(question=doubtful[0])
    judgement = Judgement(tuple(_decide(line, objections[line.line_id], policy.unanswered) for line in lines))
    return one_answer(order, judgement, policy, last_call=last_call)


def one_answer(order: OrderFacts, judgement: Judgement, policy: OrderPolicy, *, last_call: bool) -> Judgement:
    """The judgement itself, or one answer for all lines where the operator takes no mixed ones."""
    if not judgement.mixed or order.partial_allowed:
        return judgement
    lines = [line for line in order.lines if line.alive]
    if order.answer_by_hand:
        return _all(lines, accept=order.answer_by_hand == "accept", why="decided by hand")
    return _whole(order, lines, judgement, policy, last_call=last_call)


def _objections(lines: list[LineFacts], policy: OrderPolicy) -> dict[str, Objection | None]:
    """What speaks against each line. Lines of one SKU share its stock: pieces of an earlier line are gone."""
    taken: dict[str, int] = {}
    objections: dict[str, Objection | None] = {}
    for line in lines:
        left = None if line.available is None else line.available - taken.get(line.sku, 0)
        objection = objections[line.line_id] = _objection(replace(line, available=left), policy)
        if objection is None or objection.kind == "price_below":
            taken[line.sku] = taken.get(line.sku, 0) + line.quantity
    return objections


def _objection(line: LineFacts, policy: OrderPolicy) -> Objection | None:
    """The gravest thing that speaks against a line, in the order in which a person would mend them."""
    product = line.product
    if product is None or product.matches == 0 or not product.sellable:
        words = f"The shop has no product with SKU {line.sku!r} to sell."
        return Objection("unknown_sku", line.sku, words, policy.unknown_sku, {"sku": line.sku})
    if product.matches > 1:
        words = f"{product.matches} products of the shop carry the SKU {line.sku!r}."
        return Objection("duplicate_sku", line.sku, words, policy.unknown_sku, {"sku": line.sku})
    return _short(line, policy) or _cheap(line, policy)


def _short(line: LineFacts, policy: OrderPolicy) -> Objection | None:
    product = line.product
    assert product is not None  # noqa: S101 - the caller looked
    counted_short = line.available is not None and line.quantity > line.available
    if not counted_short and (line.available is not None or product.in_stock):
        return None
    have = "is out of stock" if line.available is None else f"has {max(line.available, 0)} left to promise"
    words = f"{line.quantity} × {line.sku} sold, the shop {have}."
    facts = {"sku": line.sku, "sold": line.quantity, "available": line.available}
    if product.backorders:
        return Objection("backorder", line.sku, words + " It takes backorders.", policy.backorder, facts)
    return Objection("insufficient_stock", line.sku, words, policy.insufficient_stock, facts)


def _cheap(line: LineFacts, policy: OrderPolicy) -> Objection | None:
    product = line.product
    assert product is not None  # noqa: S101 - the caller looked
    if policy.price_below_by is None or product.price is None:
        return None
    sold_at = line.unit_gross if product.price_includes_tax else line.unit_net
    floor = product.price * (1 - policy.price_below_by / Decimal(100))
    if sold_at >= floor:
        return None
    words = f"{line.sku} sold at {sold_at:.2f}, the shop's price is {product.price:.2f}."
    facts = {"sku": line.sku, "sold_at": str(sold_at), "shop_price": str(product.price)}
    return Objection("price_below", line.sku, words, policy.price_below, facts)


def _decide(line: LineFacts, objection: Objection | None, unanswered: Unanswered) -> LineDecision:
    if objection is None:
        return LineDecision(line.line_id, accept=True, why="known, in stock, price as agreed")
    if objection.verdict is Verdict.ASK:
        why = f"{objection.words} Nobody answered in time."
        return LineDecision(line.line_id, accept=unanswered is Unanswered.ACCEPT, why=why)
    return LineDecision(line.line_id, accept=objection.verdict is Verdict.ACCEPT, why=objection.words)


def _whole(
    order: OrderFacts, lines: list[LineFacts], judgement: Judgement, policy: OrderPolicy, *, last_call: bool
) -> Judgement:
    """The operator takes no mixed answers: one answer for all lines, by policy, by a person, or at the last call."""
    verdict = policy.partial_forbidden
    if verdict is Verdict.ASK and last_call and policy.unanswered is not Unanswered.LEAVE:
        verdict = Verdict(policy.unanswered.value)
    no = "; ".join(decision.why for decision in judgement.decisions if not decision.accept)
    if verdict is Verdict.ASK:
        words = f"Some lines of {order.order_id} should be refused, but the marketplace takes no mixed answer: {no}"
        return Judgement(question=Objection("partial_forbidden", order.order_id, words, verdict))
    return _all(lines, accept=verdict is Verdict.ACCEPT, why=f"no mixed answers allowed: {no}")


def _all(lines: list[LineFacts], *, accept: bool, why: str) -> Judgement:
    return Judgement(tuple(LineDecision(line.line_id, accept=accept, why=why) for line in lines))
