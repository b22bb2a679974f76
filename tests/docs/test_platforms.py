"""The page about platforms says what they declare, and every one of ours has a page for the person who connects it."""

from __future__ import annotations

import pytest

from mirakl_sync.cli.platforms_page import page
from mirakl_sync.platforms.abilities import SENTENCES
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import OURS
from tests.docs.pages import links, pages, reference

each = pytest.mark.parametrize("spec", OURS, ids=lambda spec: spec.key)


def test_the_page_about_platforms_is_what_the_program_writes():
    assert reference("platforms") == page(OURS), (
        "a platform declares something else now: mirakl-sync platforms list --markdown > docs/reference/platforms.md"
    )


def test_every_capability_has_its_sentence_in_the_order_of_the_contract():
    assert list(SENTENCES) == list(Capability)


@each
def test_every_platform_of_ours_has_a_page_that_the_table_leads_to(spec):
    folder = (spec.connect or spec.plan).__module__.split(".")[2]
    name = f"mirakl_sync/platforms/{folder}/README.md"

    assert name in pages()
    assert f"../../{name}" in links(reference("platforms"))


@each
def test_the_page_of_a_platform_speaks_of_every_credential(spec):
    folder = (spec.connect or spec.plan).__module__.split(".")[2]
    told = pages()[f"mirakl_sync/platforms/{folder}/README.md"]

    assert {name for name in (*spec.credentials, *spec.optional_credentials) if name not in told} == set()
