"""The other ways sales come in: a natively connected Shopify, and whole files that are fetched."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.sandbox.inventory_planner.conftest import NOW, SALES, VARIANT, Client
from tests.sandbox.listening import Quiet, listening

PRODUCTS = "product_id,title,price,SKU,created_at,stock_quantity,vendor,tags"
ORDERS = "order_number,product_id,sku,date,price,quantity,canceled"
PURCHASES = "po_id,date,expected_date,product_id,sku,cost_price,status,ordered,received"
BASIC = "Basic " + base64.b64encode(b"planner:secret").decode()


@dataclass
class Files:
    """A host of files; `missing` bytes are left out of every answer though its length is declared."""

    url: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    missing: int = 0
    status: int = 200


@pytest.fixture
def files() -> Iterator[Files]:
    held = Files()

    class Host(Quiet, BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            held.asked.append(f"{self.command} {self.path}")
            body = held.texts[self.path].encode()
            self.send_response(held.status if self.headers.get("Authorization") == BASIC else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body[: len(body) - held.missing])

    with listening(Host) as held.url:
        yield held


@pytest.fixture
def starter(make_client: Callable[..., Client], files: Files) -> Client:
    """An account that fetches two products, an order of each, and one purchase order."""
    client = make_client(
        starter_urls={name: f"{files.url}/{name}" for name in ("products", "sales_orders", "purchase_orders")},
        starter_user="planner",
        starter_password="secret",
    )
    at = client.control("clock")["now"]
    files.texts = {
        "/products": f"{PRODUCTS}\nP1,Cup,9.00,CUP,{NOW},8,Potter,\nP2,Jar,5.00,JAR,{NOW},3,Glazier,\n",
        "/sales_orders": f"{ORDERS}\n1,P1,CUP,{at},9.00,30,\n2,P2,JAR,{at},5.00,6,\n",
        "/purchase_orders": f"{PURCHASES}\n77,{NOW},2026-12-24,P1,CUP,4.00,open,20,5\n",
    }
    return client


def outcomes(pulled: Any) -> list[tuple[str, str, int, int]]:
    return [(file["entity"], file["outcome"], file["applied"], file["deleted"]) for file in pulled["files"]]


def test_a_pull_looks_first_and_fetches_then(starter: Client, files: Files) -> None:
    pulled = starter.control("pull", {})
    assert files.asked == [
        f"{verb} /{name}" for name in ("products", "sales_orders", "purchase_orders") for verb in ("HEAD", "GET")
    ]
    assert outcomes(pulled) == [
        ("products", "accepted", 2, 0),
        ("sales_orders", "accepted", 2, 0),
        ("purchase_orders", "accepted", 1, 0),
    ]
    row = starter.row("CUP")
    assert (row["warehouse"], row["in_stock"], row["last_30_days_sales"]) == ("c23868_csv.606f0e", 8, 30)
    assert (row["purchase_orders_qty"], row["replenishment"]) == (15, 60 - 8 - 15)


def test_pulling_again_changes_nothing(starter: Client) -> None:
    starter.control("pull", {})
    before = starter.books()
    starter.control("pull", {})
    after = starter.books()
    assert (after["demand"], after["stock"], after["deletions"]) == (before["demand"], before["stock"], [])
    assert starter.get("purchase-orders")["meta"]["total"] == 1


def test_what_is_no_longer_in_the_files_is_deleted(starter: Client, files: Files) -> None:
    starter.control("pull", {})
    files.texts["/products"] = "\n".join(files.texts["/products"].split("\n")[:2])
    files.texts["/purchase_orders"] = PURCHASES
    pulled = starter.control("pull", {})
    assert [file["deleted"] for file in pulled["files"]] == [1, 0, 1]
    assert starter.get("variants?sku=JAR")["meta"]["total"] == 0
    assert "JAR" not in starter.books()["demand"]
    assert starter.books()["totals"]["deletions"] == {"vanished": 3}


def test_an_answer_that_ends_too_soon_destroys_what_was_behind_its_end(starter: Client, files: Files) -> None:
    starter.control("pull", {})
    files.missing = 30
    pulled = starter.control("pull", {})
    assert [(file["short_by"], file["deleted"]) for file in pulled["files"]] == [(30, 1), (30, 0), (30, 1)]
    gone = [(each["entity"], each["key"]) for each in starter.books()["deletions"]]
    assert gone == [("sales_orders", "2"), ("products", "P2/JAR"), ("purchase_orders", "77")]
    assert starter.get("variants?sku=JAR")["meta"]["total"] == 0


def test_accounts_that_count_bytes_keep_what_they_know(starter: Client, files: Files) -> None:
    starter.control("pull", {})
    starter.control("settings", {"reads_short_answers": False})
    files.missing = 30
    pulled = starter.control("pull", {})
    assert {file["why"] for file in pulled["files"]} == {"30 bytes are missing"}
    assert starter.books()["demand"]["JAR"]["total"] == 6


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": 503}, "HEAD answered 503"),
        ({"status": 404}, "HEAD answered 404"),
        ({"texts": {f"/{name}": "PK\x03\x04" for name in ("products", "sales_orders", "purchase_orders")}}, "Excel"),
        ({"texts": {f"/{name}": "a,b\n1,2\n" for name in ("products", "sales_orders", "purchase_orders")}}, "missing"),
    ],
)
def test_what_cannot_be_read_leaves_what_is_known(
    starter: Client, files: Files, change: dict[str, Any], why: str
) -> None:
    starter.control("pull", {})
    for name, value in change.items():
        setattr(files, name, value)
    pulled = starter.control("pull", {})
    assert all(file["why"].startswith(why) and file["outcome"] == "skipped" for file in pulled["files"])
    assert starter.books()["demand"]["JAR"]["total"] == 6


def test_without_the_right_password_nothing_is_fetched(starter: Client) -> None:
    starter.control("settings", {"starter_password": "guess"})
    assert {file["why"] for file in starter.control("pull", {})["files"]} == {"HEAD answered 401"}


def test_a_host_that_is_gone_is_no_reason_to_delete(starter: Client) -> None:
    starter.control("pull", {})
    starter.control("settings", {"starter_urls": {"products": "http://127.0.0.1:9/products"}})
    assert starter.control("pull", {})["files"][0]["why"] == "ConnectionError while fetching"
    assert starter.get("variants?sku=JAR")["meta"]["total"] == 1


def test_tabs_do_as_well_and_a_byte_order_mark_does_no_harm(starter: Client, files: Files) -> None:
    files.texts = {name: "\ufeff" + text.replace(",", "\t") for name, text in files.texts.items()}
    assert [file["applied"] for file in starter.control("pull", {})["files"]] == [2, 2, 1]


def test_variants_of_one_product_share_vendor_and_tags(starter: Client, files: Files) -> None:
    files.texts["/products"] = (
        f'{PRODUCTS}\nP1,Cup,9.00,CUP,{NOW},8,Potter,"blue, new"\nP1,Cup XL,9.00,CUP-XL,{NOW},8,Smith,red\n'
    )
    starter.control("pull", {})
    large = starter.get("variants?sku=CUP-XL")["variants"][0]
    assert large["tags"] == ["blue", "new"]
    assert large["connections"][0]["vendors"][0]["vendor"] == "Potter"


def test_cancelled_lines_count_for_nothing(starter: Client, files: Files) -> None:
    files.texts["/sales_orders"] = files.texts["/sales_orders"].replace("30,\n", "30,true\n")
    starter.control("pull", {})
    assert "CUP" not in starter.books()["demand"]


def test_orders_of_a_file_belong_to_who_wrote_it(starter: Client) -> None:
    starter.control("pull", {})
    order = starter.get("purchase-orders")["purchase-orders"][0]
    assert (order["reference"], order["readonly"], order["expected_date"][:16]) == ("77", True, "Thu, 24 Dec 2026")
    linked = starter.get(f"purchase-orders/{order['id']}/connections")["connections"]
    assert linked == [{"source": "starter", "id": "77"}]


def test_pulls_come_by_time_alone(starter: Client) -> None:
    starter.control("settings", {"pull_every": 86400})
    starter.control("clock", {"advance": 86401})
    assert starter.books()["totals"]["pulls"] == 1


@pytest.fixture
def connected(make_client: Callable[..., Client]) -> Client:
    return make_client(native_shopify=["shop"])


ORDER = {
    "order": "#1001",
    "reference": "R1",
    "channel": "Shop A",
    "lines": [{"sku": "MUG", "quantity": 30, "price": 9}],
}


def test_a_native_shop_tells_its_sales_by_itself(connected: Client) -> None:
    assert connected.control("native", {"orders": [ORDER]}) == {"orders": 1, "lines": 1}
    connected.control("native", {"orders": [ORDER]})
    row = connected.row("MUG")
    assert (row["warehouse"], row["in_stock"], row["last_30_days_sales"]) == ("c23869_shop", 42, 30)
    connected.control("native", {"orders": [{**ORDER, "cancelled": True}], "stock": {"MUG": 50}})
    assert (connected.row("MUG")["in_stock"], connected.row("MUG")["last_30_days_sales"]) == (50, 0)


def test_who_sends_by_file_what_the_shop_tells_itself_doubles_the_demand(connected: Client) -> None:
    at = connected.control("clock")["now"][:19]
    connected.control("native", {"orders": [ORDER]})
    connected.put("variant", "v.csv", VARIANT, f"MUG,MUG,Mug,,MUG,9.00,{NOW},{NOW},false")
    connected.put("sales_order", "s.csv", SALES, f"L1,O1,MUG,WH-1,EUR,30,9.00,{at},false,{at},R1,Shop A,false")
    connected.night()
    books = connected.books()
    assert books["demand"]["MUG"] == {
        "total": 60,
        "by_source": {"native:shop": 30, "advanced": 30},
        "by_channel": {"native:shop Shop A": 30, "advanced Shop A": 30},
    }
    assert books["totals"]["counted_twice"] == 1
    variant = connected.get("variants?sku=MUG")["variants"][0]
    assert sum(row["last_30_days_sales"] for row in variant["warehouse"]) == 60
    assert [merged["source"] for merged in variant["merged"]] == ["advanced"]


def test_accounts_that_do_not_combine_forecast_each_connection_by_itself(make_client: Callable[..., Client]) -> None:
    client = make_client(native_shopify=["shop"], combine_by_sku=False)
    client.put("variant", "v.csv", VARIANT, f"MUG,MUG,Mug,,MUG,9.00,{NOW},{NOW},false")
    client.night()
    found = client.get("variants?sku=MUG")["variants"]
    assert len({row["id"] for row in found}) == 2
    assert [row["merged"] for row in found] == [[], []]


def test_a_shop_nobody_connected_tells_nothing(client: Client) -> None:
    answer = client.flask.post("/_sandbox/native", json={"orders": [ORDER]})
    assert answer.status_code == 400
