"""One owner at a time for a folder, and its state emptied only by whoever holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirakl_sync.embedded.files import alone, empty
from mirakl_sync.errors import Misconfigured


def test_a_second_holder_is_turned_away_and_the_first_keeps_its_files(tmp_path: Path) -> None:
    with alone(tmp_path):
        (tmp_path / "mirakl_sync.db").write_text("rows")
        with pytest.raises(Misconfigured, match="runs on"), alone(tmp_path):
            empty(tmp_path)
        assert (tmp_path / "mirakl_sync.db").read_text() == "rows"
    with alone(tmp_path):
        pass


def test_emptying_keeps_the_lock_that_is_held(tmp_path: Path) -> None:
    with alone(tmp_path):
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "web.log").write_text("words")
        (tmp_path / "plan.json").write_text("{}")
        empty(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["up.lock"]
        with pytest.raises(Misconfigured), alone(tmp_path):
            pass
