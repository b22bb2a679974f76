"""The stage of a platform: a simulated shop as a process of its own, and our platform before it, its calls noted."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from benchmarks.platform_calls import Line, Note
from benchmarks.stage import sandbox
from mirakl_sync.clock import now
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.http.contract import Auth, Interpret
from mirakl_sync.platforms.contract import Capability, Platform, StoreAccess
from mirakl_sync.platforms.registry import platform

SKU = "MUG"


@dataclass(frozen=True)
class Kind:
    """What a simulated shop is told, and what a client is told of it: ``announced`` by the shop, or ``chosen``."""

    credentials: Mapping[str, str]
    sandbox: Mapping[str, Any] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    announced: Mapping[str, str] = field(default_factory=dict)
    # seconds between two polls of stock that see everything
    apart: int = 125
    # articles beyond which the simulation, not our client, is what would be measured
    most: int = 100_000


KINDS: Mapping[str, Kind] = {
    "woocommerce": Kind(
        {"consumer_key": "consumer_key", "consumer_secret": "consumer_secret"}, chosen={"auth": "basic"}
    ),
    "magento": Kind(
        {
            "consumer_key": "consumer_key",
            "consumer_secret": "consumer_secret",
            "access_token": "token",
            "access_token_secret": "token_secret",
        },
        # every scan of the sources, and none missed
        apart=301,
        most=10_000,
    ),
    "shopify": Kind(
        {"client_id": "client_id", "client_secret": "client_secret"},
        # points are counted, not waited for
        sandbox={"bucket": 1e9, "restore_rate": 1e6},
    ),
    "salesforce": Kind(
        {name: name for name in ("client_id", "client_secret", "slas_client_id", "slas_client_secret")},
        announced={
            "organization": "organization_id",
            "site": "site_id",
            "account_url": "url",
            "ocapi_url": "url",
            "inventory_list": "inventory_list_id",
        },
    ),
}


@dataclass(frozen=True)
class Ground:
    """A simulated shop that runs, as told to a phase in its own process by JSON.

    Reads are measured at ``round_trip_ms`` and prepared without.
    """

    kind: str
    server: Mapping[str, Any]
    offers: int
    round_trip_ms: int = 0

    def control(self, what: str, body: Any) -> Any:
        """Ask the shop's remote control, which is never slowed down."""
        answer = requests.post(f"{self.server['url']}/_sandbox/{what}", json=body, timeout=600)
        answer.raise_for_status()
        return answer.json()

    def ahead(self) -> timedelta:
        """How far the shop's clock is before ours: phases let time pass there."""
        answer = requests.get(f"{self.server['url']}/_sandbox/clock", timeout=60)
        answer.raise_for_status()
        return datetime.fromisoformat(answer.json()["now"]) - now()

    def latency(self, milliseconds: int) -> None:
        """How long the shop thinks before it answers any call."""
        self.control("latency", {"ms": milliseconds})


class Opened:
    """Our platform, opened for one shop; ``note`` holds what it asked."""

    def __init__(self, ground: Ground) -> None:
        kind, spec = KINDS[ground.kind], platform(ground.kind)
        credentials = {name: str(ground.server[told]) for name, told in kind.credentials.items()}
        settings = {**kind.chosen, **{name: ground.server[told] for name, told in kind.announced.items()}}
        self.note = Note()
        self.lines: list[Line] = []
        self.shift = ground.ahead()
        self.apart = kind.apart
        self._ground = ground
        access = StoreAccess("bench", ground.server["url"], credentials, settings)
        if spec.connect is None:
            raise RuntimeError(f"{ground.kind} is no shop")
        self.platform: Platform = spec.connect(access, self._dial, self.now)
        self.held = Capability.HOLD_ORDERS in spec.capabilities_with(settings)
        asking = getattr(self.platform, "asking", None)
        if asking is not None:
            # the pauses it makes while the shop writes a file belong to the calls
            asking.sleep = self.note.pause

    def _dial(self, base_url: str, *, auth: Auth, interpret: Interpret | None = None, parallel: int = 0) -> Line:
        plain = HttpTransport(base_url, name="shop", auth=auth, interpret=interpret, parallel=parallel)
        self.lines.append(Line(plain, auth, len(self.lines), self.note))
        return self.lines[-1]

    def now(self) -> datetime:
        """Our time, which passes with the shop's."""
        return now() + self.shift

    def pass_time(self, seconds: int) -> None:
        """Here and in the shop."""
        self.shift += timedelta(seconds=seconds)
        self._ground.control("clock", {"advance": seconds})


@contextmanager
def shops(kind: str, offers: int = 0, *, count: int = 1) -> Iterator[list[Ground]]:
    """Equal shops of a kind with so many articles beside the one that is ordered, each in a process of its own."""
    with ExitStack() as stack:
        grounds = []
        for number in range(count):
            name = f"shop-{number}"
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            product = {"sku": SKU, "price": 19.95, "quantity": 1_000_000, "title": "Mug"}
            generated = {"generate": {"count": offers, "prefix": "A-", "quantity": 50}} if offers else {}
            entry = {"kind": kind, "name": name, "products": [product], **generated, **KINDS[kind].sandbox}
            server = sandbox(stack, folder, {"servers": [entry]})[name]
            grounds.append(Ground(kind, server, offers))
        yield grounds


def run(phase: str, grounds: Sequence[Ground], **how: Any) -> list[dict[str, float]]:
    """Run a phase in a process of its own; answers what it measured."""
    asked = json.dumps({"grounds": [asdict(ground) for ground in grounds], "how": how})
    command = [sys.executable, "-m", "benchmarks.platform_phases", phase, asked]
    ran = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, timeout=1800)
    if ran.returncode:
        raise RuntimeError(f"the phase {phase} of {grounds[0].kind} ended with {ran.returncode}")
    found: list[dict[str, float]] = json.loads(ran.stdout.splitlines()[-1])
    return found
