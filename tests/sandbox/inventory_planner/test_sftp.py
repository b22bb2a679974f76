"""A real SFTP client at the drop: logins, folders, uploads that are cut, and disks that are full."""

from __future__ import annotations

import contextlib
import time

import asyncssh
import pytest

from tests.sandbox.inventory_planner.conftest import SALES, VARIANT, Client, Uploader

FILE = VARIANT + "\nNEW,NEW,New,,NEW,1.00,2026-11-19T08:00:00,2026-11-19T08:00:00,false\n"


def uploads(client: Client) -> list[tuple[str, str, str]]:
    return [(one["path"], one["outcome"], one["fate"]) for one in client.control("sftp")["uploads"]]


def test_a_file_uploaded_with_the_password_is_read_in_the_night(client: Client, uploader: Uploader) -> None:
    uploader.put("variant/one.csv", FILE)
    assert client.get("variants?sku=NEW")["meta"]["total"] == 0
    client.night()
    assert client.get("variants?sku=NEW")["meta"]["total"] == 1
    assert uploads(client) == [("variant/one.csv", "whole", "read")]


def test_the_key_of_the_account_opens_the_door_too(client: Client, uploader: Uploader) -> None:
    key = asyncssh.import_private_key(uploader.access["private_key"])
    uploader.put("variant/one.csv", FILE, client_keys=[key], password=None)
    assert uploads(client) == [("variant/one.csv", "whole", "waits")]


def test_a_key_of_the_settings_opens_the_door(client: Client, uploader: Uploader) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    client.control("settings", {"public_keys": [key.export_public_key().decode()]})
    uploader.put("variant/one.csv", FILE, client_keys=[key], password=None)
    assert client.control("sftp")["counts"]["logins"] == 1


@pytest.mark.parametrize(
    "wrong",
    [{"password": "guess"}, {"username": "a99999"}, {"password": None, "client_keys": "stranger"}],
    ids=["password", "user", "key"],
)
def test_strangers_stay_outside(client: Client, uploader: Uploader, wrong: dict[str, object]) -> None:
    if wrong.get("client_keys"):
        wrong = {**wrong, "client_keys": [asyncssh.generate_private_key("ssh-ed25519")]}
    with pytest.raises(asyncssh.PermissionDenied):
        uploader.put("variant/one.csv", FILE, **wrong)
    assert uploads(client) == []


def test_there_is_one_folder_for_each_entity_and_no_other_can_be_made(client: Client, uploader: Uploader) -> None:
    names = uploader.do(lambda sftp: sftp.listdir("."))
    assert set(names) - {".", ".."} == set(uploader.access["folders"].values())
    with pytest.raises(asyncssh.SFTPPermissionDenied):
        uploader.do(lambda sftp: sftp.mkdir("returns"))
    with pytest.raises(asyncssh.SFTPNoSuchFile):
        uploader.put("returns/one.csv", FILE)


def test_nobody_gets_out_of_the_drop(uploader: Uploader) -> None:
    with pytest.raises(asyncssh.SFTPNoSuchFile):
        uploader.do(lambda sftp: sftp.stat("../../etc/passwd"))
    with pytest.raises(asyncssh.SFTPPermissionDenied):
        uploader.do(lambda sftp: sftp.symlink("/etc", "variant/etc"))


def test_a_refused_login_is_over_after_so_many(client: Client, uploader: Uploader) -> None:
    client.control("sftp", {"rules": [{"what": "refuse_login", "times": 1}]})
    with pytest.raises(asyncssh.PermissionDenied):
        uploader.put("variant/one.csv", FILE)
    uploader.put("variant/one.csv", FILE)
    assert client.control("sftp")["rules"][0]["fired"] == 1


