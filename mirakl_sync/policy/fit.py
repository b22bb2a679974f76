"""Does this policy fit this shop and this marketplace? Answers in sentences, before the first order comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.policy.model import (
    Acceptance,
    Customer,
    OrderPolicy,
    Policy,
    StockPolicy,
    TimeRunsOut,
    Unanswered,
    Verdict,
    Window,
)
from mirakl_sync.policy.stock_fit import stock_fit
from mirakl_sync.policy.units import write_duration
from mirakl_sync.records.shop import CommissionShape, Finding

AUTOMATIC = "AUTOMATIC"

_NEEDED = {
    Capability.CREATE_ORDERS: "cannot create orders",
    Capability.PRODUCT_FACTS: "cannot say which SKUs it has in stock",
}
_COMMISSION = {
    CommissionShape.LINE: Capability.COMMISSION_LINE,
    CommissionShape.DISCOUNT: Capability.COMMISSION_DISCOUNT,
    CommissionShape.ATTRIBUTE: Capability.COMMISSION_ATTRIBUTE,
}
_CHANGES_THE_SALE = {
    CommissionShape.LINE: "a line of its own",
    CommissionShape.DISCOUNT: "a discount",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The marketplace's side: its window (None: unknown), what PC01 said (empty: not read yet), how often it may be
    asked for orders and how often it takes stock files. Zero means no limit.

    ``beside`` are the policies of other connections that sell from the same shelf, by key.
    """

    name: str
    window: Window | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    accepts_by_itself: bool = False
    ask_every: timedelta = timedelta(minutes=1)
    caller: str = "default"
    files_every: timedelta = timedelta(minutes=1)
    beside: Mapping[str, StockPolicy] = field(default_factory=dict)

    @property
    def automatic(self) -> bool:
        """Orders are accepted without our answer."""
        return self.accepts_by_itself or self.facts.get("order_acceptance") == AUTOMATIC


def fit(policy: Policy, spec: PlatformSpec, terms: Terms, store_findings: Sequence[Finding] = ()) -> list[Finding]:
    """What stands against this policy here. ``blocking`` findings keep a connection from being switched on; the others
    are what whoever chose it should know. Never empty: a policy that fits says so."""
    orders = policy.orders
    found = [
        *_shop_can(orders, spec),
        *_holding(orders, spec, store_findings),
        *_commission(orders, spec),
        *_cadence(orders, terms),
        *_window(orders, terms),
        *_customer(orders, spec),
        *stock_fit(policy.stock, orders, spec, terms.name, terms.files_every, terms.beside),
    ]
    return found or [Finding(True, "policy", f"The policy fits {spec.label} and {terms.name}.")]


def blocking(findings: Sequence[Finding]) -> list[Finding]:
    """Those that keep a connection from being switched on."""
    return [finding for finding in findings if finding.blocking]


def _no(subject: str, sentence: str, way_out: str) -> Finding:
    return Finding(False, subject, sentence, way_out, blocking=True)


def _mind(subject: str, sentence: str, way_out: str = "") -> Finding:
    return Finding(False, subject, sentence, way_out)


def _shop_can(orders: OrderPolicy, spec: PlatformSpec) -> Iterator[Finding]:
    for capability, words in _NEEDED.items():
        if capability not in spec.capabilities:
            yield _no("orders", f"{spec.label} {words}.", "Join the marketplace to another store.")
    if not spec.capabilities & {Capability.FIND_BY_REFERENCE, Capability.CLIENT_KEY}:
        yield _no(
            "orders",
            f"{spec.label} cannot find an order by our reference, so a lost answer could double an order.",
            "Join the marketplace to another store.",
        )
    if orders.proof_valid < orders.proof_fresh:
        yield _no(
            "proof_valid",
            f"proof_valid ({write_duration(orders.proof_valid)}) is shorter than proof_fresh "
            f"({write_duration(orders.proof_fresh)}): while the shop is silent nothing would count.",
            f"Set proof_valid to {write_duration(orders.proof_fresh)} or more.",
        )


