from __future__ import annotations

import io
import json
import logging

import pytest

from mirakl_sync import error_reports
from mirakl_sync import log as logs
from mirakl_sync.config import Config


@pytest.fixture
def written():
    """Configure and read back."""
    root = logging.getLogger()
    handlers, level, stream = root.handlers[:], root.level, io.StringIO()

    def configure(form: str, level: str = "INFO"):
        logs.configure(form, level, process="orders@here", stream=stream)
        return lambda: stream.getvalue().splitlines()

    yield configure
    root.handlers[:] = handlers
    root.setLevel(level)


log = logging.getLogger("mirakl_sync.orders")


def test_a_line_for_people_names_what_it_is_about(written):
    lines = written("text")

    with logs.bound(connection="acme-webshop", order=17), logs.bound(step="create", attempt=2):
        log.info("waits for %s", "payment")
    log.info("alone again")

    assert lines()[0].endswith(
        "Z INFO mirakl_sync.orders: waits for payment "
        "[process=orders@here connection=acme-webshop order=17 step=create attempt=2]"
    )
    assert lines()[1].endswith("INFO mirakl_sync.orders: alone again [process=orders@here]")


def test_a_line_for_machines_is_one_object(written):
    lines = written("json")

    with logs.bound(order=17):
        log.warning('two\nlines and "quotes"', extra={"ms": 12.5})

    [line] = lines()
    told = json.loads(line)
    assert told.pop("at").endswith("Z")
    assert told == {
        "process": "orders@here",
        "order": 17,
        "ms": 12.5,
        "level": "WARNING",
        "logger": "mirakl_sync.orders",
        "words": 'two\nlines and "quotes"',
    }


def test_an_exception_comes_with_its_trace_in_the_same_object(written):
    lines = written("json")

    try:
        raise ValueError("at https://u:hush@shop.example/x?consumer_secret=hush")
    except ValueError:
        log.exception("broken")

    [line] = lines()
    told = json.loads(line)
    assert told["words"] == "broken"
    assert told["trace"].startswith("Traceback")
    assert "hush" not in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_secrets_nor_buyers_reach_the_log(written, form):
    lines = written(form)

    log.info(
        "GET https://shop.example/orders?search=Buyerson&page=2",
        extra={
            "headers": {"Authorization": "hush"},
            "payload": {"billing": {"first_name": "Buyerson", "country": "DE"}},
        },
    )

    [line] = lines()
    assert "hush" not in line
    assert "Buyerson" not in line
    assert "page=2" in line
    assert "DE" in line


def test_fields_of_one_thread_do_not_leak_into_another(written):
    import threading

    lines = written("text")
    with logs.bound(order=17):
        thread = threading.Thread(target=log.info, args=("another",))
        thread.start()
        thread.join()

    assert lines()[0].endswith("another [process=orders@here]")


def test_libraries_that_tell_every_tick_are_heard_only_in_trouble(written):
    lines = written("text")

    logging.getLogger("celery.beat").info("Scheduler: Sending due task")
    logging.getLogger("celery.beat").error("no broker")

    assert len(lines()) == 1


def test_without_a_dsn_nothing_is_reported():
    assert error_reports.start(Config("sqlite:///x.db", "", ()), process="web") is False


def test_what_is_reported_names_no_buyer_and_no_secret():
    event = {
        "exception": {"values": [{"value": "GET https://u:hush@shop.example/?consumer_secret=hush failed"}]},
        "extra": {"api_key": "hush", "order": {"billing": {"last_name": "Buyerson"}}, "attempt": 2},
        "message": "plain",
    }

    cleaned = error_reports.without_secrets(event, {})

    assert "hush" not in str(cleaned)
    assert "Buyerson" not in str(cleaned)
    assert (cleaned["message"], cleaned["extra"]["attempt"]) == ("plain", 2)


def test_a_bug_is_reported_without_secrets_and_an_expected_error_is_not(monkeypatch):
    import sentry_sdk
    from sentry_sdk.transport import Transport

    from mirakl_sync.errors import Unavailable

    sent = []

    class Kept(Transport):
        def capture_envelope(self, envelope):
            sent.extend(item.payload.json for item in envelope.items)

    init = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: init(**options, transport=Kept))
    config = Config("sqlite:///x.db", "", (), sentry_dsn="http://k@127.0.0.1:1/1", environment="staging")

    assert error_reports.start(config, process="web") is True
    api_key = "hush"
    for error in (ValueError(f"https://u:hush@shop.example/?api_key={api_key}"), Unavailable("the shop is away")):
        try:
            raise error
        except (ValueError, Unavailable):
            sentry_sdk.capture_exception()
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)

    assert [event["exception"]["values"][-1]["type"] for event in sent if "exception" in event] == ["ValueError"]
    assert sent[0]["environment"] == "staging"
    assert "hush" not in str([frame.get("vars") for frame in sent[0]["exception"]["values"][0]["stacktrace"]["frames"]])
    assert "u:hush" not in str(sent)
