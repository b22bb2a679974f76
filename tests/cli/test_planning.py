"""Planners on the command line: at a glance, told now, read back, told anew, explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from mirakl_sync import clock as real
from mirakl_sync.clock import FixedClock
from mirakl_sync.connections.opened import Connections
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.planning import watch
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed, Incoming
from tests.cli.conftest import Run
from tests.planning.study import Study, study


@dataclass(frozen=True)
class Planning:
    """Somebody at the command line, with a planner beside a shop."""

    desk: Study
    run: Run

    def told(self, *words: str) -> Any:
        """What a command answers to programs."""
        return json.loads(self.run("planning", *words, "--json").stdout)


@pytest.fixture
def planning(
    db: Database, bells: RecordingDispatcher, settings: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Planning]:
    del settings
    # commands look at the real clock
    with study(db, FixedClock(real.now()), bells) as desk:
        monkeypatch.setattr(Connections, "planner", lambda _self, _store: desk.planner)
        yield Planning(desk, run)


def test_a_planner_at_a_glance(planning: Planning) -> None:
    told = planning.run("planning", "status").output
    assert "ip" in told
    assert "hears of acme" in told
    (row,) = planning.told("status")
    assert (row["planner"], row["connections"], row["due"], row["waiting"]) == ("ip", ["acme"], 0, 0)


def test_everything_is_told_now_and_read_back(planning: Planning) -> None:
    order = planning.desk.sell(("MUG", 2), at=datetime(2026, 1, 1, tzinfo=UTC))
    assert "3 files made; 3 files brought" in planning.run("planning", "send").output
    planning.desk.planner.night(real.now())
    planning.desk.planner.on_their_way = [Incoming("MUG", 60, date(2026, 12, 24), "PO-2", "winter")]
    assert "2 SKUs read, 1 on their way" in planning.run("planning", "prove", "ip").output

    assert "2026-12-24" in planning.run("planning", "incoming").output
    shown = planning.run("planning", "show", "MUG").output
    assert f"acme:{order}-1" in shown
    assert "60, first 2026-12-24" in shown
    (plan,) = planning.told("show", "MUG")
    assert (plan["in_stock"], plan["told_stock"], plan["known"]) == (10, 10, True)
    assert [row["sku"] for row in planning.told("incoming")["rows"]] == ["MUG"]


def test_a_file_is_listed_printed_and_told_anew(planning: Planning) -> None:
    planning.run("planning", "send")
    first = planning.told("files")["rows"][-1]
    assert (first["feed"], first["state"], first["rows"]) == ("variants", "brought", 2)
    assert '"sku": "MUG"' in planning.run("planning", "file", str(first["id"])).output

    assert (
        "2 lines are told anew; 0 lines changed; 1 files made"
        in planning.run("planning", "replay", str(first["id"])).output
    )
    assert [row["state"] for row in planning.told("files")["rows"]] == ["brought", "brought", "lost"]


def test_workers_are_rung_where_that_is_wished(planning: Planning, monkeypatch: pytest.MonkeyPatch) -> None:
    rung = RecordingDispatcher()
    monkeypatch.setattr("mirakl_sync.cli.context._workers", lambda: rung)
    planning.run("planning", "send", "--enqueue")
    planning.run("planning", "prove", "--enqueue")

    assert [bell.task for bell in rung.sent] == ["planning.send", "planning.read"]
    assert planning.desk.row().hurry == "ann"
    assert "2 files made" in planning.desk.turn()
    assert planning.desk.row().hurry == ""


def test_whole_tables_are_written_and_held_ones_let_go(planning: Planning) -> None:
    planning.desk.planner.way = Way.FETCHED
    assert "variants: 2 rows" in planning.run("planning", "snapshot", "ip").output
    planning.desk.count("LAMP", None, matches=0)
    assert "held, 1 rows where 2 are served" in planning.run("planning", "snapshot", "ip").output
    assert "variants held" in planning.run("planning", "status").output

    assert "variants: 1 rows" in planning.run("planning", "snapshot", "ip", "--anyway").output
    assert "No table of ip is held back" in planning.run("planning", "snapshot", "ip", "--anyway", code=1).output


def test_what_is_not_there_is_said_with_what_is(planning: Planning) -> None:
    assert "Name one of ip" in planning.run("planning", "send", "nobody", code=1).output
    assert "There is no file 99" in planning.run("planning", "file", "99", code=1).output
    assert "There is no file 99" in planning.run("planning", "replay", "99", code=1).output


def test_doubts_and_orphans_stand_in_the_overview(planning: Planning) -> None:
    planning.desk.planner.deaf = {Feed.STOCK}
    planning.desk.sell(("GHOST", 1))
    planning.run("planning", "send")
    planning.desk.later(minutes=1)
    watch.watch(planning.desk.wiring)

    assert "1 sales wait for a SKU that no shop has" in planning.run("planning", "status").output
