"""Statuses: what may follow what, what it does, and the conflicts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.salesforce.conftest import DATA, ORDERS, Client

SITE_ORDERS = f"{DATA}/sites/RefArch/orders"


def in_status(client: Client, status: str) -> str:
    """A sale of the site's own, brought to a status."""
    order = client.control("sell", {"sku": "MUG", "quantity": 2, "paid": False})["order"]
    steps = {"created": [], "failed": ["failed"], "new": ["new"]}.get(status, ["new", status])
    for step in steps:
        assert client("PUT", f"{SITE_ORDERS}/{order}/status", {"status": step}).status_code == 204
    return str(order)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("created", "new", None),
        ("created", "failed", None),
        ("created", "cancelled", "CancelOrderException"),
        ("created", "completed", "OrderStatusTransitionException"),
        ("failed", "created", None),
        ("failed", "new", "PlaceOrderException"),
        ("new", "open", None),
        ("new", "completed", None),
        ("new", "cancelled", None),
        ("new", "created", "OrderStatusTransitionException"),
        ("new", "failed", "OrderStatusTransitionException"),
        ("completed", "new", None),
        ("completed", "cancelled", None),
        ("completed", "failed", "OrderStatusTransitionException"),
        ("open", "cancelled", None),
        ("cancelled", "new", None),
        ("cancelled", "completed", None),
        ("cancelled", "failed", "OrderStatusTransitionException"),
        ("new", "new", None),
    ],
)
def test_what_may_follow_what(client: Client, old: str, new: str, kind: str | None) -> None:
    order = in_status(client, old)
    answer = client("PUT", f"{SITE_ORDERS}/{order}/status", {"status": new})
    if kind is None:
        assert (answer.status_code, answer.data) == (204, b"")
        assert client.control("books")["orders"][0]["status"] == new
    else:
        assert (answer.status_code, answer.json["fault"]["type"]) == (409, kind)
        assert client.control("books")["orders"][0]["status"] == old


@pytest.mark.parametrize(
    ("status", "ats"), [("created", 8), ("failed", 10), ("new", 8), ("cancelled", 10), ("completed", 8)]
)
def test_what_a_status_holds(client: Client, status: str, ats: int) -> None:
    in_status(client, status)
    assert client.stock("MUG")["quantity"] == ats


@pytest.mark.parametrize(
    ("status", "back", "title"),
    [("cancelled", "new", "Undo Cancel Order"), ("failed", "created", "Undo Fail Order")],
)
def test_undoing_reserves_again_and_can_fail(client: Client, status: str, back: str, title: str) -> None:
    order = in_status(client, status)
    client.control("stock", {"sku": "MUG", "quantity": 1})
    answer = client.put_status(order, "status", back)
    assert (answer.status_code, answer.json["title"]) == (409, title)
    assert answer.json["type"].endswith(title.lower().replace(" ", "-"))
    client.control("stock", {"sku": "MUG", "quantity": 5})
    assert client.put_status(order, "status", back).status_code == 204
    assert client.stock("MUG")["quantity"] == 3


def test_undoing_a_cancellation_of_our_order_needs_no_stock(client: Client) -> None:
    client.place()
    client.put_status("MKP-A-1", "status", "cancelled")
    client.control("stock", {"sku": "MUG", "quantity": 0})
    assert client.put_status("MKP-A-1", "status", "new").status_code == 204
    assert client.stock("MUG")["quantity"] == 0


def test_a_basket_is_reopened_with_a_location(client: Client) -> None:
    order = in_status(client, "created")
    answer = client.put_status(order, "status", "failed_with_reopen")
    assert answer.status_code == 201
    assert answer.headers["Location"]
    assert client.read(order)["status"] == "failed"


def test_an_order_of_an_oms_is_not_for_others(make_client: Callable[..., Client]) -> None:
    client = make_client(oms_owns_orders=True)
    client.place()
    answer = client("PUT", f"{SITE_ORDERS}/MKP-A-1/status", {"status": "cancelled"})
    assert (answer.status_code, answer.json["fault"]["type"]) == (409, "OrderIntegrationStatusException")
    assert client.put_status("MKP-A-1", "status", "cancelled").status_code == 409
    assert client.put_status("MKP-A-1", "export-status", "ready").status_code == 204
    assert client.control("orders/MKP-A-1", {"status": "cancelled"})["status"] == "cancelled"


