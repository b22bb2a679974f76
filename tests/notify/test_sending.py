"""Mails and webhooks against real servers: what arrives, and what each way to fail means."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable
from mirakl_sync.notify import sending
from mirakl_sync.notify.sending import MailServer, Outgoing
from tests.conftest import NOON
from tests.http.test_tls import certificate
from tests.notify.servers import Mailbox, Receiver, mail_server, webhook_receiver

__all__ = ["certificate"]

ANN = "ann@shop.example"
NEWS = Outgoing("Überfällig\nand more", "Ümläuts arrive.\n", "<1@shop.example>", NOON)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A receiver of webhooks."""
    with webhook_receiver() as running:
        yield running


def send(url: str, *, to: str = ANN, sender: str = "sync@shop.example") -> None:
    sending.send_mail(MailServer(url, sender, 2.0), to, NEWS)


def test_a_mail_arrives_with_its_id_and_asks_for_no_automatic_answer(box: Mailbox) -> None:
    send(box.url)
    (mail,) = box.to(ANN)
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<1@shop.example>", "auto-generated")
    assert (mail["From"], mail["To"], mail["Subject"]) == ("sync@shop.example", ANN, "Überfällig and more")
    assert mail["Date"].datetime == NOON
    assert mail.get_content().replace("\r\n", "\n") == "Ümläuts arrive.\n"


def test_a_refused_address_is_a_no(box: Mailbox) -> None:
    box.unknown = {ANN}
    with pytest.raises(Refused, match="does not take mail for this address: 550 no such person"):
        send(box.url)


def test_not_now_is_no_no(box: Mailbox) -> None:
    box.not_now = 1
    with pytest.raises(Unavailable, match="451 not now"):
        send(box.url)
    send(box.url)
    assert len(box.mails) == 1


def test_a_lost_answer_says_that_the_mail_may_be_on_its_way(box: Mailbox) -> None:
    box.silent = 1
    with pytest.raises(Unavailable, match="may be on its way") as lost:
        send(box.url)
    assert lost.value.outcome_unknown
    assert len(box.mails) == 1


def test_nobody_there_means_that_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match="did not answer") as nobody:
        send(f"smtp://127.0.0.1:{port}")
    assert not nobody.value.outcome_unknown


def test_name_and_password_are_shown_to_the_server_and_to_nobody_else(box: Mailbox) -> None:
    box.password = "s/cret%"
    send(box.url.replace("//", "//sync:s%2Fcret%25@"))
    assert len(box.mails) == 1
    with pytest.raises(Misconfigured) as wrong:
        send(box.url.replace("//", "//sync:guess@"))
    assert "guess" not in f"{wrong.value.words} {wrong.value.way_out}"
    with pytest.raises(Misconfigured, match="plain letters"):
        send(box.url.replace("//", "//sync:%C3%A9@"))


@pytest.mark.parametrize("at_once", [False, True], ids=["starttls", "smtps"])
def test_what_can_be_encrypted_is(
    box: Mailbox, certificate: str, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    box.certificate, box.at_once, box.password = certificate, at_once, "secret"
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    send(box.url.replace("//", "//sync:secret@"))
    assert box.encrypted == [True]


@pytest.mark.parametrize("at_once", [False, True], ids=["starttls", "smtps"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    box: Mailbox, certificate: str, at_once: bool
) -> None:
    box.certificate, box.at_once = certificate, at_once
    with pytest.raises(Unavailable, match="encrypted connection"):
        send(box.url)
    assert box.mails == []


def test_a_password_is_not_sent_in_the_open_except_to_this_machine(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.password = "secret"
    send(box.url.replace("//", "//sync:secret@"))
    monkeypatch.setattr(sending, "_is_here", lambda host: False)
    with pytest.raises(Misconfigured, match="a password is not sent without"):
        send(box.url.replace("//", "//sync:secret@"))
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("mail.example", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_names(host: str, here: bool) -> None:
    assert sending._is_here(host) is here


@pytest.mark.parametrize(
    ("url", "sender", "words"),
    [
        ("", "a@b.example", "no mail server"),
        ("http://x.example", "a@b.example", "no address of a mail server"),
        ("smtp://", "a@b.example", "no address of a mail server"),
        ("smtp://x.example:port", "a@b.example", "no address of a mail server"),
        ("smtp://x.example", "", "no sender"),
    ],
)
def test_settings_that_cannot_work_are_said(url: str, sender: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        send(url, sender=sender)


def test_a_webhook_gets_text_and_any_good_answer_is_an_arrival(hook: Receiver) -> None:
    sending.send_webhook(hook.url, "the webhook of operations", NEWS)
    assert hook.texts == ["*Überfällig and more*\nÜmläuts arrive.\n"]
    assert hook.paths == ["/services/T0/B0/SECRET"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, Refused), (410, Refused), (403, Misconfigured), (429, RateLimited), (503, Unavailable), (0, Unavailable)],
)
def test_what_a_webhook_answers_says_who_moves_next_and_never_its_address(
    hook: Receiver, status: int, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mirakl_sync")
    hook.statuses = [status]
    with pytest.raises(error) as told:
        sending.send_webhook(hook.url, "the webhook of operations", NEWS, timeout=2)
    words = f"{told.value} {vars(told.value)} {caplog.text}"
    assert "the webhook of operations" in words
    assert "SECRET" not in words
    assert "/services" not in words
