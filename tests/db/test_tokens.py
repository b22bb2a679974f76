"""A token is logged in for once, by whoever comes first, and shared by every process."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from mirakl_sync.db.models import KeptToken
from mirakl_sync.db.tokens import SharedTokens
from mirakl_sync.errors import Unavailable
from mirakl_sync.http.tokens import Token

NAME = "https://shop.example client-1"


class Desk:
    """A login that counts."""

    def __init__(self, takes: float = 0.0, fails: int = 0) -> None:
        self.given, self.takes, self.fails = 0, takes, fails

    def __call__(self) -> Token:
        time.sleep(self.takes)
        if self.fails:
            self.fails -= 1
            raise Unavailable("the login does not answer")
        self.given += 1
        return Token(f"t{self.given}", timedelta(seconds=100))


def test_two_workers_share_one_login(db, clock):
    desk = Desk()
    assert [SharedTokens(db, clock).get(NAME, desk) for _ in range(2)] == ["t1", "t1"]
    assert desk.given == 1


def test_many_threads_of_many_workers_log_in_once(db, clock):
    desk, got = Desk(takes=0.3), []
    shelves = [SharedTokens(db, clock) for _ in range(3)]
    threads = [
        threading.Thread(target=lambda shelf=shelf: got.append(shelf.get(NAME, desk)))
        for shelf in shelves
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got, desk.given) == (["t1"] * 9, 1)


def test_a_token_is_renewed_before_its_end(db, clock):
    desk, shelf = Desk(), SharedTokens(db, clock)
    shelf.get(NAME, desk)
    clock.advance(timedelta(seconds=79))
    assert shelf.get(NAME, desk) == "t1"
    clock.advance(timedelta(seconds=1))
    assert [each.get(NAME, desk) for each in (shelf, SharedTokens(db, clock))] == ["t2", "t2"]


def test_a_refused_token_is_forgotten_by_everybody_and_its_successor_is_not(db, clock):
    desk, mine, theirs = Desk(), SharedTokens(db, clock), SharedTokens(db, clock)
    old = mine.get(NAME, desk)
    assert theirs.get(NAME, desk) == old
    mine.refuse(NAME, old)
    assert mine.get(NAME, desk) == "t2"
    theirs.refuse(NAME, old)
    assert theirs.get(NAME, desk) == "t2"
    assert desk.given == 2


def test_a_failed_login_is_the_next_ones_to_try(db, clock):
    desk, shelf = Desk(fails=1), SharedTokens(db, clock)
    with pytest.raises(Unavailable):
        shelf.get(NAME, desk)
    assert SharedTokens(db, clock).get(NAME, desk) == "t1"


def test_a_login_whose_worker_died_is_taken_over_when_its_time_is_over(db, clock):
    with db.transaction() as tx:
        key = hashlib.sha256(NAME.encode()).hexdigest()
        tx.add(KeptToken(name=key, leased_until=clock() + timedelta(seconds=30)))
    desk, shelf = Desk(), SharedTokens(db, clock, patience=0.2)
    with pytest.raises(Unavailable):
        shelf.get(NAME, desk)
    clock.advance(timedelta(seconds=30))
    assert shelf.get(NAME, desk) == "t1"


def test_nothing_readable_lies_in_the_table(db, clock):
    # long enough not to come up in what is encrypted by chance, as two letters did
    told = "a-token-nobody-may-read"
    SharedTokens(db, clock).get(NAME, lambda: Token(told, timedelta(seconds=100)))
    with db.reading() as tx:
        row = tx.execute(text("SELECT name, token FROM kept_tokens")).one()
    assert "shop.example" not in row.name
    assert told not in row.token
