"""The Celery app. Every setting carries its reason; the figures were measured on this very combination of versions.

A message is a hint and never the record: rows hold every obligation, sweeps ring again for what a lost message forgot.
"""

from __future__ import annotations

from typing import Any

from celery import Celery

from beat_schedule import BEAT_LONGEST_SLEEP, beat_schedule
from mirakl_sync import config as settings
from mirakl_sync.config import Config
from mirakl_sync.errors import Misconfigured
from tasks import startup
from tasks.queues import broker_queues, route

# Longer than any task: one message may hold 25 orders, each a chain of calls of 30 s, and a message that comes back
# under a running task only costs. Nothing waits for it: what a killed worker held, the sweep rings for within seconds.
# The shortest value on a broker rules everyone, so there is only this one.
VISIBILITY_TIMEOUT = 3600

MODULES = (
    "tasks.orders",
    "tasks.planning",
    "tasks.shipments",
    "tasks.stock",
    "tasks.stores",
    "tasks.upkeep",
    "tasks.webhooks",
)


def celery_settings(config: Config) -> dict[str, Any]:
    """Celery's settings for a process of ours."""
    return {
        "broker_url": config.broker_url,
        "broker_transport_options": transport_options(),
        **_messages(),
        **_workers(),
        **_broker_loss(),
        "beat_schedule": beat_schedule(),
        # ticks are a second apart; beat must not oversleep them
        "beat_max_loop_interval": BEAT_LONGEST_SLEEP,
        "beat_scheduler": "tasks.beat:Considerate",
        "beat_schedule_filename": str(config.var / "beat-schedule"),
        "timezone": "UTC",
        "enable_utc": True,
    }


def transport_options() -> dict[str, Any]:
    """How every process of ours speaks to Redis; the same options everywhere."""
    return {
        "visibility_timeout": VISIBILITY_TIMEOUT,
        # 10 x 1: what a killed worker held comes back within 10 s of the timeout; the default 10 x 10 took 99 s
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # without them a broker that stands still blocks a publish for as long as it stands
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        # True published twice under a stall
        "retry_on_timeout": False,
        # half-open links are found within 51 s
        "socket_keepalive": True,
        "health_check_interval": 25,
        # CLIENT LIST becomes readable; tasks/startup.py puts the process's own name here
        "client_name": "mirakl_sync",
    }


def _messages() -> dict[str, Any]:
    return {
        "task_queues": broker_queues(),
        "task_routes": (route,),
        "task_default_queue": "upkeep",
        "task_default_exchange": "upkeep",
        "task_default_routing_key": "upkeep",
        # a mistyped queue is an error at once, not a list nobody reads
        "task_create_missing_queues": False,
        # messages carry ids; anything else would be stale by the time it is read
        "task_serializer": "json",
        "accept_content": ["json"],
        # rows are the results; the sentence travels in the event for Flower (1,034 tasks/s against 703 with a backend)
        "task_ignore_result": True,
        "result_backend": None,
        # otherwise beat rings every night for a clean-up of results, a task nobody serves
        "result_expires": None,
        # the sweep is the real retry; a request that rings must not wait for a broker that is away
        "task_publish_retry_policy": {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5},
    }


def _workers() -> dict[str, Any]:
    return {
        # a crash redelivers; duplicates are harmless because the row decides
        "task_acks_late": True,
        # True loops for ever on a task that kills its process (11 starts in 10 s); the row's lease brings it back
        "task_reject_on_worker_lost": False,
        # False requeued without end
        "task_acks_on_failure_or_timeout": True,
        # with late acks a worker holds only what it runs: no short task waits behind a long one
        "worker_prefetch_multiplier": 1,
        # True would cut a call in flight and leave its outcome unknown; a late ack works after reconnecting
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        # Flower shows sentences; invisible in cost on work that waits for HTTP
        "worker_send_task_events": True,
        "task_send_sent_event": False,
        # logging is ours (mirakl_sync/log.py), one format for all processes
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_enable_remote_control": True,
    }


def _broker_loss() -> dict[str, Any]:
    return {
        "broker_connection_timeout": 5,
        "broker_connection_retry_on_startup": True,
        # the default leaves for good after 100 attempts
        "broker_connection_max_retries": None,
        # a full broker ("OOM command not allowed") ends the worker otherwise
        "broker_channel_error_retry": True,
    }


def build(config: Config) -> Celery:
    """The app for these settings, with its start-up checks."""
    app = Celery("tasks", task_cls="tasks.work:Quiet", include=list(MODULES), set_as_current=True)
    app.conf.update(celery_settings(config))
    startup.attach(config)
    return app


def _settings() -> Config:
    """The settings, or the end of this process in one sentence: half-configured workers do harm quietly."""
    try:
        return settings.read()
    except Misconfigured as error:
        raise SystemExit(f"mirakl_sync does not start. {error.words} {error.way_out}".strip()) from error


app = build(_settings())
