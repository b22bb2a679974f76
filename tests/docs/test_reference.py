"""The reference says what the program does: no setting, key, task, metric or command is missing, none is invented."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from datetime import timedelta
from enum import StrEnum
from typing import Any, get_type_hints

import pytest

from beat_schedule import TICKS
from mirakl_sync import __version__
from mirakl_sync.config import PREFIX, SETTINGS, Config
from mirakl_sync.connections import schemas
from mirakl_sync.connections.file import read_wanted
from mirakl_sync.http.contract import Operation
from mirakl_sync.mirakl.limits import operations
from mirakl_sync.orders.states import State
from mirakl_sync.policy.model import Policy, Verdict
from mirakl_sync.policy.presets import presets
from mirakl_sync.policy.schema import write_policy
from mirakl_sync.profiles.known import profiles
from mirakl_sync.shipments.states import State as Parcel
from tasks.queues import QUEUES
from tests.architecture.source import modules
from tests.docs.commands import tree
from tests.docs.pages import ROOT, blocks, headings, pages, reference, row_of, rows

VARIABLE = re.compile(rf"\b{PREFIX}[A-Z_]+[A-Z]\b")
CHANGELOG_VERSION = re.compile(r"^## (\d+\.\d+\.\d+)", re.MULTILINE)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_has_its_row_with_its_meaning_and_its_default(setting):
    _, default, means = row_of(reference("settings"), PREFIX + setting.name)

    assert means == setting.means
    declared = {field.name: field.default for field in fields(Config)}[setting.attribute]
    if isinstance(declared, (str, int)) and str(declared):
        assert default == f"`{declared}`"
    if isinstance(declared, timedelta):
        assert default == f"`{declared.total_seconds():g}`"


def test_every_variable_anybody_reads_is_in_the_settings_and_none_is_invented():
    read = {PREFIX + setting.name for setting in SETTINGS}
    for path in [*ROOT.glob("docker/*"), ROOT / "Procfile", ROOT / "Makefile", *ROOT.glob("tests/**/*.py")]:
        if path.name != "test_settings.py":
            read |= set(VARIABLE.findall(path.read_text("utf-8")))
    for module in modules():
        read |= set(VARIABLE.findall(module.path.read_text("utf-8")))
    told = {name for row in rows(reference("settings")) for name in VARIABLE.findall(row[0])}

    assert {name for name in read if name not in told} == set()
    assert told <= read
    for page, text in pages().items():
        assert set(VARIABLE.findall(text)) <= told, page


PARTS = {field.name: field.default_factory for field in fields(Policy)}
KEYS = [(part, field.name) for part, kind in PARTS.items() for field in fields(kind)]


@pytest.mark.parametrize(("part", "key"), KEYS)
def test_a_key_of_the_policy_has_its_row_with_default_and_choices(part: str, key: str):
    _, default, choices, _ = row_of(_policy_table(part), key)
    written = write_policy(Policy())[part][key]
    hint = get_type_hints(PARTS[part])[key]

    assert default == _as_told(written)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        assert set(re.findall(r"`(\w+)`", choices)) == {choice.value for choice in hint}


@pytest.mark.parametrize("part", PARTS)
def test_a_policy_table_invents_no_key(part: str):
    told = {row[0].strip("`") for row in rows(_policy_table(part))} - {"key", "---"}

    assert told == {field.name for field in fields(PARTS[part])}
    assert {choice.value for choice in Verdict} == {"accept", "refuse", "ask"}


@pytest.mark.parametrize(
    ("section", "schema"),
    [
        ("## `[marketplace.NAME]`", schemas.MarketplaceSchema),
        ("## `[store.NAME]`", schemas.StoreSchema),
        ("## `[connection.NAME]`", schemas.ConnectionSchema),
        ("## `[people.ROLE]`", schemas.RouteSchema),
    ],
)
def test_a_table_of_the_connections_file_has_exactly_the_keys_it_may_have(section: str, schema: Any):
    part = reference("connections-file").split(section)[1].split("\n## ")[0]
    told = {name for row in rows(part) for name in re.findall(r"`(\w+)`", row[0])}

    assert told == set(schema().fields)


def test_the_example_of_a_connections_file_can_be_read():
    example, *_ = blocks(reference("connections-file"), "toml")
    secrets = dict.fromkeys(re.findall(r"env:(\w+)", example), "https://kept.example/elsewhere")

    wanted = read_wanted(tomllib.loads(example), secrets)

    assert [connection.key for connection in wanted.connections] == ["nordmarkt-webshop"]


def test_every_preset_and_profile_is_named():
    assert set(presets()) <= set(re.findall(r"`(\w+)`", row_of(reference("connections-file"), "preset")[2]))
    told = {row[0].strip("`") for row in rows(reference("marketplaces"))} - {"profile", "---"}
    assert told == set(profiles())


@pytest.mark.parametrize("profile", profiles().values(), ids=lambda profile: profile.key)
def test_a_profiles_row_tells_its_window_and_its_day(profile):
    _, name, window, _, read_on, source = row_of(reference("marketplaces"), profile.key)

    assert (name, read_on, source) == (profile.name, str(profile.checked_on), profile.source)
    if profile.window is None:
        assert window == "not published"
    elif "hours" in profile.window:
        assert window == f"{profile.window['hours']} h"
    else:
        assert window.startswith(f"{profile.window['working_days']} working day")


@pytest.mark.parametrize("tick", TICKS, ids=lambda tick: tick.name)
def test_a_tick_has_its_row(tick):
    row = row_of(reference("clock"), tick.name)

    assert row[1:] == [f"`{tick.task}`", f"{tick.every:g} s", f"`{tick.queue}`", f"{tick.expires:g} s", tick.why]


def test_the_clock_has_no_other_ticks():
    assert len(rows(reference("clock"))) == len(TICKS) + 2


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_queue_has_its_row_and_its_tasks_have_theirs(queue):
    text = reference("queues-and-tasks")
    promise = [row for row in rows(text) if row[0] == f"`{queue.name}`"]

    assert [(row[1], row[3]) for row in promise] == [(queue.promise, str(queue.concurrency))]
    told = {row[0].strip("`") for row in rows(text) if row[1] == f"`{queue.name}`"}
    assert told == set(queue.tasks)


def test_every_metric_has_its_row_and_none_is_invented():
    source = "".join(
        module.path.read_text("utf-8") for module in modules() if module.within("mirakl_sync.console.metrics")
    )
    made = {f"mirakl_sync_{name}" for name in re.findall(r'_gauge\(\s*"(\w+)"', source)}
    told = {row[0].strip("`") for row in rows(reference("metrics")) if row[0].startswith("`mirakl_sync_")}

    assert made, "the metrics are made in another way now; mend this test"
    assert told == made


def test_every_state_of_ours_is_explained_and_drawn():
    text = reference("order-states")
    (drawing,) = blocks(text, "mermaid")

    assert {row[0].strip("`") for row in rows(text.split("```mermaid")[0])} - {"ours", "---"} == set(State)
    assert set(re.findall(r"\b[a-z]+\b(?= -->)|(?<=--> )\b[a-z]+\b", drawing)) == set(State)


def test_every_state_of_a_parcel_is_explained_and_drawn():
    text = reference("shipment-states")
    (drawing,) = blocks(text, "mermaid")

    explained = {row[0].strip("`") for row in rows(text.split("```mermaid")[0])}
    assert explained - {"ours", "---"} == set(Parcel)
    assert set(re.findall(r"\b[a-z]+\b(?= -->)|(?<=--> )\b[a-z]+\b", drawing)) == set(Parcel)


@pytest.mark.parametrize("operation", operations().values(), ids=lambda operation: operation.code)
def test_an_operation_we_call_has_its_limit_told(operation: Operation):
    _, _, limit = row_of(reference("call-limits"), operation.code)
    words = {
        0.0: "none published",
        10.0: "every 10 seconds",
        15.0: "every 15 seconds",
        60.0: "once a minute",
        300.0: "every five minutes",
        86_400.0: "once a day",
    }

    assert limit.startswith(words[operation.seconds if operation.times else 0.0])


@pytest.mark.parametrize("name", tree())
def test_a_command_has_its_section_with_every_option(name: str):
    sections = re.split(r"^## ", reference("command-line"), flags=re.MULTILINE)
    (section,) = [part for part in sections if part.startswith(f"`mirakl-sync {name}`\n")]
    options = {option for each in tree()[name].params if each.param_type_name == "option" for option in each.opts}

    assert {option for option in options if option.startswith("--") and option not in section} == set()
    told = set(re.findall(r"`(--[a-z-]+)", section))
    assert told <= options


def test_no_section_is_about_a_command_that_is_gone():
    told = {heading.strip("`") for heading in headings(reference("command-line")) if heading.startswith("`")}

    assert told == {f"mirakl-sync {name}" for name in tree()}


def test_the_changelog_begins_with_the_version_that_runs():
    assert CHANGELOG_VERSION.findall(pages()["CHANGELOG.md"])[0] == __version__


def _policy_table(part: str) -> str:
    return reference("connections-file").split(f"## `[connection.NAME.{part}]`")[1].split("\n## ")[0]


def _as_told(value: Any) -> str:
    if value == "":
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
