"""The shop as a server of a plan: what it tells its clients, and that it carries a large catalogue."""

from __future__ import annotations

import time

import pytest
import requests

from mirakl_sync.sandbox.plan import open_sandbox
from mirakl_sync.sandbox.shopify import from_plan
from mirakl_sync.sandbox.shopify.engine import documents

PLAN = {
    "servers": [
        {
            "kind": "shopify",
            "name": "atelier",
            "currency": "SEK",
            "locations": ["Lager", "Butik"],
            "products": [{"sku": "A-1", "price": 12.5, "quantity": 3, "title": "Lamp", "categories": ["light"]}],
            "generate": {"count": 10, "prefix": "G-", "quantity": 4},
        }
    ]
}
READ = "{ productVariants(first: 20) { nodes { sku product { productType } } } }"


def test_a_plan_opens_a_shop_and_tells_how_to_get_in():
    sandbox = open_sandbox(PLAN)
    try:
        server = sandbox["atelier"]
        url = server["url"]
        assert requests.get(f"{url}/_sandbox/health").json() == {"kind": "shopify", "name": "atelier"}
        form = {"grant_type": "client_credentials", **{k: server[k] for k in ("client_id", "client_secret")}}
        bought = requests.post(f"{url}/admin/oauth/access_token", data=form).json()["access_token"]
        for token in (bought, server["token"]):
            answer = requests.post(
                f"{url}/admin/api/2026-10/graphql.json",
                json={"query": READ},
                headers={"X-Shopify-Access-Token": token},
            )
            nodes = answer.json()["data"]["productVariants"]["nodes"]
            assert nodes[0] == {"sku": "A-1", "product": {"productType": "light"}}
            assert len(nodes) == 11
        assert [place["name"] for place in server["locations"]] == ["Lager", "Butik"]
        assert requests.get(f"{url}/_sandbox/calls").json()["by_operation"]["variants.list"]["total"] == 2
        requests.post(f"{url}/_sandbox/reset")
        assert requests.get(f"{url}/_sandbox/books").json()["stock"]["A-1"] == 3
    finally:
        sandbox.stop()


def test_an_unknown_setting_is_refused_by_name():
    with pytest.raises(TypeError, match="colour"):
        from_plan({"kind": "shopify", "name": "x", "colour": "red"})


def test_a_document_is_read_once(client):
    before = documents.read(READ)

    assert documents.read(READ) is before


@pytest.mark.timeout(60)
def test_a_large_catalogue_opens_in_seconds_and_is_read_without_looking_at_all_of_it():
    began = time.process_time()
    app, _ = from_plan({"kind": "shopify", "name": "large", "generate": 50_000})
    opened = time.process_time() - began
    flask = app.test_client()
    headers = {"X-Shopify-Access-Token": "shpat_sandbox"}
    document = "query($q: String) { productVariants(first: 10, query: $q) { nodes { sku } } }"
    began = time.process_time()
    for number in range(1, 41):
        body = {"query": document, "variables": {"q": f"sku:SKU-{number * 1000}"}}
        answer = flask.post("/admin/api/2026-10/graphql.json", json=body, headers=headers).json
        assert [node["sku"] for node in answer["data"]["productVariants"]["nodes"]] == [f"SKU-{number * 1000}"]

    assert opened < 15
    assert time.process_time() - began < 2
