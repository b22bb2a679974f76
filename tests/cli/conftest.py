"""The command line on a small world: both sandboxes run, the rows that join them are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mirakl_sync.cli.main import cli
from tests.conftest import TEST_KEY
from tests.worlds import World, world

Run = Callable[..., Result]


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a command; answers the var folder."""
    var = tmp_path / "var"
    var.mkdir()
    for name, value in {
        "DATABASE_URL": database_url,
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": TEST_KEY,
        "VAR": str(var),
        "WHO": "ann",
    }.items():
        monkeypatch.setenv(f"MIRAKL_SYNC_{name}", value)
    return var


@pytest.fixture
def run(settings: Path) -> Run:
    """Run a command as a person would; answers what it printed and its exit code."""
    del settings

    def run(*words: str, code: int = 0, given: str | None = None) -> Result:
        result = CliRunner().invoke(cli, list(words), input=given, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def acme(database_url: str, settings: Path) -> Iterator[World]:
    """The world, and its sandbox's addresses where the commands look for them."""
    with world(database_url) as made:
        (settings / "sandbox.json").write_text(json.dumps({"servers": made.sandbox.servers}))
        yield made
