"""What makes an order the heir of another, sign by sign."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mirakl_sync.platforms.shopify.heirs import Candidate, sign_of
from mirakl_sync.platforms.shopify.schemas import ORDER, read
from mirakl_sync.records.shop import OrderReference, Sign
from tests.platforms.shopify.answers import order
from tests.platforms.shopify.fakes import NOW, exact

REFERENCE = OrderReference("nordmarkt", "2000", "MKP-1-A")
OLD = read(ORDER, exact(order(name="#1014")), "order")
PLAIN = Candidate("gid://shopify/Order/2", "#1015", NOW, "", False, frozenset(), "", frozenset(), frozenset({"MUG"}))


@pytest.mark.parametrize(
    ("copied", "sign"),
    [
        ({}, None),
        ({"source_identifier": "MKP-1-A"}, Sign.REFERENCE),
        ({"source_identifier": "MKP-1-AB"}, None),
        ({"reference": "nordmarkt/2000/MKP-1-A"}, Sign.REFERENCE),
        ({"tags": frozenset({"x", "mirakl-order:MKP-1-A"})}, Sign.REFERENCE),
        ({"line_ids": frozenset({"L1"})}, Sign.REFERENCE),
        ({"line_ids": frozenset({"L9"})}, None),
        ({"name": "#1014A"}, Sign.NUMBER),
        ({"name": "#1014-2"}, Sign.NUMBER),
        ({"name": "#1014-EDIT"}, None),
        ({"name": "#10142"}, None),
        ({"name": "#1015A"}, None),
        ({"name": "#1014"}, None),
        # another sale of ours that looks alike
        ({"ours": True, "source_identifier": "MKP-1-A"}, None),
        ({"reference": "belle/2000/MKP-1-A", "source_identifier": "MKP-1-A"}, None),
        ({"reference": "nordmarkt/2000/MKP-2-A", "name": "#1014A"}, None),
    ],
)
def test_what_an_app_copied_is_proof_and_a_number_is_a_guess(copied, sign):
    assert sign_of(replace(PLAIN, **copied), OLD, REFERENCE) is sign


def test_an_order_may_be_replaced_again_and_again():
    again = replace(OLD, name="#1014A")
    assert sign_of(replace(PLAIN, name="#1014B"), again, REFERENCE) is Sign.NUMBER
    assert sign_of(replace(PLAIN, name="#1014"), again, REFERENCE) is None
