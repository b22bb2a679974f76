"""Logging in, once for everybody; and going slowly when the instance asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.platforms.salesforce.access import admin_token, creator_token, scopes
from mirakl_sync.platforms.salesforce.answers import (
    LOGIN,
    LOGIN_TO_CREATE,
    code_and_words,
    interpret,
)
from mirakl_sync.platforms.salesforce.pace import Paced
from mirakl_sync.platforms.salesforce.settings import read_settings
from tests.platforms.drafts import addressed, draft
from tests.platforms.salesforce.test_settings import GIVEN

READ, CREATE = Operation("salesforce.read_order"), Operation("salesforce.create_order", writes=True)


class Line:
    """A server that answers, or raises, what it is told to, one after the other."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.fields = []

    def call(self, operation, method, path, **more):
        self.fields.append(more.get("fields"))
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def token(**more):
    return Answer(200, {}, b"", {"access_token": "t0p", "expires_in": 1799, **more})


def test_a_token_lives_as_long_as_its_server_says():
    got = admin_token(Line(token()), "SALESFORCE_COMMERCE_API:zzte_053 sfcc.orders.rw")
    assert (got.value, got.lives) == ("t0p", timedelta(seconds=1799))
    assert "t0p" not in repr(got)


def test_ocapi_is_logged_in_to_without_scopes():
    line = Line(token())
    admin_token(line, "")
    assert line.fields == [{"grant_type": "client_credentials"}]


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, "SALESFORCE_COMMERCE_API:zzte_053 sfcc.orders.rw"),
        ({"inventory": "availability"}, "SALESFORCE_COMMERCE_API:zzte_053 sfcc.orders.rw sfcc.products"),
        (
            {"inventory": "oci", "oci_organization": "o", "oci_group": "g"},
            "SALESFORCE_COMMERCE_API:zzte_053 sfcc.orders.rw sfcc.inventory.availability",
        ),
    ],
)
def test_only_the_scopes_that_are_used_are_asked_for(settings, asked):
    assert scopes(read_settings(GIVEN | settings)) == asked


def test_an_answer_without_a_token_is_no_login():
    with pytest.raises(Unavailable):
        admin_token(Line(Answer(200, {}, b"", {"token_type": "Bearer"})), "")


def test_a_second_login_within_a_second_waits_and_tries_once_more():
    slept = []
    line = Line(RateLimited("twice", after=2), token())
    assert creator_token(line, read_settings(GIVEN), "slas", slept.append).value == "t0p"
    assert slept == [1.1]
    assert {name: line.fields[1][name] for name in ("hint", "login_id", "client_id", "channel_id")} == {
        "hint": "ts_ext_on_behalf_of",
        "login_id": "guest",
        "client_id": "slas",
        "channel_id": "RefArch",
    }


def test_a_third_login_and_a_long_wait_are_somebody_elses():
    with pytest.raises(RateLimited):
        creator_token(Line(*[RateLimited("twice", after=2)] * 2), read_settings(GIVEN), "slas", lambda _: None)
    with pytest.raises(RateLimited):
        creator_token(Line(RateLimited("slow", after=30)), read_settings(GIVEN), "slas", None)


@pytest.mark.parametrize(
    ("status", "pause"), [("", []), ("WARN", [0.25]), ("THROTTLE", [1.0]), ("warn ", [0.25]), ("FINE", [])]
)
def test_a_loaded_instance_is_asked_more_slowly(status, pause):
    slept = []
    headers = {"sfdc_load": "85", "sfdc_load_status": status} if status else {}
    line = Paced(Line(Answer(200, headers, b"")), slept.append)
    assert line.call(READ, "GET", "/x").status == 200
    assert slept == pause


PROBLEM = "https://api.commercecloud.salesforce.com/documentation/error/v1/errors/"


@pytest.mark.parametrize(
    ("json", "told"),
    [
        (
            {"type": f"{PROBLEM}order-not-found", "title": "Order Not Found", "detail": "No."},
            ("order-not-found", "No."),
        ),
        ({"title": "Order Not Found"}, ("Order Not Found", "Order Not Found")),
        ({"_v": "25.6", "fault": {"type": "X", "message": "No."}}, ("X", "No.")),
        ({"error": "conflict", "error_description": "twice"}, ("conflict", "twice")),
        ({"hello": 1}, ("", "")),
        (None, ("", "")),
        ([1], ("", "")),
    ],
)
def test_three_kinds_of_refusal_are_read(json, told):
    assert code_and_words(json) == told


def problem(name, detail="No.", status=400):
    return Answer(status, {}, b"", {"type": PROBLEM + name, "title": name, "detail": detail})


