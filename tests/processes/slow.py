"""A worker with our settings and one slow task that writes down what it does."""

from __future__ import annotations

import time
from pathlib import Path

from celery import Celery
from kombu import Exchange, Queue

from mirakl_sync import config
from tasks.app import celery_settings

settings = config.read()
app = Celery("slow")
app.conf.update(celery_settings(settings))
app.conf.update(task_queues=(Queue("slow", Exchange("slow"), routing_key="slow"),), task_routes={}, beat_schedule={})
app.conf.update(task_default_queue="slow")


@app.task(name="slow.work")
def work(name: str, seconds: float) -> str:
    """Take ``seconds``; begin and end are lines in var/done."""
    done = Path(settings.var) / "done"
    with done.open("a") as file:
        file.write(f"begin {name}\n")
    time.sleep(seconds)
    with done.open("a") as file:
        file.write(f"end {name}\n")
    return name
