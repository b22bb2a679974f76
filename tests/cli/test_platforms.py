"""`mirakl-sync platforms`: it needs no database, no key and no network."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mirakl_sync.cli.main import cli
from mirakl_sync.platforms.registry import OURS


def told(*words: str) -> str:
    result = CliRunner().invoke(cli, ["platforms", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_has_a_column_for_every_kind_of_store():
    shown = told("list")
    heads = [line.split() for line in shown.splitlines() if line.startswith("a ")]

    assert {spec.key for spec in OURS} <= {word for head in heads for word in head}
    assert "commission_sku" in shown


def test_the_list_for_machines_says_kind_and_capabilities():
    rows = {row["key"]: row for row in json.loads(told("list", "--json"))}

    assert rows["shopify"]["kind"] == "shop"
    assert rows["shopify"]["capabilities"]["reserves_stock"] == {
        "means": "An order of ours lowers the shop's own number; else we subtract it.",
        "capability": "reserves_stock",
        "by_default": True,
        "turned_by": [{"setting": "claims", "value": "bypass"}],
    }


@pytest.mark.parametrize("spec", OURS, ids=lambda spec: spec.key)
def test_one_kind_of_store_is_told_with_every_sentence(spec):
    shown = told("show", spec.key)

    assert {words for words in (*spec.credentials.values(), *spec.settings.values()) if words not in shown} == set()


def test_a_kind_nobody_knows_is_answered_with_the_known_ones():
    result = CliRunner().invoke(cli, ["platforms", "show", "bigshop"])

    assert result.exit_code == 1
    assert "There is no platform 'bigshop'." in result.output
    assert "woocommerce" in result.output
