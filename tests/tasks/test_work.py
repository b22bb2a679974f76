from __future__ import annotations

import io
import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from celery import signals

from mirakl_sync import log as logs
from mirakl_sync.cases.outcome import Trouble, Waiting
from mirakl_sync.errors import Misconfigured, RateLimited, Unavailable
from tasks import work
from tasks.app import app
from tasks.work import NotNow, at_work, told

WIRING = object()


@pytest.fixture(autouse=True)
def _wiring():
    work.use(WIRING)
    yield
    work.use(None)


@pytest.fixture
def lines():
    """What is logged meanwhile, as text."""
    import logging

    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("text", "INFO", process="test", stream=stream)
    yield lambda: stream.getvalue().splitlines()
    root.handlers[:] = before
    root.setLevel(level)


def test_waiting_is_a_success_with_its_sentence():
    with at_work("orders.advance", order=17) as wiring:
        assert wiring is WIRING
        assert told(Waiting("payment")) == "waits for payment"


def test_recorded_trouble_is_red_and_says_when_it_is_tried_again():
    until = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

    words = r"^create: 503; next attempt at 12:30:00 UTC$"
    with pytest.raises(NotNow, match=words), at_work("orders.advance", order=17):
        told(Trouble("create: 503", until))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unavailable("the shop is away", after=5), "the shop is away"),
        (RateLimited("OR11 may be called again in 40.0 s", after=40), "OR11 may be called again in 40.0 s"),
        (Misconfigured("The key is wrong.", way_out="Set another."), "The key is wrong. Set another."),
    ],
)
def test_our_own_errors_become_one_quiet_sentence(error, words):
    with pytest.raises(NotNow) as raised, at_work("orders.pull", connection=1):
        raise error

    assert str(raised.value) == words
    assert raised.value.__suppress_context__


def test_a_bug_is_not_hidden():
    with pytest.raises(ZeroDivisionError), at_work("orders.pull", connection=1):
        raise ZeroDivisionError


def test_every_line_says_what_it_is_about(lines):
    with at_work("orders.advance", order=17):
        told(Waiting("payment"))

    assert len(lines()) == 1
    assert lines()[0].endswith("INFO tasks.work: waits for payment [process=test task=orders.advance order=17]")


def test_a_tick_does_not_fill_the_log(lines):
    with at_work("orders.sweep"):
        told(Waiting("nothing"))

    assert lines() == []


def test_the_wiring_is_built_once_however_many_threads_ask(monkeypatch):
    built = []

    def build(_self):
        threading.Event().wait(0.02)
        built.append(object())
        return built[-1]

    monkeypatch.setattr(work._Process, "_build", build)
    process, got = work._Process(), []
    threads = [threading.Thread(target=lambda: got.append(process.wiring())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(built) == 1
    assert set(map(id, got)) == {id(built[0])}


def test_celery_tells_an_expected_failure_without_a_traceback():
    app.loader.import_default_modules()

    for name in ("orders.accept", "orders.pull", "upkeep.prune"):
        assert app.tasks[name].throws == (NotNow,)


def test_a_worker_told_to_stop_begins_nothing_more_and_finishes_what_is_under_way(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor
    from types import SimpleNamespace

    crew, begun, go = ThreadPoolExecutor(1), [], threading.Event()
    process = work._Process()
    process.use(SimpleNamespace(crew=crew))
    monkeypatch.setattr(work, "_process", process)

    def call(number):
        begun.append(number)
        assert go.wait(5)

    first, second = crew.submit(call, 1), crew.submit(call, 2)
    while not begun:
        threading.Event().wait(0.001)
    process.stop_soon()
    go.set()

    assert first.result(5) is None
    with (
        pytest.raises(NotNow, match="the sweep rings for what it did not begin"),
        at_work("orders.accept", orders=(2,)),
    ):
        second.result(5)
    with pytest.raises(NotNow, match="the sweep rings"), at_work("orders.accept", orders=(3,)):
        crew.submit(call, 3)
    assert begun == [1]


def test_a_cancelled_call_is_a_bug_while_nobody_stops():
    from concurrent.futures import CancelledError

    with pytest.raises(CancelledError), at_work("orders.accept", orders=(2,)):
        raise CancelledError


def test_whatever_a_worker_does_shows_that_its_queue_is_served_but_not_every_time(monkeypatch):
    shown = []
    monkeypatch.setattr("mirakl_sync.upkeep.queues.beat", lambda queue, wiring: shown.append((queue, wiring)))
    monkeypatch.setattr(work._process, "_beaten", {})

    for name in ("webhooks.digest", "webhooks.digest", "orders.accept", "celery.chord"):
        signals.task_postrun.send(sender=None, task=SimpleNamespace(name=name))

    assert shown == [("webhooks", WIRING), ("acceptance", WIRING)]


def test_a_sign_of_life_that_fails_is_no_trouble_of_the_task(monkeypatch):
    monkeypatch.setattr(work._process, "_beaten", {})

    # this wiring has no database: nothing may be raised
    signals.task_postrun.send(sender=None, task=SimpleNamespace(name="orders.accept"))

    assert list(work._process._beaten) == ["acceptance"]
