"""Three layers of refusal, points that are spent, versions that have gone."""

from __future__ import annotations

import logging

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.platforms.shopify.answers import interpret, no_token
from mirakl_sync.platforms.shopify.asking import LONG
from mirakl_sync.platforms.shopify.client import Orders
from mirakl_sync.platforms.shopify.documents import orders, shop
from mirakl_sync.platforms.shopify.pace import Pace
from tests.platforms.shopify.answers import line, order, page, sent, tracked
from tests.platforms.shopify.fakes import Door, asking, cost, failed

ID = {"id": "gid://shopify/Order/1"}
PAID = {"input": ID}
THROTTLED = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
READ = Operation("shopify.order")


def told(data, **more):
    return {"data": data, "extensions": cost(**more)}


def throttled(asked: int, left: float, rate: float = 100):
    return {**THROTTLED, "extensions": cost(asked, left, rate)}


@pytest.mark.parametrize(
    ("code", "error"),
    [("ACCESS_DENIED", Misconfigured), ("SHOP_INACTIVE", Misconfigured), ("MAX_COST_EXCEEDED", Refused)],
)
@pytest.mark.parametrize(("document", "variables"), [(orders.READ, ID), (orders.MARK_AS_PAID, PAID)])
def test_a_refusal_beside_the_data_says_whose_turn_it_is(document, variables, code, error):
    with pytest.raises(error):
        asking(Door(failed(code))).ask(document, variables)


def test_a_missing_scope_is_named():
    door = Door(failed("ACCESS_DENIED", requiredAccess="`write_orders` access scope."))
    with pytest.raises(Misconfigured, match="`write_orders` access scope"):
        asking(door).ask(orders.MARK_AS_PAID, PAID)


@pytest.mark.parametrize(
    ("document", "variables", "unknown"), [(orders.READ, ID, False), (orders.MARK_AS_PAID, PAID, True)]
)
@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "SOMETHING_NEW", ""])
def test_after_a_failure_nobody_knows_whether_a_write_was_done(document, variables, code, unknown):
    with pytest.raises(Unavailable) as trouble:
        asking(Door(failed(code))).ask(document, variables)
    assert trouble.value.outcome_unknown is unknown


@pytest.mark.parametrize("code", ["undefinedField", "argumentNotAccepted", "PARSE_FAILED"])
def test_a_document_the_shop_does_not_understand_did_nothing(code):
    with pytest.raises(Unreadable) as trouble:
        asking(Door(failed(code))).ask(orders.MARK_AS_PAID, PAID)
    assert not trouble.value.outcome_unknown


def test_a_value_the_shop_does_not_know_is_refused_and_did_nothing():
    with pytest.raises(Refused, match="countryCode") as refusal:
        asking(Door(failed("INVALID_VARIABLE", "invalid value for shippingAddress.countryCode"))).ask(orders.CREATE, {})
    assert refusal.value.code == "invalid_variable"


def test_user_errors_are_refusals_with_their_code_and_field():
    errors = [{"field": ["order", "lineItems", "0"], "message": "No stock", "code": "INVENTORY_CLAIM_FAILED"}]
    with pytest.raises(Refused, match=r"order\.lineItems\.0: No stock") as refusal:
        asking(Door(told({"orderCreate": {"order": None, "userErrors": errors}}))).ask(orders.CREATE, {"order": {}})
    assert refusal.value.code == "inventory_claim_failed"


def test_cancelling_has_errors_of_its_own():
    errors = [{"field": None, "message": "Too late", "code": "INVALID"}]
    answer = told({"orderCancel": {"job": None, "orderCancelUserErrors": errors}})
    with pytest.raises(Refused, match="Too late"):
        asking(Door(answer)).ask(orders.CANCEL, ID)


def test_a_write_that_was_done_counts_although_a_part_of_its_answer_failed(caplog):
    answer = failed("ACCESS_DENIED", data={"orderMarkAsPaid": {"order": None, "userErrors": []}})
    with caplog.at_level(logging.WARNING):
        assert asking(Door(answer)).ask(orders.MARK_AS_PAID, PAID)
    assert "told not all of it" in caplog.text


