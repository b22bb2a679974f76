"""A person who is asked finds a text that helps: every kind has one, whole, with commands that can be typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mirakl_sync.inbox
from mirakl_sync.inbox.kinds import KINDS
from mirakl_sync.inbox.runbook import SECTIONS, runbook
from tests.docs.commands import complaint

FOLDER = Path(mirakl_sync.inbox.__file__).parent / "runbooks"
each_kind = pytest.mark.parametrize("kind", KINDS)


def test_every_kind_has_its_text_and_no_text_is_about_a_kind_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(KINDS)


@each_kind
def test_a_text_has_the_title_of_its_kind_and_every_section_says_something(kind: str) -> None:
    book = runbook(kind)
    assert book.title == KINDS[kind].title
    assert tuple(section.title for section in book.sections) == SECTIONS
    assert all(section.paragraphs or section.steps for section in book.sections)


@each_kind
def test_what_to_do_is_a_list_of_steps_and_nothing_else_is(kind: str) -> None:
    for section in runbook(kind).sections:
        assert bool(section.steps) == (section.title == "What to do")


@each_kind
def test_how_it_closes_says_by_whom(kind: str) -> None:
    (words,) = runbook(kind).sections[-1].paragraphs
    assert words.startswith(("By itself", "By a person's word"))


@each_kind
def test_every_command_and_option_it_names_exists(kind: str) -> None:
    marked = [
        code
        for section in runbook(kind).sections
        for words in (*section.paragraphs, *section.steps)
        for code in re.findall(r"`([^`]+)`", words)
    ]
    commands = [code.removeprefix("mirakl-sync ") for code in marked if code.startswith("mirakl-sync ")]
    assert {words: complaint(words) for words in commands if complaint(words)} == {}


@each_kind
def test_code_marks_come_in_pairs_and_no_link_leads_out_of_the_package(kind: str) -> None:
    text = (FOLDER / f"{kind}.md").read_text("utf-8")
    assert all(block.count("`") % 2 == 0 for block in text.split("\n\n"))
    assert "](" not in text


def test_lines_of_a_paragraph_and_of_a_step_are_joined() -> None:
    happened, *_, todo, _ = runbook("acceptance_waiting").sections
    assert "The question says what holds it: another question, a shop that does not answer" in happened.paragraphs[0]
    assert [step.split()[0] for step in todo.steps] == ["`mirakl-sync", "Mend", "Many"]


def test_a_kind_nobody_knows_has_no_text() -> None:
    with pytest.raises(KeyError):
        runbook("../kinds")
