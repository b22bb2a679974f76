"""The transport against a real server: what leaves, what comes back, and when it gives up."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.http.client import HttpTransport, Timeouts
from mirakl_sync.http.contract import Basic, OAuth1, Operation, QueryKeys, RawKey
from tests.http.server import answer, head

READ = Operation("R1", times=1, seconds=60)
WRITE = Operation("W1", writes=True)


def transport(url: str, **options) -> HttpTransport:
    return HttpTransport(url, name="Demo", auth=options.pop("auth", RawKey("s3cret")), **options)


def test_a_read_carries_key_query_and_agent_and_answers_exact_numbers(serve):
    server = serve(answer(body=b'{"price": 12.10, "count": 3}', X_WP_TotalPages="4"))
    found = transport(server.url + "/base/").call(
        READ, "GET", "/api/orders", params={"a": ["1", "2"], "b": True, "c": None, "d": "x,y"}
    )
    assert found.status == 200
    assert found.json == {"price": Decimal("12.10"), "count": 3}
    assert found.headers["x-wp-totalpages"] == "4"
    assert server.heard[0].line == "GET /base/api/orders?a=1&a=2&b=true&d=x%2Cy HTTP/1.1"
    assert server.heard[0].headers["authorization"] == "s3cret"
    assert server.heard[0].headers["user-agent"].startswith("mirakl_sync/")
    assert server.heard[0].headers["accept"] == "application/json"
    assert "content-length" not in server.heard[0].headers


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_write_without_a_body_says_that_its_length_is_zero(serve, method):
    server = serve(answer(204, b""))
    assert transport(server.url).call(WRITE, method, "/x").json is None
    assert server.heard[0].headers["content-length"] == "0"


def test_a_json_body_travels_with_decimals_as_numbers(serve):
    server = serve(answer())
    transport(server.url).call(WRITE, "PUT", "/x", json={"amount": Decimal("12.10"), "n": Decimal("3.00"), "ä": "ö"})
    assert server.heard[0].body == b'{"amount":12.1,"n":3,"\\u00e4":"\\u00f6"}'
    assert server.heard[0].headers["content-type"] == "application/json"


def test_form_fields_travel_in_the_body_and_not_in_the_address(serve):
    server = serve(answer())
    transport(server.url).call(WRITE, "POST", "/token", fields={"grant_type": "client_credentials", "secret": "a&b ü"})
    assert server.heard[0].line == "POST /token HTTP/1.1"
    assert server.heard[0].body == b"grant_type=client_credentials&secret=a%26b+%C3%BC"
    assert server.heard[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_connections_are_kept_between_calls_and_cookies_are_not(serve):
    server = serve(answer(set_cookie="session=1; Path=/"))
    client = transport(server.url)
    for _ in range(3):
        client.call(READ, "GET", "/x")
    assert server.connections == 1
    assert all("cookie" not in heard.headers for heard in server.heard)


def test_compressed_and_byte_order_marked_json_is_read(serve):
    packed = gzip.compress(b'\xef\xbb\xbf{"a": 1}')
    assert transport(serve(answer(body=packed, content_encoding="gzip")).url).call(READ, "GET", "/").json == {"a": 1}


@pytest.mark.parametrize(
    ("auth", "header", "query"),
    [
        (Basic("ck_ü", "cs"), "Basic Y2tfw7w6Y3M=", "GET /x?a=1 HTTP/1.1"),
        (
            QueryKeys({"consumer_key": "ck", "consumer_secret": "cs"}),
            None,
            "GET /x?a=1&consumer_key=ck&consumer_secret=cs HTTP/1.1",
        ),
        (None, None, "GET /x?a=1 HTTP/1.1"),
        (RawKey(" key\n"), "key", "GET /x?a=1 HTTP/1.1"),
    ],
)
def test_each_way_of_authentication_puts_its_keys_where_the_server_looks(serve, auth, header, query):
    server = serve(answer())
    found = transport(server.url, auth=auth).call(READ, "GET", "/x", params={"a": 1})
    assert server.heard[0].headers.get("authorization") == header
    assert server.heard[0].line == query
    assert "cs" not in found.url.replace("127.0.0.1", "")


def test_oauth1_is_signed_by_the_library(serve):
    server = serve(answer())
    transport(server.url, auth=OAuth1("ck", "cs")).call(WRITE, "PUT", "/x", params={"a": "b c"})
    signed = server.heard[0].headers["authorization"]
    assert signed.startswith("OAuth ")
    assert 'oauth_signature_method="HMAC-SHA256"' in signed
    assert 'oauth_consumer_key="ck"' in signed
    assert "oauth_token" not in signed
    assert server.heard[0].headers["content-length"] == "0"


@pytest.mark.parametrize("operation", [READ, WRITE])
def test_a_lost_answer_is_never_asked_again_and_leaves_only_writes_in_doubt(serve, operation):
    server = serve(lambda _connection, _heard: False)
    with pytest.raises(Unavailable) as caught:
        transport(server.url).call(operation, "PUT" if operation.writes else "GET", "/x")
    assert caught.value.outcome_unknown is operation.writes
    assert len(server.heard) == 1


def test_a_stale_connection_is_not_silently_repeated_for_a_write(serve):
    answered = []

    def once(connection, heard):
        if answered:
            return False
        answered.append(1)
        return answer()(connection, heard)

    server = serve(once)
    client = transport(server.url)
    client.call(READ, "GET", "/first")
    with pytest.raises(Unavailable) as caught:
        client.call(WRITE, "PUT", "/second")
    assert caught.value.outcome_unknown
    assert [heard.line.split()[1] for heard in server.heard] == ["/first", "/second"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failed_write_is_sent_once(serve, status):
    server = serve(answer(status, b"oops", retry_after="1"))
    with pytest.raises(Unavailable) as caught:
        transport(server.url).call(WRITE, "PUT", "/x")
    assert caught.value.outcome_unknown
    assert caught.value.after == 1
    assert len(server.heard) == 1


def test_nobody_listening_proves_that_nothing_was_done():
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Unavailable, match="refused") as caught:
        transport(url).call(WRITE, "PUT", "/x")
    assert not caught.value.outcome_unknown
    assert "nothing was sent" in caught.value.words


def test_an_unknown_host_proves_that_nothing_was_done():
    with pytest.raises(Unavailable, match="host is unknown") as caught:
        transport("http://nowhere.invalid").call(WRITE, "PUT", "/x")
    assert not caught.value.outcome_unknown


def test_a_failed_tls_handshake_proves_that_nothing_was_done(serve):
    server = serve(answer())
    with pytest.raises(Unavailable, match="certificate") as caught:
        transport(server.url.replace("http:", "https:")).call(WRITE, "PUT", "/x")
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("url", ["demo.mirakl.net", "ftp://demo.mirakl.net", "http://"])
def test_an_address_that_is_none_is_the_connections_fault(url):
    with pytest.raises(Misconfigured):
        transport(url).call(WRITE, "PUT", "/x")


def test_a_truncated_body_is_no_answer(serve):
    def cut(connection, _heard):
        connection.sendall(head(length=100) + b'{"orders": [')
        return False

    with pytest.raises(Unavailable, match="broke") as caught:
        transport(serve(cut).url).call(WRITE, "PUT", "/x")
    assert caught.value.outcome_unknown


def _trickle(first: bytes):
    def script(connection, _heard):
        connection.sendall(first)
        for _ in range(100):
            time.sleep(0.02)
            connection.sendall(b"x")

    return script


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX-Slow: ", head(length=1000)], ids=["headers", "body"])
def test_a_trickle_ends_with_the_total_timeout(serve, first):
    server = serve(_trickle(first))
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"within 0\.2 s") as caught:
        transport(server.url, timeouts=Timeouts(1, 0.2)).call(WRITE, "PUT", "/x")
    assert 0.15 < time.monotonic() - began < 0.6
    assert caught.value.outcome_unknown


def test_silence_ends_with_the_total_timeout(serve):
    server = serve(lambda _connection, _heard: time.sleep(0.4))
    with pytest.raises(Unavailable, match="within") as caught:
        transport(server.url, timeouts=Timeouts(1, 0.15)).call(READ, "GET", "/x")
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("status", "family"), [(301, Misconfigured), (308, Misconfigured), (302, Unavailable), (303, Unavailable)]
)
@pytest.mark.parametrize("operation", [READ, WRITE])
def test_a_redirect_is_never_followed(serve, status, family, operation):
    other = serve(answer())
    server = serve(answer(status, b"", location=other.url + "/?consumer_secret=cs"))
    with pytest.raises(family) as caught:
        transport(server.url).call(operation, "PUT" if operation.writes else "GET", "/x")
    assert other.heard == []
    assert "cs" not in caught.value.words.replace("consumer_secret", "")


def test_a_page_instead_of_json_is_no_answer(serve):
    server = serve(answer(body=b"<html>cached</html>", content_type="text/html; charset=utf-8"))
    with pytest.raises(Unavailable, match="text/html") as caught:
        transport(server.url).call(WRITE, "PUT", "/x")
    assert caught.value.outcome_unknown
    assert transport(server.url).call(READ, "GET", "/x", headers={"Accept": "*/*"}).body == b"<html>cached</html>"
    with pytest.raises(Unavailable, match="text/html"):
        transport(server.url, auth=OAuth1("ck", "cs")).call(READ, "GET", "/x")


@pytest.mark.parametrize("body", [b"{", b"NaN", b"[" * 100_000, b'{"a": 1e99999999999999999999}', b"\xff\xfe{}"])
def test_almost_json_is_no_answer(serve, body):
    with pytest.raises(Unavailable):
        transport(serve(answer(body=body)).url).call(READ, "GET", "/x")


def test_an_oversized_body_is_let_go(serve):
    server = serve(answer(body=b" " * 100_000))
    with pytest.raises(Unreadable, match="more than 1000 bytes"):
        transport(server.url, max_bytes=1000).call(READ, "GET", "/x")


def test_an_oversized_body_cannot_hide_in_compression(serve):
    server = serve(answer(body=gzip.compress(b" " * 5_000_000), content_encoding="gzip"))
    with pytest.raises(Unreadable):
        transport(server.url, max_bytes=1_000_000).call(READ, "GET", "/x")


class Book:
    """A budget that remembers."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.blocked: list[tuple[str, float]] = []

    def take(self, operation, *, patience=0):
        self.taken.append(operation.code)

    def block(self, operation, seconds):
        self.blocked.append((operation.code, seconds))


