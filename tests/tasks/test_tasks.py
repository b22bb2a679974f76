"""Every task is a name and one call: what it calls, with what, and that the answer is its sentence."""

from __future__ import annotations

import inspect

import pytest

from mirakl_sync.cases.outcome import Waiting
from tasks import work
from tasks.app import app
from tasks.queues import QUEUES, TASK_NAMES

CALLS = [
    ("orders.pull_due", (), "mirakl_sync.orders.intake.pull_due", ("wiring",), {}),
    ("orders.pull", (3,), "mirakl_sync.orders.intake.pull", (3, "wiring"), {}),
    ("orders.accept", (17, 18), "mirakl_sync.orders.flow.advance_all", ((17, 18), "wiring"), {"lane": "acceptance"}),
    ("orders.advance", (17,), "mirakl_sync.orders.flow.advance_all", ((17,), "wiring"), {"lane": "orders"}),
    ("orders.sweep", (), "mirakl_sync.orders.sweep.sweep", ("wiring",), {}),
    ("orders.watch", (), "mirakl_sync.orders.watch.watch", ("wiring",), {}),
    ("orders.tell_references", (), "mirakl_sync.orders.references.tell_due", ("wiring",), {}),
    ("orders.compare_paid", (), "mirakl_sync.orders.paid.compare", ("wiring",), {}),
    ("orders.sweep_unanswered", (), "mirakl_sync.orders.intake.want_unanswered", ("wiring",), {}),
    ("orders.look_at_open", (), "mirakl_sync.orders.intake.want_open", ("wiring",), {}),
    ("shipments.advance", (7, 8), "mirakl_sync.shipments.flow.advance_all", ((7, 8), "wiring"), {}),
    ("shipments.sweep", (), "mirakl_sync.shipments.flow.ring_due", ("wiring",), {}),
    ("shipments.watch", (), "mirakl_sync.shipments.watch.watch", ("wiring",), {}),
    ("shipments.refresh_lists", (), "mirakl_sync.connections.refresh.refresh_due", ("wiring",), {}),
    ("shipments.verify", (), "mirakl_sync.shipments.verify.verify", ("wiring",), {}),
    ("shipments.beat", (), "mirakl_sync.upkeep.queues.beat", ("shipments", "wiring"), {}),
    ("webhooks.beat", (), "mirakl_sync.upkeep.queues.beat", ("webhooks", "wiring"), {}),
    ("webhooks.digest", (5,), "mirakl_sync.hooks.inbox.digest", (5, "wiring"), {}),
    ("webhooks.sweep", (), "mirakl_sync.hooks.inbox.sweep", ("wiring",), {}),
    ("stock.push_due", (), "mirakl_sync.stock.pushing.push_due", ("wiring",), {}),
    ("stock.push", (3,), "mirakl_sync.stock.pushing.push", (3, "wiring"), {}),
    ("stock.read_due", (), "mirakl_sync.stores.levels.read_due", ("wiring",), {}),
    ("stock.poll", (2,), "mirakl_sync.stores.levels.poll", (2, "wiring"), {}),
    ("stock.look", (2,), "mirakl_sync.stores.levels.look", (2, "wiring"), {}),
    ("stock.read_levels", (2,), "mirakl_sync.stores.full_look.read_levels", (2, "wiring"), {}),
    ("stock.offers_due", (), "mirakl_sync.stock.reading.read_due", ("wiring",), {}),
    ("stock.read_offers", (3,), "mirakl_sync.stock.reading.read_offers", (3, "wiring"), {}),
    ("stock.compare_due", (), "mirakl_sync.stock.comparing.compare_due", ("wiring",), {}),
    ("stock.compare", (4,), "mirakl_sync.stock.comparing.compare", (4, "wiring"), {}),
    ("stock.watch", (), "mirakl_sync.stock.watch.watch", ("wiring",), {}),
    ("stock.beat", (), "mirakl_sync.upkeep.queues.beat", ("stock", "wiring"), {}),
    ("planning.due", (), "mirakl_sync.planning.sending.due", ("wiring",), {}),
    ("planning.send", (6,), "mirakl_sync.planning.sending.send", (6, "wiring"), {}),
    ("planning.read", (6,), "mirakl_sync.planning.reading.read", (6, "wiring"), {}),
    ("planning.watch", (), "mirakl_sync.planning.watch.watch", ("wiring",), {}),
    ("stores.poll_due", (), "mirakl_sync.stores.poll.poll_due", ("wiring",), {}),
    ("stores.poll", (2,), "mirakl_sync.stores.poll.poll", (2, "wiring"), {}),
    ("stores.look_at_placed", (), "mirakl_sync.stores.looking.look_at_placed", ("wiring",), {}),
    ("stores.watch_webhooks", (), "mirakl_sync.stores.webhooks.watch", ("wiring",), {}),
    ("upkeep.watch_silence", (), "mirakl_sync.upkeep.silence.watch", ("wiring",), {}),
    ("upkeep.watch_quiet", (), "mirakl_sync.upkeep.quiet.watch", ("wiring",), {}),
    ("upkeep.notify", (), "mirakl_sync.notify.telling.notify", ("wiring",), {}),
    ("upkeep.prune", (), "mirakl_sync.upkeep.prune.prune", ("wiring",), {}),
]


@pytest.fixture(autouse=True)
def _wiring():
    app.loader.import_default_modules()
    work.use("wiring")
    yield
    work.use(None)


@pytest.mark.parametrize(("name", "given", "target", "args", "kwargs"), CALLS, ids=[call[0] for call in CALLS])
def test_a_task_makes_one_call_and_answers_its_sentence(monkeypatch, name, given, target, args, kwargs):
    called = []

    def work_of(*got, **options):
        called.append((got, options))
        return Waiting("news")

    monkeypatch.setattr(target, work_of)

    assert app.tasks[name](*given) == "waits for news"
    assert called == [(args, kwargs)]


def test_no_task_is_without_a_test_and_none_is_without_a_queue():
    ours = {name for name in app.tasks if not name.startswith("celery.")}

    assert ours == TASK_NAMES == {call[0] for call in CALLS}


def test_every_task_says_in_a_sentence_what_it_does():
    for name in TASK_NAMES:
        assert (inspect.getdoc(app.tasks[name].run) or "").endswith("."), name


def test_no_queue_is_empty_and_each_has_its_promise():
    for queue in QUEUES:
        assert all((queue.tasks, queue.promise, queue.cares, queue.concurrency > 0)), queue.name
        assert queue.pool == "threads", f"{queue.name} waits for HTTP"


def test_every_lane_of_cases_has_workers():
    from mirakl_sync.orders.case import TASKS
    from mirakl_sync.shipments.case import TASK
    from mirakl_sync.shipments.deeds import LANE

    lanes = {lane: queue for queue in QUEUES for lane in queue.lanes}
    served = {**TASKS, LANE: TASK}
    assert lanes.keys() == served.keys()
    for lane, task in served.items():
        assert task in lanes[lane].tasks
