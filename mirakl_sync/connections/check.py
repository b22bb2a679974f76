"""Can this connection be worked with? Ask both sides, keep what the marketplace tells of itself, answer in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.connections import refresh
from mirakl_sync.connections.difference import existing
from mirakl_sync.connections.fitting import fit_of, together_of, truth_of
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.connections.pausing import connection
from mirakl_sync.connections.planner_check import planner_findings
from mirakl_sync.db.models import Connection, Marketplace
from mirakl_sync.errors import MiraklSyncError, Misconfigured, RateLimited
from mirakl_sync.records.shop import Finding
from mirakl_sync.wiring import Wiring

# Further apart, and what we call "late" is not what they call late.
CLOCKS_APART = timedelta(seconds=30)

Say = Callable[[str], None]


def check(wiring: Wiring, key: str, say: Say = lambda _: None) -> list[Finding]:
    """Every finding, from the marketplace's door to the policy. ``say`` hears what is being asked, for progress.

    ``Misconfigured`` only when there is no such connection. What PC01 and A01 tell is kept on the marketplace's row.
    """
    with wiring.db.reading() as tx:
        number = connection(tx, key).id
        try:
            wiring.connections.forget(number)
            opened = wiring.connections.open(tx, number)
        except Misconfigured as error:
            return [Finding(False, "connection", error.words, error.way_out, blocking=True)]
    say("the marketplace")
    found = _marketplace(wiring, opened)
    say("the shop")
    store = _guarded("store", opened.platform.check)
    if wiring.config.hooks_url:
        say("the shop's webhooks")
        with wiring.db.reading() as tx:
            address = f"{wiring.config.hooks_url.rstrip('/')}/hooks/{connection(tx, key).store.key}"
        store += _guarded("webhooks", lambda: opened.platform.watch(address))
    beside = _guarded("planner", lambda: planner_findings(wiring, key))
    with wiring.db.reading() as tx:
        row = connection(tx, key)
        fits = [*fit_of(row, store), truth_of(row), *together_of(row)]
        standing = list(_standing(row))
    return [*found, *store, *fits, *beside, *standing]


def clock_finding(marketplace: str, theirs: datetime | None, ours: datetime) -> Finding:
    """How far our clock and a marketplace's are apart (HTTP ``Date`` has whole seconds)."""
    if theirs is None:
        return Finding(True, "clock", f"{marketplace} does not tell its time.")
    apart = abs(ours - theirs)
    words = f"Our clock and {marketplace}'s are {apart.total_seconds():.0f} s apart."
    if apart <= CLOCKS_APART:
        return Finding(True, "clock", words)
    return Finding(False, "clock", words, "Let this machine's clock follow a time server (chrony, systemd-timesyncd).")


def _marketplace(wiring: Wiring, opened: OpenConnection) -> list[Finding]:
    door = _guarded("marketplace", lambda: [_answers(wiring, opened)])
    if any(finding.blocking for finding in door):
        return door
    return [
        *door,
        *_guarded("account", lambda: list(_account(wiring, opened))),
        *_key_works([*_configuration(wiring, opened), *_lists(wiring, opened)]),
    ]


def _key_works(found: list[Finding]) -> list[Finding]:
    """A key refused wherever it was shown is no question of roles. A01 alone cannot tell: it is asked once a day."""
    if any(finding.ok and "read within" not in finding.sentence for finding in found):
        return found
    words = "The marketplace refuses the key wherever it is shown."
    return [
        Finding(False, "account", words, "Make a new API key in the marketplace's portal and apply it.", blocking=True),
        *found,
    ]


def _guarded(subject: str, ask: Callable[[], list[Finding]]) -> list[Finding]:
    """A question that is not answered is a finding too; a spent call limit is none."""
    try:
        return ask()
    except RateLimited as error:
        return [Finding(True, subject, f"Not asked again so soon: {error.words}.")]
    except MiraklSyncError as error:
        stops = subject in ("marketplace", "store") or isinstance(error, Misconfigured)
        return [Finding(False, subject, error.words, error.way_out, blocking=stops)]


