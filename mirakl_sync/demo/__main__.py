"""`python -m mirakl_sync.demo`: a day of trading in a minute, judged by the other side's books."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click

from mirakl_sync.demo import stage as stages
from mirakl_sync.demo.branches import sandbox_plan
from mirakl_sync.demo.counter import pieces
from mirakl_sync.demo.findings import Verdict
from mirakl_sync.demo.play import Interrupted, Play, Wishes
from mirakl_sync.demo.screen import Screen, as_json, parcels_in_words, show_verdict
from mirakl_sync.demo.stage import GRACE, Ports, Stage
from mirakl_sync.demo.stock_screen import explained_in_words, measured_in_words, stock_as_plain
from mirakl_sync.demo.town import MAPPED_LATER, STORE
from mirakl_sync.embedded.files import alone, empty
from mirakl_sync.errors import MiraklSyncError, Misconfigured

NOT_HELD, NOT_STARTED, LEFT_EARLY = 1, 2, 130


@click.command()
@click.option("--orders", default=120, show_default=True, type=click.IntRange(1, 5000), help="Orders of the day.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(3, 3600), help="A day's length.")
@click.option(
    "--trouble",
    default="none",
    show_default=True,
    type=click.Choice(["none", "light", "heavy"]),
    help="heavy: a third of the calls go wrong, workers and broker are killed.",
)
@click.option("--exit", "leave", is_flag=True, help="Leave after the verdict: 0 when every promise held, 1 if not.")
@click.option(
    "--hot",
    default=2.5,
    show_default=True,
    type=click.FloatRange(0, 50),
    help="Buyers of the SKU everybody wants, a second, while it is liveliest; they come beside the orders.",
)
@click.option("--seed", default=1, show_default=True, help="Equal seeds give equal days.")
@click.option("--json", "in_json", is_flag=True, help="The verdict as JSON on standard output.")
@click.option("--postgres", default="", metavar="URL", help="An empty database instead of a SQLite file.")
@click.option("--web-port", default=0, help="0: any free port.")
@click.option("--flower-port", default=0, help="0: any free port.")
@click.option("--broker-port", default=0, help="0: any free port.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep the state in this folder.")
def main(
    orders: int,
    seconds: float,
    trouble: str,
    leave: bool,
    hot: float,
    seed: int,
    in_json: bool,
    postgres: str,
    web_port: int,
    flower_port: int,
    broker_port: int,
    keep: Path | None,
) -> None:
    """Play a day of trading: three marketplaces, a store of every kind, every process of ours."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: over.set())
    screen = Screen(quiet=in_json)
    var = keep or Path("var") / "demo"
    var.mkdir(parents=True, exist_ok=True)
    wishes = Wishes(orders, seconds, trouble, seed, hot)
    try:
        with alone(var):
            if keep is None:
                empty(var)
            elif (var / "sandbox.json").exists():
                raise Misconfigured(
                    f"{var} keeps an earlier day, whose shops and marketplaces are gone.",
                    way_out="Name an empty folder with --keep, or remove this one.",
                )
            stage = stages.set_up(
                var,
                Ports(web_port, flower_port, broker_port),
                plan=sandbox_plan(seed, pieces(seconds)),
                postgres=postgres,
            )
            _log_into(var / "logs" / "demo.log")
            sys.exit(_perform(Play(stage, screen, wishes, over.is_set), leave=leave, in_json=in_json))
    except MiraklSyncError as error:
        screen.say(f"The demonstration cannot run. {error.words} {error.way_out}".strip())
        sys.exit(NOT_STARTED)


def _perform(play: Play, *, leave: bool, in_json: bool) -> int:
    """The whole evening; whatever happens, no process is left behind."""
    screen, began = play.screen, time.monotonic()
    try:
        screen.say("Starting broker, database, sandbox, web process, beat, five workers and Flower …")
        play.open_doors()
        _addresses(screen, play.stage, play)
        with screen:
            play.day()
            play.calm()
            verdict = play.close_the_books(play.drain())
        took = {**play.took, "all": time.monotonic() - began}
        _speak(play, verdict, took, in_json=in_json)
        if not leave:
            _stay(play)
        return 0 if verdict.held else NOT_HELD
    except Interrupted:
        screen.say("Stopping …")
        return LEFT_EARLY
    finally:
        play.close()
        play.stage.supervisor.stop(GRACE)
        screen.say("Everything has stopped.")


def _addresses(screen: Screen, stage: Stage, play: Play) -> None:
    wishes = play.wishes
    screen.say(f"  console  {stage.web}")
    screen.say(f"  Flower   {stage.flower}")
    for name, server in play.servers.items():
        screen.say(f"  {name:<13}{server.url}   (books: {server.url}/_sandbox/books)")
    screen.say(f"  logs     {stage.var / 'logs'}")
    screen.say(
        f"One day = {wishes.seconds:g} seconds, {wishes.orders} orders, trouble: {wishes.trouble}, seed {wishes.seed}. "
        "The marketplaces' rules are as short as the day; the program is the same."
    )


def _speak(play: Play, verdict: Verdict, took: dict[str, float], *, in_json: bool) -> None:
    released, seconds = play.released()
    show_verdict(play.screen, verdict)
    play.screen.say(parcels_in_words(verdict, MAPPED_LATER.name, released, seconds))
    explained = play.explained(verdict)
    for sentence in (*measured_in_words(play.gauges.measured(), play.closing, STORE), *explained_in_words(explained)):
        play.screen.say(sentence)
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items())
    play.screen.say(f"Took: {times}." + (f" Harm done: {play.harm}." if play.wishes.trouble != "none" else ""))
    if in_json:
        more: dict[str, Any] = {"took": took, "harm": play.harm, "calls": play.calls()}
        more["mapped"] = {"carrier": MAPPED_LATER.name, "released": released, "seconds": round(seconds, 1)}
        if verdict.stock is not None:
            more["stock"] = stock_as_plain(verdict.stock, play.gauges.measured(), play.closing)
            more["stock"]["explained"] = explained
        sys.stdout.write(as_json(verdict, more) + "\n")
        sys.stdout.flush()


def _stay(play: Play) -> None:
    play.screen.say("Everything stays up to be looked at. Ctrl-C stops it.")
    try:
        while True:
            play.act()
            time.sleep(0.2)
    except Interrupted:
        play.screen.say("Stopping …")


def _log_into(path: Path) -> None:
    """The supervisor's own words belong beside the processes' logs, not onto the screen."""
    logging.basicConfig(filename=path, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


if __name__ == "__main__":
    main()
