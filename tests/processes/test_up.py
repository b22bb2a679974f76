"""Everything on one machine, as `mirakl-sync up` starts it: it answers, it heals, it leaves nobody behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
import requests

from mirakl_sync.embedded import procfile
from tests.processes.conftest import ROOT, until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(90)]

UP = """
import sys
from pathlib import Path
from mirakl_sync.embedded import up
sys.exit(up.run(Path(sys.argv[1]) / "var", start=Path(sys.argv[1]), say=lambda words: print(words, flush=True)))
"""
UPGRADE = (
    "from mirakl_sync import config; from mirakl_sync.db import migrate; migrate.upgrade(config.read().database_url)"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]


@pytest.fixture
def up(tmp_path):
    """(the running command, its log, web address, Flower's address)."""
    lines = procfile.read(ROOT / "Procfile")
    lines["release"] = f"python -c '{UPGRADE}'"
    (tmp_path / "Procfile").write_text("".join(f"{name}: {line}\n" for name, line in lines.items()))
    web, flower, log = free_port(), free_port(), tmp_path / "up.log"
    own = {
        "PYTHONPATH": str(ROOT),
        "MIRAKL_SYNC_WEB_BIND": f"127.0.0.1:{web}",
        "MIRAKL_SYNC_FLOWER_BIND": f"127.0.0.1:{flower}",
        "MIRAKL_SYNC_LOG_LEVEL": "DEBUG",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MIRAKL_SYNC_")}
    with log.open("wb") as file:
        running = subprocess.Popen(
            [sys.executable, "-c", UP, str(tmp_path)], cwd=ROOT, env={**inherited, **own}, stdout=file, stderr=file
        )
    yield running, log, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{flower}"
    if running.poll() is None:
        running.terminate()
        running.wait(60)


def answers(url: str) -> int:
    try:
        return requests.get(url, timeout=5).status_code
    except requests.ConnectionError:
        return 0


def test_a_machine_comes_up_heals_itself_and_goes_down_cleanly(up, tmp_path):
    running, log, web, flower = up
    until(lambda: "Running: broker, acceptance" in log.read_text() or running.poll() is not None, 30, "everything up")
    assert running.poll() is None, log.read_text()
    until(lambda: answers(f"{web}/health/ready") == 200, 20, "a ready web process")
    status = tmp_path / "var" / "processes.json"
    pids = {name: each["pid"] for name, each in json.loads(status.read_text()).items()}
    assert set(pids) == {"broker", *procfile.read(ROOT / "Procfile")} - {"release"}

    until(lambda: "connections due [process=acceptance@" in log.read_text(), 20, "a tick taken by its worker")
    assert requests.get(f"{web}/", timeout=5).status_code == 200
    figures = requests.get(f"{web}/metrics", timeout=5).text
    assert "mirakl_sync_broker_up 1.0" in figures
    until(lambda: answers(f"{flower}/workers") == 200, 20, "Flower")
    assert answers(f"{flower}/metrics") == 404

    os.kill(pids["acceptance"], signal.SIGKILL)
    until(lambda: json.loads(status.read_text())["acceptance"]["deaths"] == 1, what="a noticed death")
    again = until(lambda: json.loads(status.read_text())["acceptance"]["pid"], what="a new worker")
    assert again != pids["acceptance"]
    with redis.Redis.from_url((tmp_path / "var" / "broker-url").read_text().strip()) as client:
        names = {each["name"].partition("@")[0] for each in client.client_list()}
    assert {"orders", "webhooks", "upkeep", "beat"} <= names

    asked_at = time.monotonic()
    running.send_signal(signal.SIGTERM)
    assert running.wait(40) == 0, log.read_text()[-3000:]
    assert time.monotonic() - asked_at < 20
    assert log.read_text().rstrip().endswith("Everything has stopped.")
    until(lambda: all(gone(pid) for pid in [*pids.values(), again]), what="an empty house")
    assert "Traceback" not in log.read_text()


def test_a_second_up_on_the_same_folder_is_refused(up, tmp_path):
    _, log, _, _ = up
    until(lambda: "The broker runs." in log.read_text(), 30, "the first one")

    second = subprocess.run(
        [sys.executable, "-c", UP, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )

    assert second.returncode == 1
    assert "Another `mirakl-sync up` or demonstration runs on" in second.stderr