def _answers(wiring: Wiring, opened: OpenConnection) -> Finding:
    theirs = opened.shop.version()
    finding = clock_finding(opened.marketplace_title, theirs, wiring.now())
    return Finding(
        finding.ok, "marketplace", f"{opened.marketplace_title} answers. {finding.sentence}", finding.way_out
    )


def _account(wiring: Wiring, opened: OpenConnection) -> Iterator[Finding]:
    account = opened.shop.account()
    _remember_shop(wiring, opened, {"name": account.name, "state": account.state})
    if account.shop_id != opened.shop_id:
        yield Finding(
            False,
            "account",
            f"The key answers for shop {account.shop_id}, not for {opened.shop_id}.",
            f"Write shop = {account.shop_id}, or take the key of shop {opened.shop_id}.",
            blocking=True,
        )
    words = f"Shop {account.shop_id} ({account.name}) is {account.state}, its currency is {account.currency}."
    if account.state == "OPEN":
        yield Finding(True, "account", words)
    else:
        yield Finding(False, "account", words, "It sells nothing until it is open; ask the marketplace.")


def _configuration(wiring: Wiring, opened: OpenConnection) -> Iterator[Finding]:
    try:
        told = opened.shop.configuration()
    except MiraklSyncError as error:
        yield Finding(
            False,
            "configuration",
            f"The marketplace's rules cannot be read: {error.words}",
            "Give the key's user the role of a shop administrator; without it time zone and acceptance mode stay "
            "unknown.",
        )
        return
    refresh.keep_rules(wiring, opened.marketplace, told)
    wiring.connections.forget(opened.id)
    automatic = "accepts orders by itself" if told.order_acceptance == "AUTOMATIC" else "waits for our answers"
    addresses = "before" if told.addresses_before_acceptance else "only after"
    yield Finding(
        True,
        "configuration",
        f"{opened.marketplace_title} {automatic}, shows addresses {addresses} acceptance, its time zone is "
        f"{told.timezone}.",
    )


def _lists(wiring: Wiring, opened: OpenConnection) -> Iterator[Finding]:
    """What is read here is kept: both lists may be asked for once a day only."""
    shop, market = opened.shop, opened.marketplace
    reads: tuple[tuple[str, Callable[[], object]], ...] = (
        (
            "shipping types (SH12)",
            lambda: refresh.keep_shipping_types(wiring, market, shop.shipping_types()),
        ),
        ("carriers (SH21)", lambda: refresh.keep_carriers(wiring, market, shop.carriers())),
        ("reasons (RE01)", lambda: f"{len(shop.reasons())} reasons"),
    )
    for name, read in reads:
        try:
            yield Finding(True, "reading", f"The {name} can be read: {read()}.")
        except RateLimited:
            yield Finding(True, "reading", f"{name[0].upper()}{name[1:]}: read within the last day.")
        except MiraklSyncError as error:
            words = f"{name[0].upper()}{name[1:]} cannot be read: {error.words}"
            yield Finding(False, "reading", words, error.way_out or "Check the roles of the key's user.")
    wiring.connections.forget(opened.id)


def _standing(row: Connection) -> Iterator[Finding]:
    if row.stopped_because:
        yield Finding(
            False,
            "standing",
            f"The connection stands still: {row.stopped_because}",
            f"Mend it, then `mirakl-sync connections resume {row.key}`.",
            blocking=True,
        )
    if row.paused:
        words = f"Paused by a person: {', '.join(row.paused)}."
        yield Finding(False, "standing", words, f"`mirakl-sync connections resume {row.key}`.")


def _remember_shop(wiring: Wiring, opened: OpenConnection, told: dict[str, Any]) -> None:
    with wiring.db.transaction() as tx:
        market = existing(tx, Marketplace, opened.marketplace)
        market.facts = {**market.facts, "shops": {**market.facts.get("shops", {}), opened.shop_id: told}}
