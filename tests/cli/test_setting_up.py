"""Setting up on the command line: database, secrets, connections, sandbox, doctor."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from mirakl_sync import __version__
from mirakl_sync.cli.main import COMMANDS, cli
from mirakl_sync.cli.output import left, span
from mirakl_sync.cli.sandbox_file import connections_file
from mirakl_sync.clock import now
from mirakl_sync.db import migrate, secrets
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.platforms.contract import StoreAccess
from mirakl_sync.platforms.inventory_planner.store import plan
from mirakl_sync.sandbox.inventory_planner import Planner, create_app, settings_from
from mirakl_sync.sandbox.inventory_planner.catalogue import seed
from mirakl_sync.sandbox.server import serve
from tests.cli.conftest import Run
from tests.conftest import NOON
from tests.worlds import MARKET, WEBSHOP, World


def test_every_command_has_help_and_the_group_lists_it(run: Run) -> None:
    told = run("--help").output
    for name in COMMANDS:
        assert name in told
        assert "Usage:" in run(name, "--help").output


def test_the_version(run: Run) -> None:
    assert run("version").output.strip() == __version__


@pytest.fixture
def nothing_yet(empty_database_url: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands where no tables were made yet."""
    monkeypatch.setenv("MIRAKL_SYNC_DATABASE_URL", empty_database_url)
    return run


def test_a_database_is_brought_up_to_date_and_says_so(nothing_yet: Run) -> None:
    assert "Run `mirakl-sync db upgrade`" in nothing_yet("db", "status", code=1).output
    assert "The database stands at" in nothing_yet("db", "upgrade").output
    assert json.loads(nothing_yet("db", "status", "--json").output)["up_to_date"] is True
    assert "No connections yet" in nothing_yet("connections", "list").output


def test_a_database_without_tables_is_one_sentence_with_the_way_out(nothing_yet: Run) -> None:
    told = nothing_yet("orders", "list", code=1).stderr
    assert "mirakl-sync db upgrade" in told
    assert "Traceback" not in told


def test_wrong_settings_are_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRAKL_SYNC_DATABASE_URL", "mysql://nowhere")
    assert "names a database we do not know" in run("orders", "list", code=1).stderr
    assert "STOP  settings" in run("doctor", code=1).output


def test_a_secret_is_encrypted_from_standard_input_and_reads_back(run: Run) -> None:
    told = run("secret", "encrypt", given="s3cret\n").output.strip()
    assert secrets.decrypt(told.removeprefix("fernet:")) == "s3cret"
    assert len(run("secret", "new-key").output.strip()) == 44
    assert "Nothing was given" in run("secret", "encrypt", given="", code=2).stderr


def a_file(acme: World, tmp_path: Path) -> Path:
    path = tmp_path / "acme.toml"
    plan = {"servers": [MARKET, WEBSHOP]}
    path.write_text(connections_file(acme.sandbox.servers, plan).replace("acme-2000", "acme-webshop"))
    return path


def test_applying_a_file_shows_asks_writes_and_is_a_no_op_the_second_time(
    acme: World, run: Run, tmp_path: Path
) -> None:
    path = str(a_file(acme, tmp_path))
    shown = run("connections", "apply", path, "--dry-run").output
    assert "connection acme-webshop: orders.poll_every: 1m → 5s" in shown
    assert "Nothing was written" in shown
    assert "add --yes" in run("connections", "apply", path, code=2).stderr
    assert "changes written" in run("connections", "apply", path, "--yes").output
    assert "already true" in run("connections", "apply", path, "--yes").output
    (row,) = json.loads(run("connections", "list", "--json").output)
    assert (row["key"], row["poll_every"], row["standing"]) == ("acme-webshop", "5s", "works")


