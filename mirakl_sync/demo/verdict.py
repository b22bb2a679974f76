"""The judge: were the promises kept? Pure; believes the sandbox's books, and of ours only which questions are open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

LOST, DOUBLED, LATE, OTHER = "lost", "doubled", "late", "other"
TO_SHIP = ("SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")
ENDED = ("REFUSED", "CANCELED")
RELEASED = ("processing", "completed")
# What an order may wait for without anybody having been asked.
PAYMENT, CHECKS = "the payment", "the operator's checks"
PAYING = ("WAITING_DEBIT", "WAITING_DEBIT_PAYMENT")
# Asked about an order, these explain nothing: in a demonstration nobody breaks what they speak of.
FAULTS = ("misconfigured", "stuck", "doubled_in_shop", "window_missed", "feed_silent", "refused_look")


@dataclass(frozen=True, slots=True)
class Question:
    """An open question of ours; ``orders`` are the marketplace's ids of those that wait for it."""

    kind: str
    words: str
    owner: str = ""
    orders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken promise: which one, whose (an order id, or a server), and in what way."""

    kind: str
    subject: str
    words: str

    def sentence(self) -> str:
        """For the screen."""
        return f"{self.kind if self.kind != OTHER else 'broken'}: {self.subject}: {self.words}"


@dataclass
class Row:
    """One marketplace's day."""

    market: str
    seen: int = 0
    accepted: int = 0
    refused: int = 0
    canceled: int = 0
    placed: int = 0
    theirs: int = 0  # fulfilled by the operator
    waiting: Counter[str] = field(default_factory=Counter)  # why → how many
    questions: int = 0
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Verdict:
    """What the books say of the day."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]

    @property
    def held(self) -> bool:
        """Every promise was kept."""
        return not self.problems

    @property
    def moving(self) -> int:
        """Orders that may still move by themselves: unexplained ones, and those who wait for a payment or checks."""
        waits = sum(row.waiting[why] for row in self.rows for why in (PAYMENT, CHECKS))
        return waits + len(self.problems)


@dataclass(frozen=True)
class _Shop:
    """The shop's books, by reference and by id."""

    by_reference: Mapping[str, Sequence[int]]
    orders: Mapping[int, Mapping[str, Any]]

    def living(self, order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        ids = self.by_reference.get(f"{order['shop_id']}/{order['order_id']}", ())
        return [self.orders[number] for number in ids]


def judge(markets: Mapping[str, Mapping[str, Any]], shop: Mapping[str, Any], questions: Sequence[Question]) -> Verdict:
    """Compare the marketplaces' books with the shop's. ``markets`` and ``shop`` are GET /_sandbox/books.

    Every problem names its order; an order that waits needs a reason the buyer's marketplace or an open question gives.
    """
    held = _Shop(shop["by_reference"], {order["id"]: order for order in shop["orders"]})
    rows, problems = [], []
    for market, books in markets.items():
        row = Row(market)
        for order in books["orders"]:
            found = list(_order(order, held, _asked(order, questions), row))
            row.problems.update(problem.kind for problem in found)
            problems += found
        named = {order["order_id"] for order in books["orders"]}
        row.questions = sum(bool(question.orders & named) for question in questions)
        problems += _over_limit(market, books)
        rows.append(row)
    problems += _nobodys(markets, held)
    problems += _mails(shop)
    problems += [Problem(OTHER, q.kind, q.words) for q in questions if q.kind in FAULTS]
    return Verdict(tuple(rows), tuple(problems), tuple(questions))


def _asked(order: Mapping[str, Any], questions: Sequence[Question]) -> str:
    """The kind of a question that explains why this order waits; alarms explain nothing by themselves."""
    kinds = [q.kind for q in questions if order["order_id"] in q.orders]
    return next((kind for kind in kinds if not kind.startswith("acceptance_") and kind not in FAULTS), "")


def _order(order: Mapping[str, Any], shop: _Shop, asked: str, row: Row) -> Iterator[Problem]:
    order_id, state, living = order["order_id"], order["state"], shop.living(order)
    row.seen += 1
    row.accepted += order["accepted_at"] is not None
    yield from _answers(order)
    if len(living) > 1:
        numbers = ", ".join(one["number"] for one in living)
        yield Problem(DOUBLED, order_id, f"the shop holds it as orders {numbers}")
    if state in ENDED:
        yield from _ended(order, living, asked, row)
    elif order["fulfillment_center"] != "DEFAULT":
        row.theirs += 1
        if living or order["answer_calls"]:
            yield Problem(OTHER, order_id, "the operator fulfils it, but we answered or placed it")
    elif state in TO_SHIP:
        yield from _to_ship(order, living, asked, row)
    else:
        yield from _waits(order, asked, row)


def _answers(order: Mapping[str, Any]) -> Iterator[Problem]:
    if order["refused_by"] == "timeout":
        yield Problem(LATE, order["order_id"], f"nobody answered by {order['accept_by']}")
    if order["acceptances"] > 1:
        yield Problem(DOUBLED, order["order_id"], f"accepted {order['acceptances']} times")
    if order["accepted_at"] is not None and order["acceptances"] != (order["accepted_by"] == "shop"):
        words = f"accepted by {order['accepted_by']}, yet {order['acceptances']} of our acceptances counted"
        yield Problem(OTHER, order["order_id"], words)


def _ended(order: Mapping[str, Any], living: Sequence[Any], asked: str, row: Row) -> Iterator[Problem]:
    if order["state"] == "CANCELED":
        row.canceled += 1
    elif order["refused_by"] != "timeout":
        row.refused += 1
    if living and asked != "canceled_after_leaving":
        words = f"{order['state']} on the marketplace, but alive in the shop as order {living[0]['number']}"
        yield Problem(OTHER, order["order_id"], words)


def _to_ship(order: Mapping[str, Any], living: Sequence[Mapping[str, Any]], asked: str, row: Row) -> Iterator[Problem]:
    """The buyer waits for a parcel: one released order with the very amounts, or somebody knows why not."""
    if not living or living[0]["status"] not in RELEASED:
        if asked:
            row.waiting[asked.replace("_", " ")] += 1
            return
        what = f"order {living[0]['number']} is {living[0]['status']}" if living else "it holds none"
        yield Problem(LOST, order["order_id"], f"{order['state']} on the marketplace; of the shop's orders {what}")
        return
    row.placed += 1
    yield from _as_sold(order, living[0])


def _as_sold(order: Mapping[str, Any], placed: Mapping[str, Any]) -> Iterator[Problem]:
    alive = [line for line in order["lines"] if line["state"] not in ENDED]
    paid = sum((Decimal(line["price"]) + Decimal(line["shipping_price"]) for line in alive), Decimal(0))
    if Decimal(placed["total"]) != paid or placed["currency"] != order["currency"]:
        words = f"the buyer paid {paid} {order['currency']}, the shop says {placed['total']} {placed['currency']}"
        yield Problem(OTHER, order["order_id"], words)
    sold, held = _goods(alive), _goods(placed["lines"])
    if sold != held:
        yield Problem(OTHER, order["order_id"], f"sold {dict(sold)}, the shop sends {dict(held)}")
    if order["reference_for_seller"] != placed["number"]:
        words = f"the marketplace knows it as {order['reference_for_seller']}, the shop as {placed['number']}"
        yield Problem(OTHER, order["order_id"], words)


def _goods(lines: Sequence[Mapping[str, Any]]) -> Counter[str]:
    goods: Counter[str] = Counter()
    for line in lines:
        goods[str(line["sku"])] += int(line["quantity"])
    return goods


def _waits(order: Mapping[str, Any], asked: str, row: Row) -> Iterator[Problem]:
    state = order["state"]
    if state == "STAGING":
        row.waiting[CHECKS] += 1
    elif state in PAYING:
        row.waiting[PAYMENT] += 1
    elif asked:
        row.waiting[asked.replace("_", " ")] += 1
    else:
        row.waiting["?"] += 1
        yield Problem(OTHER, order["order_id"], f"{state}, and nobody was asked about it")


def _over_limit(market: str, books: Mapping[str, Any]) -> Iterator[Problem]:
    for operation, times in books["totals"]["over_limit"].items():
        yield Problem(OTHER, market, f"{operation} was called {times} times sooner than allowed")


def _nobodys(markets: Mapping[str, Mapping[str, Any]], shop: _Shop) -> Iterator[Problem]:
    """Living orders in the shop that no marketplace knows."""
    known = {f"{order['shop_id']}/{order['order_id']}" for books in markets.values() for order in books["orders"]}
    for reference, ids in shop.by_reference.items():
        if reference not in known and ids:
            yield Problem(OTHER, reference, "the shop holds an order no marketplace knows")


def _mails(shop: Mapping[str, Any]) -> Iterator[Problem]:
    for mail in shop["mails"]:
        if mail["template"].startswith("customer_"):
            yield Problem(OTHER, f"shop order {mail['order']}", f"the shop mailed the buyer ({mail['template']})")
