"""The judge: were the promises kept? Pure; believes the sandbox's books, and of ours only which questions are open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mirakl_sync.demo.findings import (
    CHECKS,
    DOUBLED,
    LATE,
    LOST,
    OTHER,
    PAYMENT,
    Problem,
    Question,
    Row,
    Verdict,
    Ways,
)
from mirakl_sync.demo.shipped import judge_parcels

TO_SHIP = ("SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")
ENDED = ("REFUSED", "CANCELED")
RELEASED = ("processing", "partial-shipped", "completed")
AT_THE_TILL = "checkout"
PAYING = ("WAITING_DEBIT", "WAITING_DEBIT_PAYMENT")
# Asked about an order, these explain nothing: in a demonstration nobody breaks what they speak of.
FAULTS = (
    "misconfigured",
    "stuck",
    "doubled_in_shop",
    "window_missed",
    "feed_silent",
    "refused_look",
    "carrier_refused",
    "carrier_gone",
    "number_odd",
    "number_reused",
    "over_shipped",
    "shipment_refused",
    "closed_before_told",
    "left_but_open",
    "ship_by_missed",
)
# Said beside the matter, or of a parcel alone: no reason for an order not to be in the shop.
ALARMS = ("acceptance_", "ship_by_", "parcel_", "number_", "carrier_", "canceled_after_leaving")


@dataclass(frozen=True)
class _Shop:
    """The shop's books, by reference and by id."""

    by_reference: Mapping[str, Sequence[int]]
    orders: Mapping[int, Mapping[str, Any]]

    def living(self, order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        ids = self.by_reference.get(f"{order['shop_id']}/{order['order_id']}", ())
        return [self.orders[number] for number in ids]


def judge(
    markets: Mapping[str, Mapping[str, Any]],
    shop: Mapping[str, Any],
    questions: Sequence[Question],
    ways: Mapping[str, Ways],
) -> Verdict:
    """Compare the marketplaces' books with the shop's. ``markets`` and ``shop`` are GET /_sandbox/books.

    Every problem names its order; an order or a parcel that waits needs a reason the buyer's marketplace or an open
    question gives. ``ways`` says per marketplace how it is to be told of parcels.
    """
    held = _Shop(shop["by_reference"], {order["id"]: order for order in shop["orders"]})
    rows, problems = [], []
    for market, books in markets.items():
        row = Row(market)
        for order in books["orders"]:
            about = [question for question in questions if order["order_id"] in question.orders]
            found = list(_order(order, held, about, ways[market], row))
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


def _why(about: Sequence[Question]) -> str:
    """The kind of a question that explains why this order is not in the shop; alarms explain nothing by themselves."""
    kinds = (question.kind for question in about)
    return next((kind for kind in kinds if not kind.startswith(ALARMS) and kind not in FAULTS), "")


def _order(order: Mapping[str, Any], shop: _Shop, about: Sequence[Question], ways: Ways, row: Row) -> Iterator[Problem]:
    order_id, state, living = order["order_id"], order["state"], shop.living(order)
    row.seen += 1
    row.accepted += order["accepted_at"] is not None
    yield from _answers(order)
    if len(living) > 1:
        numbers = ", ".join(one["number"] for one in living)
        yield Problem(DOUBLED, order_id, f"the shop holds it as orders {numbers}")
    if state in ENDED:
        yield from _ended(order, living, about, row)
    elif order["fulfillment_center"] != "DEFAULT":
        row.theirs += 1
        if living or order["answer_calls"]:
            yield Problem(OTHER, order_id, "the operator fulfils it, but we answered or placed it")
    elif state in TO_SHIP:
        yield from _to_ship(order, living, about, ways, row)
    else:
        yield from _waits(order, _why(about), row)


def _answers(order: Mapping[str, Any]) -> Iterator[Problem]:
    if order["refused_by"] == "timeout":
        yield Problem(LATE, order["order_id"], f"nobody answered by {order['accept_by']}")
    if order["acceptances"] > 1:
        yield Problem(DOUBLED, order["order_id"], f"accepted {order['acceptances']} times")
    if order["accepted_at"] is not None and order["acceptances"] != (order["accepted_by"] == "shop"):
        words = f"accepted by {order['accepted_by']}, yet {order['acceptances']} of our acceptances counted"
        yield Problem(OTHER, order["order_id"], words)


def _ended(order: Mapping[str, Any], living: Sequence[Any], about: Sequence[Question], row: Row) -> Iterator[Problem]:
    if order["state"] == "CANCELED":
        row.canceled += 1
    elif order["refused_by"] != "timeout":
        row.refused += 1
    if living and not any(question.kind == "canceled_after_leaving" for question in about):
        words = f"{order['state']} on the marketplace, but alive in the shop as order {living[0]['number']}"
        yield Problem(OTHER, order["order_id"], words)


def _to_ship(
    order: Mapping[str, Any],
    living: Sequence[Mapping[str, Any]],
    about: Sequence[Question],
    ways: Ways,
    row: Row,
) -> Iterator[Problem]:
    """The buyer waits for a parcel: one released order with the very amounts, or somebody knows why not."""
    if not living or living[0]["status"] not in RELEASED:
        if why := _why(about):
            row.waiting[why.replace("_", " ")] += 1
            return
        what = f"order {living[0]['number']} is {living[0]['status']}" if living else "it holds none"
        yield Problem(LOST, order["order_id"], f"{order['state']} on the marketplace; of the shop's orders {what}")
        return
    row.placed += 1
    yield from _as_sold(order, living[0], row)
    yield from judge_parcels(order, living[0], about, ways, row)


def _as_sold(order: Mapping[str, Any], placed: Mapping[str, Any], row: Row) -> Iterator[Problem]:
    alive = [line for line in order["lines"] if line["state"] not in ENDED]
    paid = sum((Decimal(line["price"]) + Decimal(line["shipping_price"]) for line in alive), Decimal(0))
    row.paid += paid
    row.booked += Decimal(placed["total"])
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
    """The shop writes to customers of its own; those of marketplaces hear from their marketplace."""
    own = {order["id"] for order in shop["orders"] if order.get("created_via") == AT_THE_TILL}
    for mail in shop["mails"]:
        if mail["template"].startswith("customer_") and mail["order"] not in own:
            yield Problem(OTHER, f"shop order {mail['order']}", f"the shop mailed the buyer ({mail['template']})")
