"""The embedded broker for real: it starts, it is killed, it comes back with everything it was told."""

from __future__ import annotations

import os
import signal

import pytest
import redis

from mirakl_sync.embedded import broker
from mirakl_sync.embedded.child import Line
from mirakl_sync.embedded.supervisor import Supervisor
from mirakl_sync.errors import Unavailable

pytestmark = [pytest.mark.processes, pytest.mark.timeout(30)]


@pytest.fixture
def running(tmp_path):
    """A broker under supervision: (its preparation, the supervisor)."""
    prepared = broker.prepare(tmp_path)
    program, conf = prepared.command
    supervisor = Supervisor([Line("broker", f"'{program}' '{conf}'")], folder=tmp_path, environ=os.environ)
    supervisor.start()
    broker.wait_until_ready(prepared.url)
    yield prepared, supervisor
    supervisor.stop(grace=5)


def connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True, socket_timeout=5)


def test_what_the_broker_was_told_survives_its_violent_death(running):
    prepared, supervisor = running
    with connect(prepared.url) as client:
        client.rpush("orders", *range(100))
    supervisor.kill("broker", signal.SIGKILL)
    supervisor.children["broker"].process.wait(5)

    while supervisor.children["broker"].pid is None:
        supervisor.look()
    broker.wait_until_ready(prepared.url)

    with connect(prepared.url) as client:
        assert client.lrange("orders", 0, -1) == [str(number) for number in range(100)]


def test_the_broker_wants_its_password(running):
    prepared, _ = running
    address = prepared.url.partition("@")[2]
    with redis.Redis.from_url(f"redis://:wrong@{address}") as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_the_broker_runs_as_configured(running):
    prepared, _ = running
    with connect(prepared.url) as client:
        settings = client.config_get("*")

    told = {name: settings[name] for name in ("bind", "appendonly", "appendfsync", "save", "maxmemory-policy")}
    assert told == {
        "bind": "127.0.0.1",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }


def test_a_port_somebody_took_meanwhile_is_given_up(running, tmp_path):
    prepared, _ = running

    again = broker.prepare(tmp_path)

    assert again.url != prepared.url
    assert again.url.rpartition(":")[0] == prepared.url.rpartition(":")[0], "the password stays"


def test_a_broker_that_does_not_come_is_told(tmp_path):
    with pytest.raises(Unavailable, match=r"does not answer within 0\.2 s"):
        broker.wait_until_ready("redis://127.0.0.1:1/0", within=0.2)
