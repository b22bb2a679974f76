"""The stage: a sandbox marketplace and shop, a broker and a real worker, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from mirakl_sync.config import Config
from mirakl_sync.db import migrate, secrets
from mirakl_sync.db.models import Connection, Marketplace, PolicyVersion, Shop, Store
from mirakl_sync.dispatch import CeleryDispatcher
from mirakl_sync.embedded import broker as embedded_broker
from mirakl_sync.policy.model import OrderPolicy, Policy
from mirakl_sync.policy.schema import write_policy
from mirakl_sync.wiring import Wiring, wire

_TICKS = 100.0  # kernel clock ticks per second
CATALOGUE = [{"sku": f"SKU-{n}", "price": 20 + n, "quantity": 1_000_000, "title": f"Article {n}"} for n in range(40)]
PLAN = {
    "servers": [
        {
            "kind": "mirakl",
            "name": "market",
            "limits": "off",
            "payment_seconds": 1_000_000,
            "duplicate_sku_chance": 0,
            "shops": [{"shop_id": 2000, "offers": CATALOGUE}],
        },
        {"kind": "woocommerce", "name": "webshop", "products": CATALOGUE},
    ]
}


@dataclass
class Stage:
    """What a measurement needs."""

    market: str
    key: str
    folder: Path
    wiring: Wiring
    connection: int
    worker: subprocess.Popen[bytes]
    broker: subprocess.Popen[bytes]

    def control(self, what: str, body: Any = None) -> Any:
        """Ask the sandbox marketplace's control."""
        url = f"{self.market}/_sandbox/{what}"
        answer = requests.get(url, timeout=60) if body is None else requests.post(url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def place(self, count: int) -> None:
        """Let ``count`` orders become visible."""
        self.control("orders", {"shop_id": 2000, "count": count, "staging_seconds": 0})

    def counted(self, what: str) -> int:
        """How often the marketplace's books saw it: ``acceptances``, ``ship_calls``, ``shipments_shipped``."""
        return int(self.control("books?summary=1")["totals"][what])

    def accepted(self) -> int:
        """How many orders the marketplace counts as accepted by the shop."""
        return self.counted("acceptances")

    def wait_until(self, what: str, count: int, within: float) -> float:
        """The moment (monotonic) at which the books saw it ``count`` times."""
        over = time.monotonic() + within
        while (done := self.counted(what)) < count:
            if time.monotonic() > over:
                raise TimeoutError(f"{done} of {count} {what} after {within} s")
            time.sleep(0.05)
        return time.monotonic()

    def wait_until_accepted(self, count: int, within: float) -> float:
        """The moment (monotonic) at which ``count`` orders were accepted."""
        return self.wait_until("acceptances", count, within)

    def cpu(self) -> float:
        """Seconds of processor time the worker used, all its threads."""
        fields = Path(f"/proc/{self.worker.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """The worker's resident memory in MB, shared pages counted in proportion."""
        for line in Path(f"/proc/{self.worker.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no Pss in smaps_rollup")


@contextmanager
def stage(database_url: str, in_flight: int, round_trip_ms: int, *, queue: str = "acceptance") -> Iterator[Stage]:
    """Everything started and ready, with a worker for this queue; nothing left behind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        url = database_url or f"sqlite:///{folder / 'bench.db'}"
        servers = sandbox(stack, folder, PLAN)
        own = embedded_broker.prepare(folder)
        broker = _start(stack, list(own.command), dict(os.environ), folder / "broker.log")
        embedded_broker.wait_until_ready(own.url)
        market, webshop = servers["market"], servers["webshop"]
        key = secrets.new_key()
        environ = {
            **os.environ,
            "MIRAKL_SYNC_VAR": str(folder),
            "MIRAKL_SYNC_DATABASE_URL": url,
            "MIRAKL_SYNC_BROKER_URL": own.url,
            "MIRAKL_SYNC_SECRET_KEY": key,
            "MIRAKL_SYNC_LOG_LEVEL": "WARNING",
        }
        migrate.upgrade(url)
        wiring = _wire(url, own.url, key)
        stack.callback(wiring.close)
        connection = _join(wiring, market, webshop)
        worker = _worker(stack, environ, queue, in_flight, folder)
        requests.post(f"{market['url']}/_sandbox/latency", json={"ms": round_trip_ms}, timeout=10).raise_for_status()
        yield Stage(market["url"], market["shops"][0]["key"], folder, wiring, connection, worker, broker)


def sandbox(stack: ExitStack, folder: Path, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The servers of a plan, running in a process of their own until the stack is left; by name, how to reach them."""
    file, ready = folder / "plan.json", folder / "ready.json"
    file.write_text(json.dumps(plan))
    command = [sys.executable, "-m", "mirakl_sync.sandbox", "--plan", str(file), "--ready", str(ready)]
    _start(stack, command, dict(os.environ), folder / "sandbox.log")
    over = time.monotonic() + 60
    while not ready.exists() or not ready.read_text().strip():
        if time.monotonic() > over:
            raise TimeoutError((folder / "sandbox.log").read_text())
        time.sleep(0.05)
    servers = json.loads(ready.read_text())
    return {server["name"]: server for server in (servers["servers"] if isinstance(servers, dict) else servers)}


def _worker(
    stack: ExitStack, environ: dict[str, str], queue: str, in_flight: int, folder: Path
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "tasks", "worker", "--queues", queue]
    command += ["--pool", "threads", "--concurrency", str(in_flight), "--without-gossip", "--without-mingle"]
    worker = _start(stack, command, environ, folder / "worker.log")
    time.sleep(4)
    if worker.poll() is not None:
        raise RuntimeError((folder / "worker.log").read_text())
    return worker


def _start(stack: ExitStack, command: list[str], environ: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    file = stack.enter_context(log.open("wb"))
    child = subprocess.Popen(command, env=environ, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    stack.callback(_stop, child)
    return child


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _wire(database_url: str, broker_url: str, key: str) -> Wiring:
    from celery import Celery

    from tasks.queues import broker_queues, route

    app = Celery("bench", broker=broker_url)
    app.conf.update(task_queues=broker_queues(), task_routes=(route,), task_ignore_result=True)
    config = Config(database_url, broker_url, (key,), call_timeout=timedelta(seconds=30))
    return wire(config, dispatcher=CeleryDispatcher(app), who="bench")


def _join(wiring: Wiring, market: dict[str, Any], webshop: dict[str, Any]) -> int:
    content = write_policy(Policy(orders=OrderPolicy(poll_every=timedelta(seconds=1), price_below_by=None)))
    with wiring.db.transaction() as tx:
        marketplace = Marketplace(
            key="market", url=market["url"], rules={"window": {"hours": 24}, "call_limits": {"OR11": 0, "OR04": 0}}
        )
        shop = Shop(marketplace=marketplace, shop_id="2000", credentials={"api_key": market["shops"][0]["key"]})
        credentials = {name: webshop[name] for name in ("consumer_key", "consumer_secret")}
        store = Store(
            key="webshop",
            platform="woocommerce",
            url=webshop["url"],
            credentials=credentials,
            settings={"auth": "basic"},
        )
        tx.add_all([shop, store, PolicyVersion(id=1, digest="bench", content=content)])
        tx.flush()
        row = Connection(
            key="bench",
            shop_pk=shop.id,
            store_pk=store.id,
            policy_id=1,
            orders_from=wiring.now() - timedelta(days=1),
            paused=["orders"],
        )
        tx.add(row)
        tx.flush()
        return row.id