def test_a_cut_upload_leaves_its_first_part_and_the_night_reads_it(client: Client, uploader: Uploader) -> None:
    at = "2026-11-19T08:00:00"
    rows = [f"L{n},O{n},MUG,WH-1,EUR,1,30.00,{at},false,{at},R{n},Shop A,false" for n in range(100)]
    text = "\n".join([SALES, *rows]) + "\n"
    cut = text.index("L40,O40") + 20
    client.control("sftp", {"rules": [{"what": "cut", "times": 1, "after_bytes": cut}]})
    with pytest.raises((asyncssh.Error, OSError)):
        uploader.put("sales_order/one.csv", text)
    assert uploads(client) == [("sales_order/one.csv", "cut", "waits")]
    reading = client.night()["files"][0]
    assert (reading["outcome"], reading["size"], reading["applied"], reading["refused"]) == ("accepted", cut, 40, 1)
    assert client.books()["demand"]["MUG"]["total"] == 40


def test_a_lost_answer_leaves_the_whole_file(client: Client, uploader: Uploader) -> None:
    client.control("sftp", {"rules": [{"what": "lose_answer", "times": 1}]})
    with pytest.raises((asyncssh.Error, OSError)):
        uploader.put("variant/one.csv", FILE)
    assert uploads(client) == [("variant/one.csv", "whole", "waits")]
    assert client.night()["files"][0]["applied"] == 1


def test_a_full_disk_refuses_the_rest_and_keeps_the_connection(client: Client, uploader: Uploader) -> None:
    client.control("sftp", {"rules": [{"what": "disk_full", "times": 1, "after_bytes": 10}]})
    with pytest.raises(asyncssh.SFTPFailure):
        uploader.put("variant/one.csv", FILE)
    assert uploads(client) == [("variant/one.csv", "disk full", "waits")]
    reading = client.night()["files"][0]
    assert (reading["size"], reading["outcome"]) == (10, "skipped")


def test_a_slow_disk_only_takes_longer(client: Client, uploader: Uploader) -> None:
    client.control("sftp", {"rules": [{"what": "slow", "seconds": 0.05}]})
    uploader.put("variant/one.csv", FILE)
    assert uploads(client) == [("variant/one.csv", "whole", "waits")]


def test_a_client_that_knows_the_old_host_key_does_not_enter(client: Client, uploader: Uploader) -> None:
    fresh = client.control("sftp/host_key", {})["host_key"]
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        uploader.put("variant/one.csv", FILE)
    Uploader({**uploader.access, "host_key": fresh}).put("variant/one.csv", FILE)


def test_a_file_renamed_to_its_name_is_read_and_one_that_was_not_is_left(client: Client, uploader: Uploader) -> None:
    uploader.put("variant/one.csv.part", FILE)
    uploader.put("variant/two.part", FILE)
    uploader.do(lambda sftp: sftp.rename("variant/one.csv.part", "variant/one.csv"))
    assert [file["name"] for file in client.night()["files"]] == ["one.csv"]
    assert client.control("sftp")["there"] == ["variant/two.part"]


def test_two_files_of_one_name_are_one_and_the_newest_counts(client: Client, uploader: Uploader) -> None:
    uploader.put("variant/one.csv", FILE)
    uploader.put("variant/one.csv", FILE.replace("New", "Newer"))
    assert uploads(client) == [("variant/one.csv", "whole", "overwritten"), ("variant/one.csv", "whole", "waits")]
    client.night()
    assert client.get("variants?sku=NEW")["variants"][0]["title"] == "Newer"


def test_a_file_that_was_taken_back_is_not_read(client: Client, uploader: Uploader) -> None:
    uploader.put("variant/one.csv", FILE)
    uploader.do(lambda sftp: sftp.remove("variant/one.csv"))
    assert client.night()["files"] == []
    assert uploads(client) == [("variant/one.csv", "whole", "removed")]


def test_an_upload_its_client_breaks_off_is_there_in_part(client: Client, uploader: Uploader) -> None:
    async def broken_off(sftp: asyncssh.SFTPClient) -> None:
        file = await sftp.open("variant/one.csv", "w")
        await file.write(FILE[:50])
        sftp.exit()

    with contextlib.suppress(asyncssh.Error, OSError):
        uploader.do(broken_off)
    until = time.monotonic() + 5
    while not uploads(client) and time.monotonic() < until:
        time.sleep(0.01)
    assert uploads(client) == [("variant/one.csv", "cut", "waits")]
    assert client.control("sftp")["uploads"][0]["size"] == 50