def test_a_read_whose_part_failed_is_no_answer():
    with pytest.raises(Misconfigured):
        asking(Door(failed("ACCESS_DENIED", data={"order": None}))).ask(orders.READ, ID)


@pytest.mark.parametrize("answer", [[], {"data": None}, {}])
def test_an_answer_without_data_is_unreadable_and_of_a_write_nobody_knows(answer):
    with pytest.raises(Unreadable) as trouble:
        asking(Door(answer)).ask(orders.MARK_AS_PAID, PAID)
    assert trouble.value.outcome_unknown


def test_a_throttled_call_was_not_run_and_is_made_again_after_its_wait():
    slept: list[float] = []
    door = Door(throttled(150, 100), told({"order": None}))
    asking(door, slept).ask(orders.READ, ID)
    assert len(door.asked) == 2
    assert 0.5 < slept[0] <= 0.8


def test_a_throttled_write_is_made_again_too():
    door = Door(throttled(10, 0), told({"orderMarkAsPaid": {"order": None, "userErrors": []}}))
    asking(door).ask(orders.MARK_AS_PAID, PAID)
    assert door.names() == ["MarkOrderAsPaid"] * 2


def test_a_longer_wait_is_told_to_whoever_asked():
    slept: list[float] = []
    with pytest.raises(RateLimited) as limited:
        asking(Door(throttled(900, 0)), slept).ask(orders.READ, ID)
    assert 9.0 <= limited.value.after <= 9.4
    assert slept == []


def test_a_shop_that_throttles_again_and_again_is_not_asked_for_ever():
    slept: list[float] = []
    with pytest.raises(RateLimited):
        asking(Door(throttled(10, 0)), slept).ask(orders.READ, ID)
    assert sum(slept) <= 2.0


def test_a_throttled_answer_without_numbers_waits_a_second():
    slept: list[float] = []
    asking(Door(THROTTLED, told({"order": None})), slept).ask(orders.READ, ID)
    assert 1.0 < slept[-1] <= 1.3


def test_a_list_of_many_pages_waits_where_one_page_would_not():
    slept: list[float] = []
    first = told({"page": page({"sku": "A"}, more=True)})
    door = Door(first, throttled(900, 0), told({"page": page({"sku": "B"})}))
    ask = asking(door, slept)
    assert [row["sku"] for rows in ask.pages(shop.LOCATIONS, {}) for row in rows] == ["A", "B"]
    assert 9.0 <= slept[0] < LONG
    assert [variables["after"] for _, variables in door.asked] == [None, "eyJ", "eyJ"]


def test_a_list_that_is_none_is_unreadable():
    with pytest.raises(Unreadable):
        list(asking(Door(told({"page": None}))).pages(shop.LOCATIONS, {}))


def test_who_knows_that_the_points_are_spent_does_not_ask():
    at = [100.0]
    pace = Pace(lambda: at[0])
    pace.learn("Variants", cost(800, 50))
    assert pace.wait_for("Variants") == pytest.approx(7.5)
    assert pace.wait_for("Small") == 0
    at[0] += 7.5
    assert pace.wait_for("Variants") == 0
    assert pace.wait_for("Variants") == pytest.approx(8.0)


@pytest.mark.parametrize("odd", [{}, {"cost": None}, {"cost": {"throttleStatus": {}}}, {"cost": {"throttleStatus": 7}}])
def test_an_answer_that_tells_no_points_changes_nothing(odd):
    pace = Pace(lambda: 0.0)
    assert pace.learn("Small", odd) is None
    assert pace.wait_for("Small") == 0


