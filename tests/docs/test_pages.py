"""The manual holds together: links lead somewhere, commands can be typed, every question is explained."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from mirakl_sync.inbox.kinds import KINDS
from tests.architecture.source import modules, strings
from tests.architecture.test_sizes import WORKPLACE
from tests.docs.commands import complaint, groups
from tests.docs.pages import ROOT, anchors, blocks, commands, links, pages, row_of, rows

# Taken from a running system, so they come later than the words around them.
PICTURES = "docs/pictures/"
# The calls that name a kind of question, and where the name stands: first, or as ``kind=``.
ASKING = ("Ask", "Objection")

each_page = pytest.mark.parametrize("page", pages())


@each_page
def test_a_link_leads_to_a_file_and_to_a_heading_that_exist(page: str):
    broken = [link for link in links(pages()[page]) if not link.startswith(("http", "mailto:")) and _broken(page, link)]

    assert broken == []


def test_every_page_can_be_reached_from_the_front():
    seen, ahead = set(), ["README.md"]
    while ahead:
        page = ahead.pop()
        if page in pages() and page not in seen:
            seen.add(page)
            ahead += [_target(page, link)[0] for link in links(pages()[page]) if not link.startswith("http")]

    assert set(pages()) - seen == set()


def test_the_pictures_are_there():
    wanted = {_target(page, link)[0] for page in pages() for link in links(pages()[page]) if link.endswith(".png")}
    missing = sorted(name for name in wanted if not (ROOT / name).is_file())
    if missing:
        pytest.skip(f"pictures are taken from a running system and are not there yet: {', '.join(missing)}")

    assert all((ROOT / name).read_bytes().startswith(b"\x89PNG") for name in wanted)


@each_page
def test_a_command_somebody_reads_can_be_typed(page: str):
    wrong = {words: complaint(words) for words in commands(pages()[page]) if complaint(words)}

    assert wrong == {}


def test_a_command_the_program_advises_can_be_typed():
    wrong = {
        f"{module.where}: {words}": complaint(words)
        for module in modules()
        for text in strings(module)
        for words in (*commands(text), *_short_commands(text))
        if complaint(words)
    }

    assert wrong == {}


@each_page
def test_a_make_target_somebody_reads_exists(page: str):
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", pages()[page], re.MULTILINE)) <= known


@each_page
def test_a_path_in_code_marks_exists(page: str):
    tops = ("mirakl_sync/", "tasks/", "tests/", "docker/", "docs/", "benchmarks/")
    named = {words for words in re.findall(r"`([\w./-]+)`", pages()[page]) if words.startswith(tops)}

    # the example of how to add a platform speaks of one that is not there
    assert {words for words in named if not (ROOT / words).exists() and "bigshop" not in words} == set()


@each_page
def test_examples_in_python_and_toml_are_well_formed(page: str):
    import tomllib

    for code in blocks(pages()[page], "python"):
        ast.parse(code)
    for code in blocks(pages()[page], "toml"):
        tomllib.loads(code)


@each_page
def test_a_page_knows_no_machine(page: str):
    assert not WORKPLACE.search(pages()[page])


def test_every_kind_of_question_has_its_row_and_no_other_has_one():
    told = [row[0] for row in rows(pages()["docs/exceptions.md"])][2:]

    assert sorted(told) == sorted(f"[`{kind}`](../mirakl_sync/inbox/runbooks/{kind}.md)" for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_of_question_stands_with_its_owner_and_what_it_blocks(kind):
    row = row_of(pages()["docs/exceptions.md"], kind.name)

    assert row[1:] == [kind.title, kind.owner.value, kind.blocks]


def test_every_kind_asked_for_in_the_code_exists_and_every_kind_is_asked_for():
    asked = {name: module.where for module in modules() for name in _kinds_asked(module.tree)}

    assert {name: where for name, where in asked.items() if name not in KINDS} == {}
    # some are named in tables (alarms) and not at the call
    spoken = {text for module in modules() if not module.within("mirakl_sync.inbox") for text in strings(module)}
    assert set(KINDS) <= spoken


def _kinds_asked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        named = [word.value for word in node.keywords if word.arg == "kind" and name in (*ASKING, "NeedsAnswer")]
        first = node.args[:1] if name in ASKING else []
        for value in (*first, *named):
            if isinstance(value, ast.Constant):
                yield value.value


def _short_commands(text: str) -> list[str]:
    """Commands named without the program: `orders retry ORDER`."""
    return [words for words in re.findall(r"`([a-z]+ [a-z|-]+[^`]*)`", text) if words.split()[0] in groups()]


def _broken(page: str, link: str) -> bool:
    path, anchor = _target(page, link)
    if path.startswith(PICTURES):
        return False
    if not (ROOT / path).exists():
        return True
    return bool(anchor) and anchor not in anchors((ROOT / path).read_text("utf-8"))


def _target(page: str, link: str) -> tuple[str, str]:
    path, _, anchor = link.partition("#")
    if not path:
        return page, anchor
    whole: list[str] = []
    for part in (PurePosixPath(page).parent / path).parts:
        if part == "..":
            whole.pop()
        else:
            whole.append(part)
    return "/".join(whole), anchor