def fault(kind, status):
    return Answer(status, {}, b"", {"fault": {"type": kind, "message": "No."}})


@pytest.mark.parametrize(
    ("operation", "answer", "kind", "says"),
    [
        (READ, problem("order-not-found", status=404), Refused, "order-not-found"),
        (READ, problem("site-not-found", status=404), Misconfigured, "organization, site and inventory_list"),
        (READ, fault("InventoryListNotFoundException", 404), Misconfigured, "inventory_list"),
        (READ, problem("invalid-access-token", status=401), Misconfigured, "client_id"),
        (READ, problem("forbidden", status=403), Misconfigured, "scopes"),
        (READ, fault("ClientAccessForbiddenException", 403), Misconfigured, "Open Commerce API Settings"),
        (CREATE, problem("invalid-order-total"), Refused, "taxation"),
        (CREATE, problem("bad-request", "No attribute 'c_miraklX'."), Misconfigured, "Basket and Order"),
        (LOGIN, Answer(401, {}, b"", {"error": "invalid_client"}), Misconfigured, "client_secret"),
        (LOGIN_TO_CREATE, Answer(400, {}, b"", {"error": "invalid_request"}), Misconfigured, "slas_client_id"),
        (LOGIN_TO_CREATE, Answer(409, {}, b"", {"error": "conflict"}), RateLimited, ""),
    ],
)  # fmt: skip
def test_each_refusal_says_whose_turn_it_is(operation, answer, kind, says):
    error = interpret(operation, answer)
    assert type(error) is kind
    assert says in f"{getattr(error, 'code', '')} {error.way_out}"


@pytest.mark.parametrize("status", [408, 425, 429])
def test_what_only_has_to_wait_is_left_to_the_common_table(status):
    assert interpret(READ, problem("rate-limit", status=status)) is None
    assert interpret(READ, Answer(404, {}, b"<html>")) is None


def test_all_orders_of_a_day_take_one_login_of_each_kind(site):
    bench = site()
    for _ in range(3):
        wanted = addressed(draft())
        bench.platform.release_order(bench.platform.create_order(wanted, held=False).order_id, wanted)
    bench.connect().product_facts(["MUG"])
    assert bench.calls("token.trusted_system") == 1
    assert bench.calls("token.account_manager") == 2


def test_tokens_that_ran_out_are_replaced_and_the_call_is_made_once_more(site):
    bench = site()
    wanted = addressed(draft())
    order = bench.platform.create_order(wanted, held=False)
    bench.pass_time(3600)
    assert bench.platform.read_order(order.order_id).total == wanted.total
    assert bench.platform.product_facts(["MUG"])["MUG"].quantity == 1000
    assert bench.platform.create_order(addressed(draft()), held=False).total == wanted.total


def test_a_guest_who_has_just_logged_in_elsewhere_is_waited_for(site):
    bench = site()
    bench.platform.create_order(addressed(draft()), held=False)
    bench.tokens.refuse(*_kept(bench, "create"))
    assert bench.platform.create_order(addressed(draft()), held=False).total
    assert (bench.slept, bench.calls("token.trusted_system")) == ([1.1], 3)


def test_a_client_that_may_not_create_is_told_what_it_lacks(site):
    clients = [{"client_id": "am-client", "client_secret": "am-secret"}, SLAS_WITHOUT_RIGHT]
    bench = site(clients=clients)
    with pytest.raises(Misconfigured, match="does not permit"):
        bench.platform.create_order(addressed(draft()), held=False)


def test_no_secret_is_shown(site):
    bench = site()
    bench.platform.product_facts(["MUG"])
    shown = repr(bench.platform.__dict__) + repr(bench.lines) + repr(bench.platform._doors)
    assert not any(secret in shown for secret in ("am-secret", "slas-secret"))


def test_a_wrong_secret_is_told_without_repeating_it(site):
    bench = site()
    stranger = bench.connect({"client_id": "stranger", "client_secret": "gu3ss"})
    with pytest.raises(Misconfigured) as error:
        stranger.product_facts(["MUG"])
    assert "gu3ss" not in f"{error.value.words} {error.value.way_out}"


SLAS_WITHOUT_RIGHT = {
    "client_id": "slas-client",
    "client_secret": "slas-secret",
    "kind": "slas",
    "scopes": ("sfcc.ts_ext_on_behalf_of", "sfcc.shopper-products"),
}


def _kept(bench, kind):
    """The name and the value of a token of the shelf."""
    return next((name, value) for name, (value, _) in bench.tokens._kept.items() if f":{kind}:" in name)