@pytest.mark.parametrize(
    ("what", "value", "field"),
    [
        ("export-status", "ready", "exportStatus"),
        ("confirmation-status", "confirmed", "confirmationStatus"),
        ("payment-status", "part_paid", "paymentStatus"),
        ("shipping-status", "part_shipped", "shippingStatus"),
        ("external-status", "Mirakl: SHIPPING", "externalOrderStatus"),
    ],
)
def test_the_other_statuses_are_set_and_repeatable(client: Client, what: str, value: str, field: str) -> None:
    client.place()
    assert client.put_status("MKP-A-1", what, value).status_code == 204
    assert client.put_status("MKP-A-1", what, value).status_code == 204
    assert client.read("MKP-A-1")[field] == value
    in_ocapi = f"{SITE_ORDERS}/MKP-A-1/{what.replace('-', '_')}"
    assert client("PUT", in_ocapi, {"status": value}).status_code == 204


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("status", {"status": "shipped"}),
        ("status", {}),
        ("status", {"status": "new", "reason": "x"}),
        ("status", {"status": "open"}),
        ("export-status", {"status": "sent"}),
        ("external-status", {"status": "x" * 257}),
    ],
)
def test_an_unknown_value_is_a_400(client: Client, what: str, body: dict[str, str]) -> None:
    client.place()
    assert client("PUT", f"{ORDERS}/MKP-A-1/{what}", body).status_code == 400


def test_open_is_known_to_ocapi_alone(client: Client) -> None:
    order = in_status(client, "open")
    assert client.get(f"/s/RefArch/dw/shop/v25_6/orders/{order}")["status"] == "open"
    assert client.read(order)["status"] == "new"


def test_who_cancelled_it_can_say_why(client: Client) -> None:
    client.place()
    sent = {"status": "cancelled", "cancel_code": "OUT", "cancel_description": "Not in stock"}
    client.control("orders/MKP-A-1", sent)
    told = client.read("MKP-A-1")
    assert (told["status"], told["cancelCode"], told["cancelDescription"]) == ("cancelled", "OUT", "Not in stock")


def test_orders_are_never_deleted(client: Client) -> None:
    client.place()
    assert client.flask.post("/_sandbox/orders/MKP-A-1", json={"status": "trash"}).status_code == 404


def test_ocapi_changes_address_and_payment_too(make_client: Callable[..., Client]) -> None:
    client = make_client(payment_attributes=("c_checked",))
    client.place()
    where = f"{SITE_ORDERS}/MKP-A-1"
    moved = {
        "first_name": "Jo",
        "last_name": "Doe",
        "address1": "2 rue B",
        "postal_code": "69001",
        "country_code": "FR",
    }
    assert client("PUT", f"{where}/shipments/me/shipping_address", moved).status_code == 204
    assert client.read("MKP-A-1")["shipments"][0]["shippingAddress"]["postalCode"] == "69001"
    refused = client("PUT", f"{where}/shipments/me/shipping_address", {"email": "jo@buyer.example"})
    assert (refused.status_code, refused.json["fault"]["type"]) == (400, "UnknownPropertyException")
    assert client("PUT", f"{where}/shipments/s1/shipping_address", moved).status_code == 404
    payment = client.read("MKP-A-1")["paymentInstruments"][0]["paymentInstrumentId"]
    for path in (payment, f"{payment}/transaction"):
        assert client("PATCH", f"{where}/payment_instruments/{path}", {"c_checked": True}).status_code == 204
        assert client("PATCH", f"{where}/payment_instruments/{path}", {"c_other": True}).status_code == 400
    told = client.read("MKP-A-1")["paymentInstruments"][0]
    assert (told["c_checked"], told["paymentTransaction"]["c_checked"]) == (True, True)
    assert client("PATCH", f"{where}/payment_instruments/nobody", {}).status_code == 404
