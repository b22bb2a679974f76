"""`sandbox up` runs until it is told to stop, and leaves no server behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests


@pytest.mark.processes
def test_a_sandbox_that_is_told_to_stop_takes_its_servers_along(settings: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"servers": [{"kind": "mirakl", "name": "acme", "shops": [{"shop_id": 2000}]}]}))
    command = [sys.executable, "-m", "mirakl_sync", "sandbox", "up", "--plan", str(plan)]
    with subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as child:
        try:
            url = _address(settings / "sandbox.json")
            assert requests.get(f"{url}/_sandbox/health", timeout=5).json() == {"kind": "mirakl", "name": "acme"}
            assert child.stdout is not None
            assert "acme" in "".join(child.stdout.readline() for _ in range(2))
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(15)
    assert not (settings / "sandbox.json").exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/_sandbox/health", timeout=5)


def _address(ready: Path) -> str:
    until = time.monotonic() + 30
    while not ready.exists():
        assert time.monotonic() < until, "the sandbox did not start"
        time.sleep(0.05)
    return str(json.loads(ready.read_text())["servers"][0]["url"])
