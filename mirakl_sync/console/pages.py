"""The pages for people: overview, orders, one order, exceptions. They show; acting is for the command line yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request

from mirakl_sync.broker_look import BrokerLook
from mirakl_sync.console import feeds, figures, queries
from mirakl_sync.console.queries import OrderFilter
from mirakl_sync.inbox.kinds import Role
from mirakl_sync.orders.states import State
from mirakl_sync.wiring import Wiring


def blueprint(wiring: Wiring, queues: Sequence[str]) -> Blueprint:
    """The pages, each one look at the database."""
    pages = Blueprint("pages", __name__)
    broker = BrokerLook(wiring.config.broker_url, queues)

    @pages.get("/")
    def overview() -> Any:
        now = wiring.now()
        with wiring.db.reading() as tx:
            return render_template(
                "overview.html",
                answers=figures.answers(tx, wiring.connections.policy, now),
                next_answers=queries.next_answers(tx),
                turns=queries.turns(tx),
                feeds=feeds.feeds(tx, now),
                depths=broker.depths(),
                due=figures.due_orders(tx, now),
                in_doubt=sum(count for _, count in figures.effects_in_doubt(tx, now - wiring.config.lease)),
            )

    @pages.get("/orders")
    def orders() -> Any:
        asked = {name: request.args.get(name, "").strip() for name in ("state", "connection", "need", "text")}
        wanted = OrderFilter(**asked)
        with wiring.db.reading() as tx:
            return render_template(
                "orders.html",
                wanted=wanted,
                page=queries.orders(tx, wanted, _page_number()),
                states=[state.value for state in State],
                connections=queries.connection_keys(tx),
                needs=queries.NEEDS,
            )

    @pages.get("/orders/<int:order_pk>")
    def order(order_pk: int) -> Any:
        with wiring.db.reading() as tx:
            whole = queries.whole_order(tx, order_pk)
            if whole is None:
                abort(404, f"There is no order with the number {order_pk} here.")
            return render_template("order.html", whole=whole, order=whole.order)

    @pages.get("/exceptions")
    def exceptions() -> Any:
        owner = request.args.get("owner", "")
        with wiring.db.reading() as tx:
            page = queries.questions(tx, owner, _page_number())
            owners = [role.value for role in Role]
            return render_template("exceptions.html", page=page, owner=owner, owners=owners)

    return pages


def _page_number() -> int:
    return request.args.get("page", 1, type=int)
