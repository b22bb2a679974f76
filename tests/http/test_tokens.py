"""Tokens that are logged in for: asked for once, shown until they are refused, and then once more."""

from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest

from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.http.contract import Operation, TokenHeader, Upload
from mirakl_sync.http.tokens import FixedToken, MemoryTokens, SharedToken, Token

READ, WRITE = Operation("read"), Operation("write", writes=True)
HOUR = timedelta(hours=1)


class Desk:
    """A login that counts: every token is a new one."""

    def __init__(self, lives: timedelta = HOUR) -> None:
        self.given, self.lives = 0, lives

    def __call__(self) -> Token:
        self.given += 1
        return Token(f"t{self.given}", self.lives)


def answer(status: int, body: bytes = b"{}") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.fixture
def door(serve):
    """A server that takes the tokens of ``good`` and no others."""
    good = {"t1"}

    def script(connection, heard):
        shown = heard.headers.get("authorization", "").removeprefix("Bearer ")
        connection.sendall(answer(200 if shown in good else 401))

    return serve(script), good


def test_one_login_serves_many_calls(door):
    served, _ = door
    desk = Desk()
    transport = HttpTransport(served.url, name="shop", auth=TokenHeader(SharedToken(MemoryTokens(), "shop", desk)))
    for _ in range(3):
        assert transport.call(READ, "GET", "/x").status == 200
    assert desk.given == 1


def test_a_refused_token_is_replaced_and_the_call_made_again(door):
    served, good = door
    desk = Desk()
    transport = HttpTransport(served.url, name="shop", auth=TokenHeader(SharedToken(MemoryTokens(), "shop", desk)))
    transport.call(READ, "GET", "/x")
    good.clear()
    good.add("t2")
    assert transport.call(WRITE, "POST", "/x", json={"a": 1}).status == 200
    assert [heard.body for heard in served.heard[-2:]] == [b'{"a":1}', b'{"a":1}']
    assert desk.given == 2


def test_a_file_is_whole_when_it_is_sent_again_with_another_token(door):
    served, good = door
    good.clear()
    good.add("t2")
    auth = TokenHeader(SharedToken(MemoryTokens(), "shop", Desk()))
    transport = HttpTransport(served.url, name="shop", auth=auth)
    assert transport.call(WRITE, "POST", "/x", upload=Upload("file", "a.csv", io.BytesIO(b"a;b\n1;2\n"))).status == 200
    assert [b"1;2" in heard.body for heard in served.heard] == [True, True]


def test_a_server_that_refuses_every_token_is_asked_twice_and_no_more(door):
    served, good = door
    good.clear()
    desk = Desk()
    transport = HttpTransport(served.url, name="shop", auth=TokenHeader(SharedToken(MemoryTokens(), "shop", desk)))
    with pytest.raises(Misconfigured):
        transport.call(READ, "GET", "/x")
    assert len(served.heard) == 2


def test_a_token_that_never_changes_is_shown_once_in_the_header_of_choice(door):
    served, _ = door
    auth = TokenHeader(FixedToken("shpat_1"), "X-Shopify-Access-Token", "")
    with pytest.raises(Misconfigured):
        HttpTransport(served.url, name="shop", auth=auth).call(READ, "GET", "/x")
    assert [heard.headers["x-shopify-access-token"] for heard in served.heard] == ["shpat_1"]


def test_a_login_that_fails_leaves_no_doubt_about_the_call(door):
    served, _ = door

    def closed() -> Token:
        raise Unavailable("the login does not answer")

    auth = TokenHeader(SharedToken(MemoryTokens(), "shop", closed))
    with pytest.raises(Unavailable) as error:
        HttpTransport(served.url, name="shop", auth=auth).call(WRITE, "POST", "/x", json={})
    assert not error.value.outcome_unknown
    assert served.heard == []


def test_a_token_near_its_end_is_renewed(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("mirakl_sync.http.tokens.time.monotonic", lambda: now[0])
    desk, shelf = Desk(timedelta(seconds=100)), MemoryTokens()
    assert shelf.get("a", desk) == "t1"
    now[0] = 79.9
    assert shelf.get("a", desk) == "t1"
    now[0] = 80.0
    assert shelf.get("a", desk) == "t2"


def test_a_token_refused_twice_costs_one_login_and_not_its_successor():
    desk, shelf = Desk(), MemoryTokens()
    old = shelf.get("a", desk)
    shelf.refuse("a", old)
    assert shelf.get("a", desk) == "t2"
    shelf.refuse("a", old)
    assert shelf.get("a", desk) == "t2"


def test_many_threads_log_in_once():
    desk, shelf, got = Desk(), MemoryTokens(), []
    threads = [threading.Thread(target=lambda: got.append(shelf.get("a", desk))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (set(got), desk.given) == ({"t1"}, 1)
