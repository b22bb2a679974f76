"""Property selectors, as the vendor documents them for OCAPI and SCAPI."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_sync.sandbox.salesforce.selector import keep, parse

DOCUMENT: dict[str, Any] = {
    "_v": "25.6",
    "id": "A",
    "total": 3,
    "type": {"_type": "kind", "item": True},
    "name": {"default": "Mug"},
    "hits": [{"id": number, "data": {"no": number, "lines": [{"sku": "x"}]}} for number in range(4)],
}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("(id)", {"id": "A"}),
        ("(+id, total)", {"id": "A", "total": 3}),
        ("(*)", {"id": "A", "total": 3}),
        ("(*,-id)", {"total": 3}),
        ("(type)", {"type": {"_type": "kind"}}),
        ("(type.(**))", {"type": {"_type": "kind", "item": True}}),
        ("(type.(item))", {"type": {"_type": "kind", "item": True}}),
        ("(name)", {"name": {}}),
        ("(name.default)", {"name": {"default": "Mug"}}),
        ("(hits.(id))", {"hits": [{"id": number} for number in range(4)]}),
        ("(hits[1].(id))", {"hits": [{"id": 1}]}),
        ("(hits[0:1].(id))", {"hits": [{"id": 0}, {"id": 1}]}),
        ("(hits[1,3,9].(id))", {"hits": [{"id": 1}, {"id": 3}]}),
        ("(hits[0].(data.(no,lines.(sku))))", {"hits": [{"data": {"no": 0, "lines": [{"sku": "x"}]}}]}),
        ("(hits[0].(data.(*)))", {"hits": [{"data": {"no": 0}}]}),
        ("(hits[0].(data))", {"hits": [{"data": {}}]}),
        ("(nobody.(**))", {}),
    ],
)
def test_a_selector_takes_what_it_names(selector: str, expected: dict[str, Any]) -> None:
    assert keep(DOCUMENT, parse(selector)) == {"_v": "25.6", **expected}


def test_two_stars_take_everything_and_a_minus_leaves_out() -> None:
    assert keep(DOCUMENT, parse("(**)")) == DOCUMENT
    assert "hits" not in keep(DOCUMENT, parse("(**,-hits)"))


@pytest.mark.parametrize("selector", ["", "id", "(", "()", "(id", "(id))", "(id,,total)", "(hits.)", "(a[?(@.b==1)])"])
def test_a_malformed_selector_is_none(selector: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # its words are for nobody
        parse(selector)
