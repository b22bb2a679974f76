"""Several processes on one database: no lock errors, no lost writes, one shared call budget."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mirakl_sync.db.models import Heartbeat
from mirakl_sync.db.transaction import Database
from tests.conftest import NOON

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.processes


def at_once(count: int, *arguments: str) -> list[str]:
    """Run the same errand in ``count`` processes; answers what each printed. Any error of any fails the test."""
    command = [sys.executable, "-W", "error", "-m", "tests.db.processes", *arguments]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    ended = [(process.communicate(timeout=90), process.returncode) for process in started]
    assert [(code, err) for (_, err), code in ended] == [(0, "")] * count
    return [out for (out, _), _ in ended]


def test_eight_writers_never_meet_a_locked_database(db: Database, database_url: str) -> None:
    with db.transaction() as tx:
        tx.add(Heartbeat(feed="all", beat_at=NOON, every_seconds=0))
    at_once(8, "count_up", database_url, "20")
    with db.reading() as tx:
        assert tx.get_one(Heartbeat, "all").every_seconds == 160


def test_eight_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    program = (
        "import sys; from mirakl_sync.db.engine import create_engines\n"
        "engine, _ = create_engines(sys.argv[1], pool_size=1)\n"
        "with engine.begin() as connection: connection.exec_driver_sql('SELECT 1')\n"
        "engine.dispose()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    assert [process.communicate(timeout=60)[1] for process in started] == [""] * 8


def test_three_processes_share_one_budget(db: Database, database_url: str) -> None:
    told = [[float(each) for each in out.split()] for out in at_once(3, "spend", database_url, "1", "0.25", "2")]
    lasted = max(end for _, end, _ in told) - min(begin for begin, _, _ in told)
    # one call a quarter of a second, whoever makes it
    assert 3 <= sum(granted for _, _, granted in told) <= lasted / 0.25 + 1
