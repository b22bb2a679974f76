"""An instance under load: warnings in headers, calls refused, families counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.salesforce.conftest import ORDERS, RECORDS, Client


@pytest.mark.parametrize(("load", "status"), [(79, None), (80, "WARN"), (89, "WARN"), (90, "THROTTLE")])
def test_the_headers_tell_the_load(make_client: Callable[..., Client], load: int, status: str | None) -> None:
    client = make_client(load=load, shed_chance=0.0)
    headers = client("GET", ORDERS).headers
    assert headers.get("sfdc_load_status") == status
    assert headers.get("sfdc_load") == (str(load) if status else None)


def test_a_throttled_instance_refuses_some_calls(client: Client) -> None:
    client.token("account_manager")
    client.control("settings", {"load": 95})
    answers = [client("GET", ORDERS) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert 0 < len(refused) < 40
    assert refused[0].headers["sfdc_load_status"] == "THROTTLE"
    assert refused[0].json["title"] == "Service Unavailable"
    client.control("settings", {"load": 10})
    assert {client("GET", ORDERS).status_code for _ in range(20)} == {200}


def test_a_503_of_trouble_looks_like_load_too(client: Client) -> None:
    client.token("account_manager")
    client.control("trouble", {"rules": [{"what": "fail", "match": "orders.list", "status": 503, "times": 1}]})
    answer = client("GET", ORDERS)
    assert (answer.status_code, answer.headers["sfdc_load_status"]) == (503, "THROTTLE")
    assert "sfdc_load" not in client("GET", ORDERS).headers


def test_too_many_calls_of_one_family_in_a_second_are_429(make_client: Callable[..., Client]) -> None:
    client = make_client()
    client.token("account_manager")
    client.shop.settings.calls_per_second = 3
    client.shop.clock.seconds = lambda: 1_800_000_000.5  # type: ignore[method-assign]  # one second that does not pass
    client.tokens.clear()
    client.token("account_manager")
    assert [client("GET", ORDERS).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert client("GET", RECORDS).status_code == 200
    client.shop.clock.seconds = lambda: 1_800_000_001.5  # type: ignore[method-assign]
    assert client("GET", ORDERS).status_code == 200
    assert client.control("calls")["over_limit"] == {"orders.list": 2}
