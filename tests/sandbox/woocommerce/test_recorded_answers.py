"""The recorded session, replayed request by request on one sandbox: same ids, same money, same refusals.

Not covered, and why: none of the recorded HTTP files is left out. The recorded deliveries (`*-wh-*`) are compared in
test_webhooks.py, except the four that repeat the shape of another one (`REPEATS`).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.woocommerce import Key, Shop, ShopSettings, create_app
from mirakl_sync.sandbox.woocommerce.deliveries import sign
from tests.sandbox.woocommerce.recorded import DELIVERIES, RECORDINGS

HEADERS = ("Link", "Location", "Allow", "X-WP-Total", "X-WP-TotalPages", "Cache-Control", "Content-Type")
KEYS = {"14-err-ro-key": "ck_ro", "15-err-wo-key": "ck_wo"}
ADDRESS = "https://127.0.0.1:8443"

# In the order they were recorded; a tuple is what the session did between two recorded requests: a request of its
# own, numbers it used up, a webhook it let fail seven times.
SESSION: list[str | tuple[str, str, Any]] = [
    "01-tax-create",
    "02-attr-create",
    "03-product-simple-create",
    "04-product-variable-create",
    "05-variation-S-create",
    "05-variation-M-create",
    "06-product-variable-get",
    "07-err-dup-sku",
    "08-err-bad-type",
    "08b-bad-price",
    "09-err-404",
    "10-err-badjson",
    "11-err-perpage",
    "12-err-date",
    "13-err-route",
    "14-err-ro-key",
    "15-err-wo-key",
    "20-webhook-create-http",
    "20-webhook-create-http-localhost",
    "20-webhook-create-ftp",
    "21-webhook-bad-topic",
    "22-webhook-create-order.created",
    "22-webhook-create-order.updated",
    "22-webhook-create-order.deleted",
    "22-webhook-create-product.created",
    "22-webhook-create-product.updated",
    "22-webhook-create-product.deleted",
    "30-order-create",
    "31-order-pending",
    "32-order-to-processing",
    "33-product-put",
    "34-variation-put",
    ("numbers", "comment", 5),
    "35-order-note",
    "36-refund-amount",
    "37-refund-line",
    "38-refund-too-much",
    "38b-refund-api-no-gateway",
    ("PUT", "orders/17", {"customer_note": "a"}),
    "39-order-with-refunds",
    "39b-refunds-list",
    "39c-refunds-global",
    ("PUT", "products/12", {}),
    "50-products-page",
    "51-products-page-beyond",
    "52-batch-partial",
    "53-batch-too-many",
    "54-bad-status",
    ("numbers", "post", 1),
    "55-order-bad-product",
    "56-order-oversell",
    "57-order-trash",
    ("DELETE", "orders/17?force=true", None),
    "58-order-gone",
    ("numbers", "post", 1),
    ("POST", "orders", {"line_items": [{"product_id": 11, "quantity": 1}], "status": "completed"}),
    "60-order-completed",
    ("PUT", "orders/24", {"status": "cancelled"}),
    "61-order-force-delete",
    ("disable", "7", None),
    "62-webhook-disabled",
    "63-webhook-reactivate",
    ("numbers", "post", 1),
    ("POST", "orders", {"line_items": [{"product_id": 11, "quantity": 2}], "status": "processing"}),
    "70-refund-full",
    "71-refund-delete",
]
REPEATS = {
    "40-wh-order.updated-17",
    "42-wh-product.updated-11",
    "43-wh-product.updated-13",
    "44-wh-order.updated-17",
}
ELSEWHERE = {"vector-webhook-signature"}


@pytest.fixture(scope="module")
def session() -> dict[str, tuple[dict[str, Any], TestResponse]]:
    RECORDINGS.needed()
    keys = [Key("ck", "cs"), Key("ck_ro", "cs", "read"), Key("ck_wo", "cs", "write")]
    shop = Shop(ShopSettings(url=ADDRESS, webhook_seconds=3600), keys)
    # No ping: the recorded addresses lead to a receiver that is not there.
    shop.queue.ping = lambda webhook: setattr(webhook, "pending_ping", False)
    app = create_app(shop)
    app.testing = True
    flask = app.test_client()
    answers = {}
    for step in SESSION:
        if isinstance(step, tuple):
            between(shop, flask, *step)
            continue
        theirs = RECORDINGS.read(step)
        shop.clock.advance(1)
        answers[step] = (theirs, ask(flask, theirs["request"], KEYS.get(step, "ck")))
    return answers


def between(shop: Shop, flask: Any, method: str, path: str, body: Any) -> None:
    if method == "numbers":
        for _ in range(body):
            shop.store.numbers.post() if path == "post" else shop.store.numbers.next(path)
    elif method == "disable":
        webhook = shop.store.webhooks[int(path)]
        webhook.status, webhook.modified = "disabled", shop.now()
    else:
        answer = flask.open(f"/wp-json/wc/v3/{path}", method=method, json=body, auth=("ck", "cs"))
        assert answer.status_code in {200, 201}, answer.text


def ask(flask: Any, wanted: dict[str, Any], key: str) -> TestResponse:
    body = wanted["body"]
    raw = body if isinstance(body, str) or body is None else json.dumps(body)
    kind = {"content_type": "application/json"} if raw is not None else {}
    return flask.open(wanted["path"], method=wanted["method"], data=raw, auth=(key, "cs"), **kind)


RECORDED = [step for step in SESSION if isinstance(step, str)]


@pytest.mark.parametrize("name", RECORDED)
def test_the_sandbox_answers_as_recorded(name: str, session: dict[str, tuple[dict[str, Any], TestResponse]]) -> None:
    theirs, ours = session[name]
    wanted = theirs["response"]
    assert ours.status_code == wanted["status"], ours.text
    assert RECORDINGS.differences(wanted["body"], ours.json) == []


@pytest.mark.parametrize("name", RECORDED)
def test_the_headers_that_matter_are_as_recorded(
    name: str, session: dict[str, tuple[dict[str, Any], TestResponse]]
) -> None:
    theirs, ours = session[name]
    wanted = {header: theirs["response"]["headers"].get(header) for header in HEADERS}
    assert {header: ours.headers.get(header) for header in HEADERS} == wanted


@pytest.mark.parametrize("name", [n for n in RECORDED if "err" in n or "bad-" in n or "too-much" in n])
def test_error_bodies_are_recorded_word_for_word(
    name: str, session: dict[str, tuple[dict[str, Any], TestResponse]]
) -> None:
    theirs, ours = session[name]
    if theirs["response"]["status"] < 400:
        assert ours.status_code == 201  # "bad" input that the real server swallows
    else:
        assert ours.json == theirs["response"]["body"]


def test_no_recorded_file_is_forgotten() -> None:
    RECORDINGS.needed()
    names = {path.stem for path in RECORDINGS.folder.glob("*.json")}
    deliveries = {name for name in names if "-wh-" in name}
    assert names - deliveries - ELSEWHERE == set(RECORDED)
    assert deliveries == set(DELIVERIES) | REPEATS


def test_the_recorded_signature_is_the_one_we_compute() -> None:
    RECORDINGS.needed()
    vector = RECORDINGS.read("vector-webhook-signature")
    assert sign(vector["raw_body"].encode(), vector["secret"]) == vector["signature"]
