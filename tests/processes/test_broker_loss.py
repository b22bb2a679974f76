"""The broker dies under a task that is acknowledged late. Celery 5.7.0 ends the worker here; our versions must not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from celery import Celery

from tests.processes.conftest import until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(60)]


@pytest.fixture
def ring(own_broker):
    app = Celery("ring", broker=own_broker.url, set_as_current=False)

    def send(name: str, seconds: float = 0.0, **options) -> None:
        app.send_task("slow.work", (name, seconds), queue="slow", ignore_result=True, **options)

    yield send
    app.close()


@pytest.fixture
def slow_worker(start_worker, db):
    return start_worker("tests.processes.slow", "slow", {"MIRAKL_SYNC_DATABASE_URL": db.url}, concurrency=2).ready()


def done(folder: Path) -> list[str]:
    path = folder / "done"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "stopped"])
def test_a_worker_outlives_its_broker_and_the_running_task_runs_once(own_broker, slow_worker, ring, tmp_path, kill):
    ring("long", 2.0)
    ring("held", countdown=4.0)
    until(lambda: "begin long" in done(tmp_path), what="the long task's begin")
    until(lambda: own_broker.ask("HLEN", "unacked") == 2, what="a late acknowledgement")

    own_broker.end(kill=kill)
    time.sleep(0.5)
    own_broker.start()
    ring("after")

    until(lambda: {"end long", "end after"} <= set(done(tmp_path)), what="both ends")
    assert slow_worker.alive, slow_worker.log.read_text()[-3000:]
    until(lambda: own_broker.ask("HLEN", "unacked") <= 1, what="the late acknowledgement")
    assert done(tmp_path).count("begin long") == 1
    assert done(tmp_path).count("end long") == 1
    assert "Unrecoverable error" not in slow_worker.log.read_text()


def test_a_worker_outlives_three_deaths_in_a_row(own_broker, slow_worker, ring, tmp_path):
    for number in range(3):
        ring(f"task {number}", 0.5)
        until(lambda number=number: f"begin task {number}" in done(tmp_path), what=f"task {number}")
        own_broker.end(kill=True)
        own_broker.start()
        until(lambda number=number: f"end task {number}" in done(tmp_path), what=f"the end of task {number}")

    ring("last")
    until(lambda: "end last" in done(tmp_path), what="the last task")
    assert slow_worker.alive
