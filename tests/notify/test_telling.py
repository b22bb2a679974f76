"""From rows to messages: never twice, never lost, and a failure becomes a question."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from mirakl_sync.cases.step import Ask
from mirakl_sync.clock import FixedClock
from mirakl_sync.config import Config
from mirakl_sync.db.models import Heartbeat, InboxItem, Message, Route, Telling
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import Misconfigured
from mirakl_sync.inbox import acting, desk
from mirakl_sync.notify import audience, sending, telling
from mirakl_sync.wiring import Wiring, wire
from tests.conftest import TEST_KEY
from tests.notify.servers import Mailbox, Receiver, mail_server, webhook_receiver

ANN, BOB = "ann@shop.example", "bob@shop.example"


@dataclass
class House:
    """Our side, both servers, and a clock that stands."""

    wiring: Wiring
    clock: FixedClock
    box: Mailbox
    hook: Receiver

    def route(
        self, role: str = "operations", *, email: tuple[str, ...] = (ANN,), webhook: bool = False, **more
    ) -> None:
        with self.wiring.db.transaction() as tx:
            url = {"url": self.hook.url if webhook else ""}
            values = {"digest": ["09:00"], "escalate_after_seconds": 1800.0, "quiet": "", "timezone": "UTC", **more}
            tx.add(Route(role=role, email=list(email), webhook=url, **{"escalate_to": "", **values}))

    def ask(self, kind: str = "insufficient_stock", key: str = "MUG", words: str = "The shop has no MUG.") -> int:
        with self.wiring.db.transaction() as tx:
            return desk.open_item(tx, None, Ask(kind, key, words), "", None, self.clock()).id

    def later(self, **by: float) -> str:
        self.clock.at += timedelta(**by)
        return telling.notify(self.wiring).sentence()

    def messages(self) -> list[Message]:
        with self.wiring.db.reading() as tx:
            return list(tx.execute(select(Message).order_by(Message.id)).scalars())

    def item(self, kind: str) -> InboxItem:
        with self.wiring.db.reading() as tx:
            return tx.execute(select(InboxItem).where(InboxItem.kind == kind)).scalar_one()


@pytest.fixture
def house(db: Database, clock: FixedClock) -> Iterator[House]:
    """A house with nobody told yet."""
    with mail_server() as box, webhook_receiver() as hook:
        config = Config(
            database_url=db.url,
            broker_url="redis://127.0.0.1:1/0",
            secret_keys=(TEST_KEY,),
            call_timeout=timedelta(seconds=2),
            smtp_url=box.url,
            mail_from="sync@shop.example",
            console_url="https://sync.example",
        )
        wiring = wire(config, now=clock)
        yield House(wiring, clock, box, hook)
        wiring.close()


def test_an_urgent_question_reaches_every_address_and_the_webhook_once(house: House) -> None:
    house.route(email=(ANN, BOB), webhook=True)
    item = house.ask()
    assert house.later(minutes=1) == "messages made: 3, sent: 3"
    assert house.later(minutes=1) == "messages made: 0, sent: 0"
    for mail in (*house.box.to(ANN), *house.box.to(BOB)):
        assert mail["Subject"] == "More was sold than the shop has"
        assert f"https://sync.example/exceptions?item={item}" in mail.get_content()
    assert (len(house.box.mails), len(house.hook.texts)) == (2, 1)
    assert "The shop has no MUG." in house.hook.texts[0]


def test_what_another_system_said_never_leaves_the_house(house: House) -> None:
    house.route(webhook=True)
    house.ask("creation_refused", "O-1", "O-1: the shop says: invalid phone of Jane Doe, jane@home.example")
    house.later(minutes=1)
    told = str(house.box.to(ANN)[0]) + house.hook.texts[0]
    assert "The shop will not hold this order" in told
    assert "Jane" not in told
    assert "home.example" not in told


def test_nobody_acts_then_the_other_role_is_told_and_an_act_stops_it(house: House) -> None:
    house.route(escalate_to="admin")
    house.route("admin", email=(BOB,))
    first, second = house.ask(key="MUG"), house.ask(key="RUG")
    house.later(minutes=1)
    with house.wiring.db.transaction() as tx:
        acting.assign(tx, second, "ann", "ann", house.clock())
    house.later(minutes=31)
    (mail,) = house.box.to(BOB)
    assert mail["Subject"] == "Nobody acts (operations): More was sold than the shop has"
    assert f"inbox show {first}`" in mail.get_content()
    assert f"inbox show {second}`" not in mail.get_content()


def test_two_workers_at_the_same_moment_tell_it_once(house: House) -> None:
    house.route(webhook=True)
    for number in range(20):
        house.ask(key=f"SKU-{number}")
    house.clock.at += timedelta(minutes=1)
    ready, errors = threading.Barrier(4), []

    def work() -> None:
        ready.wait()
        try:
            telling.notify(house.wiring)
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (len(house.box.mails), len(house.hook.texts)) == (1, 1)
    with house.wiring.db.reading() as tx:
        assert len(tx.execute(select(Telling)).scalars().all()) == 40


def test_a_server_that_hangs_holds_one_thread_only(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, let_go = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        entered.set()
        assert let_go.wait(10)

    house.route(email=(ANN, BOB))
    house.ask()
    house.clock.at += timedelta(minutes=1)
    monkeypatch.setattr(sending, "send_mail", hang)
    first = threading.Thread(target=telling.notify, args=(house.wiring,))
    first.start()
    assert entered.wait(10)
    assert telling.notify(house.wiring).sentence() == "messages made: 0, sent: 0"
    let_go.set()
    first.join()
    assert [row.outcome for row in house.messages()] == ["sent", "sent"]


def test_a_worker_killed_between_commit_and_sending_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    house.route()
    house.ask()
    with monkeypatch.context() as patched:
        patched.setattr(sending, "send_mail", die)
        with pytest.raises(Killed):
            house.later(minutes=1)
    assert house.later(seconds=5) == "messages made: 0, sent: 0", "the dead worker's lease runs"
    assert house.later(minutes=1) == "messages made: 0, sent: 1"
    assert len(house.box.mails) == 1


def test_a_lost_answer_is_sent_again_with_the_same_id(house: House) -> None:
    house.route()
    house.ask()
    house.box.silent = 1
    assert house.later(minutes=1) == "messages made: 1, sent: 0, not sent: 1"
    assert house.later(minutes=1) == "messages made: 0, sent: 1"
    ids = [mail["Message-ID"] for mail in house.box.to(ANN)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    (row,) = house.messages()
    assert (row.attempts, row.next_attempt_at, row.outcome) == (2, None, "sent")


def test_failures_back_off_and_become_a_question_that_closes_with_the_next_arrival(house: House) -> None:
    house.route(email=(), webhook=True)
    house.ask()
    house.hook.statuses = [503] * 3
    house.later(minutes=1)
    (row,) = house.messages()
    assert row.next_attempt_at == house.clock() + timedelta(minutes=1)
    house.later(minutes=1)
    house.later(minutes=2)
    (row,) = house.messages()
    assert (row.attempts, row.next_attempt_at) == (3, house.clock() + timedelta(minutes=5))
    item = house.item("notification_failed")
    assert (item.owner, item.key) == ("admin", "operations webhook")
    assert "SECRET" not in f"{item.question} {item.facts} {row.outcome}"
    house.later(minutes=5)
    closed = house.item("notification_failed")
    assert closed.closed_by == "by itself"
    assert closed.answer.startswith("a message arrived at")


def test_a_refused_address_is_a_question_at_once_and_the_others_get_theirs(house: House) -> None:
    house.route(email=(ANN, BOB))
    house.box.unknown = {BOB}
    house.ask()
    assert house.later(minutes=1) == "messages made: 2, sent: 1, not sent: 1"
    assert house.item("notification_failed").key == f"operations email:{BOB}"
    house.later(hours=2)
    assert [to for to, _ in house.box.mails].count(BOB) == 0
    assert len([row for row in house.messages() if row.address.endswith(BOB) and row.attempts > 1]) == 0


def test_a_message_whose_questions_are_closed_meanwhile_is_not_sent(house: House) -> None:
    house.route()
    item = house.ask()
    house.box.not_now = 1
    house.later(minutes=1)
    with house.wiring.db.transaction() as tx:
        desk.close(tx.get_one(InboxItem, item), house.clock(), who="by itself", answer="the SKU is known")
    assert house.later(minutes=1) == "messages made: 0, sent: 0"
    (row,) = house.messages()
    assert (row.next_attempt_at, row.outcome) == (None, "not sent: its questions were closed meanwhile")


def test_a_message_of_yesterday_is_given_up(house: House) -> None:
    house.route(email=(), webhook=True, digest=[])
    house.ask()
    house.hook.statuses = [503] * 200
    for _ in range(27):
        house.later(hours=1)
    first = house.messages()[0]
    assert first.next_attempt_at is None
    assert first.outcome.startswith("given up after ")


def test_what_is_not_urgent_waits_for_the_digest(house: House) -> None:
    house.route()
    house.ask("acceptance_waiting", "O-1", "O-1 must be answered.")
    assert house.later(minutes=1) == "messages made: 0, sent: 0"
    assert house.later(hours=20, minutes=59) == "messages made: 1, sent: 1"
    assert house.box.to(ANN)[0]["Subject"] == "1 question waits for operations"


def test_without_routes_nothing_is_made_and_it_beats_all_the_same(house: House) -> None:
    house.ask()
    assert house.later(minutes=1) == "messages made: 0, sent: 0"
    with house.wiring.db.reading() as tx:
        assert tx.get_one(Heartbeat, "notify").beat_at == house.clock()


def test_a_trial_reaches_every_address_and_needs_a_route(house: House) -> None:
    with house.wiring.db.transaction() as tx, pytest.raises(Misconfigured, match="Nobody is told for finance"):
        telling.make_trial(tx, "finance", "ann", house.wiring, house.clock())
    house.route(webhook=True)
    with house.wiring.db.transaction() as tx:
        telling.make_trial(tx, "operations", "ann", house.wiring, house.clock())
    assert house.later(seconds=1) == "messages made: 0, sent: 2"
    assert "ann wanted to see" in house.hook.texts[0]


class TestAudience:
    def said(self, house: House, **settings: str) -> str:
        config = Config(house.wiring.db.url, "", (), **settings)
        with house.wiring.db.reading() as tx:
            found = audience.findings(tx, config)
        return " ".join(f"{finding.sentence} {finding.way_out}" for finding in found if not finding.ok)

    def test_nobody_told_at_all_is_said_once(self, house: House) -> None:
        assert self.said(house).startswith("Nobody is told about questions: they stand in the inbox")

    def test_roles_without_a_route_mails_without_a_server_and_escalations_into_the_void_are_said(
        self, house: House
    ) -> None:
        house.route(escalate_to="finance")
        words = self.said(house)
        assert "Nobody is told about questions for ecommerce. Describe [people.ecommerce]" in words
        assert "Describe [people.customer_service]" in words
        assert "operations acts, finance should be told" in words
        assert "Set MIRAKL_SYNC_SMTP_URL." in words
        assert "Set MIRAKL_SYNC_MAIL_FROM" in self.said(house, smtp_url=house.box.url)
        assert "MAIL_FROM" not in self.said(house, smtp_url=house.box.url, mail_from="a@b.example")

    def test_messages_that_do_not_leave_are_said(self, house: House) -> None:
        house.route(email=(), webhook=True)
        house.ask()
        house.hook.statuses = [503]
        house.later(minutes=1)
        assert "at webhook waits to be sent again" in self.said(house)
