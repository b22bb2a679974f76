"""For monitors: does it live, can it work, is anything silent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mirakl_sync.console import feeds
from mirakl_sync.wiring import Wiring


def blueprint(wiring: Wiring) -> Blueprint:
    """/health/live, /health/ready and /health/freshness."""
    health = Blueprint("health", __name__)

    @health.get("/health/live")
    def live() -> Any:
        """This process answers."""
        return jsonify(status="alive")

    @health.get("/health/ready")
    def ready() -> Any:
        """The database answers too. Not the broker: a webhook is kept without it."""
        try:
            with wiring.db.reading() as tx:
                tx.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return jsonify(status="not ready", why="the database does not answer"), 503
        return jsonify(status="ready")

    @health.get("/health/freshness")
    def freshness() -> Any:
        """Every feed and how long ago it beat; 503 with names when one is silent."""
        with wiring.db.reading() as tx:
            known = feeds.feeds(tx, wiring.now())
        silent = [feed.name for feed in known if feed.silent]
        told = [
            {"feed": feed.name, "age_seconds": round(feed.age, 1), "every_seconds": feed.every, "silent": feed.silent}
            for feed in known
        ]
        return jsonify(status="silent" if silent else "fresh", silent=silent, feeds=told), 503 if silent else 200

    return health
