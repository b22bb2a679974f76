"""Tokens: who gets one, how long it lives, which doors it opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.salesforce.conftest import DATA, ORDERS, ORG, SCOPES, SHOP, SLAS, Client, order


def test_account_manager_echoes_the_scopes_and_says_how_long(client: Client) -> None:
    answer = client.ask_token("account_manager").json
    assert answer["scope"] == SCOPES
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 1799)


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"scope": "sfcc.unheard-of"}, 400, "invalid_scope"),
        ({"scope": "SALESFORCE_COMMERCE_API:abcd_001 sfcc.orders.rw"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_account_manager_refuses(client: Client, changed: dict[str, str], status: int, error: str) -> None:
    answer = client.ask_token("account_manager", **changed)
    assert (answer.status_code, answer.json["error"]) == (status, error)


@pytest.mark.parametrize("guessed", ["guessed", "geheim-äöü"])
def test_a_wrong_secret_gets_no_token(client: Client, guessed: str) -> None:
    for path in ("/dwsso/oauth2/access_token", f"{SLAS}/token", f"{SLAS}/trusted-system/token"):
        answer = client.flask.post(path, data={}, auth=("am-client", guessed))
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_two_logins_of_one_id_within_a_second_are_a_conflict(client: Client) -> None:
    assert client.ask_token("tsob").status_code == 200
    second = client.ask_token("tsob")
    assert second.status_code == 409
    assert second.json == {
        "error": "conflict",
        "error_description": "The same loginId and tenantId tried to login twice within 1 second.",
    }
    assert second.content_type == "application/problem+json"
    assert client.ask_token("tsob", login_id="somebody@else.example").status_code == 200
    client.shop.clock.advance(1)
    assert client.ask_token("tsob").status_code == 200


@pytest.mark.parametrize("name", ["grant_type", "hint", "login_id", "idp_origin", "client_id", "channel_id"])
def test_a_trusted_system_names_everything(client: Client, name: str) -> None:
    answer = client.ask_token("tsob", **{name: ""})
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_an_order_is_created_with_a_trusted_systems_token_only(client: Client) -> None:
    for kind in ("account_manager", "shopper"):
        assert client("POST", ORDERS, order(), token=kind).status_code == 401
    assert client.control("books")["orders"] == []
    assert client("POST", ORDERS, order(), token="tsob").status_code == 201


def test_a_shoppers_token_reads_no_orders(client: Client) -> None:
    client.place()
    assert client("GET", ORDERS, token="tsob").status_code == 401
    assert client("GET", f"/product/products/v1/organizations/{ORG}/products/MUG", token="shopper").status_code == 401


def test_a_scope_that_was_not_asked_for_is_a_403_problem(client: Client) -> None:
    given = client.ask_token("account_manager", scope="SALESFORCE_COMMERCE_API:zzte_053 sfcc.products")
    client.tokens["account_manager"] = given.json["access_token"]
    answer = client("GET", ORDERS)
    assert answer.status_code == 403
    assert answer.json["title"] == "Forbidden"
    assert answer.json["type"].endswith("/errors/forbidden")
    assert client("GET", f"/product/products/v1/organizations/{ORG}/products/MUG").status_code == 200


def test_a_token_without_the_tenant_opens_no_scapi_but_ocapi_asks_for_no_scopes(client: Client) -> None:
    client.tokens["account_manager"] = client.ask_token("account_manager", scope="").json["access_token"]
    assert client("GET", ORDERS).status_code == 403
    assert client("GET", f"{DATA}/inventory_lists").status_code == 200


@pytest.mark.parametrize("how", ["by time", "by control"])
def test_a_token_that_is_too_old_opens_nothing(client: Client, how: str) -> None:
    client.place()
    client.read("MKP-A-1")
    if how == "by time":
        client.shop.clock.advance(1799)
    else:
        assert client.control("tokens/expire", {})["expired"] == 2
    assert client("GET", ORDERS).status_code == 401
    assert client("GET", ORDERS).json["title"] == "Invalid Access Token"
    fault = client("GET", f"{SHOP}/orders/MKP-A-1")
    assert (fault.status_code, fault.json["fault"]["type"]) == (401, "ExpiredTokenException")
    client.tokens.clear()
    client.shop.clock.advance(1)
    assert client("GET", ORDERS).status_code == 200


def test_a_client_without_rights_in_the_ocapi_settings_is_turned_away(make_client: Callable[..., Client]) -> None:
    client = make_client()
    own = client.shop.clients[0]
    client.shop.clients[0] = type(own)(own.client_id, own.client_secret, ocapi=False)
    answer = client("GET", f"{DATA}/inventory_lists")
    assert (answer.status_code, answer.json["fault"]["type"]) == (403, "ClientAccessForbiddenException")
    assert client("GET", ORDERS).status_code == 200


def test_the_site_is_compulsory_and_must_exist(client: Client) -> None:
    headers = {"Authorization": f"Bearer {client.token('account_manager')}"}
    assert client.flask.get(ORDERS, headers=headers).status_code == 400
    answer = client("GET", ORDERS, query_string={"siteId": "Elsewhere"})
    assert (answer.status_code, answer.json["title"]) == (404, "Site Not Found")
    fault = client("GET", "/s/Elsewhere/dw/shop/v25_6/orders/X")
    assert (fault.status_code, fault.json["fault"]["type"]) == (404, "SiteNotFoundException")


def test_the_correlation_id_comes_back(client: Client) -> None:
    answer = client("GET", ORDERS, headers={"correlation-id": "walk-7"})
    assert answer.headers["x-correlation-id"] == "walk-7"
