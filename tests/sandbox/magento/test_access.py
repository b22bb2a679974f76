"""Who may ask, what a missing right looks like, and where the API is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1

from mirakl_sync.sandbox.magento import Access
from tests.sandbox.magento.conftest import HOST, Client, entity, search, signer

CONFIGS = "/rest/V1/store/storeConfigs"
Make = Callable[..., Client]


def headers(access: Access, method: str = "HMAC-SHA256", path: str = CONFIGS) -> dict[str, str]:
    return signer(access, method).sign(f"{HOST}{path}")[1]


@pytest.mark.parametrize("path", [CONFIGS, "/rest/default/V1/store/storeConfigs", "/rest/all/V1/store/storeConfigs"])
def test_a_signed_call_is_answered_in_every_scope(client: Client, path: str) -> None:
    assert client.get(path)[0]["code"] == "default"


def test_a_store_that_is_not_there_is_404(client: Client) -> None:
    assert client.refused("GET", "/rest/elsewhere/V1/store/storeConfigs")[0] == 404


def test_no_credentials_look_like_a_missing_right(client: Client) -> None:
    answer = client("GET", CONFIGS, headers={})
    assert answer.status_code == 401
    assert answer.json == {
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": "Magento_Backend::store"},
    }


@pytest.mark.parametrize(
    ("settings", "status"),
    [({}, 401), ({"bearer_allowed": True}, 200), ({"version": "2.4.3"}, 200)],
)
def test_the_token_as_bearer_is_refused_unless_the_merchant_allows_it(
    make_client: Make, settings: dict[str, Any], status: int
) -> None:
    client = make_client(**settings)
    bearer = {"Authorization": f"Bearer {client.shop.access.token}"}
    assert client("GET", CONFIGS, headers=bearer).status_code == status
    assert client("GET", CONFIGS, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_sha1_is_refused_since_2_4_4(make_client: Make) -> None:
    client = make_client()
    answer = client("GET", CONFIGS, headers=headers(client.shop.access, SIGNATURE_HMAC_SHA1))
    assert answer.status_code == 400
    assert answer.json == {"message": "Signature method %1 is not supported", "parameters": ["HMAC-SHA1"]}
    old = make_client(version="2.4.3")
    assert old("GET", CONFIGS, headers=headers(old.shop.access, SIGNATURE_HMAC_SHA1)).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"token_secret": "y" * 32}, "The signature is invalid. Verify and try again."),
        ({"consumer_secret": "y" * 32}, "The signature is invalid. Verify and try again."),
        ({"token": "y" * 32}, "Specified token does not exist"),
        ({"consumer_key": "y" * 32}, "A consumer having the specified key does not exist"),
    ],
)
def test_wrong_keys_are_401(client: Client, wrong: dict[str, str], message: str) -> None:
    answer = client("GET", CONFIGS, headers=headers(Access(**wrong)))
    assert (answer.status_code, answer.json["message"]) == (401, message)


def test_a_nonce_is_good_once(client: Client) -> None:
    once = headers(client.shop.access)
    assert client("GET", CONFIGS, headers=once).status_code == 200
    assert client("GET", CONFIGS, headers=once).status_code == 401


def test_a_signature_for_another_query_is_refused(client: Client) -> None:
    signed = headers(client.shop.access, path="/rest/V1/orders?searchCriteria=")
    answer = client("GET", f"/rest/V1/orders?{search(('entity_id', 1, 'eq'))}", headers=signed)
    assert answer.status_code == 401


def test_a_missing_right_names_itself(make_client: Make) -> None:
    client = make_client(denied=("Magento_Sales::create",))
    answer = client("PUT", "orders/create", {"entity": entity()})
    assert (answer.status_code, answer.json["parameters"]) == (401, {"resources": "Magento_Sales::create"})
    assert client("GET", "orders?searchCriteria=").status_code == 200


@pytest.mark.parametrize(
    ("version", "resource"),
    [
        ("2.4.6", "Magento_Sales::create"),
        ("2.4.6-p8", "Magento_Sales::create"),
        ("2.4.6-p9", "Magento_Sales::api_actions"),
        ("2.4.7-p3", "Magento_Sales::create"),
        ("2.4.7-p4", "Magento_Sales::api_actions"),
        ("2.4.9", "Magento_Sales::api_actions"),
    ],
)
def test_a_security_patch_moves_the_right_to_save_orders(make_client: Make, version: str, resource: str) -> None:
    client = make_client(version=version, denied=(resource,))
    assert client("POST", "orders", {"entity": entity()}).json["parameters"] == {"resources": resource}


@pytest.mark.parametrize(
    ("slashes", "status", "message"),
    [
        ("refused", 401, "The signature is invalid. Verify and try again."),
        ("not_found", 404, None),
        ("allowed", 404, "The product that was requested doesn't exist. Verify the product and try again."),
    ],
)
def test_a_slash_in_a_path_needs_care(make_client: Make, slashes: str, status: int, message: str | None) -> None:
    answer = make_client(encoded_slashes=slashes)("GET", "products/A%2FB%20C")
    assert answer.status_code == status
    assert (answer.json or {}).get("message") == message if message else "html" in (answer.content_type or "")


def test_unknown_paths_and_the_version_page(client: Client) -> None:
    assert client.refused("GET", "nowhere") == (404, "Request does not match any route.")
    assert client("GET", "/magento_version", headers={}).text == "Magento/2.4 (Community)"


def test_in_maintenance_everything_is_a_page_and_the_control_stays(client: Client) -> None:
    client.control("maintenance", {"on": True})
    answer = client("GET", CONFIGS)
    assert (answer.status_code, answer.content_type) == (503, "text/html; charset=utf-8")
    client.control("maintenance", {"on": False})
    assert client("GET", CONFIGS).status_code == 200
