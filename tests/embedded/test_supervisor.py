"""Real child processes, small ones: killed, restarted, stopped; nobody is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mirakl_sync.embedded.child import Line
from mirakl_sync.embedded.supervisor import Supervisor
from mirakl_sync.errors import Misconfigured

pytestmark = [pytest.mark.processes, pytest.mark.timeout(30)]

# exits 0 on SIGTERM, after saying so in the file named by its argument
POLITE = """trap 'echo bye {0} >> {1}; exit 0' TERM; echo hi {0} >> {1}; while :; do sleep 0.05; done"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def until(condition: Callable[[], object], supervisor: Supervisor | None = None, within: float = 10.0) -> None:
    over = time.monotonic() + within
    while not condition():
        assert time.monotonic() < over, "it did not happen in time"
        if supervisor is not None:
            supervisor.look()
        time.sleep(0.02)


@pytest.fixture
def supervise(tmp_path):
    """Supervisors that are stopped whatever happens."""
    made = []

    def make(*lines: Line) -> Supervisor:
        supervisor = Supervisor(lines, folder=tmp_path, environ=os.environ, status=tmp_path / "processes.json")
        made.append(supervisor)
        return supervisor

    yield make
    for supervisor in made:
        supervisor.stop(grace=1)


def shell(script: str) -> str:
    return f"sh -c '{script}'" if "'" not in script else f'sh -c "{script}"'


def test_a_killed_child_comes_back_and_is_counted(supervise, tmp_path):
    supervisor = supervise(Line("worker", "sleep 60"), Line("beat", "sleep 60"))
    supervisor.start()
    child = supervisor.children["worker"]
    first, other = child.pid, supervisor.children["beat"].pid

    supervisor.kill("worker")
    until(lambda: child.pid not in (None, first), supervisor)

    assert (child.deaths, child.last_code) == (1, -signal.SIGKILL)
    assert supervisor.children["beat"].pid == other
    told = json.loads((tmp_path / "processes.json").read_text())
    assert told == {"worker": {"pid": child.pid, "deaths": 1}, "beat": {"pid": other, "deaths": 0}}


def test_a_child_that_will_not_live_is_tried_more_and_more_rarely(supervise):
    supervisor = supervise(Line("broken", "sh -c 'exit 3'"))
    supervisor.start()
    child = supervisor.children["broken"]

    until(lambda: child.deaths == 2, supervisor)

    assert child.last_code == 3
    assert child.starts_again_at - time.monotonic() == pytest.approx(1.0, abs=0.3)


def test_workers_stop_before_the_clock_and_the_broker_last(supervise, tmp_path):
    said = tmp_path / "said"
    lines = [
        Line(name, shell(POLITE.format(name, said)), stage)
        for name, stage in (("broker", 2), ("beat", 1), ("worker", 0))
    ]
    supervisor = supervise(*lines)
    supervisor.start()
    until(lambda: said.exists() and said.read_text().count("hi") == 3)
    pids = [child.pid for child in supervisor.children.values()]

    supervisor.stop(grace=5)

    assert [line for line in said.read_text().splitlines() if "bye" in line] == ["bye worker", "bye beat", "bye broker"]
    assert not any(alive(pid) for pid in pids)
    assert all(child.pid is None for child in supervisor.children.values())


def test_a_child_that_does_not_listen_is_killed_with_everything_it_started(supervise, tmp_path):
    pids = tmp_path / "pids"
    script = f"trap : TERM; sleep 77 & echo $! $$ > {pids}; while :; do sleep 0.05; done"
    supervisor = supervise(Line("deaf", shell(script)))
    supervisor.start()
    until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    left = [int(pid) for pid in pids.read_text().split()]
    assert all(alive(pid) for pid in left)

    supervisor.stop(grace=0.3)

    until(lambda: not any(alive(pid) for pid in left))


def test_what_a_dead_child_left_behind_is_ended_too(supervise, tmp_path):
    pids = tmp_path / "pids"
    supervisor = supervise(Line("messy", shell(f"sleep 78 & echo $! > {pids}; exit 1")))
    supervisor.start()
    until(lambda: supervisor.children["messy"].deaths == 1, supervisor)

    until(lambda: not alive(int(pids.read_text())))


def test_a_child_is_restarted_in_good_order(supervise, tmp_path):
    said = tmp_path / "said"
    supervisor = supervise(Line("worker", shell(POLITE.format("w", said))))
    supervisor.start()
    until(said.exists)
    first = supervisor.children["worker"].pid

    supervisor.restart("worker", grace=5)
    until(lambda: said.read_text().split() == ["hi", "w", "bye", "w", "hi", "w"])

    assert supervisor.children["worker"].pid != first
    assert supervisor.children["worker"].deaths == 0


def test_an_unknown_name_is_told_with_the_known_ones(supervise):
    with pytest.raises(Misconfigured, match="No process is called 'broker'") as raised:
        supervise(Line("worker", "sleep 60")).kill("broker")

    assert raised.value.way_out == "There are worker."


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_children_of_a_killed_supervisor_do_not_live_on(tmp_path):
    script = (
        "import os, sys, time; from pathlib import Path\n"
        "from mirakl_sync.embedded.child import Line\n"
        "from mirakl_sync.embedded.supervisor import Supervisor\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "s = Supervisor([Line('worker', 'sleep 79')], folder=folder, environ=os.environ, status=folder / 'status')\n"
        "s.start(); time.sleep(60)\n"
    )
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=root)
    status = tmp_path / "status"
    until(status.exists)
    child = json.loads(status.read_text())["worker"]["pid"]
    assert alive(child)

    parent.kill()
    parent.wait()

    until(lambda: not alive(child))
