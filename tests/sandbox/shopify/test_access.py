"""Tokens, scopes, versions, the three layers of errors, and the bucket of points."""

from __future__ import annotations

import pytest

SHOP = "{ shop { name } }"
GRANT = {"grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "shpss_sandbox"}


def token(client, **changed):
    return client.flask.post("/admin/oauth/access_token", data={**GRANT, **changed})


def test_client_credentials_buy_a_token_for_a_day(client):
    answer = token(client)

    assert answer.json["expires_in"] == 86399
    assert "write_orders" in answer.json["scope"].split(",")
    assert client.send(SHOP, token=answer.json["access_token"]).status_code == 200
    client.control("clock", {"advance": 86400})
    assert client.send(SHOP, token=answer.json["access_token"]).status_code == 401


def test_a_token_can_end_before_its_day_while_the_one_of_an_admin_made_app_stays(client):
    bought = token(client).json["access_token"]
    assert client.control("tokens/expire", {}) == {"expired": 1}

    answer = client.send(SHOP, token=bought)
    assert answer.status_code == 401
    assert answer.json == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
    assert client.send(SHOP).status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_secret": "guessed"}, "application_cannot_be_found"),
        ({"client_secret": "geheim-äöü"}, "application_cannot_be_found"),
        ({"client_id": "another"}, "application_cannot_be_found"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_buy_nothing(client, changed, error):
    answer = token(client, **changed)

    assert (answer.status_code, answer.json["error"]) == (400, error)


@pytest.mark.parametrize(
    ("asked", "served"),
    [("2026-10", "2026-10"), ("2026-07", "2026-07"), ("2024-01", "2026-01"), ("2027-01", "2027-01")],
)
def test_an_old_version_is_served_by_the_oldest_and_the_header_says_so(client, asked, served):
    answer = client.send(SHOP, version=asked)

    assert (answer.status_code, answer.headers["X-Shopify-API-Version"]) == (200, served)


@pytest.mark.parametrize("asked", ["2031-01", "latest", "2026-10-01"])
def test_a_version_that_never_was_is_not_found(client, asked):
    assert client.send(SHOP, version=asked).status_code == 404


@pytest.mark.parametrize("status", [402, 403, 404, 423])
def test_a_shop_can_be_closed(make_client, status):
    client = make_client()
    client.control("settings", {"closed": status})

    assert client.send(SHOP).status_code == status


def test_a_missing_scope_is_an_error_inside_a_200(make_client):
    client = make_client()
    client.control("settings", {"scopes": ["read_products"]})

    answer = client.send("{ orders(first: 1) { nodes { id } } }")

    assert answer.status_code == 200
    assert answer.json["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert answer.json["errors"][0]["path"] == ["orders"]
    granted = client("{ currentAppInstallation { accessScopes { handle } } }")
    assert granted == {"accessScopes": [{"handle": "read_products"}]}


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ("{ shop { nmae } }", "undefinedField", "Field 'nmae' doesn't exist on type 'Shop'"),
        ("{ order { id } }", "missingRequiredArguments", "Field 'order' is missing required arguments: id"),
        ("{ shop(id: 1) { name } }", "argumentNotAccepted", "Field 'shop' doesn't accept argument 'id'"),
        ("query($a: ID!) { order(id: $a) { id } }", "INVALID_VARIABLE", "Variable $a"),
        ("query { order(id: \"17\") { id } }", "INVALID_GLOBAL_ID", "Invalid global id '17'"),
        ("{ orders { nodes { id } } }", "BAD_REQUEST", "you must provide one of first or last"),
    ],
)  # fmt: skip
def test_a_document_the_schema_refuses_is_told_in_a_200(client, document, code, words):
    error = client.errors(document)[0]

    assert (error["extensions"]["code"], error["message"][: len(words)]) == (code, words)


def test_what_cannot_be_read_is_told_too(client):
    assert client.errors("{ shop {")[0]["message"].startswith("syntax error")


def test_every_answer_tells_its_cost_and_what_was_asked_too_much_comes_back(make_client):
    client = make_client(restore_rate=0.0)
    client.control("bucket", {"left": 100})

    answer = client.send("{ productVariants(first: 250) { nodes { inventoryItem { id } } } }")

    assert answer.json["extensions"]["cost"] == {
        "requestedQueryCost": 24,
        "actualQueryCost": 7,
        "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 93, "restoreRate": 0.0},
    }


def test_with_an_empty_bucket_nothing_is_executed_until_time_fills_it(make_client):
    client = make_client(restore_rate=1.0)
    line = client.line("MUG-1", 1)
    client.control("bucket", {"left": 3})

    answer = client.send("mutation($o: OrderCreateOrderInput!) { orderCreate(order: $o) { order { id } } }",
                         o={"lineItems": [line]})  # fmt: skip

    assert "data" not in answer.json
    assert answer.json["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert answer.json["extensions"]["cost"]["actualQueryCost"] is None
    assert client.control("books?summary=1")["totals"]["orders"] == 0
    client.control("clock", {"advance": 200})
    assert client.made()


def test_a_question_too_large_for_one_call_is_refused_whatever_the_bucket_holds(make_client):
    client = make_client(connection_cost="documented", bucket=20000.0)

    error = client.errors("{ orders(first: 100) { nodes { lineItems(first: 100) { nodes { id } } } } }")[0]

    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["maxCost"] == 1000


def test_a_call_is_named_by_its_first_field_in_the_log_and_in_trouble(client):
    client.control("trouble", {"rules": [{"what": "fail", "match": "order.create", "status": 502}]})
    assert client.send("mutation { orderCreate(order: {lineItems: []}) { userErrors { message } } }").status_code == 502
    assert client("{ orders(first: 1) { nodes { id } } }") == {"nodes": []}

    calls = client.control("calls")["by_operation"]
    assert calls["order.create"] == {"total": 1, "status": {"502": 1}}
    assert calls["orders.list"]["total"] == 1


def test_an_answer_can_be_lost_after_the_order_was_made(client):
    client.control("trouble", {"rules": [{"what": "fail_after", "match": "order.create", "status": 504}]})
    line = client.line("MUG-1", 1)

    assert client.send("mutation($o: OrderCreateOrderInput!) { orderCreate(order: $o) { order { id } } }",
                       o={"lineItems": [line]}).status_code == 504  # fmt: skip
    assert client.control("books?summary=1")["totals"]["orders"] == 1
