"""The demonstration as a stranger starts it: real processes, and none of them left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mirakl_sync.demo.branches import AT_LEAST, BRANCHES

REPOSITORY = Path(__file__).resolve().parents[2]
# A watchdog only: how long a day takes is the machine's business, and the demonstration tells it.
PATIENCE = 200

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(PATIENCE + 40),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="living processes are found through /proc"),
]


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "mirakl_sync.demo", "--keep", str(folder), *arguments]
    return subprocess.Popen(words, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def living(folder: Path) -> list[str]:
    """Processes whose environment or command line names the demonstration's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told and int(process.name) != os.getpid():
            found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def played(folder: Path, *arguments: str) -> dict[str, Any]:
    demo = start(folder, "--exit", "--json", *arguments)
    told, said = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 0, said
    return json.loads(told)


def test_a_short_day_is_held_and_leaves_no_process_behind(tmp_path: Path) -> None:
    told = played(tmp_path, "--orders", "15", "--seconds", "6")
    assert told["held"]
    assert told["problems"] == []
    total, hot = told["marketplaces"][-1], told["stock"]["hot"]
    assert total["seen"] == 15 + len(BRANCHES) * AT_LEAST + hot["orders"], "each other kind of store has a few"
    rows = told["marketplaces"][:-1]
    assert {branch.label for branch in BRANCHES} <= {row["store"] for row in rows}
    assert {row["store"]: row["paid"] for row in rows} == {row["store"]: row["booked"] for row in rows}
    assert total["placed"] > 5
    assert (total["lost"], total["doubled"], total["late"]) == (0, 0, 0)
    assert total["shipped"] + sum(total["held"].values()) >= total["placed"], "every order left in a parcel, or several"
    assert total["waiting"].keys() & {"the warehouse", "the payment"} == set()
    assert told["mapped"]["carrier"] == "Royal Mail 24"
    told_by = told["calls"]
    assert told_by["nordmarkt"]["OR24"]["total"] > 0
    assert told_by["belle-maison"]["ST01"]["total"] > 0
    assert told_by["nordmarkt"]["STO01"]["total"] > 0
    assert hot["oversold"] == 0
    assert sum(hot["sold"].values()) == hot["start"] + hot["came_in"] - hot["left"] > 0
    assert all(each["agree"] == each["offers"] > 0 for each in told["stock"]["files"])
    assert living(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_leaves_in_the_middle_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    demo = start(tmp_path, "--orders", "5", "--seconds", "600")
    over = time.monotonic() + PATIENCE / 2
    while not (tmp_path / "processes.json").exists() or len(living(tmp_path)) < 9:
        assert time.monotonic() < over, "it did not start"
        assert demo.poll() is None, demo.communicate()
        time.sleep(0.2)
    demo.send_signal(number)
    demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 130
    assert living(tmp_path) == []


def test_two_at_once_in_one_folder_are_refused_in_a_sentence(tmp_path: Path) -> None:
    from mirakl_sync.embedded.files import alone

    with alone(tmp_path):
        second = start(tmp_path, "--exit")
        said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2
    assert "The demonstration cannot run. Another" in said


def test_a_folder_that_keeps_another_day_is_refused_in_a_sentence(tmp_path: Path) -> None:
    kept = tmp_path / "sandbox.json"
    kept.write_text("{}")
    second = start(tmp_path, "--exit")
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2
    assert "keeps an earlier day" in said
    assert kept.exists()
