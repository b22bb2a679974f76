"""`mirakl-sync platforms export` as a person types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mirakl_sync.stores import full_look
from tests.cli.conftest import Run
from tests.flows.days import Day
from tests.flows.test_every_platform import opened


@pytest.fixture
def day(database_url: str, run: Run) -> Iterator[Day]:
    del run
    with opened(database_url, "salesforce") as made:
        full_look.read_levels(made.connection().store_pk, made.wiring)
        yield made


def test_the_shelf_is_written_to_a_file_and_the_count_is_said(day: Day, run: Run, tmp_path: Path) -> None:
    del day
    out = tmp_path / "levels.xml"
    assert "3 levels written." in run("platforms", "export", "webshop", "levels", "--out", str(out)).stderr
    assert ET.parse(out).getroot().tag.endswith("inventory")


def test_without_a_file_only_xml_is_on_standard_output(day: Day, run: Run) -> None:
    del day
    assert ET.fromstring(run("platforms", "export", "webshop", "orders").stdout).tag.endswith("orders")


def test_a_file_that_cannot_be_written_is_an_error_in_words(day: Day, run: Run, tmp_path: Path) -> None:
    del day
    said = run("platforms", "export", "webshop", "levels", "--out", str(tmp_path), code=1)
    assert "Is a directory" in said.output


def test_a_store_nobody_knows_is_named(day: Day, run: Run) -> None:
    del day
    assert "Known are webshop." in run("platforms", "export", "nowhere", "levels", code=1).output
