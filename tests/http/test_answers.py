"""The table from status or silence to the error that says who moves next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests
import responses

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable
from mirakl_sync.http.answers import Asked, from_answer, retry_after, their_words
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.http.contract import Answer, Operation

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
READ = Operation("R1", times=1, seconds=900)
WRITE = Operation("W1", writes=True)


def judged(status: int, operation: Operation = READ, *, json=None, **headers: str):
    answer = Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"", json)
    return from_answer(Asked("Demo", operation, "PUT", "https://demo.test/api/orders?shop_id=1"), answer, NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 207])
def test_any_success_is_no_error(status):
    assert judged(status) is None


@pytest.mark.parametrize(
    ("status", "family"),
    [
        (301, Misconfigured), (302, Unavailable), (304, Unavailable), (308, Misconfigured),
        (400, Refused), (401, Misconfigured), (403, Misconfigured), (404, Refused), (405, Refused),
        (407, Misconfigured), (408, Unavailable), (409, Refused), (410, Refused), (411, Refused),
        (422, Refused), (425, Unavailable),
        (429, RateLimited), (500, Unavailable), (502, Unavailable), (503, Unavailable), (504, Unavailable),
        (520, Unavailable), (600, Unavailable), (101, Unavailable),
    ],
)  # fmt: skip
@pytest.mark.parametrize("operation", [READ, WRITE])
def test_each_status_has_its_family_and_only_writes_are_ever_in_doubt(status, family, operation):
    error = judged(status, operation)
    assert type(error) is family
    if family is Unavailable:
        assert error.outcome_unknown is operation.writes
    if family is RateLimited:
        assert error.outcome_unknown is False


def test_a_refusal_carries_their_code_their_words_and_what_we_asked():
    error = judged(
        400, WRITE, json={"code": "ORDER_INVALID_STATE", "message": "Not in the expected state", "status": 400}
    )
    assert (error.code, error.status, error.request) == ("ORDER_INVALID_STATE", 400, "W1 PUT /api/orders")
    assert error.words == (
        "Demo (demo.test) refused W1 PUT /api/orders (HTTP 400, “ORDER_INVALID_STATE: Not in the expected state”)."
    )


@pytest.mark.parametrize("status", [301, 401, 403])
def test_what_a_person_must_mend_says_how(status):
    assert judged(status).way_out


def test_a_write_in_doubt_says_so():
    assert "may have been done" in judged(502, WRITE).words
    assert "may have been done" not in judged(502, READ).words


@pytest.mark.parametrize(
    ("words", "date", "seconds"),
    [
        ("7", "", 7.0),
        ("0", "", 0.0),
        ("1.5", "", 1.5),
        ("-3", "", 0.0),
        ("999999999", "", 86_400.0),
        ("inf", "", 86_400.0),
        ("nan", "", None),
        ("Sat, 21 Nov 2026 12:01:30 GMT", "", 90.0),
        ("Sat, 21 Nov 2026 12:01:30 GMT", "Sat, 21 Nov 2026 12:01:00 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", "", 0.0),
        ("soon", "", None),
        ("", "", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_measured_by_their_clock(words, date, seconds):
    assert retry_after(Answer(429, {"retry-after": words, "date": date}, b""), NOW) == seconds


def test_a_spent_budget_without_a_time_waits_the_published_period():
    assert judged(429, READ).after == 900
    assert judged(429, WRITE).after == 60
    assert judged(429, READ, retry_after="12").after == 12


def test_maintenance_tells_when_to_come_back():
    assert judged(503, READ, retry_after="120").after == 120


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"message": "No", "status": 400}, ("", "No")),
        ({"code": "X", "message": "No"}, ("X", "No")),
        ({"errors": [{"code": "Y", "field": "f", "message": "Why"}]}, ("Y", "Why")),
        ({"code": 15, "message": None}, ("15", "")),
        ([{"code": "Z", "message": "m"}], ("Z", "m")),
        ({"code": {"a": 1}, "errors": "text"}, ("", "")),
        (None, ("", "")),
        ([], ("", "")),
        ("text", ("", "")),
    ],
)
def test_their_words_are_found_in_every_known_shape(body, expected):
    assert their_words(body) == expected


@pytest.mark.parametrize(
    ("trouble", "doubt"),
    [
        (requests.exceptions.ConnectTimeout(), False),
        (requests.exceptions.ReadTimeout(), True),
        (requests.exceptions.ConnectionError("reset, https://x/?consumer_secret=cs_live"), True),
        (requests.exceptions.ChunkedEncodingError("cut"), True),
        (requests.exceptions.ContentDecodingError("bad gzip"), True),
    ],
)
@responses.activate
def test_silence_after_a_write_leaves_it_in_doubt_unless_it_never_left(trouble, doubt):
    responses.put("https://demo.test/x", body=trouble)
    with pytest.raises(Unavailable) as caught:
        HttpTransport("https://demo.test", name="Demo").call(WRITE, "PUT", "/x")
    assert caught.value.outcome_unknown is doubt
    assert "cs_live" not in caught.value.words
    assert len(responses.calls) == 1
