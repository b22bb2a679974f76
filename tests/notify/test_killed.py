"""A process killed with a message in its hands: another one sends it, and what was made stays made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mirakl_sync import clock
from mirakl_sync.cases.step import Ask
from mirakl_sync.config import Config
from mirakl_sync.db.models import Message, Route
from mirakl_sync.db.transaction import Database
from mirakl_sync.inbox import desk
from mirakl_sync.notify import telling
from mirakl_sync.wiring import wire
from tests.conftest import TEST_KEY
from tests.notify.servers import mail_server

ROOT = Path(__file__).resolve().parents[2]
NOTIFY = "from mirakl_sync.cli.main import main; main()"


@pytest.mark.processes
def test_a_process_killed_while_it_hands_over_a_mail_loses_none_and_doubles_none(db: Database) -> None:
    with mail_server() as box:
        with db.transaction() as tx:
            tx.add(Route(role="operations", email=["ann@shop.example"], webhook={"url": ""}))
            ask = Ask("insufficient_stock", "MUG", "The shop has no MUG.")
            desk.open_item(tx, None, ask, "", None, clock.now() - timedelta(minutes=5))
        box.holds = True
        settings = {
            "DATABASE_URL": db.url,
            "SECRET_KEY": TEST_KEY,
            "SMTP_URL": box.url,
            "MAIL_FROM": "sync@shop.example",
        }
        environ = {**os.environ, **{f"MIRAKL_SYNC_{name}": value for name, value in settings.items()}}
        child = subprocess.Popen([sys.executable, "-c", NOTIFY, "inbox", "notify"], env=environ, cwd=ROOT)
        assert box.reached.wait(30)
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        box.holds = False
        box.go_on.set()
        assert box.mails == []

        config = Config(db.url, "redis://127.0.0.1:1/0", (TEST_KEY,), smtp_url=box.url, mail_from="sync@shop.example")
        heir = wire(config, now=lambda: clock.now() + timedelta(minutes=1))
        assert telling.notify(heir).sentence() == "messages made: 0, sent: 1"
        assert telling.notify(heir).sentence() == "messages made: 0, sent: 0"
        heir.close()
        (mail,) = box.to("ann@shop.example")
    with db.reading() as tx:
        row = tx.execute(select(Message)).scalar_one()
    assert (row.mail_id, row.attempts) == (mail["Message-ID"], 2)
