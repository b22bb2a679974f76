"""Every document of ours keeps the published schema, and so does what fills it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.platforms.shopify import definitions, placing
from mirakl_sync.platforms.shopify.documents import orders, products, shop
from mirakl_sync.platforms.shopify.documents.document import Document
from mirakl_sync.platforms.shopify.schemas import VARIANT, read
from mirakl_sync.platforms.shopify.settings import CHOICES, read_settings
from mirakl_sync.records.shop import CommissionShape, DraftTax
from tests.contracts import check_graphql, shopify_schema
from tests.platforms.drafts import addressed, any_draft, draft
from tests.platforms.shopify.answers import variant

DOCUMENTS = (*orders.DOCUMENTS, *products.DOCUMENTS, *shop.DOCUMENTS)
ORDER = "gid://shopify/Order/1"
FILLED: dict[str, dict[str, Any]] = {
    "id": {"id": ORDER},
    "ids": {"ids": [ORDER]},
    "value": {"value": "nordmarkt/2000/MKP-1-A"},
    "query": {"query": "updated_at:>='2026-11-20T00:00:00Z'"},
    "after": {"after": None},
    "first": {"first": 25},
    "input": {"input": {"id": ORDER}},
    "hold": {"hold": placing.HOLD},
    "holds": {"holds": ["gid://shopify/FulfillmentHold/1"]},
    "restock": {"restock": True},
    "note": {"note": "why"},
    "line": {"line": "gid://shopify/CalculatedLineItem/1"},
    "quantity": {"quantity": 0},
    "tags": {"tags": ["mirakl"]},
    "key": {"key": "order_id"},
    "definition": {"definition": definitions._DEFINITION},
    "topic": {"topic": "ORDERS_UPDATED"},
    "to": {"to": {"uri": "https://hooks.example/shop", "format": "JSON"}},
    "options": {"options": placing.options(read_settings({}))},
}


def filled(document: Document) -> dict[str, Any]:
    known = {name: value for each in FILLED.values() for name, value in each.items()}
    if document is orders.CREATE:
        known["order"] = order_input(addressed(draft(), email="x1@relay.example"))
    if document is orders.DELETE_METAFIELDS:
        known["metafields"] = [{"ownerId": ORDER, "namespace": "$app:mirakl", "key": "order_id"}]
    if document is orders.SET_METAFIELDS:
        known["metafields"] = [{"ownerId": ORDER, "namespace": "$app:mirakl", "key": "order_id", "value": "a/b/c"}]
    return {name: value for name, value in known.items() if f"${name}:" in document.text}


def order_input(of, **settings: Any) -> dict[str, Any]:
    variants = {line.sku: read(VARIANT, variant(line.sku), "variant") for line in of.lines}
    return placing.order_input(of, variants, read_settings(settings))


@pytest.mark.parametrize("version", ["2026-07", "2026-10"])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_keeps_the_schema(document, version):
    check_graphql(shopify_schema(version), document.text, filled(document))


def test_the_bulk_query_keeps_the_schema():
    check_graphql(shopify_schema(), f"query Everything {products.EVERYTHING}", {})


def test_names_of_documents_are_told_apart():
    assert len({document.name for document in DOCUMENTS}) == len(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_only_mutations_are_writes(document):
    assert document.operation.writes == document.text.lstrip().startswith("mutation")
    assert f"{document.root}(" in document.text or f"{document.root} {{" in document.text


@pytest.mark.parametrize("claims", CHOICES["claims"])
@pytest.mark.parametrize("seed", range(5))
def test_what_creates_an_order_keeps_the_schema(seed, claims):
    made = addressed(any_draft(seed))
    options = placing.options(read_settings({"claims": claims}))
    check_graphql(shopify_schema(), orders.CREATE.text, {"order": order_input(made, claims=claims), "options": options})


@pytest.mark.parametrize(
    ("given", "settings"),
    [
        (draft(), {"generic_customer": "77", "amounts_in": "metafields"}),
        (draft(tax_exempt=True), {"channel_liable": "true"}),
        (draft(shape=CommissionShape.NONE), {"taxes": "none"}),
        (draft(), {"source_name": "channel:nordmarkt"}),
    ],
)
def test_every_setting_keeps_the_schema(given, settings):
    body = order_input(given, **settings)
    check_graphql(shopify_schema(), orders.CREATE.text, {"order": body, "options": None})


def test_a_rate_is_a_fraction_and_never_written_with_an_exponent():
    wanted = draft()
    taxes = (DraftTax("VAT", Decimal("3.46"), Decimal(21)), DraftTax("Eco", Decimal("0.01"), None))
    line = replace(wanted.lines[0], taxes=taxes, tax=Decimal("3.47"))
    (item,) = order_input(replace(wanted, lines=(line,)))["lineItems"]
    assert [tax["rate"] for tax in item["taxLines"]] == ["0.21", "0.0006"]
    check_graphql(shopify_schema(), orders.CREATE.text, {"order": order_input(replace(wanted, lines=(line,)))})


def test_releasing_keeps_the_schema():
    body = placing.release_input(addressed(draft(), email="x1@relay.example"))
    check_graphql(shopify_schema(), orders.UPDATE.text, {"input": {"id": ORDER, **body}})
