"""Keys, scopes and OAuth (reference 1, observed 99.1 and 99.2)."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests
from requests_oauthlib import OAuth1

from mirakl_sync.sandbox.woocommerce import Key
from tests.sandbox.woocommerce.conftest import BASIC, Client

URL = "http://localhost/wp-json/wc/v3/orders"


def refusal(client: Client, path: str = "orders", method: str = "GET", **more: object) -> tuple[int, str, str]:
    answer = client(method, path, **more)
    return answer.status_code, answer.json["code"], answer.json["message"]


def oauth_query(method: str = "HMAC-SHA256", timestamp: int | None = None, secret: str = BASIC[1]) -> str:
    """A query signed by another implementation than ours."""
    when = str(timestamp) if timestamp is not None else None
    signed = OAuth1(BASIC[0], secret, signature_method=method, signature_type="QUERY", timestamp=when)
    prepared = requests.Request("GET", f"{URL}?per_page=5&search=a b", auth=signed).prepare()
    return str(prepared.url).split("?", 1)[1]


def test_basic_and_query_keys_open_the_shop(client: Client) -> None:
    assert client("GET", "orders").status_code == 200
    query = f"orders?consumer_key={BASIC[0]}&consumer_secret={BASIC[1]}"
    assert client("GET", query, auth=None).status_code == 200


def test_an_unknown_key_looks_like_no_key(client: Client) -> None:
    nobody = (401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
    assert refusal(client, auth=("ck_other", "cs_sandbox")) == nobody
    assert refusal(client, auth=None) == nobody


def test_a_wrong_secret_is_named_and_challenged(client: Client) -> None:
    answer = client("GET", "orders", auth=(BASIC[0], "wrong"))
    assert answer.json == {
        "code": "woocommerce_rest_authentication_error",
        "message": "Consumer secret is invalid.",
        "data": {"status": 401},
    }
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    ("method", "path", "code", "message"),
    [
        ("GET", "orders/1", "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
        ("POST", "orders", "woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
        ("PUT", "orders/1", "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
    ],
)
def test_nobody_is_401_and_a_user_without_the_right_is_403(
    client: Client, method: str, path: str, code: str, message: str
) -> None:
    client.shop.keys.append(Key("ck_weak", "cs", capable=False))
    assert refusal(client, path, method, auth=None, json={}) == (401, code, message)
    assert refusal(client, path, method, auth=("ck_weak", "cs"), json={}) == (403, code, message)


def test_a_lost_authorization_header_leaves_query_keys_working(make_client: Callable[..., Client]) -> None:
    client = make_client(authorization_header_lost=True)
    assert refusal(client)[:2] == (401, "woocommerce_rest_cannot_view")
    query = f"orders?consumer_key={BASIC[0]}&consumer_secret={BASIC[1]}"
    assert client("GET", query, auth=None).status_code == 200


def test_plain_http_ignores_basic_and_takes_oauth(make_client: Callable[..., Client]) -> None:
    client = make_client(treat_as_https=False)
    assert refusal(client)[:2] == (401, "woocommerce_rest_cannot_view")
    for method in ("HMAC-SHA256", "HMAC-SHA1"):
        assert client("GET", f"orders?{oauth_query(method)}", auth=None).status_code == 200


def test_a_nonce_is_good_for_one_call(client: Client) -> None:
    query = oauth_query()
    assert client("GET", f"orders?{query}", auth=None).status_code == 200
    assert refusal(client, f"orders?{query}", auth=None)[2] == "Invalid nonce - nonce has already been used."


@pytest.mark.parametrize(("age", "message"), [(1200, "Invalid timestamp."), (-1200, "Invalid timestamp.")])
def test_a_timestamp_twenty_minutes_off_is_refused(client: Client, age: int, message: str) -> None:
    query = oauth_query(timestamp=int(time.time()) - age)
    assert refusal(client, f"orders?{query}", auth=None)[2] == message


def test_a_wrong_signature_and_a_missing_parameter_are_named(client: Client) -> None:
    wrong = refusal(client, f"orders?{oauth_query(secret='cs_other')}", auth=None)
    assert wrong[2] == "Invalid signature - provided signature does not match."
    missing = refusal(client, "orders?oauth_consumer_key=ck_sandbox&oauth_nonce=1", auth=None)
    assert missing[1] == "woocommerce_rest_authentication_missing_parameter"
    assert missing[2] == "Missing OAuth parameters oauth_timestamp, oauth_signature, oauth_signature_method"


def test_the_index_needs_no_key(client: Client) -> None:
    body = client.flask.get("/wp-json/").json
    assert (body["timezone_string"], body["gmt_offset"]) in [("Europe/Madrid", "1"), ("Europe/Madrid", "2")]
    assert "wc/v3" in body["namespaces"]


def test_maintenance_is_html_with_retry_after(client: Client) -> None:
    client.control("maintenance", {"on": True})
    answer = client("GET", "orders")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert answer.content_type.startswith("text/html")
    client.control("maintenance", {"on": False})
    assert client("GET", "orders").status_code == 200
