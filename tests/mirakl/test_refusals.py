"""Which refusals get a code of ours, and what stays without one."""

from __future__ import annotations

import json

import pytest

from mirakl_sync.errors import Refused
from mirakl_sync.http.contract import Answer
from mirakl_sync.mirakl.answers import interpret
from mirakl_sync.mirakl.limits import PUBLISHED
from mirakl_sync.mirakl.refusals import code_of

SHIPMENTS = [code for code in PUBLISHED if code.startswith("ST") and not code.startswith("STO")]


def refusal(operation: str, answered: int, **body: object) -> Exception | None:
    return interpret(PUBLISHED[operation], Answer(answered, {}, json.dumps(body).encode(), body))


@pytest.mark.parametrize(
    ("operations", "message", "code"),
    [
        ("OR23 OR24", "The order status must be 'SHIPPING' but it is 'CLOSED'.", "ORDER_INVALID_STATE"),
        ("OR23 OR24", "Order O-1 is in an invalid state", "ORDER_INVALID_STATE"),
        ("OR23", "Carrier tracking information cannot be updated in this status", "ORDER_INVALID_STATE"),
        ("OR23", "Unknown carrier 'State Express'", "CARRIER_REFUSED"),
        ("OR23", "The carrier code FOO is not registered", "CARRIER_REFUSED"),
        ("OR23", "Carrier code or carrier name is required for tracking", "CARRIER_REFUSED"),
        ("ST01 ST23", "carrier_code or carrier_name is required", "CARRIER_REFUSED"),
        ("ST01 ST23", "tracking_number is required for the carrier 'UPS'", "TRACKING_MISSING"),
        ("OR23", "No carrier with this code accepts tracking", "CARRIER_REFUSED"),
        ("OR23", "The order's carrier cannot be the shop's own", "CARRIER_REFUSED"),
        ("OR23", "The tracking number is mandatory for this carrier", "TRACKING_MISSING"),
        ("OR24", "Tracking must be entered before shipping", "TRACKING_MISSING"),
        ("OR24", "This shipping type requires a tracking number", "TRACKING_MISSING"),
        ("ST01", "The order status must be 'SHIPPING' but it is 'SHIPPED'.", "ORDER_NOT_SHIPPABLE"),
        ("ST01", "Shipment quantity is invalid.", "SHIPMENT_QUANTITY_INVALID"),
        ("ST01", "Unregistered carriers are not allowed.", "CARRIER_REFUSED"),
        ("ST06", "Shipment with id 'x' is not in SHIPPING status and cannot be deleted.", "SHIPMENT_INVALID_STATE"),
        ("ST24", "The shipment's state forbids it", "SHIPMENT_INVALID_STATE"),
        ("ST06 ST23 ST24", "No shipment with id 'in that state'", "SHIPMENT_NOT_FOUND"),
        ("ST23", "Unknown carrier FOO", "CARRIER_REFUSED"),
        ("OR23 OR24 ST01 ST06 ST23 ST24", "Something else went wrong", ""),
        ("OR23 OR24 ST01 ST06 ST23 ST24", "", ""),
        ("OR23", "Statement and carriership", ""),
        ("OR11 OR21 OR04", "The state, the carrier, the quantity", ""),
    ],
)
def test_words_tell_a_code_where_they_are_known(operations, message, code):
    assert {code_of(operation, message) for operation in operations.split()} == {code}


@pytest.mark.parametrize("operation", SHIPMENTS)
@pytest.mark.parametrize("body", [{}, {"message": "Resource not found", "status": 404}])
def test_a_bare_404_of_a_shipment_operation_means_that_multi_shipment_is_off(operation, body):
    refused = refusal(operation, 404, **body)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status, refused.request) == ("MULTI_SHIPMENT_OFF", 404, operation)
    assert refused.way_out


@pytest.mark.parametrize("operation", ["OR11", "OR21", "OR23", "OR24"])
def test_a_bare_404_of_another_operation_stays_with_the_common_table(operation):
    assert refusal(operation, 404, message="Order not found", status=404) is None


def test_a_404_with_a_code_keeps_it():
    assert refusal("ST11", 404, code="SHOP_NOT_FOUND", message="No such shop") is None


def test_a_refusal_without_a_code_gets_one_out_of_its_words():
    refused = refusal("OR24", 400, message="The order status must be 'SHIPPING' but it is 'SHIPPED'.", status=400)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status, refused.request) == ("ORDER_INVALID_STATE", 400, "OR24")
    assert "must be 'SHIPPING'" in refused.words


@pytest.mark.parametrize("code", ["VALIDATION_ERROR", "SOMETHING_NEW"])
def test_mirakls_own_code_wins_over_its_words(code):
    assert refusal("OR23", 400, code=code, message="Unknown carrier") is None


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("operation", ["OR21", "OR23", "OR24"])
def test_a_documented_code_is_about_the_order_also_under_401_and_403(operation, status):
    refused = refusal(operation, status, code="ORDER_FULFILLED_UNAUTHORIZED", message="not yours")
    assert isinstance(refused, Refused)
    assert refused.code == "ORDER_FULFILLED_UNAUTHORIZED"


@pytest.mark.parametrize("status", [401, 403, 407, 408, 425])
def test_what_refuses_us_is_not_about_the_order(status):
    assert refusal("OR24", status, message="wrong state of your account and no carrier", status=status) is None
    assert refusal("ST24", status, message="wrong state of your account and no carrier", status=status) is None


def test_unknown_words_stay_with_the_common_table():
    assert refusal("OR24", 400, message="no") is None
