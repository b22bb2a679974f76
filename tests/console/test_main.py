from __future__ import annotations

import logging

import pytest

from mirakl_sync.config import Config
from mirakl_sync.console import __main__ as web
from mirakl_sync.errors import Misconfigured


@pytest.fixture(autouse=True)
def _logging_as_before():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def config(bind: str, password: str = "") -> Config:
    return Config("sqlite:///x.db", "redis://127.0.0.1:1/0", (), web_bind=bind, console_password=password)


@pytest.mark.parametrize(
    ("bind", "password", "listens"),
    [
        ("127.0.0.1:8000", "", ("127.0.0.1", 8000)),
        ("localhost:8000", "", ("localhost", 8000)),
        ("[::1]:8000", "", ("::1", 8000)),
        ("0.0.0.0:8000", "open sesame", ("0.0.0.0", 8000)),
        ("0.0.0.0:8000", "", ("127.0.0.1", 8000)),
        ("sync.example:80", "", ("127.0.0.1", 80)),
    ],
)
def test_without_a_password_it_listens_to_this_machine_alone(bind, password, listens):
    assert web.listen_at(config(bind, password)) == listens


def test_it_says_why_it_listens_to_this_machine_alone(capsys):
    web.listen_at(config("0.0.0.0:8000"))

    assert "no MIRAKL_SYNC_CONSOLE_PASSWORD is set" in capsys.readouterr().err


@pytest.mark.parametrize("bind", ["8000", "127.0.0.1", "127.0.0.1:http", ":8000"])
def test_an_address_that_is_none_is_refused(bind):
    with pytest.raises(Misconfigured, match="MIRAKL_SYNC_WEB_BIND is"):
        web.listen_at(config(bind))
