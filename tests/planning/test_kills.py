"""A worker killed with the file in its hands: exactly one file is read, whenever it happens."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.config import Config
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.planning import sending
from mirakl_sync.planning.lease import LEASE
from mirakl_sync.records.planning import Feed
from mirakl_sync.wiring import wire
from tests.conftest import TEST_KEY
from tests.fakes_planner import FakePlanner
from tests.planning.study import Study, study


class OnDisk(FakePlanner):
    """Its folder outlives our processes; ``deadly`` kills the one that brings, before or after the file lies there."""

    root: Path
    deadly = ""

    def bring(self, feed: Feed, name: str, content: bytes) -> None:
        """Lay it there, and perhaps die."""
        if self.deadly == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        with (self.root / "brought").open("a") as log:
            log.write(f"{name}\n")
        (self.root / f"{feed}@{name}").write_bytes(content)
        if self.deadly == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    def brought(self, feed: Feed, name: str) -> int | None:
        """Its size on the disk."""
        path = self.root / f"{feed}@{name}"
        return path.stat().st_size if path.exists() else None

    def lies_there(self) -> list[str]:
        """Every file brought, once for each time."""
        return (self.root / "brought").read_text().splitlines()


@pytest.fixture
def desk(db: Database, clock: FixedClock, bells: RecordingDispatcher, tmp_path: Path) -> Iterator[Study]:
    with study(db, clock, bells) as made:
        planner = OnDisk()
        planner.root = tmp_path
        made.planner = planner
        made.wiring.connections.planner = lambda _store: planner  # type: ignore[method-assign, assignment]  # in place of a client
        yield made


def killed(desk: Study, when: str) -> int:
    """Another process sends and dies; answers its signal."""
    planner: Any = desk.planner
    child = os.fork()
    if child == 0:
        try:
            wiring = wire(Config(desk.db.url, "redis://127.0.0.1:1/0", (TEST_KEY,)), now=desk.clock)
            planner.deadly = when
            wiring.connections.planner = lambda _store: planner  # type: ignore[method-assign, assignment]  # in place of a client
            sending.send(desk.pk, wiring, now_or_never=True)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_comes_next_brings_what_was_kept_and_nothing_twice(desk: Study, when: str) -> None:
    desk.sell(("MUG", 2))
    # no connection of ours may live in two processes
    for engine in desk.db.engines():
        engine.dispose()
    for engine in desk.wiring.db.engines():
        engine.dispose()
    assert killed(desk, when) == signal.SIGKILL
    assert desk.turn() == "somebody else is at it"

    desk.clock.advance(LEASE)
    desk.turn()

    planner: Any = desk.planner
    assert sorted(planner.lies_there()) == sorted(file.name for file in desk.files())
    assert {file.state for file in desk.files()} == {"brought"}
    assert len(desk.files()) == 3
