"""The pages for people: overview, orders, one order, exceptions. They show; acting is for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, render_template, request

from mirakl_sync.broker_look import BrokerLook
from mirakl_sync.cases.story import QuestionView
from mirakl_sync.connections.queries import connections
from mirakl_sync.console import feeds, figures
from mirakl_sync.console.asking import page_number, word
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.explain.evidence import Evidence
from mirakl_sync.explain.loading import evidence
from mirakl_sync.explain.telling import explain
from mirakl_sync.inbox import queries as inbox
from mirakl_sync.inbox.kinds import KINDS, Role
from mirakl_sync.inbox.queries import InboxFilter
from mirakl_sync.inbox.runbook import runbook
from mirakl_sync.orders import queries
from mirakl_sync.orders.queries import NEEDS, OrderFilter
from mirakl_sync.orders.states import State
from mirakl_sync.wiring import Wiring

NEXT_DEADLINES = 10
# How often the overview and the exceptions look again; everybody may switch it off.
REFRESH_SECONDS = 15
# What a list can be ordered by; the first is meant when nothing is said.
ORDERINGS = {"deadline": "deadline first", "newest": "newest first"}


def blueprint(wiring: Wiring, queues: Sequence[str]) -> Blueprint:
    """The pages, each one look at the database."""
    pages = Blueprint("pages", __name__)
    broker = BrokerLook(wiring.config.broker_url, queues)

    @pages.get("/")
    def overview() -> Any:
        with wiring.db.reading() as tx:
            return render_template("overview.html", depths=broker.depths(), **_overview(tx, wiring, wiring.now()))

    @pages.get("/orders")
    def orders() -> Any:
        wanted, ordering = _wanted(), request.args.get("order", "")
        with wiring.db.reading() as tx:
            page = queries.orders(tx, wanted, wiring.now(), number=page_number(), nearest_first=ordering != "newest")
            return render_template(
                "orders.html",
                wanted=wanted,
                page=page,
                states=[state.value for state in State],
                connections=[row.key for row in connections(tx)],
                needs=NEEDS,
                ordering="newest" if ordering == "newest" else "deadline",
                orderings=ORDERINGS,
            )

    @pages.get("/orders/<int:order_pk>")
    def order(order_pk: int) -> Any:
        with wiring.db.reading() as tx:
            try:
                known = evidence(tx, order_pk, wiring)
            except Refused:
                abort(404, f"There is no order with the number {order_pk} here.")
            whole, told = known.order, explain(known, wiring.now())
            return render_template(
                "order.html",
                whole=whole,
                row=whole.row,
                more=known.more,
                parcels=known.parcels,
                questions=_questions(known),
                told=told,
            )

    @pages.get("/exceptions")
    def exceptions() -> Any:
        owner = word("owner", [*Role])
        with wiring.db.reading() as tx:
            wanted = InboxFilter(owner=owner, item=request.args.get("item", 0, type=int))
            page = inbox.questions(tx, wanted, wiring.now(), number=page_number())
            turns = {turn.owner: turn for turn in inbox.turns(tx, wiring.now())}
        books = {row.kind: runbook(row.kind) for row in page.rows if row.kind in KINDS}
        return render_template(
            "exceptions.html", page=page, owner=owner, one=wanted.item, owners=[*Role], turns=turns, books=books
        )

    return pages


def _overview(tx: Transaction, wiring: Wiring, now: datetime) -> dict[str, Any]:
    unanswered = OrderFilter(need="answer")
    return {
        "answers": figures.answers(tx, wiring.connections.policy, now),
        "deadlines": queries.orders(tx, unanswered, now, size=NEXT_DEADLINES, nearest_first=True).rows,
        "turns": inbox.turns(tx, now),
        "feeds": feeds.feeds(tx, now),
        "due": figures.due_orders(tx, now),
        "untold": figures.untold_parcels(tx, now),
        "in_doubt": sum(count for _, count in figures.effects_in_doubt(tx, now - wiring.config.lease)),
        "by_state": {labels[0]: int(count) for labels, count in figures.orders_by_state(tx)},
        "states": [state.value for state in State],
    }


def _questions(known: Evidence) -> list[QuestionView]:
    """What is asked of the order and of its parcels, each once, the nearest due time first."""
    asked = [*known.order.questions, *(each for parcel in known.parcels for each in parcel.questions)]
    once = {each.id: each for each in asked}.values()
    return sorted(once, key=lambda each: (each.due_at is None, each.due_at or known.more.looked_at, each.id))


def _wanted() -> OrderFilter:
    """The filter of the address; a need nobody knows is none."""
    return OrderFilter(
        state=word("state"),
        connection=word("connection"),
        need=word("need", NEEDS),
        text=word("text"),
        sku=word("sku"),
    )
