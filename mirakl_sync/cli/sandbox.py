"""`mirakl-sync sandbox`: simulated marketplaces and shops, and their remote control."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from mirakl_sync import config as settings
from mirakl_sync.cli.output import dump, json_option, note, pairs, say, table
from mirakl_sync.cli.sandbox_file import connections_file
from mirakl_sync.db import secrets
from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.http.contract import Operation
from mirakl_sync.sandbox.plan import DEFAULT_PLAN

_CONTROL = Operation("sandbox.control", writes=True)
_STARTS_WITHIN = 30.0

server_option = click.option("--server", default="", help="Name of the simulated server; needed when several fit.")


@click.group()
def sandbox() -> None:
    """Simulated marketplaces and shops on this machine, for trying everything without touching a real one."""


@sandbox.command()
@click.option("--plan", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON plan of servers.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the servers listen.")
def up(plan: Path | None, host: str) -> None:
    """Start the simulated servers and keep them running until Ctrl-C.

    Writes a connections file that joins every simulated marketplace to the simulated shop, ready to be applied.
    """
    config = settings.read(os.environ)
    config.var.mkdir(parents=True, exist_ok=True)
    ready = _ready_file()
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mirakl_sync.sandbox", "--host", host, "--ready", str(ready)]
    # SIGTERM ends us as Ctrl-C does: the servers must not outlive this command
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    child = subprocess.Popen(command + (["--plan", str(plan)] if plan else []))  # noqa: S603 - our own module
    try:
        servers = _wait(child, ready)
        ready.chmod(0o600)
        _announce(servers, json.loads(plan.read_text("utf-8")) if plan else DEFAULT_PLAN, config)
        child.wait()
    except KeyboardInterrupt:
        note("Stopping the sandbox.")
    finally:
        child.terminate()
        child.wait()
        ready.unlink(missing_ok=True)


@sandbox.command("place-order")
@click.option("--count", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many buyers.")
@click.option("--shop", type=int, help="The shop they buy from; else any of the marketplace's.")
@click.option("--sku", multiple=True, help="What they buy; repeatable. Else anything the shop offers.")
@click.option("--quantity", type=click.IntRange(1), default=1, show_default=True, help="Pieces of each --sku.")
@click.option("--state", default="", help="Lead the orders to this Mirakl state, such as SHIPPING.")
@click.option("--payment", type=click.Choice(["ok", "refused", "never"]), default="ok", show_default=True)
@server_option
@json_option
def place_order(
    count: int,
    shop: int | None,
    sku: tuple[str, ...],
    quantity: int,
    state: str,
    payment: str,
    server: str,
    as_json: bool,
) -> None:
    """Let buyers order on a simulated marketplace."""
    asked: dict[str, Any] = {"count": count, "payment": payment}
    asked |= {"shop_id": shop} if shop else {}
    asked |= {"lines": [{"sku": one, "quantity": quantity} for one in sku]} if sku else {}
    asked |= {"state": state} if state else {}
    placed = _control(_server(server, "mirakl"), "POST", "orders", asked)
    if as_json:
        dump(placed)
    else:
        say("\n".join(placed["order_ids"]))


@sandbox.command()
@click.argument("what", required=False)
@click.option("--match", default="", help='Which calls: an operation ("OR21") or an expression on "METHOD /path".')
@click.option("--chance", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Share of the calls.")
@click.option("--times", type=click.IntRange(1), help="Stop after so many.")
@click.option("--seconds", type=float, default=0.0, help="For slow and late.")
@click.option("--status", type=int, default=503, show_default=True, help="For fail and fail_after.")
@click.option("--retry-after", type=int, help="Seconds told with the failure.")
@click.option("--clear", is_flag=True, help="No more trouble.")
@server_option
def trouble(what: str | None, clear: bool, server: str, **rule: Any) -> None:
    """Let calls to a simulated server go wrong, such as lose_answer, fail, slow; without WHAT: show the rules.

    lose_answer does what was asked and then loses the answer: the hardest thing an integration meets.
    """
    where = _server(server, "")
    if clear:
        _control(where, "DELETE", "trouble")
        say(f"{where['name']}: no trouble.")
        return
    before = _control(where, "GET", "trouble")["rules"]
    if what:
        told = ("seen", "fired")
        kept = [{name: value for name, value in old.items() if name not in told} for old in before]
        before = _control(where, "POST", "trouble", {"rules": [*kept, {"what": what, **rule}]})["rules"]
    table(
        ("what", "match", "chance", "times", "seen", "fired"),
        [tuple(each[name] for name in ("what", "match", "chance", "times", "seen", "fired")) for each in before],
        empty=f"{where['name']}: no trouble.",
    )


@sandbox.command()
@click.option("--summary", is_flag=True, help="Only the totals.")
@server_option
@json_option
def books(summary: bool, server: str, as_json: bool) -> None:
    """What really happened on a simulated server, whatever anybody was told."""
    where = _server(server, "")
    told = _control(where, "GET", f"books?summary={int(summary or not as_json)}")
    if as_json:
        dump(told)
    else:
        pairs(where["name"], {name: json.dumps(value) for name, value in told.get("totals", told).items()})


def _ready_file() -> Path:
    return settings.read(os.environ).var / "sandbox.json"


def _wait(child: subprocess.Popen[bytes], ready: Path) -> list[dict[str, Any]]:
    until = time.monotonic() + _STARTS_WITHIN
    while not ready.exists():
        if child.poll() is not None:
            raise Misconfigured("The sandbox did not start.", way_out="Its own words stand above.")
        if time.monotonic() > until:
            raise Unavailable(f"The sandbox was not ready within {_STARTS_WITHIN:.0f} s.")
        time.sleep(0.05)
    return list(json.loads(ready.read_text("utf-8"))["servers"])


def _announce(servers: list[dict[str, Any]], plan: dict[str, Any], config: settings.Config) -> None:
    table(
        ("server", "kind", "address"), [(one["name"], one["kind"], one["url"]) for one in servers], empty="No servers."
    )
    if not config.secret_keys:
        note("No key for secrets yet, so no connections file was written. Set MIRAKL_SYNC_SECRET_KEY and start again.")
        return
    secrets.use_keys(list(config.secret_keys))
    path = config.var / "sandbox-connections.toml"
    path.write_text(connections_file(servers, plan), "utf-8")
    say(f"\nJoin them: mirakl-sync connections apply {path}\nLet somebody buy: mirakl-sync sandbox place-order")
    say("Ctrl-C ends it.")


def _server(name: str, kind: str) -> dict[str, Any]:
    """The running server of this name, or the only one of this kind (the first marketplace when none is named)."""
    path = _ready_file()
    if not path.exists():
        raise Misconfigured("No sandbox is running here.", way_out="Start it with `mirakl-sync sandbox up`.")
    servers = json.loads(path.read_text("utf-8"))["servers"]
    fitting = [one for one in servers if name in ("", one["name"]) and kind in ("", one["kind"])]
    if len(fitting) != 1:
        names = ", ".join(one["name"] for one in servers if kind in ("", one["kind"]))
        words = f"There is no server {name!r}." if name else "Several servers fit."
        raise Misconfigured(words, way_out=f"Write --server with one of {names}.")
    return dict(fitting[0])


def _control(server: dict[str, Any], method: str, what: str, body: dict[str, Any] | None = None) -> Any:
    line = HttpTransport(server["url"], name=f"sandbox {server['name']}")
    try:
        return line.call(_CONTROL, method, f"/_sandbox/{what}", json=body).json
    finally:
        line.close()
