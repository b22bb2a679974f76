"""Over real connections, signed by the library the client uses: races, lost answers, and a plan of several shops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from mirakl_sync.sandbox.plan import Sandbox, open_sandbox
from tests.sandbox.magento.conftest import entity

GOODS = [{"sku": "MUG-1", "title": "Mug", "price": 10, "quantity": 10}]
PLAN = {"servers": [{"kind": "magento", "name": "atelier", "module": True, "products": GOODS}]}
NUMBER = "searchCriteria[filter_groups][0][filters][0]"


class Wire:
    """One integration on one connection of its own."""

    def __init__(self, server: dict[str, Any]) -> None:
        self.url = server["url"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.keys = [server[name] for name in ("consumer_key", "consumer_secret", "token", "token_secret")]

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        auth = OAuth1(*self.keys, signature_method="HMAC-SHA256")
        return self.session.request(method, f"{self.url}/rest/default/V1/{path}", auth=auth, timeout=10, **more)

    def create(self, number: str) -> int:
        return self("PUT", "orders/create", json={"entity": entity(number)}).status_code

    def found(self, number: str) -> int:
        criteria = {f"{NUMBER}[field]": "increment_id", f"{NUMBER}[value]": number}
        return self("GET", "orders", params=criteria).json()["total_count"]

    def control(self, path: str, body: Any) -> None:
        assert self.session.post(f"{self.url}/_sandbox/{path}", json=body, timeout=10).status_code == 200


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = open_sandbox(PLAN)
    yield opened
    opened.stop()


@pytest.fixture
def wire(sandbox: Sandbox) -> Wire:
    wire = Wire(sandbox["atelier"])
    wire.control("reset", {})
    return wire


def test_of_many_who_create_the_same_number_one_succeeds(sandbox: Sandbox, wire: Wire) -> None:
    answers: list[int] = []
    racers = [Wire(sandbox["atelier"]) for _ in range(8)]
    threads = [threading.Thread(target=lambda one=one: answers.append(one.create("RACE"))) for one in racers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [400] * 7
    assert wire.found("RACE") == 1


@pytest.mark.parametrize(("what", "stored"), [("lose_answer", 1), ("drop", 0)])
def test_a_broken_connection_does_not_tell_whether_the_order_exists(wire: Wire, what: str, stored: int) -> None:
    wire.control("trouble", {"rules": [{"what": what, "match": "order.create", "times": 1}]})
    with pytest.raises(requests.ConnectionError):
        wire.create("LOST")
    assert wire.found("LOST") == stored
    assert wire.create("LOST") == (400 if stored else 200)


def test_a_page_instead_of_json_is_normal_there(wire: Wire) -> None:
    wire.control("maintenance", {"on": True})
    answer = wire("GET", "store/storeConfigs")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    wire.control("maintenance", {"on": False})


def test_a_slash_in_a_path_breaks_the_signature_and_a_space_does_not(wire: Wire) -> None:
    wire.control("products", {"products": [{"sku": "A B", "price": 1, "quantity": 1}, {"sku": "A/B", "price": 1}]})
    assert wire("GET", "products/A%20B").json()["sku"] == "A B"
    assert wire("GET", "products/A%2FB").status_code == 401
    by_list = {f"{NUMBER}[field]": "sku", f"{NUMBER}[value]": "A/B"}
    assert wire("GET", "products", params=by_list).json()["total_count"] == 1
