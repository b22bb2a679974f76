"""An account of a plan, with real sockets: what it gives to a client, trouble on the way, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mirakl_sync.sandbox.plan import Sandbox, open_sandbox
from tests.sandbox.inventory_planner.conftest import NOW, STOCK, Uploader

GOODS = [{"sku": "MUG", "title": "Mug", "price": 12.1, "quantity": 42, "categories": ["cups"], "status": "publish"}]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    entry = {"kind": "inventory_planner", "name": "planner", "warehouses": ["WH-PARIS"], "products": GOODS}
    opened = open_sandbox({"servers": [{**entry, "generate": {"count": 3, "prefix": "G-", "quantity": 7}}]})
    yield opened
    opened.stop()


def ask(server: dict[str, Any], path: str = "variants", method: str = "GET", **more: Any) -> requests.Response:
    headers = {"Authorization": server["key"], "Account": server["account"]}
    return requests.request(method, f"{server['url']}/api/v1/{path}", headers=headers, timeout=5, **more)


def trouble(server: dict[str, Any], **rule: Any) -> None:
    requests.post(f"{server['url']}/_sandbox/trouble", json={"rules": [rule]}, timeout=5).raise_for_status()


def test_what_a_plan_gives_is_enough_to_read_and_to_upload(sandbox: Sandbox) -> None:
    server = sandbox["planner"]
    found = ask(server, "variants?fields=sku,in_stock").json()["variants"]
    assert [row["sku"] for row in found] == ["MUG", "G-1", "G-2", "G-3"]
    assert found[0]["warehouse"] == [{"in_stock": 42, "warehouse": server["warehouses"]["WH-PARIS"]}]
    folder = server["sftp"]["folders"]["variant_warehouse"]
    Uploader(server["sftp"]).put(f"{folder}/stock.csv", f"{STOCK}\nMUG,WH-PARIS,40,false,{NOW}\n")
    night = requests.post(f"{server['url']}/_sandbox/night", json={}, timeout=5).json()
    assert [(file["outcome"], file["applied"]) for file in night["files"]] == [("accepted", 1)]
    assert ask(server, "variants?sku=MUG").json()["variants"][0]["warehouse"][0]["in_stock"] == 40


def test_too_many_calls_a_page_of_html_and_a_lost_answer_come_on_demand(sandbox: Sandbox) -> None:
    server = sandbox["planner"]
    trouble(server, what="fail", match="variants.list", status=429, retry_after=7, times=1)
    answer = ask(server)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    trouble(server, what="odd_json", match="variants.list", times=1)
    assert ask(server).headers["Content-Type"].startswith("text/html")
    trouble(server, what="lose_answer", match="order.create", times=1)
    variant = ask(server, "variants?sku=MUG&fields=id").json()["variants"][0]["id"]
    items = [{"id": variant, "replenishment": 5}]
    order = {"vendor": "Fabric Ltd", "warehouse": "WH-PARIS", "reference": "MKP-1", "items": items}
    with pytest.raises(requests.ConnectionError):
        ask(server, "purchase-orders", "POST", json={"purchase-order": order})
    assert ask(server, "purchase-orders?reference=MKP-1").json()["meta"]["total"] == 1


def test_a_stopped_account_leaves_no_door_and_no_folder_behind() -> None:
    opened = open_sandbox({"servers": [{"kind": "inventory_planner", "name": "planner"}]})
    access = opened["planner"]["sftp"]
    Uploader(access).put("variant/one.csv", "x\n")
    drop = Path(requests.get(f"{opened['planner']['url']}/_sandbox/sftp", timeout=5).json()["folder"])
    assert (drop / "variant" / "one.csv").exists()
    opened.stop()
    assert not drop.exists()
    with pytest.raises(OSError, match="Connect"):
        Uploader(access).put("variant/two.csv", "x\n")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"colour": "red"}, "colour"),
        ({"dates": "roman"}, "dates is one of rfc822, iso, not 'roman'"),
        ({"starter_urls": {"stock": "http://127.0.0.1"}}, "a name in starter_urls is one of"),
        ({"folders": {"returns": "returns"}}, "folders needs one name for each of"),
    ],
)
def test_a_plan_with_a_typo_is_refused_by_name(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        open_sandbox({"servers": [{"kind": "inventory_planner", "name": "planner", **wrong}]})


def test_settings_that_are_built_in_cannot_be_changed_later(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox['planner']['url']}/_sandbox/settings", json={"sftp": False}, timeout=5)
    assert answer.status_code == 400