def test_open_orders_follow_a_new_policy_only_when_asked(acme: World, run: Run, tmp_path: Path) -> None:
    (order_id,) = acme.place(lines=[{"sku": "MUG"}])
    acme.pull()
    before = acme.order(order_id).policy_id
    path = a_file(acme, tmp_path)
    run("connections", "apply", str(path), "--yes")
    assert acme.order(order_id).policy_id == before
    told = run("connections", "apply", str(path), "--yes", "--open-orders").output
    assert "1 open orders of acme-webshop now follow its present policy." in told
    assert acme.order(order_id).policy_id != before
    assert "0 open orders" in run("connections", "apply", str(path), "--yes", "--open-orders").output


def test_a_file_with_a_plain_secret_is_refused_without_showing_it(acme: World, run: Run, tmp_path: Path) -> None:
    path = a_file(acme, tmp_path)
    written = path.read_text()
    start = written.index('api_key = "')
    path.write_text(written[:start] + 'api_key = "hunter2"\n' + written[written.index("\n", start) :])
    told = run("connections", "apply", str(path), "--yes", code=1).stderr
    assert "stands in the file as plain text" in told
    assert "hunter2" not in told


def test_pausing_and_resuming(acme: World, run: Run) -> None:
    del acme
    assert "paused orders" in run("connections", "pause", "acme-webshop").output
    assert "paused already" in run("connections", "pause", "acme-webshop").output
    assert "somebody else is looking, or the feed is paused" in run("orders", "pull").output
    assert "resumed orders" in run("connections", "resume", "acme-webshop").output
    assert "Known are acme-webshop." in run("connections", "pause", "nobody", code=1).stderr


def test_a_check_prints_findings_and_fails_when_something_blocks(acme: World, run: Run) -> None:
    assert "ok    marketplace: Acme answers." in run("connections", "check").output
    acme.market.post("keys", {"revoke": acme.sandbox["acme"]["shops"][0]["key"]})
    told = run("connections", "check", "acme-webshop", code=1).output
    assert "STOP" in told
    assert "→" in told


def test_the_sandbox_is_played_from_the_command_line(acme: World, run: Run) -> None:
    (order_id,) = run("sandbox", "place-order", "--sku", "MUG", "--quantity", "3").output.split()
    assert acme.their_order(order_id)["state"] in ("STAGING", "WAITING_ACCEPTANCE")
    assert (
        "lose_answer"
        in run("sandbox", "trouble", "lose_answer", "--match", "OR21", "--times", "1", "--server", "acme").output
    )
    assert acme.market.get("trouble")["rules"][0]["what"] == "lose_answer"
    assert "no trouble" in run("sandbox", "trouble", "--clear", "--server", "acme").output
    assert (
        json.loads(run("sandbox", "books", "--summary", "--json", "--server", "acme").output)["totals"]["orders"] == 1
    )
    assert "Write --server with one of acme, webshop." in run("sandbox", "books", code=1).stderr
    assert "There is no server 'x'." in run("sandbox", "books", "--server", "x", code=1).stderr


def test_without_a_sandbox_the_way_to_one_is_told(run: Run) -> None:
    assert "mirakl-sync sandbox up" in run("sandbox", "place-order", code=1).stderr


def test_the_file_of_a_sandbox_has_its_windows_limits_and_encrypted_secrets() -> None:
    servers = [
        {"name": "a", "kind": "mirakl", "url": "http://127.0.0.1:1", "shops": [{"shop_id": 1, "key": "k1"}]},
        {"name": "b", "kind": "mirakl", "url": "http://127.0.0.1:2", "shops": [{"shop_id": 2, "key": "k2"}]},
        {"name": "w", "kind": "woocommerce", "url": "http://x", "consumer_key": "ck", "consumer_secret": "cs"},
    ]
    plan = {
        "servers": [
            {"name": "a", "profile": "external_partner"},
            {"name": "b", "limits": "off", "timezone": "Europe/Paris", "acceptance_window": {"working_days": 2}},
            {"name": "w"},
        ]
    }
    read = tomllib.loads(connections_file(servers, plan))
    assert read["marketplace"]["a"] == {"url": "http://127.0.0.1:1", "window": "172800s", "caller": "external_partner"}
    assert read["marketplace"]["b"]["window"] == {"working_days": 2, "timezone": "Europe/Paris"}
    assert read["connection"]["a-1"]["orders"] == {"poll_every": "15m"}
    assert read["connection"]["b-2"]["orders"] == {"poll_every": "5s"}
    assert secrets.decrypt(read["connection"]["a-1"]["api_key"].removeprefix("fernet:")) == "k1"


