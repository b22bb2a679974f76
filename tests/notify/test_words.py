"""A message is short, says what is at stake and the way to the question, and nothing about buyers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mirakl_sync.notify import words
from mirakl_sync.notify.rules import ALERT, DIGEST, ESCALATION, Key
from mirakl_sync.notify.words import Told
from tests.conftest import NOON

ONE = Told(
    12, "The shop does not know a SKU that was sold", "operations", "acme-manor", "The shop has no MUG.",
    "3 orders, 412.00 EUR, the sale is lost in 2 h", NOON + timedelta(hours=2),
)  # fmt: skip


def compose(*reasons: str, kind: str = ALERT, role: str = "operations", console: str = "", **more: str) -> words.Text:
    about = {number: replace(ONE, id=number) for number in range(1, len(reasons) + 1)}
    keys = [Key(number, role, reason, "webhook") for number, reason in enumerate(reasons, 1)]
    return words.compose(kind, role, keys, about, zone=more.get("zone", "UTC"), console=console)


def test_one_question_is_told_whole() -> None:
    text = compose(ALERT, console="https://sync.example/")
    assert text.subject == "The shop does not know a SKU that was sold"
    assert text.body == (
        "New and urgent\n\n"
        "* The shop does not know a SKU that was sold (acme-manor)\n"
        "  3 orders, 412.00 EUR, the sale is lost in 2 h; asked of operations, due 2026-03-02 14:00 UTC\n"
        "  The shop has no MUG.\n"
        "  `mirakl-sync inbox show 1`\n"
        "  https://sync.example/exceptions?item=1\n\n"
        "-- \nmirakl_sync, for operations. https://sync.example/exceptions\n"
    )


def test_times_are_told_in_the_reader_s_own_time_zone() -> None:
    assert "due 2026-03-02 15:00 Europe/Paris" in compose(ALERT, zone="Europe/Paris").body


def test_new_ones_reminders_and_escalations_stand_apart() -> None:
    body = compose(ALERT, "reminder 1", ESCALATION).body
    assert body.index("New and urgent") < body.index("Still waiting") < body.index("Nobody of its owners has acted")


def test_only_escalations_say_so_in_the_subject() -> None:
    assert compose(ESCALATION, role="admin").subject.startswith("Nobody acts (operations): ")
    assert not compose(ESCALATION, ALERT, role="admin").subject.startswith("Nobody acts")


def test_many_are_counted_after_the_first_ten() -> None:
    text = compose(*[ALERT] * 300)
    assert text.subject.endswith("and 299 more")
    assert text.body.count("`mirakl-sync inbox show") == 10
    assert 'And 290 more: `mirakl-sync inbox list --owner "operations"`' in text.body


def test_a_digest_counts_in_its_subject() -> None:
    assert compose(DIGEST, kind=DIGEST).subject == "1 question waits for operations"
    text = compose(DIGEST, DIGEST, kind=DIGEST)
    assert text.subject == "2 questions wait for operations"
    assert "none is urgent" in text.body


def test_a_question_that_quotes_others_is_left_out_and_a_long_one_is_cut() -> None:
    quoted = {1: replace(ONE, id=1, question="")}
    keys = [Key(1, "operations", ALERT, "webhook")]
    body = words.compose(ALERT, "operations", keys, quoted, zone="UTC", console="").body
    assert "MUG" not in body
    long = {1: replace(ONE, id=1, question="word " * 200)}
    line = words.compose(ALERT, "operations", keys, long, zone="UTC", console="").body.splitlines()[4]
    assert (len(line.strip()), line[-1]) == (300, "…")


def test_a_trial_says_who_wanted_it_and_that_nothing_is_to_be_done() -> None:
    text = words.trial("finance", "ann", "")
    assert "ann wanted to see" in text.body
    assert "Nothing is to be done" in text.body
