from __future__ import annotations

import pytest
from celery.beat import Scheduler

from beat_schedule import TICKS
from mirakl_sync.broker_look import BrokerLook, Depths
from tasks.app import app
from tasks.beat import FULL, Considerate


@pytest.fixture
def rung(monkeypatch, tmp_path):
    """The scheduler's entries, each applied once with these depths: the tasks that were sent."""
    sent = []
    monkeypatch.setattr(Scheduler, "apply_async", lambda _self, entry, **_: sent.append(entry.task))
    scheduler = Considerate(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    scheduler.setup_schedule()

    def apply(depths: Depths) -> set[str]:
        monkeypatch.setattr(BrokerLook, "depths", lambda _: depths)
        for entry in scheduler.schedule.values():
            scheduler.apply_entry(entry)
        return set(sent)

    yield apply
    scheduler.close()


ALL = {tick.task for tick in TICKS}


def test_every_tick_rings_on_a_quiet_day(rung):
    assert rung(Depths(True, {"acceptance": FULL - 1, "orders": 0})) == ALL


def test_a_full_queue_gets_no_more_ticks_and_the_others_go_on(rung):
    assert rung(Depths(True, {"acceptance": FULL, "orders": 0, "upkeep": 5})) == ALL - {"orders.pull_due"}


def test_a_broker_that_does_not_answer_is_tried_all_the_same(rung):
    assert rung(Depths(False, {})) == ALL


def test_celery_adds_no_tick_of_its_own(tmp_path):
    scheduler = Considerate(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    scheduler.setup_schedule()

    assert {entry.task for entry in scheduler.schedule.values()} == ALL
    scheduler.close()


def test_beat_runs_with_it():
    assert app.conf.beat_scheduler == "tasks.beat:Considerate"
