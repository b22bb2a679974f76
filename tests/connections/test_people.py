"""Who is told stands in the connections file: read, compared, written, and its webhook never shown."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from mirakl_sync.connections.apply import apply
from mirakl_sync.connections.difference import difference, unmentioned
from mirakl_sync.connections.file import Wanted, read_wanted
from mirakl_sync.db.models import Route, TimelineEntry
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import Misconfigured
from tests.conftest import NOON

ENVIRON = {"HOOK": "https://hooks.example/services/SECRET", "OTHER": "https://hooks.example/services/NEW"}
OPS: dict[str, Any] = {
    "email": ["ops@shop.example"],
    "webhook": "env:HOOK",
    "timezone": "Europe/Paris",
    "quiet": "20:00-07:00",
    "escalate_to": "admin",
}


def wanted(role: str = "operations", **changes: Any) -> Wanted:
    return read_wanted({"people": {role: {**deepcopy(OPS), **changes}}}, ENVIRON)


def said(db: Database, what: Wanted) -> list[str]:
    with db.reading() as tx:
        return [str(change) for change in difference(tx, what)]


def write(db: Database, what: Wanted) -> list[str]:
    with db.transaction() as tx:
        return [str(change) for change in apply(tx, what, "ann", NOON)]


def test_a_new_route_is_told_line_by_line_and_written(db: Database) -> None:
    lines = write(db, wanted())
    assert lines == [
        "people operations: new",
        'people operations: digest = ["09:00"]',
        'people operations: email = ["ops@shop.example"]',
        "people operations: escalate_after = 30m",
        "people operations: escalate_to = admin",
        "people operations: quiet = 20:00-07:00",
        "people operations: timezone = Europe/Paris",
        "people operations: webhook: set",
    ]
    assert said(db, wanted()) == []
    with db.reading() as tx:
        row = tx.execute(select(Route)).scalar_one()
        assert (row.role, row.webhook) == ("operations", {"url": ENVIRON["HOOK"]})
        assert row.escalate_after_seconds == timedelta(minutes=30).total_seconds()
        assert tx.execute(select(TimelineEntry.who).where(TimelineEntry.subject == "people")).scalars().all() == ["ann"]


def test_the_webhook_is_a_secret_at_rest_and_in_the_difference(db: Database) -> None:
    write(db, wanted())
    with db.reading() as tx:
        kept = tx.execute(text("SELECT webhook FROM routes")).scalar_one()
    assert "SECRET" not in kept
    assert said(db, wanted(webhook="env:OTHER")) == ["people operations: webhook: changed"]
    assert said(db, wanted(webhook="")) == ["people operations: webhook: removed"]
    assert "SECRET" not in repr(wanted())


def test_only_what_differs_is_told_and_what_is_left_out_has_its_default(db: Database) -> None:
    write(db, wanted())
    assert write(db, wanted(quiet="", digest=["08:00", "16:00"])) == [
        'people operations: digest: ["09:00"] → ["08:00", "16:00"]',
        "people operations: quiet: 20:00-07:00 → (nothing)",
    ]


def test_roles_of_two_words_are_written_with_an_underscore_and_others_are_left_alone(db: Database) -> None:
    write(db, wanted())
    assert wanted("customer_service").people[0].role == "customer service"
    with db.reading() as tx:
        assert unmentioned(tx, wanted("customer_service")) == ["people operations"]


@pytest.mark.parametrize(
    ("role", "changes", "words"),
    [
        ("boss", {}, "there is no role 'boss'"),
        ("operations", {"escalate_to": "boss"}, "there is no role 'boss'"),
        ("operations", {"escalate_to": "operations"}, "names the role itself"),
        ("operations", {"webhook": "https://hooks.example/x"}, "plain text"),
        ("operations", {"email": ["nobody"]}, "expected an e-mail address"),
        ("operations", {"timezone": "Mars"}, "expected a time zone"),
        ("operations", {"quiet": "20-07"}, "expected a time of day"),
        ("operations", {"digest": ["9"]}, "expected a time of day"),
        ("operations", {"escalate_after": "soon"}, "expected a duration"),
        ("operations", {"slack": "x"}, "not known"),
    ],
)
def test_what_cannot_be_is_refused_by_name(role: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        wanted(role, **changes)
    assert words in f"{refused.value.words} {refused.value.way_out}"


def test_a_webhook_that_is_no_address_is_refused_without_showing_it() -> None:
    with pytest.raises(Misconfigured, match="is no address") as refused:
        read_wanted({"people": {"operations": {"webhook": "env:HOOK"}}}, {"HOOK": "xoxb-SECRET"})
    assert "SECRET" not in str(refused.value)
