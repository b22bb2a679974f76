"""The instance as a plan opens it, over a real connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from mirakl_sync.sandbox.plan import open_sandbox
from tests.sandbox.salesforce.conftest import ORDERS, SLAS, TSOB, order

PLAN = {
    "kind": "salesforce",
    "name": "house-of-sf",
    "taxation": "gross",
    "products": [{"sku": "MUG", "price": 30.0, "quantity": 10, "title": "Mug"}],
    "generate": {"count": 100, "prefix": "G-", "quantity": 5},
}


@pytest.fixture
def server() -> Iterator[dict[str, Any]]:
    sandbox = open_sandbox({"servers": [PLAN]})
    try:
        yield sandbox["house-of-sf"]
    finally:
        sandbox.stop()


def bearer(server: dict[str, Any]) -> dict[str, str]:
    form = {**TSOB, "client_id": server["slas_client_id"], "channel_id": server["site_id"]}
    keys = (server["slas_client_id"], server["slas_client_secret"])
    answer = requests.post(f"{server['url']}{SLAS}/trusted-system/token", data=form, auth=keys, timeout=5)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_a_plan_gives_what_a_client_must_know(server: dict[str, Any]) -> None:
    assert requests.get(f"{server['url']}/_sandbox/health", timeout=5).json()["kind"] == "salesforce"
    assert (server["organization_id"], server["site_id"], server["tenant_id"]) == (
        "f_ecom_zzte_053",
        "RefArch",
        "zzte_053",
    )
    stock = requests.get(f"{server['url']}/_sandbox/books", timeout=5).json()["stock"]
    assert (len(stock), stock["MUG"], stock["G-000100"]) == (101, 10, 5)


@pytest.mark.parametrize(
    ("what", "status"), [({"what": "fail_after", "status": 504}, 504), ({"what": "lose_answer"}, None)]
)
def test_an_order_exists_although_its_creation_was_told_to_have_failed(
    server: dict[str, Any], what: dict[str, Any], status: int | None
) -> None:
    url, headers = server["url"], bearer(server)
    rule = {"match": "order.create", "times": 1, **what}
    requests.post(f"{url}/_sandbox/trouble", json={"rules": [rule]}, timeout=5)
    try:
        told = requests.post(f"{url}{ORDERS}?siteId=RefArch", json=order(), headers=headers, timeout=5).status_code
    except requests.ConnectionError:
        told = None
    assert told == status
    again = requests.post(f"{url}{ORDERS}?siteId=RefArch", json=order(), headers=headers, timeout=5)
    assert again.status_code == 400
    totals = requests.get(f"{url}/_sandbox/books?summary=1", timeout=5).json()["totals"]
    assert (totals["orders"], totals["doubled_references"]) == (1, 0)


def test_a_refusal_of_trouble_tells_the_load_over_the_wire(server: dict[str, Any]) -> None:
    url, headers = server["url"], bearer(server)
    rules = [{"what": "fail", "match": "order.create", "status": 503, "retry_after": 2}]
    requests.post(f"{url}/_sandbox/trouble", json={"rules": rules}, timeout=5)
    answer = requests.post(f"{url}{ORDERS}?siteId=RefArch", json=order(), headers=headers, timeout=5)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert (answer.headers["sfdc_load"], answer.headers["sfdc_load_status"]) == ("95", "THROTTLE")


def test_files_are_put_renamed_and_listed_on_one_connection(server: dict[str, Any]) -> None:
    folder = f"{server['url']}/on/demandware.servlet/webdav/Sites/Impex/src"
    with requests.Session() as session:
        session.auth = (server["webdav_user"], server["webdav_password"])
        assert session.put(f"{folder}/stock.part", data=b"<a/>", timeout=5).status_code == 201
        target = {"Destination": f"{folder}/stock.xml"}
        assert session.request("MOVE", f"{folder}/stock.part", headers=target, timeout=5).status_code == 201
        assert "stock.xml" in session.request("PROPFIND", folder, headers={"Depth": "1"}, timeout=5).text
        assert session.get(f"{folder}/stock.xml", timeout=5).content == b"<a/>"
        assert session.delete(f"{folder}/stock.xml", timeout=5).status_code == 204


def test_two_at_once_get_one_order_between_them(server: dict[str, Any]) -> None:
    url, headers = server["url"], bearer(server)

    def create(_: int) -> int:
        return requests.post(f"{url}{ORDERS}?siteId=RefArch", json=order(), headers=headers, timeout=5).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [201, *[400] * 7]
    assert requests.get(f"{url}/_sandbox/books?summary=1", timeout=5).json()["totals"]["orders"] == 1


def test_reset_keeps_the_catalogue_and_forgets_orders_and_tokens(server: dict[str, Any]) -> None:
    url, headers = server["url"], bearer(server)
    assert requests.post(f"{url}{ORDERS}?siteId=RefArch", json=order(), headers=headers, timeout=5).status_code == 201
    requests.post(f"{url}/_sandbox/reset", timeout=5)
    books = requests.get(f"{url}/_sandbox/books", timeout=5).json()
    assert (books["orders"], len(books["stock"])) == ([], 101)
    assert requests.post(f"{url}{ORDERS}?siteId=RefArch", json=order(), headers=headers, timeout=5).status_code == 401


def test_a_hundred_thousand_products_are_made_quickly(server: dict[str, Any]) -> None:
    began = time.process_time()
    made = requests.post(f"{server['url']}/_sandbox/generate", json={"count": 100_000, "prefix": "M-"}, timeout=60)
    assert made.json() == {"made": 100_000}
    assert time.process_time() - began < 10


def test_an_unknown_setting_or_word_of_a_product_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        open_sandbox({"servers": [{**PLAN, "colour": "red"}]})
    with pytest.raises(TypeError, match="tracking_style"):
        open_sandbox({"servers": [{**PLAN, "tracking_style": "pigeon"}]})