def _holding(orders: OrderPolicy, spec: PlatformSpec, store_findings: Sequence[Finding]) -> Iterator[Finding]:
    if orders.accept is not Acceptance.AFTER_CREATION:
        return
    if Capability.HOLD_ORDERS not in spec.capabilities:
        yield _no(
            "accept",
            f"create_first needs a shop that can hold an order; {spec.label} cannot.",
            'accept = "accept_first"',
        )
    elif Capability.RESERVES_STOCK not in spec.capabilities or _complaint(store_findings, "stock"):
        yield _mind(
            "accept",
            "create_first shall hold the goods, but this shop's orders reserve no stock.",
            'Let the shop manage stock, or choose accept = "accept_first", which answers sooner.',
        )
    if orders.when_time_runs_out is TimeRunsOut.LEAVE:
        yield _mind(
            "when_time_runs_out",
            "When the shop does not answer in time the order lapses; the marketplace counts it against the shop.",
            'when_time_runs_out = "accept" keeps the sale, after a proof of SKU and stock.',
        )


def _complaint(findings: Sequence[Finding], subject: str) -> bool:
    return any(finding.subject == subject and not finding.ok for finding in findings)


def _commission(orders: OrderPolicy, spec: PlatformSpec) -> Iterator[Finding]:
    needed = _COMMISSION.get(orders.commission)
    if needed is not None and needed not in spec.capabilities:
        possible = [shape for shape, capability in _COMMISSION.items() if capability in spec.capabilities]
        yield _no(
            "commission",
            f"{spec.label} cannot show the commission as {orders.commission}.",
            f"Choose one of {', '.join([*possible, CommissionShape.NONE])}.",
        )
    elif orders.commission in _CHANGES_THE_SALE:
        yield _mind(
            "commission",
            f"The commission as {_CHANGES_THE_SALE[orders.commission]} changes what the shop believes was sold and "
            "taxed; finance should have chosen it.",
            'commission = "attribute" leaves the sale as the buyer made it.',
        )


def _cadence(orders: OrderPolicy, terms: Terms) -> Iterator[Finding]:
    if orders.poll_every < terms.ask_every:
        least = write_duration(terms.ask_every)
        who = "an external partner" if terms.caller == "external_partner" else "us"
        yield _no(
            "poll_every",
            f"poll_every {write_duration(orders.poll_every)} is below what {terms.name} allows {who}: {least}.",
            f'poll_every = "{least}", or a call limit of its own for OR11 where the operator granted one.',
        )
    if terms.window is None or terms.window.hours is None:
        return
    length = timedelta(seconds=float(terms.window.hours * 3600))
    if orders.poll_every > length / 5:
        yield _mind(
            "poll_every",
            f"Looking every {write_duration(orders.poll_every)}, an order may be seen when a fifth of the "
            f"{write_duration(length)} to answer is gone.",
            "Look more often, as far as the marketplace allows.",
        )


def _window(orders: OrderPolicy, terms: Terms) -> Iterator[Finding]:
    if terms.automatic:
        yield from _automatic(orders, terms)
        return
    if terms.window is None:
        yield _mind(
            "window",
            f"How long {terms.name} waits for our answer is not known: the watch over deadlines is off, and no order "
            "is ever answered because its time runs out.",
            'Write window = "24h" (or {working_days = 1}) at the marketplace, or name its profile.',
        )
    if orders.unanswered is Unanswered.LEAVE:
        yield _mind(
            "unanswered",
            "A question nobody answers lets the order lapse; the marketplace counts it against the shop.",
            'unanswered = "refuse" or "accept" answers at the last call.',
        )


def _automatic(orders: OrderPolicy, terms: Terms) -> Iterator[Finding]:
    doubts = (orders.unknown_sku, orders.insufficient_stock, orders.backorder, orders.price_below)
    if any(verdict is not Verdict.ACCEPT for verdict in doubts):
        yield _mind(
            "accept",
            f"{terms.name} accepts orders by itself: nothing can be refused, and no question is asked before.",
            "Keep stock and prices right on the marketplace; cancel there what cannot be sent.",
        )
    if orders.accept is Acceptance.AFTER_CREATION:
        yield _mind("accept", f"create_first has no effect: {terms.name} accepts before the shop is asked.")


def _customer(orders: OrderPolicy, spec: PlatformSpec) -> Iterator[Finding]:
    if orders.customer is not Customer.PROXY_EMAIL:
        return
    words = spec.mails_buyers or f"{spec.label} may mail the buyer's relay address by itself."
    yield _mind(
        "customer",
        f"{words} Most marketplaces forbid mails to their buyers.",
        f'Install the mail snippet of the {spec.label} page of the manual, or choose customer = "generic".',
    )