@pytest.fixture
def planner() -> Iterator[dict[str, Any]]:
    """A simulated planner with a file server, as a running sandbox tells of it."""
    account = Planner(settings_from({}))
    seed(account, {"sku": "MUG", "price": "1", "quantity": 5})
    account.recalculate()
    account.open_door()
    server = serve(create_app(account))
    assert account.door
    told = {"account": "a12345", "key": "ip-sandbox-key", "warehouses": {"WH-1": "c23867_WH-1"}}
    yield {"name": "ip", "kind": "inventory_planner", "url": server.url, **told, "sftp": account.door.access()}
    server.stop()
    account.close()


def test_the_file_of_a_sandbox_with_a_planner_feeds_it_and_places_no_orders_there(planner: dict[str, Any]) -> None:
    servers = [
        {"name": "a", "kind": "mirakl", "url": "http://127.0.0.1:1", "shops": [{"shop_id": 1, "key": "k1"}]},
        planner,
        {"name": "w", "kind": "woocommerce", "url": "http://x", "consumer_key": "ck", "consumer_secret": "cs"},
    ]
    read = tomllib.loads(connections_file(servers, {"servers": [{"name": "a"}]}))

    connection, store = read["connection"]["a-1"], read["store"]["ip"]
    assert (connection["store"], connection["planner"], store["platform"]) == ("w", "ip", "inventory_planner")
    shown = {name: secrets.decrypt(value.removeprefix("fernet:")) for name, value in store["credentials"].items()}
    found = plan(StoreAccess("ip", store["url"], shown, store["settings"]), dial, now).check()
    assert [each.sentence for each in found if not each.ok] == []


def test_a_simulated_planner_without_a_file_server_is_only_read(planner: dict[str, Any]) -> None:
    del planner["sftp"]

    store = tomllib.loads(connections_file([planner], {"servers": []}))["store"]["ip"]

    assert store["settings"] == {"way": "native"}
    assert set(store["credentials"]) == {"api_key", "account"}


def dial(base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> HttpTransport:
    return HttpTransport(base_url, name="planner", auth=auth, interpret=interpret, parallel=parallel)


def test_the_doctor_names_what_is_wrong_and_how_to_mend_it(acme: World, run: Run) -> None:
    with acme.wiring.db.transaction() as tx:
        tx.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        tx.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrate.newest()})
    found = json.loads(run("doctor", "--json", code=1).output)
    told = {(finding["subject"], finding["ok"]) for finding in found}
    assert {("settings", True), ("key", True), ("broker", False), ("connection acme-webshop", True)} <= told
    assert {("database", True), ("processes", False)} <= told
    assert all(finding["way_out"] for finding in found if not finding["ok"])


def test_no_key_is_the_doctors_first_complaint(nothing_yet: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_yet("db", "upgrade")
    monkeypatch.delenv("MIRAKL_SYNC_SECRET_KEY")
    assert "STOP  key: No key for secrets at rest." in nothing_yet("doctor", code=1).output


def test_unknown_commands_are_wrong_usage() -> None:
    assert CliRunner().invoke(cli, ["nonsense"]).exit_code == 2


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (3661, "1 h 1 min"), (90061, "1 d 1 h")]
)
def test_spans_of_time(seconds: float, words: str) -> None:
    assert span(seconds) == words
    assert left(None, NOON) == ""
