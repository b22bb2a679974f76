"""A whole sandbox from a plan, in this process and as a program of its own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from mirakl_sync.sandbox import plan
from mirakl_sync.sandbox.plan import DEFAULT_PLAN, open_sandbox

PLAN = {
    "servers": [
        {"kind": "mirakl", "name": "north", "shops": [{"shop_id": 1}]},
        {"kind": "mirakl", "name": "south", "shops": [{"shop_id": 2}, {"shop_id": 3}]},
    ]
}


def test_every_server_of_a_plan_answers_with_the_key_it_gave():
    sandbox = open_sandbox(PLAN)
    try:
        for name, shop_ids in (("north", [1]), ("south", [2, 3])):
            server = sandbox[name]
            assert requests.get(f"{server['url']}/_sandbox/health").json() == {"kind": "mirakl", "name": name}
            assert [shop["shop_id"] for shop in server["shops"]] == shop_ids
            for shop in server["shops"]:
                answer = requests.get(f"{server['url']}/api/account", headers={"Authorization": shop["key"]})
                assert answer.json()["shop_id"] == shop["shop_id"]
    finally:
        sandbox.stop()


def test_a_stopped_sandbox_answers_nobody_not_even_on_an_open_connection():
    sandbox = open_sandbox(PLAN)
    url = sandbox["north"]["url"]
    with requests.Session() as session:
        assert session.get(f"{url}/api/version").status_code == 200
        sandbox.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{url}/api/version", timeout=2)


def test_the_default_plan_is_three_marketplaces_and_a_shop():
    sandbox = open_sandbox()
    try:
        kinds = [requests.get(f"{server['url']}/_sandbox/health").json()["kind"] for server in sandbox.servers]
        assert kinds == ["mirakl", "mirakl", "mirakl", "woocommerce"]
        assert len({server["url"] for server in sandbox.servers}) == len(DEFAULT_PLAN["servers"])
    finally:
        sandbox.stop()


def test_the_sandbox_imports_nothing_it_has_to_judge():
    folder = Path(plan.__file__).parent
    imported = {
        name
        for path in folder.rglob("*.py")
        for name in re.findall(
            r"^\s*(?:from|import) (mirakl_sync[\w.]*|tasks[\w.]*)", path.read_text("utf-8"), re.MULTILINE
        )
    }
    assert imported
    assert {name for name in imported if not name.startswith("mirakl_sync.sandbox")} == set()


def test_an_unknown_kind_or_setting_is_refused_by_name():
    with pytest.raises(ValueError, match="unknown kind of server 'ebay'"):
        open_sandbox({"servers": [{"kind": "ebay", "name": "x"}]})
    with pytest.raises(ValueError, match="TenantSettings does not know colour"):
        open_sandbox({"servers": [{"kind": "mirakl", "name": "x", "colour": "red"}]})


@pytest.mark.processes
def test_the_program_writes_where_it_is_and_ends_when_told(tmp_path):
    asked, ready = tmp_path / "plan.json", tmp_path / "ready.json"
    asked.write_text(json.dumps(PLAN), "utf-8")
    command = [sys.executable, "-m", "mirakl_sync.sandbox", "--plan", str(asked), "--ready", str(ready)]
    with subprocess.Popen(command) as program:
        try:
            deadline = time.monotonic() + 20
            while not ready.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            servers = json.loads(ready.read_text("utf-8"))["servers"]
            assert requests.get(f"{servers[1]['url']}/_sandbox/health").json()["name"] == "south"
        finally:
            program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=10) == 0