def test_a_spent_budget_of_theirs_blocks_ours(serve):
    server, book = serve(answer(429, b"{}", retry_after="7")), Book()
    with pytest.raises(RateLimited) as caught:
        transport(server.url, budget=book).call(READ, "GET", "/x")
    assert caught.value.after == 7
    assert book.blocked == [("R1", 7)]


def test_further_pages_take_no_place_of_the_budget(serve):
    server, book = serve(answer()), Book()
    client = transport(server.url, budget=book)
    client.call(READ, "GET", "/1")
    client.call(READ, "GET", "/2", budget=False)
    assert book.taken == ["R1"]


def test_a_spent_budget_of_ours_sends_nothing(serve):
    class Spent(Book):
        def take(self, operation, *, patience=0):
            raise RateLimited("spent", after=3)

    server, book = serve(answer()), Spent()
    with pytest.raises(RateLimited):
        transport(server.url, budget=book).call(READ, "GET", "/x")
    assert server.heard == []
    assert book.blocked == []


def test_a_vendor_may_read_a_refusal_its_own_way(serve):
    def interpret(operation, found):
        return Refused("known", code="K") if found.json == {"code": 7} else None

    with pytest.raises(Refused, match="known"):
        transport(serve(answer(403, b'{"code": 7}')).url, interpret=interpret).call(READ, "GET", "/x")
    with pytest.raises(Misconfigured):
        transport(serve(answer(403)).url, interpret=interpret).call(READ, "GET", "/x")


