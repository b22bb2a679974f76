"""The pages about what leaves the house: parcels, and what carriers' names mean."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select

from mirakl_sync.connections.queries import connections
from mirakl_sync.console.asking import page_number, word
from mirakl_sync.console.pages import ORDERINGS
from mirakl_sync.db.models import Connection
from mirakl_sync.shipments import carrier_queries, queries
from mirakl_sync.shipments.queries import NEEDS, ParcelFilter
from mirakl_sync.shipments.states import State
from mirakl_sync.wiring import Wiring


def blueprint(wiring: Wiring) -> Blueprint:
    """Parcels and carriers, each one look at the database."""
    pages = Blueprint("shipping", __name__)

    @pages.get("/shipments")
    def shipments() -> Any:
        wanted = ParcelFilter(
            state=word("state"),
            connection=word("connection"),
            need=word("need", NEEDS),
            carrier=word("carrier"),
            text=word("text"),
        )
        newest = request.args.get("order", "") == "newest"
        with wiring.db.reading() as tx:
            page = queries.parcels(tx, wanted, wiring.now(), number=page_number(), nearest_first=not newest)
            keys = [row.key for row in connections(tx)]
        return render_template(
            "shipments.html",
            wanted=wanted,
            everything=wanted == ParcelFilter(),
            page=page,
            states=[state.value for state in State],
            connections=keys,
            needs=NEEDS,
            ordering="newest" if newest else "deadline",
            orderings=ORDERINGS,
        )

    @pages.get("/carriers")
    def carriers() -> Any:
        with wiring.db.reading() as tx:
            keys = [row.key for row in connections(tx)]
            chosen = word("connection", keys) or (keys[0] if len(keys) == 1 else "")
            joined = tx.execute(select(Connection).where(Connection.key == chosen)).unique().scalar_one_or_none()
            return render_template(
                "carriers.html",
                connections=keys,
                chosen=chosen,
                unmapped=carrier_queries.unmapped(tx, chosen),
                mapped=carrier_queries.mappings(tx, chosen),
                listed=carrier_queries.listed(tx, joined) if joined else None,
            )

    return pages
