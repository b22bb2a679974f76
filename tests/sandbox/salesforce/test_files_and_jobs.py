"""The Impex folder, the jobs that write into it, and whether what they write is in the vendor's format."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from tests.contracts import SHARED, salesforce_contract
from tests.sandbox.salesforce.conftest import DATA, Client, line
from tests.sandbox.salesforce.xsd import faults

IMPEX = "/on/demandware.servlet/webdav/Sites/Impex"
KEYS = ("webdav", "webdav-key")
ORDER = "{http://www.demandware.com/xml/impex/order/2006-10-31}"
INVENTORY = "{http://www.demandware.com/xml/impex/inventory/2007-05-31}"


def dav(client: Client, method: str, path: str, data: bytes = b"", **headers: str) -> TestResponse:
    return client.flask.open(f"{IMPEX}/{path}", method=method, data=data, auth=KEYS, headers=headers)


def run(client: Client, job: str, body: Any = None) -> Any:
    """Starts a job, lets it run, and answers its execution."""
    started = client("POST", f"{DATA}/jobs/{job}/executions", body or {})
    assert started.status_code == 200, started.text
    client.control("clock", {"advance": 2})
    return client.get(f"{DATA}/jobs/{job}/executions/{started.json['id']}")


def written(client: Client, folder: str) -> list[str]:
    answer = dav(client, "PROPFIND", folder, Depth="1")
    paths = [one.text or "" for one in ET.fromstring(answer.data).iter("{DAV:}href")]
    return [path.removeprefix(f"{IMPEX}/") for path in paths if path.endswith(".xml")]


def schema(name: str) -> Any:
    path = SHARED / "contracts" / f"sfcc-impex-{name}.xsd"
    if not path.exists():
        pytest.skip(f"the contract {path.name} is not at {path.parent}; set MIRAKL_SYNC_SHARED")
    return path


def test_a_file_is_put_under_a_passing_name_and_renamed(client: Client) -> None:
    assert dav(client, "MKCOL", "src/ours").status_code == 201
    assert dav(client, "PUT", "src/ours/x.part", b"<a/>").status_code == 201
    assert dav(client, "PUT", "src/ours/x.part", b"<b/>").status_code == 204
    moved = dav(client, "MOVE", "src/ours/x.part", Destination=f"https://house.example{IMPEX}/src/ours/x.xml")
    assert moved.status_code == 201
    assert dav(client, "GET", "src/ours/x.part").status_code == 404
    assert dav(client, "GET", "src/ours/x.xml").data == b"<b/>"
    assert written(client, "src/ours") == ["src/ours/x.xml"]
    assert dav(client, "DELETE", "src/ours/x.xml").status_code == 204
    assert written(client, "src/ours") == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "src/nothing.xml", {}, 404),
        ("GET", "src", {}, 403),
        ("PUT", "src", {}, 405),
        ("PUT", "elsewhere/x.xml", {}, 409),
        ("PUT", "x.xml", {}, 403),
        ("PUT", "src/../x.xml", {}, 403),
        ("MKCOL", "src", {}, 405),
        ("MKCOL", "src/a/b", {}, 409),
        ("MOVE", "src/here.xml", {}, 400),
        ("MOVE", "src/here.xml", {"Destination": f"{IMPEX}/src/there.xml", "Overwrite": "F"}, 412),
        ("MOVE", "src/here.xml", {"Destination": f"{IMPEX}/nowhere/there.xml"}, 409),
    ],
)
def test_what_the_folder_refuses(client: Client, method: str, path: str, headers: dict[str, str], status: int) -> None:
    for name in ("here", "there"):
        dav(client, "PUT", f"src/{name}.xml", b"<a/>")
    assert dav(client, method, path, b"<b/>", **headers).status_code == status
    assert dav(client, "GET", "src/there.xml").data == b"<a/>"


def test_names_with_spaces_and_percents(client: Client) -> None:
    dav(client, "PUT", "src/a%20b%2525.xml", b"<a/>")
    assert "src/a b%25.xml" in client.shop.files
    dav(client, "MOVE", "src/a%20b%2525.xml", Destination=f"{IMPEX}/src/c%20d.xml")
    assert "src/c d.xml" in client.shop.files


def test_a_file_that_was_there_is_written_over(client: Client) -> None:
    for name in ("here", "there"):
        dav(client, "PUT", f"src/{name}.xml", name.encode())
    moved = dav(client, "MOVE", "src/here.xml", Destination=f"{IMPEX}/src/there.xml")
    assert (moved.status_code, dav(client, "GET", "src/there.xml").data) == (204, b"here")


def test_strangers_see_no_files_and_a_token_opens_the_folder_too(client: Client) -> None:
    assert client.flask.open(f"{IMPEX}/src", method="PROPFIND").status_code == 401
    assert client.flask.open(f"{IMPEX}/src", method="PROPFIND", auth=("webdav", "guessed")).status_code == 401
    headers = {"Authorization": f"Bearer {client.token('account_manager')}"}
    assert client.flask.open(f"{IMPEX}/src", method="PROPFIND", headers=headers).status_code == 207


def test_a_job_is_pending_running_finished_and_runs_once_at_a_time(client: Client) -> None:
    where = f"{DATA}/jobs/ExportInventoryLists/executions"
    started = client("POST", where, {})
    assert started.json["execution_status"] in ("pending", "running")
    again = client("POST", where, {})
    assert (again.status_code, again.json["fault"]["type"]) == (400, "JobAlreadyRunningException")
    client.control("clock", {"advance": 2})
    done = client.get(f"{where}/{started.json['id']}")
    assert (done["execution_status"], done["exit_status"]["code"]) == ("finished", "OK")
    assert client("POST", where, {}).status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("jobs/Unheard/executions", "JobNotFoundException"),
        ("jobs/ExportOrders/executions/99", "JobExecutionNotFoundException"),
    ],
)
def test_unknown_jobs_and_executions(client: Client, path: str, kind: str) -> None:
    answer = client("GET" if path.endswith("99") else "POST", f"{DATA}/{path}")
    assert (answer.status_code, answer.json["fault"]["type"]) == (404, kind)


def test_executions_keep_the_contract(client: Client) -> None:
    where = f"{DATA}/jobs/ExportInventoryLists/executions"
    body = {"parameters": [{"name": "FileNamePrefix", "value": "stock"}]}
    started = client("POST", where, body)
    judge = salesforce_contract("data").check_response
    judge("POST", where, 200, started.json)
    client.control("clock", {"advance": 2})
    judge("GET", f"{where}/1", 200, client.get(f"{where}/1"))
    assert written(client, "src/inventory")[0].startswith("src/inventory/stock_")


def test_the_inventory_is_exported_in_the_vendors_format(client: Client) -> None:
    client.control("sell", {"sku": "MUG", "quantity": 3})
    client("PATCH", f"{DATA}/inventory_lists/inventory_m/product_inventory_records/TEE",
           {"pre_order_back_order_handling": "backorder", "pre_order_back_order_allocation": 20})  # fmt: skip
    run(client, "ExportInventoryLists")
    (path,) = written(client, "src/inventory")
    text = dav(client, "GET", path).data
    assert faults(schema("inventory"), text) == []
    records = {one.get("product-id"): one for one in ET.fromstring(text).iter(f"{INVENTORY}record")}
    told = {tag: records["MUG"].findtext(INVENTORY + tag) for tag in ("allocation", "ats", "on-order", "turnover")}
    assert told == {"allocation": "10", "ats": "7", "on-order": "3", "turnover": "0"}
    assert records["GIFT-CARD"].findtext(f"{INVENTORY}perpetual") == "true"
    assert "NEW" not in records


def test_orders_that_are_ready_are_exported_in_the_vendors_format(client: Client) -> None:
    less = {"grossPrice": -6, "netPrice": -5, "tax": -1, "reasonCode": "voucher", "itemText": "less"}
    client.place(productItems=[line(priceAdjustments=[less])], orderTotal=58.90, taxTotal=9.82)
    client.place(orderNo="MKP-A-2")
    client.put_status("MKP-A-1", "export-status", "ready")
    own = client.control("sell", {"sku": "TEE", "quantity": 1})["order"]
    assert run(client, "ExportOrders")["exit_status"]["code"] == "OK"
    (path,) = written(client, "src/order")
    text = dav(client, "GET", path).data
    assert faults(schema("order"), text) == []
    orders = {one.get("order-no"): one for one in ET.fromstring(text)}
    assert set(orders) == {"MKP-A-1", own}
    told = orders["MKP-A-1"]
    assert told.findtext(f"{ORDER}totals/{ORDER}order-total/{ORDER}gross-price") == "58.90"
    assert told.findtext(f"{ORDER}channel-type") == "Marketplace"
    attributes = {one.get("attribute-id"): one.text for one in told.find(f"{ORDER}custom-attributes") or ()}
    assert attributes == {"miraklReference": "nordmarkt/2000/A-1"}
    assert client.read("MKP-A-1")["exportStatus"] == "exported"
    assert client.read("MKP-A-2")["exportStatus"] == "not_exported"
    assert client.stock("MUG")["quantity"] == 8
    assert run(client, "ExportOrders")["exit_status"]["code"] == "NO_ORDERS_FOUND"


def test_a_shipped_order_is_exported_with_its_number(client: Client) -> None:
    client.place()
    client.control("orders/MKP-A-1/ship", {"carrier": "DHL", "number": "D-1"})
    client.put_status("MKP-A-1", "export-status", "ready")
    run(client, "ExportOrders")
    text = dav(client, "GET", written(client, "src/order")[0]).data
    assert faults(schema("order"), text) == []
    assert [one.text for one in ET.fromstring(text).iter(f"{ORDER}tracking-number")] == ["D-1"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"<currency>EUR</currency>", b"", None),
        (b"<currency>", b"<colour>red</colour><currency>", "colour is not expected here"),
        (b'<order order-no="MKP-A-1">', b"<order>", "the attribute order-no is missing"),
        (b"<order-status>NEW<", b"<order-status>LOST<", "'LOST' is no simpleType.Order.OrderStatus"),
        (b"<product-id>MUG</product-id>", b"", "product-id is missing"),
        (b"<gift>false</gift>", b"<gift>perhaps</gift>", "'perhaps' is no boolean"),
        (b"<tax>10.00</tax>", b"<tax>ten</tax>", "'ten' is no decimal"),
    ],
)
def test_the_judge_of_formats_sees_what_is_wrong(client: Client, old: bytes, new: bytes, words: str | None) -> None:
    client.place()
    client.put_status("MKP-A-1", "export-status", "ready")
    run(client, "ExportOrders")
    text = dav(client, "GET", written(client, "src/order")[0]).data
    assert old in text
    found = faults(schema("order"), text.replace(old, new))
    assert (words is None and found == []) or any(str(words) in one for one in found), found
