"""The worked example of a platform works: laid down as its page says, installed, and asked what every one is asked."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mirakl_sync.clock import now
from mirakl_sync.errors import Misconfigured, TryLater
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.platforms.contract import Capability, RemembersNumbers, StoreAccess
from mirakl_sync.records.shop import NoticeKind
from mirakl_sync.sandbox.server import serve
from tests.docs.pages import ROOT, blocks, pages

PAGE = pages()["docs/howto/add-a-platform.md"]
PARTS = ("bigshop_for_mirakl_sync", "bigshop_sandbox")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's files, and what an installer writes beside them."""
    laid = tmp_path_factory.mktemp("bigshop")
    for code in blocks(PAGE, "python"):
        path = laid / code.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, "utf-8")
    (declared,) = blocks(PAGE, "toml")
    project = tomllib.loads(declared)["project"]
    info = laid / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    told = "".join(
        f"[{group}]\n" + "".join(f"{key} = {where}\n" for key, where in points.items()) for group, points in groups
    )
    (info / "entry_points.txt").write_text(told)
    return laid


def run(folder: Path, *words: str) -> str:
    """What a Python of its own says, with the package installed; it must end well."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_installed_package_is_a_platform_like_ours(folder: Path):
    told = json.loads(run(folder, "-m", "mirakl_sync", "platforms", "show", "bigshop", "--json"))

    assert (told["label"], told["kind"], set(told["settings"])) == (
        "Bigshop",
        "shop",
        {"counted_by", "poll_every", "full_look_every"},
    )
    assert told["capabilities"]["reserves_stock"]["turned_by"] == [{"setting": "counted_by", "value": "nobody"}]


def test_it_answers_every_question_of_the_contract_that_it_claims(folder: Path):
    (line,) = re.findall(r"^PYTHONPATH=bigshop python (-m pytest .*)$", PAGE, re.MULTILINE)

    said = run(folder, *shlex.split(line), "-q", "-p", "no:cacheprovider")

    (passed,) = re.findall(r"^(\d+) passed", said, re.MULTILINE)
    assert int(passed) >= 55


@pytest.fixture
def bigshop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Opens the simulated shop with settings, any number of doors to the same one; ``shop`` is behind them."""
    monkeypatch.syspath_prepend(str(folder))
    import bigshop_sandbox
    from bigshop_for_mirakl_sync.spec import connect

    shop = bigshop_sandbox.Shop()
    shop.add("MUG", 10)
    shop.add("TEE-S", 3)
    server = serve(bigshop_sandbox.create_app(shop))

    def opened(key: str = bigshop_sandbox.KEY, **settings: Any) -> Any:
        def dial(base_url: str, *, auth: Any, interpret: Any = None, parallel: int = 0) -> HttpTransport:
            return HttpTransport(base_url, name="shop", auth=auth, interpret=interpret, parallel=parallel)

        return connect(StoreAccess("shop", server.url, {"key": key}, settings), dial, now)

    opened.shop = shop  # type: ignore[attr-defined]
    yield opened
    server.stop()
    for name in [name for name in sys.modules if name.partition(".")[0] in PARTS]:
        del sys.modules[name]


def polled(platform: Any, since: Any) -> dict[str, int]:
    return {n.product.sku: n.product.quantity for n in platform.notices_since(NoticeKind.PRODUCT, since)}


def test_a_number_that_changed_is_told_once_though_the_shop_dates_nothing(bigshop: Callable[..., Any]):
    platform, since = bigshop(), now() - timedelta(minutes=1)

    assert polled(platform, since) == {"MUG": 10, "TEE-S": 3}
    bigshop.shop.articles["MUG"]["stock"] = 9
    assert polled(platform, since) == {"MUG": 9}
    assert polled(platform, since) == {}


def test_a_poll_that_broke_off_is_told_again_whole(bigshop: Callable[..., Any]):
    platform, since = bigshop(), now() - timedelta(minutes=1)
    polled(platform, since)
    bigshop.shop.articles["MUG"]["stock"] = 9
    broken = platform.notices_since(NoticeKind.PRODUCT, since)
    assert next(broken).product.sku == "MUG"
    broken.close()

    assert polled(platform, since)["MUG"] == 9


def test_a_change_another_worker_told_and_that_was_taken_back_is_told_by_this_one(bigshop: Callable[..., Any]):
    here, there, since = bigshop(), bigshop(), now() - timedelta(minutes=1)
    polled(here, since)
    bigshop.shop.articles["MUG"]["stock"] = 9
    cursor = max(notice.observed_at for notice in there.notices_since(NoticeKind.PRODUCT, since))
    bigshop.shop.articles["MUG"]["stock"] = 10

    assert polled(here, cursor)["MUG"] == 10


def test_a_number_somebody_else_heard_of_is_told_anew(bigshop: Callable[..., Any]):
    platform, since = bigshop(), now() - timedelta(minutes=1)
    polled(platform, since)
    assert isinstance(platform, RemembersNumbers)
    platform.doubt_numbers(["MUG", "NEVER-SEEN"])

    assert polled(platform, since) == {"MUG": 10}


def test_a_wrong_setting_and_a_wrong_key_are_told_in_words(bigshop: Callable[..., Any]):
    with pytest.raises(Misconfigured, match="The Bigshop setting counted_by cannot be 'erp'"):
        bigshop(counted_by="erp")
    with pytest.raises(Misconfigured, match="has no key"):
        bigshop(key="")
    with pytest.raises(Misconfigured, match="does not accept our credentials"):
        bigshop(key="somebody else's").check()
    assert bigshop().check()[0].ok


def test_a_shop_that_counts_nothing_claims_nothing(bigshop: Callable[..., Any]):
    from bigshop_for_mirakl_sync.spec import BIGSHOP

    claimed = BIGSHOP.capabilities_with({"counted_by": "nobody"})

    assert BIGSHOP.capabilities - claimed == {Capability.RESERVES_STOCK}


def test_a_shop_out_of_order_is_asked_later(bigshop: Callable[..., Any]):
    platform = bigshop()
    bigshop.shop.articles = None

    with pytest.raises(TryLater):
        platform.product_facts(["MUG"])