def test_another_version_than_asked_for_is_said_once(caplog):
    ask = asking(Door(told({"order": None}), version="2026-04"))
    with caplog.at_level(logging.WARNING):
        ask.ask(orders.READ, ID)
        ask.ask(orders.READ, ID)
    assert ask.served == "2026-04"
    assert len([record for record in caplog.records if "2026-04" in record.getMessage()]) == 1


@pytest.mark.parametrize(("status", "word"), [(401, "token"), (402, "frozen"), (404, "address"), (423, "locked")])
def test_a_status_says_what_is_wrong_with_the_shop(status, word):
    error = interpret(READ, Answer(status, {}, b""))
    assert isinstance(error, Misconfigured)
    assert word in error.words


@pytest.mark.parametrize("status", [400, 403, 422, 429])
def test_other_statuses_are_the_common_tables(status):
    assert interpret(READ, Answer(status, {}, b"")) is None


def test_a_login_that_is_refused_is_somebodys_to_mend_and_a_full_door_is_not():
    error = no_token(READ, Answer(400, {}, b"", {"error": "invalid_client"}))
    assert isinstance(error, Misconfigured)
    assert "invalid_client" in error.words
    assert no_token(READ, Answer(429, {}, b"")) is None


def test_orders_are_read_in_fewer_calls_where_they_cost_little_and_in_more_where_they_cost_much():
    ids = [str(number) for number in range(1, 101)]

    def answer(variables, each):
        rows = [order(id=one) for one in variables["ids"]]
        return {"data": {"nodes": rows}, "extensions": cost(int(each * len(rows)))}

    class Counting(Door):
        each = 30.0

        def call(self, operation, method, path, *, json=None, **_):
            self.answers = [answer(json["variables"], self.each)]
            return super().call(operation, method, path, json=json)

    door = Counting(None)
    assert len(list(Orders(asking(door)).many(ids))) == 100
    assert [len(variables["ids"]) for _, variables in door.asked] == [4, 30, 30, 30, 6]
    door = Counting(None)
    door.each = 400.0
    list(Orders(asking(door)).many(ids[:6]))
    assert [len(variables["ids"]) for _, variables in door.asked] == [4, 2]


def test_a_call_that_is_too_costly_is_made_in_halves():
    answers = [failed("MAX_COST_EXCEEDED"), failed("MAX_COST_EXCEEDED"), told({"nodes": [order()]}, asked=900)]
    door = Door(*answers)
    assert len(list(Orders(asking(door)).many(["1", "2", "3", "4"]))) == 4
    assert [len(variables["ids"]) for _, variables in door.asked] == [4, 2, 1, 1, 1, 1]


def test_what_is_no_order_and_what_is_gone_is_left_out():
    door = Door(told({"nodes": [None, {"__typename": "Product"}, order()]}))
    assert [found.name for found in Orders(asking(door)).many(["1", "2", "x", "3"])] == ["#1001"]
    assert door.asked[0][1]["ids"] == [f"gid://shopify/Order/{number}" for number in (1, 2, 3)]


def test_what_a_list_of_the_order_could_not_hold_is_asked_for():
    whole = order(lineItems=page(line(11), more=True), fulfillments=[sent(5, {11: 1}, "SUCCESS", tracked())] * 5)
    rest = page(*(line(number, f"SKU-{number}", line_id=f"L{number}") for number in range(11, 41)))
    door = Door(
        told({"order": whole}),
        told({"order": {"page": rest}}),
        told({"order": {"fulfillments": [sent(number, {11: 1}, "SUCCESS", tracked()) for number in range(7)]}}),
    )
    found = Orders(asking(door)).order("6100000000001")
    assert (len(found.lines), len(found.fulfillments)) == (30, 7)
    assert door.names() == ["ReadOrder", "MoreLines", "MoreFulfillments"]


@pytest.mark.parametrize("order_id", ["", "abc", "12/3", "gid://shopify/Order/1"])
def test_an_id_of_another_shape_is_no_order_and_asks_nothing(order_id):
    door = Door(told({"order": None}))
    assert Orders(asking(door)).order(order_id) is None
    assert door.asked == []
