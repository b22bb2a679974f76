"""The pages about stock: connections at a glance, offers, and one offer with its sum and its story. They only show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, render_template, request

from mirakl_sync.connections.queries import connections
from mirakl_sync.console.asking import page_number, word
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.planning.queries import of_sku
from mirakl_sync.records.page import Page
from mirakl_sync.stock import queries, ruling, stories
from mirakl_sync.stock import why as whys
from mirakl_sync.stock.rules import Because
from mirakl_sync.stock.views import ONLY, ComparisonRow, DriftRow, OfferFilter
from mirakl_sync.wiring import Wiring

FILES = 20
# How far back a SKU's story goes on its page; the command line goes further.
SPANS = {"2": "two hours", "24": "a day", "72": "three days", "168": "a week"}


def blueprint(wiring: Wiring) -> Blueprint:
    """Stock, offers and one offer, each one look at the database."""
    pages = Blueprint("stock", __name__)

    @pages.get("/stock")
    def stock() -> Any:
        with wiring.db.reading() as tx:
            return render_template("stock.html", **_at_a_glance(tx, wiring.now()))

    @pages.get("/stock/offers")
    def offers() -> Any:
        with wiring.db.reading() as tx:
            return render_template("offers.html", **_offers(tx, wiring.now()))

    @pages.get("/stock/offer")
    def offer() -> Any:
        with wiring.db.reading() as tx:
            try:
                return render_template("offer.html", **_offer(tx, wiring))
            except Misconfigured as unknown:
                abort(404, f"{unknown.words} {unknown.way_out}")

    return pages


def _at_a_glance(tx: Transaction, now: datetime) -> dict[str, Any]:
    rows = queries.overview(tx, now)
    keys = [row.connection for row in rows]
    chosen = word("connection", keys) or (keys[0] if len(keys) == 1 else "")
    compared = next((row.last_comparison for row in rows if row.connection == chosen), None)
    return {
        "rows": rows,
        "connections": keys,
        "chosen": chosen,
        "files": queries.pushes(tx, chosen, 1, FILES).rows,
        "compared": compared,
        "drift": _drift(tx, compared),
        "rules": ruling.rules(tx, chosen, now),
    }


def _offers(tx: Transaction, now: datetime) -> dict[str, Any]:
    keys = [row.key for row in connections(tx)]
    wanted = OfferFilter(
        connection=word("connection", keys),
        text=word("text"),
        only=word("only", ONLY),
        because=word("because", [*Because]),
    )
    return {
        "wanted": wanted,
        "everything": wanted == OfferFilter(),
        "page": queries.offers(tx, wanted, now, page_number()),
        "connections": keys,
        "only": ONLY,
        "because": [each.value for each in Because],
    }


def _offer(tx: Transaction, wiring: Wiring) -> dict[str, Any]:
    key, sku, hours = request.args.get("connection", ""), request.args.get("sku", ""), word("hours", SPANS) or "24"
    now = wiring.now()
    found = whys.why(tx, wiring.connections, key, sku, now)
    lines = stories.story(tx, found.store, sku, now - timedelta(hours=int(hours)), now)
    return {
        "why": found,
        "lines": lines,
        "oversold": stories.oversold(lines),
        "others": sorted({each for line in lines for each in line.shown}),
        "plans": of_sku(tx, sku, key),
        "hours": hours,
        "spans": SPANS,
    }


def _drift(tx: Transaction, compared: ComparisonRow | None) -> Page[DriftRow] | None:
    """What the last comparison of a connection found, a page of it."""
    if compared is None or compared.finished_at is None:
        return None
    return queries.drifts(tx, compared.id, word("cause", compared.causes), page_number())
