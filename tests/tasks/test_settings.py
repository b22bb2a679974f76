"""The measured settings: each is here because something broke, stalled or doubled without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery.exceptions import QueueNotFound

from mirakl_sync.config import Config
from mirakl_sync.dispatch import BELL_HOLDS
from mirakl_sync.errors import Misconfigured
from tasks.app import app, celery_settings, transport_options
from tasks.queues import QUEUES, TASK_NAMES, route

CONFIG = Config("sqlite:///x.db", "redis://127.0.0.1:1/0", ("k",), var=Path("somewhere"))

MEASURED = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": False,
    "task_acks_on_failure_or_timeout": True,
    "task_ignore_result": True,
    "result_backend": None,
    "task_create_missing_queues": False,
    "task_serializer": "json",
    "accept_content": ["json"],
    "worker_prefetch_multiplier": 1,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_send_task_events": True,
    "task_send_sent_event": False,
    "worker_hijack_root_logger": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "beat_max_loop_interval": 1.0,
    "beat_schedule_filename": "somewhere/beat-schedule",
}

TRANSPORT = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "retry_on_timeout": False,
    "socket_keepalive": True,
    "health_check_interval": 25,
}


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_setting_stays_as_measured(name):
    assert celery_settings(CONFIG)[name] == MEASURED[name]


@pytest.mark.parametrize("name", TRANSPORT)
def test_every_process_speaks_to_the_broker_alike(name):
    assert transport_options()[name] == TRANSPORT[name]
    assert app.conf.broker_transport_options[name] == TRANSPORT[name]


def test_a_message_comes_back_only_long_after_the_longest_task_could_run():
    chain_of_calls = 4

    assert (
        transport_options()["visibility_timeout"] >= BELL_HOLDS * chain_of_calls * CONFIG.call_timeout.total_seconds()
    )


def test_celery_knows_every_setting_we_set():
    unknown = set(celery_settings(CONFIG)) - set(app.conf.keys())

    assert unknown == set()


def test_the_fine_grained_setting_of_a_later_celery_is_not_forgotten():
    """Celery 5.7 splits task_acks_on_failure_or_timeout in two; this fails when we move there."""
    assert "task_acks_on_failure" not in app.conf.keys()  # noqa: SIM118 - the settings object is no plain mapping


def test_every_queue_exists_in_the_broker_under_its_own_name():
    queues = app.amqp.queues

    assert sorted(queues) == sorted(queue.name for queue in QUEUES)
    assert [queues[q.name].routing_key for q in QUEUES] == [q.name for q in QUEUES]


@pytest.mark.parametrize("task", sorted(TASK_NAMES))
def test_a_task_sent_by_name_waits_on_its_own_queue(task):
    routed = app.amqp.router.route({}, task)

    assert routed["queue"].name == route(task)["queue"]


def test_a_task_nobody_serves_is_refused_when_it_is_sent():
    with pytest.raises(Misconfigured, match=r"No worker serves a task named 'orders\.acept'"):
        app.amqp.router.route({}, "orders.acept")


def test_a_queue_nobody_reads_is_refused_when_it_is_named():
    with pytest.raises(QueueNotFound, match="acceptence"):
        app.amqp.router.route({"queue": "acceptence"}, "orders.accept")


def test_answers_and_shop_work_never_share_a_queue():
    assert route("orders.accept")["queue"] == "acceptance"
    assert route("orders.advance")["queue"] == "orders"
