"""`mirakl-sync inbox notify|test-message`: who is told what, shown or done now."""

from __future__ import annotations

import sys

import click

from mirakl_sync.cli.context import at_work, who_option
from mirakl_sync.cli.output import dump, json_option, say
from mirakl_sync.db.models import Message
from mirakl_sync.inbox.kinds import Role
from mirakl_sync.notify import telling

_ROLES = [role.value for role in Role]


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would be sent now; nothing is written.")
@json_option
def notify(dry_run: bool, as_json: bool) -> None:
    """Send the messages that are due now. The clock does it every 20 seconds."""
    with at_work() as wiring:
        if not dry_run:
            report = telling.notify(wiring)
            if as_json:
                dump(report)
            else:
                say(report.sentence())
            sys.exit(1 if report.failed else 0)
        with wiring.db.transaction() as tx:
            drafts = telling.due(tx, wiring.now())
            before = tx.begin_nested()
            made = [_shown(row) for row in telling.make(tx, drafts, wiring, wiring.now())]
            before.rollback()
    if as_json:
        dump(made)
    for each in [] if as_json else made:
        say(f"To {each['role']} at {each['address']}: {each['subject']}\n\n{each['body']}")
    if not made and not as_json:
        say("Nobody would be told anything now.")


@click.command("test-message")
@click.argument("role", type=click.Choice(_ROLES))
@who_option
@json_option
def test_message(role: str, who: str, as_json: bool) -> None:
    """Send a trial message to every address of a role, now. Exit code 1 when one does not arrive."""
    with at_work(who=who) as wiring:
        with wiring.db.transaction() as tx:
            rows = telling.make_trial(tx, role, who, wiring, wiring.now())
            tx.flush()
            numbers = [row.id for row in rows]
        told = []
        for number in numbers:
            arrived = telling.send(number, wiring)
            with wiring.db.reading() as tx:
                row = tx.get_one(Message, number)
                told.append({"address": row.address, "arrived": bool(arrived), "words": row.outcome})
    if as_json:
        dump(told)
    for each in [] if as_json else told:
        say(f"{each['address']}: {'arrived' if each['arrived'] else each['words']}")
    sys.exit(0 if all(each["arrived"] for each in told) else 1)


def _shown(row: Message) -> dict[str, str]:
    return {"role": row.role, "address": row.address, "subject": row.subject, "body": row.body}
