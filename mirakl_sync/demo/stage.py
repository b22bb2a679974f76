"""The stage: real processes under one supervisor, as a stranger would run them, and the addresses they answer at."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from mirakl_sync.config import PREFIX
from mirakl_sync.db import migrate
from mirakl_sync.embedded import broker, procfile
from mirakl_sync.embedded.child import Line
from mirakl_sync.embedded.files import write_private
from mirakl_sync.embedded.setup import Ground, prepare
from mirakl_sync.embedded.supervisor import Supervisor
from mirakl_sync.embedded.up import BROKER, lines_of
from mirakl_sync.errors import Unavailable

SANDBOX = "sandbox"
AFTER_THE_BROKER = 3
# A call of the demonstration's little world is slow after a second; three are patience enough.
CALL_TIMEOUT, LEASE_MARGIN = 3, 2
# Everything answers within seconds here; who does not stop by then is not going to.
GRACE = 12


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen; 0 is any free port."""

    web: int = 0
    flower: int = 0
    broker: int = 0


@dataclass(frozen=True)
class Stage:
    """Everything prepared; nothing runs yet."""

    var: Path
    ground: Ground
    supervisor: Supervisor
    web: str
    flower: str
    database: str

    @property
    def ready_file(self) -> Path:
        """Where the sandbox announces its addresses."""
        return self.var / "sandbox.json"


def set_up(
    var: Path, ports: Ports, *, plan: Mapping[str, Any], postgres: str = "", environ: Mapping[str, str] = os.environ
) -> Stage:
    """Choose ports, write the sandbox's ``plan`` and prepare broker, key and children; starts nothing."""
    var.mkdir(parents=True, exist_ok=True)
    var = var.resolve()
    if ports.broker:
        url = f"redis://:{secrets.token_urlsafe(24)}@127.0.0.1:{ports.broker}/0"
        write_private(var / "broker-url", url)
    web, flower = ports.web or free_port(), ports.flower or free_port()
    database = postgres or f"sqlite:///{var / 'mirakl_sync.db'}"
    ground = prepare(var, _environ(environ, web, flower, database))
    (var / "plan.json").write_text(json.dumps(plan), "utf-8")
    path = procfile.find()
    logs = var / "logs"
    logs.mkdir(exist_ok=True)
    lines = [_sandbox(var), *lines_of(procfile.read(path), ground)]
    kept = [Line(line.name, f"{line.command} >>'{logs / line.name}.log' 2>&1", line.stage) for line in lines]
    supervisor = Supervisor(kept, folder=path.parent, environ=ground.environ, status=var / "processes.json")
    return Stage(var, ground, supervisor, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{flower}", database)


def _environ(environ: Mapping[str, str], web: int, flower: int, database: str) -> dict[str, str]:
    """Nothing of the caller's own installation reaches the demonstration."""
    others = {name: value for name, value in environ.items() if not name.startswith(PREFIX)}
    ours = {
        "DATABASE_URL": database,
        "WEB_BIND": f"127.0.0.1:{web}",
        "FLOWER_BIND": f"127.0.0.1:{flower}",
        "HOOKS_URL": f"http://127.0.0.1:{web}",
        "CALL_TIMEOUT": str(CALL_TIMEOUT),
        "LEASE_MARGIN": str(LEASE_MARGIN),
        "ENVIRONMENT": "demo",
    }
    return others | {PREFIX + name: value for name, value in ours.items()}


def _sandbox(var: Path) -> Line:
    command = f"'{sys.executable}' -m mirakl_sync.sandbox --plan '{var / 'plan.json'}' --ready '{var / 'sandbox.json'}'"
    return Line(SANDBOX, command, AFTER_THE_BROKER)


def open_sandbox_and_rows(stage: Stage, keep_going: Callable[[], None]) -> dict[str, dict[str, Any]]:
    """Start sandbox and broker, bring the database up to date; answers the sandbox's servers by name."""
    stage.ready_file.unlink(missing_ok=True)
    stage.supervisor.start(SANDBOX, BROKER)
    migrate.upgrade(stage.database)
    wait_until(stage.ready_file.exists, "the sandbox", keep_going)
    if stage.ground.broker is not None:
        broker.wait_until_ready(stage.ground.broker.url)
    servers = json.loads(stage.ready_file.read_text("utf-8"))["servers"]
    return {server["name"]: server for server in servers}


def wait_until(true: Callable[[], bool], what: str, keep_going: Callable[[], None], *, within: float = 60) -> None:
    """Return once ``true``; ``Unavailable`` names what did not come. ``keep_going`` is called meanwhile."""
    over = time.monotonic() + within
    while not true():
        if time.monotonic() > over:
            raise Unavailable(f"{what} did not come up within {within:.0f} s.", after=0)
        keep_going()
        time.sleep(0.1)


def answers(url: str) -> bool:
    """True when something answers there."""
    try:
        with requests.Session() as http:
            http.trust_env = False
            return http.get(url, timeout=2).status_code < 500
    except requests.RequestException:
        return False


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
