from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet

from mirakl_sync import config
from mirakl_sync.embedded import broker, procfile, setup, up
from mirakl_sync.embedded.files import alone, write_private
from mirakl_sync.errors import Misconfigured


@pytest.fixture
def program(tmp_path, monkeypatch) -> Path:
    """Stands for a server program; nothing is started here."""
    path = tmp_path / "bin" / "valkey-server"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\necho 'Server v=9.1.2 sha=0'\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent) + os.pathsep + os.environ["PATH"])
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("program")
def test_a_fresh_machine_gets_folder_key_and_broker_for_its_owners_eyes(tmp_path):
    ground = setup.prepare(tmp_path / "var", {"PATH": "/bin"})

    assert mode(ground.var) == 0o700
    for name in ("secret-key", "broker-url", "broker/broker.conf"):
        assert mode(ground.var / name) == 0o600
    Fernet((ground.var / "secret-key").read_text().strip())
    assert ground.environ["MIRAKL_SYNC_VAR"] == str(ground.var)
    assert ground.environ["PATH"].startswith(str(Path(sys.executable).parent) + os.pathsep)


@pytest.mark.usefixtures("program")
def test_the_settings_of_a_child_find_what_was_prepared(tmp_path):
    ground = setup.prepare(tmp_path / "var", {})

    told = config.read(ground.environ)

    assert told.broker_url == ground.broker.url
    assert told.secret_keys == ((ground.var / "secret-key").read_text().strip(),)
    assert told.database_url == f"sqlite:///{ground.var / 'mirakl_sync.db'}"


@pytest.mark.usefixtures("program")
def test_a_second_start_keeps_key_password_and_port(tmp_path):
    first = setup.prepare(tmp_path / "var", {})
    key = (first.var / "secret-key").read_text()

    second = setup.prepare(tmp_path / "var", {})

    assert second.broker.url == first.broker.url
    assert (second.var / "secret-key").read_text() == key


def test_a_broker_that_runs_elsewhere_is_left_alone(tmp_path):
    ground = setup.prepare(tmp_path / "var", {"MIRAKL_SYNC_BROKER_URL": "redis://elsewhere/0"})

    assert ground.broker is None
    assert not (ground.var / "broker-url").exists()


def test_a_key_from_the_environment_is_not_written_down(tmp_path):
    environ = {"MIRAKL_SYNC_BROKER_URL": "redis://elsewhere/0", "MIRAKL_SYNC_SECRET_KEY": "k"}

    assert not (setup.prepare(tmp_path / "var", environ).var / "secret-key").exists()


@pytest.mark.usefixtures("program")
def test_the_brokers_own_configuration_loses_nothing_and_listens_here(tmp_path):
    prepared = broker.prepare(tmp_path)
    conf = (tmp_path / "broker" / "broker.conf").read_text().splitlines()
    parts = urlsplit(prepared.url)

    assert parts.hostname == "127.0.0.1"
    assert {
        "bind 127.0.0.1", f"port {parts.port}", f"requirepass {parts.password}", "appendonly yes",
        "appendfsync everysec", 'save ""', "maxmemory-policy noeviction", "daemonize no",
    } <= set(conf)  # fmt: skip
    assert len(parts.password) >= 24


def test_a_recent_server_on_the_path_is_taken_first(program):
    assert broker.find_server() == program


def test_an_old_server_on_the_path_is_passed_over(program):
    program.write_text("#!/bin/sh\necho 'Redis server v=6.0.16 sha=00000000:0'\n")

    assert broker.find_server() != program


def test_lines_keep_their_order_and_the_broker_comes_first(tmp_path):
    lines = {"release": "r", "acceptance": "a", "beat": "b", "web": "w", "flower": "f"}
    ground = setup.Ground(tmp_path, {}, broker.Broker(("server", "conf"), "redis://x", tmp_path))

    told = up.lines_of(lines, ground, without=("flower",))

    assert [(line.name, line.stage) for line in told] == [("broker", 2), ("acceptance", 0), ("beat", 1), ("web", 1)]
    assert told[0].command == "'server' 'conf'"


def test_a_procfile_is_read_line_by_line(tmp_path):
    path = tmp_path / "Procfile"
    path.write_text("# a comment\n\nweb:   python -m web --port ${PORT:-80}\nworker: run\n")

    assert procfile.read(path) == {"web": "python -m web --port ${PORT:-80}", "worker": "run"}
    assert procfile.find(tmp_path) == path


@pytest.mark.parametrize("text", ["web python\n", "web: a\nweb: b\n", "web:\n"])
def test_a_line_that_is_none_is_named(tmp_path, text):
    path = tmp_path / "Procfile"
    path.write_text(text)

    with pytest.raises(Misconfigured, match=r"^Procfile line \d is not"):
        procfile.read(path)


def test_outside_any_project_the_line_file_beside_the_package_is_found(tmp_path):
    assert procfile.find(tmp_path).parent == Path(procfile.__file__).resolve().parents[2]


def test_two_at_once_on_one_folder_are_refused_and_the_dead_hold_nothing(tmp_path):
    another = pytest.raises(Misconfigured, match="Another `mirakl-sync up` or demonstration runs")
    with alone(tmp_path), another, alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_a_private_file_is_private_from_the_start_and_replaced_whole(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, "new")

    assert (path.read_text(), mode(path)) == ("new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_waiting_for_a_database_that_never_comes_ends_in_a_sentence(tmp_path):
    from mirakl_sync.embedded import wait_for_database
    from mirakl_sync.errors import Unavailable

    naps = []
    url = f"sqlite:///{tmp_path}/no/such/folder.db"
    with pytest.raises(Unavailable, match=r"^The database did not answer within 0 s\.$"):
        wait_for_database.wait(url, patience=0, sleep=naps.append)
    assert naps == []


def test_a_database_that_answers_is_not_waited_for(database_url):
    from mirakl_sync.embedded import wait_for_database

    wait_for_database.wait(database_url, patience=0)