def test_the_cap_on_simultaneous_calls_holds(serve):
    busy, most, lock = [0], [0], threading.Lock()

    def script(connection, heard):
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(0.02)
        with lock:
            busy[0] -= 1
        answer()(connection, heard)

    client = transport(serve(script).url, parallel=2)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: client.call(READ, "GET", "/x"), range(12)))
    assert most == [2]


def test_a_call_that_finds_no_place_in_time_was_not_sent(serve):
    let_go, heard = threading.Event(), threading.Event()

    def slow(connection, line):
        heard.set()
        let_go.wait(10)
        answer()(connection, line)

    server = serve(slow)
    client = transport(server.url, parallel=1, timeouts=Timeouts(1, 5))
    with ThreadPoolExecutor(1) as threads:
        holder = threads.submit(client.call, WRITE, "PUT", "/x")
        assert heard.wait(5)
        client.timeouts = Timeouts(1, 0.1)
        with pytest.raises(Unavailable) as none:
            client.call(WRITE, "PUT", "/x")
        let_go.set()
        assert holder.result().status == 200
    assert none.value.outcome_unknown is False
    assert len(server.heard) == 1


def test_threads_share_a_transport_and_get_their_own_answers(serve):
    def echo(connection, heard):
        answer(body=f'{{"path": "{heard.line.split()[1]}"}}'.encode())(connection, heard)

    server = serve(echo)
    client = transport(server.url)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: client.call(READ, "GET", f"/{n}").json["path"], range(200)))
    assert found == [f"/{n}" for n in range(200)]
    assert server.connections <= 8


def test_the_log_tells_the_call_and_never_keys_or_bodies(serve, caplog):
    server = serve(answer(body=b'{"email": "ada@example.org"}'))
    client = transport(server.url, auth=QueryKeys({"consumer_key": "ck_live", "consumer_secret": "cs_live"}))
    with caplog.at_level(logging.DEBUG):
        client.call(READ, "GET", "/orders", params={"page": 2})
    (record,) = [record for record in caplog.records if record.name == "mirakl_sync.http"]
    assert (record.operation, record.method, record.status) == ("R1", "GET", 200)
    assert record.url.endswith("/orders?page=2&consumer_key=…&consumer_secret=…")
    assert record.ms >= 0
    everything = caplog.text + str([vars(record) for record in caplog.records])
    assert not [word for word in ("ck_live", "cs_live", "ada@") if word in everything]


def test_an_error_drags_no_library_exception_with_keys_along():
    client = transport("http://nowhere.invalid", auth=QueryKeys({"consumer_secret": "cs_live"}))
    with pytest.raises(Unavailable) as caught:
        client.call(READ, "GET", "/x")
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert "cs_live" not in str(caught.value)
