"""A real broker and real workers, started and ended by each test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery

from mirakl_sync.config import Config
from mirakl_sync.embedded import broker
from tasks.app import celery_settings
from tests.conftest import TEST_KEY

ROOT = Path(__file__).resolve().parents[2]


def until(condition: Callable[[], Any], within: float = 15.0, what: str = "it", every: float = 0.03) -> Any:
    """Wait for a truth and answer it; who asks seldom leaves the machine to those who work."""
    over = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < over, f"{what} did not happen within {within:g} s"
        time.sleep(every)
    return found


@dataclass
class OwnBroker:
    """A broker process that can be killed and started again."""

    prepared: broker.Broker
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, password included."""
        return self.prepared.url

    def start(self) -> None:
        """Run it and wait until it answers."""
        self.process = subprocess.Popen(self.prepared.command, stdout=subprocess.DEVNULL)
        broker.wait_until_ready(self.url)

    def end(self, *, kill: bool) -> None:
        """Stop it, politely or not."""
        assert self.process is not None
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(10)

    def ask(self, *command: str) -> Any:
        """One command."""
        with redis.Redis.from_url(self.url, decode_responses=True, socket_timeout=5) as client:
            return client.execute_command(*command)


@dataclass
class Worker:
    """A Celery worker process."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def alive(self) -> bool:
        """It has not ended."""
        return self.process.poll() is None

    def ready(self) -> Worker:
        """Wait until it consumes."""
        until(lambda: " ready." in self.log.read_text() or not self.alive, what="a ready worker")
        assert self.alive, self.log.read_text()
        return self


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[OwnBroker]:
    """A running broker."""
    running = OwnBroker(broker.prepare(tmp_path))
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end(kill=True)


@pytest.fixture
def start_worker(tmp_path: Path, own_broker: OwnBroker) -> Iterator[Callable[..., Worker]]:
    """Start workers; those still alive are killed at the end."""
    with ExitStack() as stack:

        def start(app: str, queue: str, environ: Mapping[str, str] | None = None, concurrency: int = 8) -> Worker:
            log = tmp_path / f"{queue}-{time.monotonic_ns()}.log"
            command = [sys.executable, "-m", "celery", "--quiet", "-A", app, "worker", "--queues", queue]
            command += ["--hostname", f"{queue}@test", "--pool", "threads", "--concurrency", str(concurrency)]
            command += ["--without-gossip", "--without-mingle"]
            own = {"MIRAKL_SYNC_BROKER_URL": own_broker.url, "MIRAKL_SYNC_VAR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
            child = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "MIRAKL_SYNC_SECRET_KEY": TEST_KEY, **own, **(environ or {})},
                stdout=stack.enter_context(log.open("wb")),
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stack.callback(_end, child)
            return Worker(child, log)

        yield start


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
    child.wait(10)


@pytest.fixture
def sender(own_broker: OwnBroker) -> Iterator[Celery]:
    """An app with our settings, for sending."""
    app = Celery("sender", set_as_current=False)
    app.conf.update(celery_settings(Config("sqlite:///unused.db", own_broker.url, ())))
    yield app
    app.close()
