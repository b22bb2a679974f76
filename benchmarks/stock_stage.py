"""The stage of stock: a simulated marketplace with a catalogue of offers, a database, and phases as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from benchmarks.stage import sandbox
from mirakl_sync.clock import now
from mirakl_sync.config import Config
from mirakl_sync.db import migrate, secrets
from mirakl_sync.db.models import Connection, Marketplace, PolicyVersion, Shop, Store
from mirakl_sync.policy.model import Policy, StockPolicy
from mirakl_sync.policy.schema import write_policy
from mirakl_sync.wiring import Wiring, wire

PREFIX = "M-"
HOOK_SECRET = "bench"
# Seconds between two looks at a file or an export on its way, for us and for the bare script.
LOOK_EVERY = 0.2
# No limit of theirs: what is measured is work, and not waiting for their minute.
LIMITS = {"STO01": 0, "STO02": LOOK_EVERY, "STO03": 0, "OF52": 0, "OF52_FULL": 0, "OF53": LOOK_EVERY}


@dataclass(frozen=True)
class Ground:
    """What a phase needs to know, passed on as JSON."""

    database_url: str
    market: str
    api_key: str
    webshop: str
    consumer_key: str
    consumer_secret: str
    secret_key: str
    offers: int
    connection: int = 0
    store: int = 0

    def wiring(self) -> Wiring:
        """Everything a worker has, without bells: each phase rings for itself."""
        config = Config(self.database_url, "redis://127.0.0.1:1/0", (self.secret_key,))
        return wire(config, who="bench")

    def latency(self, milliseconds: int) -> None:
        """How long the marketplace takes to answer any call."""
        requests.post(f"{self.market}/_sandbox/latency", json={"ms": milliseconds}, timeout=60).raise_for_status()


def run(ground: Ground, phase: str, *args: object) -> dict[str, Any]:
    """Run a phase in a process of its own, so that its memory is its own; answers what it measured."""
    command = [sys.executable, "-m", "benchmarks.stock_phases", phase, json.dumps(asdict(ground)), *map(str, args)]
    # a worker's memory, Celery's own included
    environ = {
        **os.environ,
        "MIRAKL_SYNC_DATABASE_URL": ground.database_url,
        "MIRAKL_SYNC_BROKER_URL": "redis://127.0.0.1:1/0",
        "MIRAKL_SYNC_SECRET_KEY": ground.secret_key,
        "MIRAKL_SYNC_LOG_LEVEL": "WARNING",
    }
    ran = subprocess.run(command, check=False, env=environ, stdout=subprocess.PIPE, text=True, timeout=1800)
    if ran.returncode:
        raise RuntimeError(f"the phase {phase} ended with {ran.returncode}")
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


@contextmanager
def stock_stage(database_url: str, offers: int) -> Iterator[Ground]:
    """A marketplace that shows ``offers`` offers of 5 pieces each, and a database that knows nothing of them yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        servers = sandbox(stack, folder, _plan(offers))
        market, webshop = servers["market"], servers["webshop"]
        ground = Ground(
            database_url=database_url or f"sqlite:///{folder / 'bench.db'}",
            market=market["url"],
            api_key=market["shops"][0]["key"],
            webshop=webshop["url"],
            consumer_key=webshop["consumer_key"],
            consumer_secret=webshop["consumer_secret"],
            secret_key=secrets.new_key(),
            offers=offers,
        )
        migrate.upgrade(ground.database_url)
        yield _joined(ground)


def _plan(offers: int) -> dict[str, Any]:
    market = {
        "kind": "mirakl",
        "name": "market",
        "limits": "off",
        "import_waiting_seconds": 0,
        "import_seconds": 0,
        "export_seconds": 0,
        "shops": [{"shop_id": 2000, "offers": [{"generate": offers, "prefix": PREFIX, "quantity": 5}]}],
    }
    product = {"sku": f"{PREFIX}1", "price": 20, "quantity": 5, "title": "Article"}
    return {"servers": [market, {"kind": "woocommerce", "name": "webshop", "products": [product]}]}


def _joined(ground: Ground) -> Ground:
    content = write_policy(Policy(stock=StockPolicy(send=True, send_every=timedelta(seconds=1))))
    wiring = ground.wiring()
    with wiring.db.transaction() as tx:
        marketplace = Marketplace(
            key="market", url=ground.market, rules={"window": {"hours": 24}, "call_limits": LIMITS}
        )
        shop = Shop(marketplace=marketplace, shop_id="2000", credentials={"api_key": ground.api_key})
        store = Store(
            key="webshop",
            platform="woocommerce",
            url=ground.webshop,
            credentials={
                "consumer_key": ground.consumer_key,
                "consumer_secret": ground.consumer_secret,
                "webhook_secret": HOOK_SECRET,
            },
            settings={"auth": "basic"},
        )
        tx.add_all([shop, store, PolicyVersion(id=1, digest="bench", content=content)])
        tx.flush()
        # orders are not looked at: a file need not wait for the look before it
        row = Connection(
            key="bench", shop_pk=shop.id, store_pk=store.id, policy_id=1, orders_from=now(), paused=["orders"]
        )
        tx.add(row)
        tx.flush()
        connection, store_pk = row.id, store.id
    wiring.close()
    return Ground(**asdict(ground) | {"connection": connection, "store": store_pk})
