"""Ticks, tasks, queues, Procfile and compose file say the same."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from beat_schedule import SHORTEST_LIFE, TICKS, beat_schedule
from mirakl_sync.embedded import procfile
from tasks.app import app
from tasks.queues import QUEUE_OF, QUEUES

ROOT = Path(__file__).resolve().parents[2]
LINES = procfile.read(ROOT / "Procfile")
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
NOT_QUEUES = {"release", "web", "beat", "flower"}


@pytest.mark.parametrize("tick", TICKS, ids=lambda tick: tick.name)
def test_a_tick_rings_a_task_that_exists_on_the_queue_where_it_is_served(tick):
    app.loader.import_default_modules()

    assert tick.task in app.tasks
    assert tick.queue == QUEUE_OF[tick.task]


@pytest.mark.parametrize("tick", TICKS, ids=lambda tick: tick.name)
def test_a_tick_expires_but_not_before_a_busy_worker_had_its_chance(tick):
    entry = beat_schedule()[tick.name]

    assert entry["schedule"] == tick.every
    assert entry["options"]["expires"] == max(tick.every, SHORTEST_LIFE)
    assert entry["options"]["expires"] / tick.every <= 30, "a stopped worker would find a pile"


def test_each_tick_has_a_name_and_a_reason_of_its_own():
    assert len({tick.name for tick in TICKS}) == len({tick.task for tick in TICKS}) == len(TICKS)
    assert all(len(tick.why) > 20 for tick in TICKS)


def test_ticks_are_sent_by_ids_alone():
    assert all("args" not in entry and "kwargs" not in entry for entry in beat_schedule().values())


def test_every_queue_has_a_line_in_the_procfile_and_no_line_serves_nothing():
    assert set(LINES) == {queue.name for queue in QUEUES} | NOT_QUEUES


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_workers_line_serves_its_queue_alone_with_the_pool_and_size_that_were_measured(queue):
    line = LINES[queue.name]
    sizes = re.search(r"--concurrency \$\{MIRAKL_SYNC_(\w+)_CONCURRENCY:-(\d+)\}", line)

    assert f"--queues {queue.name} " in line
    assert f"--hostname {queue.name}@%h " in line
    assert f"--pool {queue.pool} " in line
    assert (sizes[1].lower(), int(sizes[2])) == (queue.name, queue.concurrency)
    assert "--without-gossip" in line
    assert "--without-mingle" in line


def test_exactly_one_line_runs_beat_and_it_runs_no_worker():
    assert [name for name, line in LINES.items() if re.search(r"\btasks beat\b", line)] == ["beat"]
    assert not any("--beat" in line or " -B" in line for line in LINES.values())


def test_every_line_of_the_procfile_is_a_service_and_the_other_way_round():
    ours = {name for name, service in SERVICES.items() if "mirakl-sync" in service["image"]} - {"sandbox"}

    assert ours == set(LINES)
    assert all(SERVICES[name]["command"] == [name] for name in ours)


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_workers_service_lets_it_finish_and_asks_whether_it_lives(queue):
    service = SERVICES[queue.name]

    assert service["stop_grace_period"] == "50s"
    assert f'"{queue.name}@$$(hostname)"' in service["healthcheck"]["test"][1]


def test_no_service_has_a_password_written_down():
    text = (ROOT / "docker" / "compose.yaml").read_text()

    for name in ("POSTGRES_PASSWORD", "BROKER_PASSWORD", "MIRAKL_SYNC_SECRET_KEY", "MIRAKL_SYNC_FLOWER_PASSWORD"):
        assert re.search(rf"\$\{{{name}:\?", text), f"{name} must be set, without a default"


def test_everything_is_reachable_from_this_machine_alone():
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_ours_run_without_rights_and_behind_the_migrations():
    for name in set(LINES) - {"release"}:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["depends_on"]["release"]["condition"] == "service_completed_successfully"


def test_the_sandbox_is_asked_for_by_name():
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


def test_the_image_runs_as_nobody_in_particular_with_pinned_libraries():
    text = (ROOT / "docker" / "Dockerfile").read_text()

    assert text.rindex("USER app") > text.rindex("FROM ")
    assert text.count("docker/constraints.txt") == 3
    names = [line for line in (ROOT / "docker" / "constraints.txt").read_text().splitlines() if line[0] != "#"]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.]+", name) for name in names)
    assert {"celery==5.6.3", "kombu==5.7.0"} <= set(names)
    assert any(name.startswith("packaging==") for name in names), "kombu's redis extra dies without it"


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell on this machine")
def test_the_entrypoint_is_readable_to_a_shell_and_knows_no_made_up_line():
    script = ROOT / "docker" / "entrypoint.sh"

    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    told = subprocess.run(["sh", script, "acceptence"], capture_output=True, text=True, check=False)
    assert told.returncode == 64
    assert told.stderr.startswith("The Procfile has no line named 'acceptence'. It has: release acceptance orders")
