"""The shared base: a real server, its clock, its trouble, its log of calls."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from flask import Flask, jsonify, request

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.control import put_under_control
from mirakl_sync.sandbox.server import serve
from mirakl_sync.sandbox.trouble import TroubleRules


@dataclass
class Kiosk:
    """The smallest vendor there is: it counts what it sold."""

    kind: str = "kiosk"
    name: str = "corner"
    clock: SandboxClock = field(default_factory=SandboxClock)
    calls: CallLog = field(default_factory=CallLog)
    trouble: TroubleRules = field(default_factory=TroubleRules)
    sold: int = 0
    ticks: int = 0

    def reset(self) -> None:
        self.sold = 0

    def books(self, summary: bool) -> dict[str, Any]:
        return {"sold": self.sold, "summary": summary}

    def tick(self) -> None:
        self.ticks += 1


@pytest.fixture
def kiosk():
    return Kiosk()


@pytest.fixture
def url(kiosk):
    app = Flask("kiosk")

    @app.post("/sales")
    def sell():
        kiosk.sold += 1
        return jsonify(sold=kiosk.sold, echo=request.get_json(silent=True), state="SOLD")

    put_under_control(app, kiosk, lambda method, path: {"POST /sales": "SELL"}.get(f"{method} {path}"))
    running = serve(app)
    yield running.url
    running.stop()


@pytest.fixture
def session():
    with requests.Session() as opened:
        yield opened


def trouble(session, url, *rules, seed=7):
    assert session.post(f"{url}/_sandbox/trouble", json={"seed": seed, "rules": list(rules)}).status_code == 200


def sell(session, url, **more):
    return session.post(f"{url}/sales", json={"what": "tea"}, timeout=5, **more)


def test_many_calls_share_one_connection_also_after_an_unread_body(session, url, kiosk):
    ports = set()
    for _ in range(3):
        answer = session.post(f"{url}/nowhere", data=b"x" * 100_000, stream=True)
        ports.add(answer.raw.connection.sock.getsockname()[1])
        assert answer.status_code == 404
        answer.content  # noqa: B018  read to the end, so that the connection is free again
    assert len(ports) == 1
    assert sell(session, url).json() == {"sold": 1, "echo": {"what": "tea"}, "state": "SOLD"}


def test_a_chunked_body_is_read(session, url):
    answer = session.post(f"{url}/sales", data=iter([b'{"a":', b"1}"]), headers={"Content-Type": "application/json"})
    assert answer.json()["echo"] == {"a": 1}


def test_failing_does_nothing_and_names_the_wait(session, url, kiosk):
    trouble(session, url, {"what": "fail", "match": "SELL", "status": 503, "retry_after": 5, "times": 1})
    answer = sell(session, url)
    assert (answer.status_code, answer.headers["Retry-After"], kiosk.sold) == (503, "5", 0)
    assert sell(session, url).status_code == 200


@pytest.mark.parametrize(("what", "sold"), [("drop", 0), ("lose_answer", 1)])
def test_a_cut_connection_is_cut_and_only_a_lost_answer_did_the_thing(session, url, kiosk, what, sold):
    trouble(session, url, {"what": what, "match": "POST /sales", "times": 1})
    with pytest.raises(requests.ConnectionError):
        sell(session, url)
    assert kiosk.sold == sold


def test_failing_after_does_the_thing(session, url, kiosk):
    trouble(session, url, {"what": "fail_after", "status": 502})
    assert sell(session, url).status_code == 502
    assert kiosk.sold == 1


def test_late_does_the_thing_when_nobody_waits_any_more(session, url, kiosk):
    trouble(session, url, {"what": "late", "seconds": 0.1, "times": 1})
    with pytest.raises(requests.ConnectionError):
        sell(session, url)
    assert kiosk.sold == 0
    deadline = time.monotonic() + 3
    while kiosk.sold == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert kiosk.sold == 1


def test_slow_waits_and_answers(session, url):
    trouble(session, url, {"what": "slow", "seconds": 0.15})
    start = time.monotonic()
    assert sell(session, url).status_code == 200
    assert time.monotonic() - start >= 0.15


def test_odd_json_is_html_with_status_200(session, url, kiosk):
    trouble(session, url, {"what": "odd_json"})
    answer = sell(session, url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert kiosk.sold == 1


def test_a_truncated_answer_breaks_in_the_middle(session, url, kiosk):
    trouble(session, url, {"what": "truncated", "times": 1})
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        sell(session, url)
    assert kiosk.sold == 1


def test_unknown_fields_and_values_appear_at_every_depth(session, url):
    trouble(session, url, {"what": "unknown_fields", "values": {"state": "TELEPORTED"}})
    answer = sell(session, url).json()
    assert answer["state"] == "TELEPORTED"
    assert "field_added_yesterday" in answer
    assert "field_added_yesterday" in answer["echo"]


def test_rules_skip_then_fire_so_many_times_and_tell(session, url):
    trouble(session, url, {"what": "fail", "match": "SELL", "skip": 1, "times": 2})
    assert [sell(session, url).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    (rule,) = session.get(f"{url}/_sandbox/trouble").json()["rules"]
    assert (rule["seen"], rule["fired"]) == (5, 2)
    assert session.delete(f"{url}/_sandbox/trouble").json() == {"rules": []}


def test_chance_is_repeatable_from_its_seed(session, url):
    def run():
        trouble(session, url, {"what": "fail", "chance": 0.5}, seed=3)
        return [sell(session, url).status_code for _ in range(20)]

    first = run()
    assert run() == first
    assert set(first) == {200, 503}


def test_an_unknown_kind_of_trouble_is_refused_with_the_known_ones(session, url):
    answer = session.post(f"{url}/_sandbox/trouble", json={"rules": [{"what": "earthquake"}]})
    assert answer.status_code == 400
    assert "lose_answer" in answer.text


def test_calls_are_counted_by_operation_and_outcome_and_control_is_not(session, url):
    sell(session, url)
    trouble(session, url, {"what": "fail", "times": 1})
    sell(session, url)
    session.get(f"{url}/elsewhere")
    assert session.get(f"{url}/_sandbox/calls").json() == {
        "by_operation": {
            "SELL": {"total": 2, "status": {"200": 1, "503": 1}},
            "other": {"total": 1, "status": {"404": 1}},
        },
        "over_limit": {},
    }


def test_latency_slows_the_api_and_not_the_control(session, url):
    assert session.post(f"{url}/_sandbox/latency", json={"ms": 120}).json() == {"ms": 120.0}
    start = time.monotonic()
    sell(session, url)
    assert time.monotonic() - start >= 0.12


def test_the_clock_moves_only_forward_and_reset_brings_it_back(session, url, kiosk):
    sell(session, url)
    assert session.post(f"{url}/_sandbox/clock", json={"advance": 86_400}).status_code == 200
    assert kiosk.clock.seconds() - time.time() == pytest.approx(86_400, abs=5)
    assert session.post(f"{url}/_sandbox/clock", json={"advance": -1}).status_code == 400
    session.post(f"{url}/_sandbox/reset")
    assert kiosk.clock.seconds() - time.time() == pytest.approx(0, abs=5)
    assert kiosk.sold == 0


def test_health_and_books_are_the_vendors_own(session, url):
    assert session.get(f"{url}/_sandbox/health").json() == {"kind": "kiosk", "name": "corner"}
    assert session.get(f"{url}/_sandbox/books?summary=1").json() == {"sold": 0, "summary": True}


def test_a_running_server_ticks_its_vendor(url, kiosk):
    deadline = time.monotonic() + 3
    while kiosk.ticks < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert kiosk.ticks >= 2


def test_a_fast_clock_runs_ahead():
    clock = SandboxClock(speed=1000)
    time.sleep(0.02)
    assert clock.seconds() - time.time() >= 10
