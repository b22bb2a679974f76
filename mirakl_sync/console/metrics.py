"""/metrics in Prometheus' text: what the rows and the broker say at this moment, nothing kept in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mirakl_sync.broker_look import BrokerLook
from mirakl_sync.console import feeds, figures, planner_figures, stock_figures
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.wiring import Wiring

Samples = Iterable[tuple[tuple[str, ...], float]]


def blueprint(wiring: Wiring, queues: Sequence[str]) -> Blueprint:
    """The page for Prometheus, with a registry of its own."""
    page = Blueprint("metrics", __name__)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FromRows(wiring, BrokerLook(wiring.config.broker_url, queues)))

    @page.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return page


class FromRows(Collector):
    """Asks database (read only) and broker anew at each scrape."""

    def __init__(self, wiring: Wiring, broker: BrokerLook) -> None:
        self._wiring, self._broker = wiring, broker

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every figure, each with one sentence of explanation."""
        yield from self._from_broker()
        yield from self._from_rows()

    def _from_broker(self) -> Iterator[Metric]:
        depths = self._broker.depths()
        yield _gauge("broker_up", "1 when the broker answers", (), [((), float(depths.reachable))])
        if depths.reachable:
            waiting = [((queue,), float(count)) for queue, count in depths.waiting.items()]
            yield _gauge("queue_messages", "Messages that wait in a queue", ("queue",), waiting)
            yield _gauge("taken_messages", "Messages taken and not yet done", (), [((), float(depths.taken))])

    def _from_rows(self) -> Iterator[Metric]:
        wiring, now = self._wiring, self._wiring.now()
        with wiring.db.reading() as tx:
            due = figures.due_orders(tx, now)
            yield _gauge("due_orders", "Orders whose next attempt is due", (), [((), due.count)])
            yield _gauge(
                "oldest_due_seconds", "How long the longest waiting due order has been due", (), [((), due.age)]
            )
            answers = figures.answers(tx, wiring.connections.policy, now)
            if answers.next_in is not None:
                yield _gauge(
                    "next_acceptance_deadline_seconds",
                    "Until the next order must be answered; negative when a deadline has passed",
                    (),
                    [((), answers.next_in)],
                )
            yield _gauge("unanswered_orders", "Orders that wait for our answer", (), [((), answers.count)])
            yield _gauge("last_call_orders", "Unanswered orders in their last call", (), [((), answers.last_call)])
            yield _gauge("orders", "Orders by state", ("state",), figures.orders_by_state(tx))
            yield from _parcels(tx, now)
            yield from _stock(tx, now)
            yield from _planners(tx)
            yield _gauge("inbox_items", "Open questions", ("kind", "owner"), figures.open_items(tx))
            unacted = figures.oldest_unacted(tx, now)
            yield _gauge("oldest_unacted_seconds", "Since the oldest untouched question was asked", ("owner",), unacted)
            in_doubt = figures.effects_in_doubt(tx, now - wiring.config.lease)
            yield _gauge("effects_in_doubt", "Changes asked for whose outcome is unknown", ("kind",), in_doubt)
            blocked = figures.blocked_calls(tx, now)
            yield _gauge("call_blocked_seconds", "Until a limited call may be made again", ("call",), blocked)
            waiting = figures.waiting_deliveries(tx, now)
            yield _gauge("waiting_deliveries", "Webhooks kept and not yet read", (), [((), waiting.count)])
            yield _gauge("oldest_delivery_seconds", "Age of the oldest unread webhook", (), [((), waiting.age)])
            known = feeds.feeds(tx, now)
        ages: Samples = [((feed.name,), feed.age) for feed in known]
        yield _gauge("heartbeat_age_seconds", "Since a feed's last sign of life", ("feed",), ages)
        yield _gauge("feed_silent", "1 when a feed is late", ("feed",), [((f.name,), float(f.silent)) for f in known])


def _parcels(tx: Transaction, now: datetime) -> Iterator[Metric]:
    untold = figures.untold_parcels(tx, now)
    yield _gauge("parcels", "Parcels by state", ("state",), figures.parcels_by_state(tx))
    yield _gauge("blocked_parcels", "Parcels not told because a person is asked", (), [((), untold.blocked)])
    yield _gauge("oldest_untold_seconds", "How long the longest untold parcel has been known", (), [((), untold.age)])


def _stock(tx: Transaction, now: datetime) -> Iterator[Metric]:
    of = ("connection",)
    yield _gauge("stock_due_offers", "Offers that differ and may be sent", of, stock_figures.due(tx))
    oldest = stock_figures.oldest_due(tx, now)
    yield _gauge("stock_oldest_due_seconds", "Since the oldest change that was not told", of, oldest)
    yield _gauge("stock_refused_offers", "Offers whose number was refused", of, stock_figures.refused(tx))
    yield _gauge("stock_held_offers", "Offers whose number waits for a person", of, stock_figures.held(tx))
    delay = stock_figures.delay(tx, now)
    yield _gauge("stock_delay_seconds", "19 of 20 changes arrived within this time", of, delay)
    drift = stock_figures.drift(tx)
    yield _gauge("stock_drift_offers", "Offers that disagreed when last compared", ("connection", "cause"), drift)


def _planners(tx: Transaction) -> Iterator[Metric]:
    of = ("planner",)
    yield _gauge("planner_due_lines", "Lines the next files will tell", of, planner_figures.due(tx))
    yield _gauge("planner_waiting_files", "Files made and not yet brought", of, planner_figures.waiting(tx))
    yield _gauge("planner_doubted_files", "Files the planner's numbers do not show", of, planner_figures.doubted(tx))


def _gauge(name: str, means: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(f"mirakl_sync_{name}", means, labels=labels)
    for values, figure in samples:
        family.add_metric(values, figure)
    return family
