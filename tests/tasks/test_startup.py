from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from celery import signals

from mirakl_sync.config import Config
from mirakl_sync.db import secrets
from mirakl_sync.errors import Misconfigured
from tasks import app as celery
from tasks import flower, startup
from tests.conftest import TEST_KEY


@pytest.fixture
def config(db):
    return Config(db.url, "redis://127.0.0.1:1/0", (TEST_KEY,))


def test_a_complete_set_up_starts(config):
    startup.refuse_half_configured(config)


def test_without_a_key_nothing_starts(config):
    with pytest.raises(Misconfigured, match="No key for secrets"):
        startup.refuse_half_configured(replace(config, secret_keys=()))


def test_without_tables_nothing_starts(config, tmp_path):
    with pytest.raises(Misconfigured, match="no tables yet") as raised:
        startup.refuse_half_configured(replace(config, database_url=f"sqlite:///{tmp_path / 'empty.db'}"))

    assert raised.value.way_out == "Run `mirakl-sync db upgrade` first."


def test_without_a_database_nothing_starts_and_no_password_is_told(config):
    url = "postgresql+psycopg://u:hidden@127.0.0.1:1/x"
    with pytest.raises(Misconfigured, match=r"^The database cannot be reached: OperationalError\.$"):
        startup.refuse_half_configured(replace(config, database_url=url))


def test_a_half_configured_worker_leaves_in_one_sentence(config, monkeypatch):
    monkeypatch.setattr(startup, "refuse_half_configured", _raise(Misconfigured("No key.", way_out="Set one.")))

    with pytest.raises(SystemExit, match=r"^mirakl_sync does not start\. No key\. Set one\.$"):
        startup._start(config, process="acceptance@here")


def test_celery_hears_the_end_of_a_half_configured_worker():
    """Celery's signals swallow ordinary exceptions; the check must leave by one they do not."""
    signal = signals.Signal(name="test", providing_args={"sender"})
    signal.connect(_raise(SystemExit("no")), weak=False)

    with pytest.raises(SystemExit):
        signal.send(sender="x")


def test_each_process_is_named_in_the_brokers_client_list():
    conf = SimpleNamespace(broker_transport_options={"client_name": "mirakl_sync"})

    startup._name_connections(conf, "orders@my host")

    assert conf.broker_transport_options["client_name"] == "orders@my-host"


def test_flower_keeps_to_this_machine_without_a_password(config):
    with pytest.raises(Misconfigured, match=r"listen on 0\.0\.0\.0 without a password"):
        flower.arguments(replace(config, flower_bind="0.0.0.0:5555"))

    assert flower.arguments(config)[-2:] == ["--address=127.0.0.1", "--port=5555"]


def test_flowers_password_is_not_on_its_command_line(config):
    environ = {}
    closed = replace(config, flower_bind="0.0.0.0:5555", flower_password="hush")

    flower.give_password(closed, environ)

    assert "hush" not in " ".join(flower.arguments(closed))
    assert environ == {"FLOWER_BASIC_AUTH": "operator:hush"}


def test_flowers_open_pages_are_closed(monkeypatch):
    from flower import urls

    monkeypatch.setattr(urls, "handlers", list(urls.handlers))
    before = {flower._path(handler) for handler in urls.handlers}

    flower.close_open_pages()

    after = {flower._path(handler) for handler in urls.handlers}
    assert before - after == {"/metrics", "/healthcheck"}


def test_the_app_is_the_one_celery_finds():
    from celery.app.utils import find_app

    assert find_app("tasks") is celery


def _raise(error):
    def receiver(*_args, **_options):
        raise error

    return receiver


@pytest.fixture(autouse=True)
def _key_again():
    yield
    secrets.use_keys([TEST_KEY])
