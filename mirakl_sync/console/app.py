"""The web application for a wiring."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, render_template
from werkzeug.exceptions import HTTPException

from mirakl_sync import __version__
from mirakl_sync.console import guard, health, hooks, metrics, pages, planner_feeds, shipping_pages, stock_pages, words
from mirakl_sync.hooks.inbox import receive
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)


def create_app(wiring: Wiring, queues: Sequence[str] = (), *, receive: hooks.Receive = receive) -> Flask:
    """Hooks, health, metrics and pages. ``queues`` are the broker's lists whose length is shown."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = hooks.LARGEST
    app.config["REFRESH_SECONDS"] = pages.REFRESH_SECONDS
    app.jinja_env.filters.update(words.FILTERS)
    app.jinja_env.globals.update(words.GLOBALS, version=__version__, now=wiring.now)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    guard.protect(app, wiring.config.console_password)
    app.register_blueprint(hooks.blueprint(wiring, receive))
    app.register_blueprint(planner_feeds.blueprint(wiring))
    app.register_blueprint(health.blueprint(wiring))
    app.register_blueprint(metrics.blueprint(wiring, queues))
    app.register_blueprint(pages.blueprint(wiring, queues))
    app.register_blueprint(shipping_pages.blueprint(wiring))
    app.register_blueprint(stock_pages.blueprint(wiring))
    app.register_error_handler(HTTPException, _not_found)
    app.register_error_handler(Exception, _broken)
    return app


def _not_found(error: HTTPException) -> Any:
    """The page that says so; answers made on purpose pass."""
    if error.response is not None:
        return error.response
    return render_template("error.html", title=error.name, words=error.description), error.code


def _broken(error: Exception) -> Any:
    log.error("a page could not be shown", exc_info=error)
    sentence = "This page could not be shown. The log has the cause; the database may be away."
    return Response(sentence, status=500, mimetype="text/plain")
