"""Files brought to a real SFTP server: whole or not at all, by the right key, and never to a stranger."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import asyncssh
import pytest

from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.records.planning import Feed, SaleRow, StockRow, VariantRow
from mirakl_sync.sandbox.inventory_planner.sftp import _Login
from tests.platforms.inventory_planner.conftest import Account

AT = datetime(2026, 11, 19, 8, tzinfo=UTC)
NAME = "variant-000001-20261119T080000Z.csv"
MANY = [VariantRow(f"SKU-{n}", "A thing", Decimal(1), AT, AT) for n in range(500)]


def test_what_was_brought_is_read_in_the_night_and_its_numbers_show_it(account: Account):
    planner, at = account.open(), account.planner.clock.now()
    files = {
        Feed.VARIANTS: [VariantRow("=NEW,1", "New", Decimal("9.5"), at, at)],
        Feed.STOCK: [StockRow("=NEW,1", "WH-1", 7, at)],
        Feed.SALES: [SaleRow("m:1", "m:1-1", "=NEW,1", "WH-1", 3, Decimal("9.50"), "EUR", True, at, at, "1", "A")],
    }
    for feed, rows in files.items():
        name = planner.file_name(feed, 1, at)
        planner.bring(feed, name, planner.write(feed, rows))
        assert planner.brought(feed, name)

    read = account.night()

    assert [(each["outcome"], each["applied"], each["refused"]) for each in read] == [("accepted", 1, 0)] * 3
    (told,) = planner.planned(["=NEW,1"])
    assert (told.sku, told.in_stock, told.sold_7, told.sold_30) == ("=NEW,1", 7, 3, 3)


def test_a_file_that_never_came_has_no_size(account: Account):
    assert account.open().brought(Feed.SALES, "nothing.csv") is None


def test_a_file_is_brought_again_without_harm(account: Account):
    planner, content = account.open(), b"VARIANT_ID\n"
    for _ in range(2):
        planner.bring(Feed.VARIANTS, NAME, content)

    assert account.lying() == [f"variant/{NAME}"]
    assert planner.brought(Feed.VARIANTS, NAME) == len(content)


def test_what_lies_there_in_another_length_is_replaced(account: Account):
    planner = account.open()
    planner.bring(Feed.VARIANTS, NAME, b"half")
    planner.bring(Feed.VARIANTS, NAME, b"the whole")

    assert planner.brought(Feed.VARIANTS, NAME) == 9
    assert account.lying() == [f"variant/{NAME}"]


@pytest.mark.parametrize("what", ["cut", "disk_full"])
def test_an_upload_that_breaks_leaves_nothing_the_night_would_read(account: Account, what: str):
    planner = account.open()
    content = planner.write(Feed.VARIANTS, MANY)
    account.drop_trouble(what, times=1, after_bytes=5000)

    with pytest.raises(Unavailable) as trouble:
        planner.bring(Feed.VARIANTS, NAME, content)

    assert trouble.value.outcome_unknown
    assert planner.brought(Feed.VARIANTS, NAME) is None
    assert account.night() == []
    planner.bring(Feed.VARIANTS, NAME, content)
    assert [each["applied"] for each in account.night()] == [500]
    assert account.lying() == []


def test_a_lost_answer_is_cleared_up_by_bringing_it_again(account: Account):
    planner = account.open()
    account.drop_trouble("lose_answer", times=1)

    with pytest.raises(Unavailable):
        planner.bring(Feed.VARIANTS, NAME, planner.write(Feed.VARIANTS, MANY))

    assert planner.brought(Feed.VARIANTS, NAME) is None
    planner.bring(Feed.VARIANTS, NAME, planner.write(Feed.VARIANTS, MANY))
    assert [each["applied"] for each in account.night()] == [500]


def test_a_file_server_that_takes_too_long_is_left_in_time(account: Account):
    planner = account.open()
    account.drop_trouble("slow", seconds=0.5)

    with pytest.raises(Unavailable, match=r"no answer within 0.2 s; the file may lie there"):
        replace(planner._drop, seconds=0.2).bring("variant", NAME, b"x")

    planner.bring(Feed.VARIANTS, NAME, b"x")
    assert planner.brought(Feed.VARIANTS, NAME) == 1


def test_a_server_that_says_nothing_is_left_in_time(account: Account):
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Unavailable, match="no answer within"):
        replace(account.open(sftp_port=mute.getsockname()[1])._drop, seconds=0.2).look("variant")


def test_a_host_with_another_key_gets_nothing_and_the_line_to_compare_is_told(account: Account):
    planner = account.open()
    assert account.planner.door
    fresh = " ".join(account.planner.door.new_host_key().split()[:2])

    with pytest.raises(Misconfigured, match="is not the one we know; nothing was sent") as refused:
        planner.bring(Feed.VARIANTS, NAME, b"x")

    assert f'sftp_host_key = "{fresh}"' in refused.value.way_out
    assert account.lying() == []
    account.open(sftp_host_key=fresh).bring(Feed.VARIANTS, NAME, b"x")


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"])
def test_of_a_host_with_several_keys_the_one_we_know_is_asked_for(account: Account, kind: str):
    keys = [asyncssh.generate_private_key(each) for each in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")]
    known = next(key for key in keys if key.get_algorithm() == kind).export_public_key().decode()
    door = account.planner.door
    assert door

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(lambda: _Login(door), "127.0.0.1", 0, server_host_keys=keys)

    other = door._do(listen())
    with pytest.raises(Unavailable, match="did not do what we asked"):  # it has no files, but it let us in
        account.open(sftp_port=other.get_port(), sftp_host_key=known).brought(Feed.VARIANTS, NAME)
    other.close()
    assert door.counts["logins"] == 1


def test_a_host_nobody_vouched_for_gets_nothing(account: Account):
    with pytest.raises(Misconfigured, match="is not known to us") as refused:
        account.open(sftp_host_key="").bring(Feed.VARIANTS, NAME, b"x")

    assert re.search(r'sftp_host_key = "ssh-ed25519 AAAA', refused.value.way_out)
    assert account.planner.door
    assert account.planner.door.counts["logins"] == 0


@pytest.mark.parametrize(
    ("login", "settings", "words"),
    [
        ({"sftp_password": "hunter2-wrong"}, {}, "does not let us in"),
        ({"sftp_user": "somebody"}, {}, "does not let us in"),
        ({"sftp_user": ""}, {}, "no host or no user"),
        ({"sftp_private_key": "-----BEGIN hunter2-wrong-----"}, {}, "no private key that can be read"),
        ({}, {"sftp_host_key": "ssh-ed25519 nonsense"}, "no public key"),
        ({}, {"sftp_folders": {"variants": "elsewhere"}}, "no folder 'elsewhere'"),
    ],
)
def test_what_a_person_must_mend_is_said_without_secrets(
    account: Account, login: dict[str, str], settings: dict[str, str], words: str
):
    with pytest.raises(Misconfigured, match=words) as refused:
        account.open(login=login, **settings).bring(Feed.VARIANTS, NAME, b"x")

    assert refused.value.way_out
    assert "hunter2" not in f"{refused.value.words} {refused.value.way_out} {refused.value.__cause__}"


def test_a_key_opens_the_door_without_a_password(account: Account):
    key = asyncssh.generate_private_key("ssh-ed25519")
    account.planner.settings.public_keys = (key.export_public_key().decode(),)
    login = {"sftp_password": "", "sftp_private_key": key.export_private_key().decode()}

    account.open(login=login).bring(Feed.VARIANTS, NAME, b"x")

    assert account.lying() == [f"variant/{NAME}"]


def test_a_server_that_is_not_there_is_asked_later(account: Account):
    with pytest.raises(Unavailable) as trouble:
        account.open(sftp_port=1).bring(Feed.VARIANTS, NAME, b"x")

    assert not trouble.value.outcome_unknown


def test_nobody_reads_secrets_in_the_drops_own_words(account: Account):
    assert "drop-it-here" not in repr(account.open()._drop)
