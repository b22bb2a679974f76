"""Omnichannel Inventory: classic records stand still, availability and its changes come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.salesforce.catalogue import generate
from tests.sandbox.salesforce.conftest import RECORDS, Client

BASE = "/inventory/availability/v1/organizations/f_ecom_zzte_053_group/availability-records"
WEB = {"placeType": "group", "places": ["web"]}


@pytest.fixture
def oci(make_client: Callable[..., Client]) -> Client:
    return make_client(oci=True)


def ask(client: Client, what: str, body: Any) -> TestResponse:
    return client("POST", f"{BASE}/{what}", body)


def ato(answer: Any, place: str = "groups") -> dict[str, int]:
    return {one["sku"]: one["ato"] for one in answer[place][0]["records"]}


def test_availability_by_sku(oci: Client) -> None:
    body = {"skus": ["MUG", "TEE", "NOBODY"], "groups": ["web"], "locations": ["warehouse"]}
    answer = ask(oci, "actions/get-availability", body).json
    assert ato(answer) == ato(answer, "locations") == {"MUG": 10, "TEE": 2}
    tee = answer["groups"][0]["records"][1]
    assert (tee["onHand"], tee["reserved"]) == (4, 2)


def test_deltas_hold_each_sku_once_as_it_is_now(oci: Client) -> None:
    oci.control("stock", {"sku": "TEE", "quantity": 9})
    token = ask(oci, "delta-token", WEB).json
    for quantity in (7, 3):
        oci.control("stock", {"sku": "MUG", "quantity": quantity})
    first = ask(oci, "actions/get-deltas", token).json
    assert (ato(first), first["moreData"]) == ({"MUG": 3}, False)
    assert ato(ask(oci, "actions/get-deltas", token).json) == {"MUG": 3}
    again = {"deltaToken": first["deltaToken"]}
    assert ato(ask(oci, "actions/get-deltas", again).json) == {}
    oci.control("sell", {"sku": "TEE", "quantity": 2})
    assert ato(ask(oci, "actions/get-deltas", again).json) == {"TEE": 7}


def test_many_deltas_come_in_pages(oci: Client) -> None:
    generate(oci.shop, {"count": 150, "prefix": "G-", "quantity": 5})
    token = ask(oci, "delta-token", WEB).json
    for number in range(1, 151):
        oci.control("stock", {"sku": f"G-{number:06d}", "quantity": 1})
    first = ask(oci, "actions/get-deltas", token).json
    second = ask(oci, "actions/get-deltas", {"deltaToken": first["deltaToken"]}).json
    assert (first["moreData"], second["moreData"]) == (True, False)
    assert len({**ato(first), **ato(second)}) == 150


def test_a_token_that_was_left_lying_is_expired(oci: Client) -> None:
    token = ask(oci, "delta-token", WEB).json
    oci.shop.clock.advance(7 * 3600)
    oci.tokens.clear()
    answer = ask(oci, "actions/get-deltas", token)
    assert (answer.status_code, answer.json["title"]) == (400, "Delta Token Expired")


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("actions/get-availability", {"skus": [], "groups": ["web"]}, 400),
        ("actions/get-availability", {"skus": ["x"] * 101, "groups": ["web"]}, 400),
        ("actions/get-availability", {"skus": ["MUG"]}, 400),
        ("actions/get-availability", {"skus": ["MUG"], "groups": ["elsewhere"]}, 404),
        ("delta-token", {"placeType": "planet", "places": ["web"]}, 400),
        ("delta-token", {"placeType": "group", "places": ["elsewhere"]}, 404),
        ("actions/get-deltas", {"deltaToken": "made-up"}, 400),
    ],
)
def test_what_cannot_be_asked(oci: Client, what: str, body: Any, status: int) -> None:
    assert ask(oci, what, body).status_code == status


def test_classic_records_can_be_read_and_not_written(oci: Client) -> None:
    assert oci.get(f"{RECORDS}/MUG")["ats"] == 10
    answer = oci("PATCH", f"{RECORDS}/MUG", {"allocation": {"amount": 4}})
    assert (answer.status_code, oci.stock("MUG")["quantity"]) == (400, 10)


def test_without_it_there_is_no_such_thing(client: Client) -> None:
    body = {"skus": ["MUG"], "groups": ["web"]}
    assert ask(client, "actions/get-availability", body).status_code == 404
