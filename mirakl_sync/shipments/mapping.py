"""What a person says a carrier's name means; every parcel that waited for the word goes on at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, or_, select, update

from mirakl_sync.db.models import (
    CarrierMapping,
    Connection,
    InboxItem,
    InboxSubject,
    ListedCarrier,
    Shipment,
    Shop,
    TimelineEntry,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.dispatch import packed
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.shipments.carriers import normalised
from mirakl_sync.shipments.case import TASK
from mirakl_sync.shipments.states import State

# The questions a mapping answers.
_ANSWERED = ("carrier_unmapped", "carrier_refused")


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for: a code of the marketplace's list, or a carrier told by name with an address that may
    hold ``{trackingId}``."""

    code: str = ""
    name: str = ""
    url: str = ""

    def __str__(self) -> str:
        return self.code or f"“{self.name}” by its name"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What came of a mapping: the sentence, and the parcels that go on because of it."""

    sentence: str
    released: tuple[int, ...]


def map_name(
    tx: Transaction,
    connection: Connection,
    spelled: str,
    target: Target,
    who: str,
    now: datetime,
    *,
    country: str = "",
    correct_told: bool = False,
) -> Mapped:
    """Say what a shop's carrier name means for a connection; a later word replaces an earlier one.

    ``country`` (ISO 3166-1 alpha-2) limits it to parcels that go there. ``correct_told`` also corrects what open sales
    were told under the name before. ``Refused`` when the code is not on the marketplace's list, or carriers of the
    seller's own are forbidden there.
    """
    _refuse_impossible(tx, connection, spelled, target, country)
    name = normalised(spelled)
    row = _find(tx, connection, name, country)
    before = _target(row) if row is not None else None
    if row is None:
        row = CarrierMapping(connection_id=connection.id, name=name, country=country)
        tx.add(row)
    row.spelled, row.carrier_code, row.carrier_name = spelled.strip(), target.code, target.name
    row.tracking_url, row.made_by, row.made_at = target.url, who, now
    tx.flush()
    where = f" to {country}" if country else ""
    changed = f" (before: {before})" if before is not None and before != target else ""
    words = f"the carrier “{spelled.strip() or 'none named'}”{where} is {target}{changed}"
    released = _release(tx, connection, name, words, who, now, correct_told=correct_told)
    go_on = "1 parcel goes on" if len(released) == 1 else f"{len(released)} parcels go on"
    sentence = f"{words}; {go_on}"
    _tell(tx, "carrier mapping", [row.id], sentence, who, now)
    return Mapped(sentence, released)


def forget(tx: Transaction, connection: Connection, spelled: str, who: str, now: datetime, *, country: str = "") -> str:
    """Take a word back: parcels that come from now on are asked about again. Answers the sentence."""
    row = _find(tx, connection, normalised(spelled), country)
    if row is None:
        raise Refused(
            f"{connection.key} has no mapping for “{spelled}”{f' to {country}' if country else ''}.",
            way_out="`mirakl-sync carriers list` shows them.",
        )
    words = f"the carrier “{row.spelled}” is no longer {_target(row)}"
    _tell(tx, "carrier mapping", [row.id], words, who, now)
    tx.delete(row)
    return words


def _find(tx: Transaction, connection: Connection, name: str, country: str) -> CarrierMapping | None:
    return tx.execute(
        select(CarrierMapping).where(
            CarrierMapping.connection_id == connection.id,
            CarrierMapping.name == name,
            CarrierMapping.country == country,
        )
    ).scalar_one_or_none()


def _target(row: CarrierMapping) -> Target:
    return Target(row.carrier_code, row.carrier_name, row.tracking_url)


def _refuse_impossible(tx: Transaction, connection: Connection, spelled: str, target: Target, country: str) -> None:
    if bool(target.code) == bool(target.name):
        raise Refused("A carrier is mapped to a code of the list, or told by a name: one of the two.")
    if country and not (len(country) == 2 and country.isalpha() and country.isupper()):
        raise Refused(f"{country!r} is no country.", way_out="Write a code of two capital letters, such as FR.")
    market = connection.shop.marketplace
    if target.name:
        if market.facts.get("alternative_carrier_forbidden") is not False:
            raise Refused(
                f"{market.name or market.key} takes only carriers of its own list: “{spelled}” cannot be told by name.",
                way_out=f"`mirakl-sync carriers list {connection.key}` shows the list.",
            )
        return
    codes = _codes(tx, connection)
    if target.code not in codes:
        near = [code for code in codes if normalised(code) == normalised(target.code)]
        raise Refused(
            f"{market.name or market.key} lists no carrier {target.code!r}.",
            way_out=f"Did you mean {near[0]}?"
            if near
            else f"`mirakl-sync carriers list {connection.key}` shows the list.",
        )


def _codes(tx: Transaction, connection: Connection) -> list[str]:
    return list(
        tx.execute(
            select(ListedCarrier.code)
            .join(Shop, Shop.marketplace_id == ListedCarrier.marketplace_id)
            .where(Shop.id == connection.shop_pk, ListedCarrier.gone_at.is_(None))
        ).scalars()
    )


def _release(
    tx: Transaction, connection: Connection, name: str, words: str, who: str, now: datetime, *, correct_told: bool
) -> tuple[int, ...]:
    """Let what waited for the word go on and close the questions it answers: few statements, however many wait.

    Parcels first, then questions, as those who ask lock them. A parcel that asks at this very moment asks anew, and
    looks again by itself.
    """
    asked = (
        InboxItem.connection_id == connection.id,
        InboxItem.kind.in_(_ANSWERED),
        InboxItem.key == name,
        InboxItem.closed_at.is_(None),
    )
    waiting = select(InboxSubject.subject_id).join(InboxItem, InboxItem.id == InboxSubject.item_id)
    meant: list[ColumnElement[bool]] = [Shipment.id.in_(waiting.where(*asked, InboxSubject.subject == "shipment"))]
    if correct_told:
        # spelled otherwise, it may still be the same name: compared below
        meant.append((Shipment.connection_id == connection.id) & (Shipment.state == State.TOLD))
    rows = tx.execute(select(Shipment.id, Shipment.carrier, Shipment.state).where(or_(*meant)).order_by(Shipment.id))
    chosen = [(pk, state) for pk, carrier, state in rows if normalised(carrier) == name]
    going = [pk for pk, _ in chosen]
    _let_go(tx, going, [pk for pk, state in chosen if state == State.TOLD], now)
    for item in tx.execute(select(InboxItem).where(*asked).order_by(InboxItem.id).with_for_update()).scalars():
        desk.close(item, now, who=who, answer=words)
    _tell(tx, "shipment", going, words, who, now)
    for wake in packed(TASK, going):
        tx.wake(wake.task, *wake.args)
    return tuple(going)


def _let_go(tx: Transaction, going: list[int], told: list[int], now: datetime) -> None:
    free = {"blocked_by": None, "waiting_for": "", "next_attempt_at": now, "rung_at": now}
    for start in range(0, len(going), 500):
        tx.execute(update(Shipment).where(Shipment.id.in_(going[start : start + 500])).values(**free))
    for start in range(0, len(told), 500):
        tx.execute(update(Shipment).where(Shipment.id.in_(told[start : start + 500])).values(to_correct=True))


def _tell(tx: Transaction, subject: str, ids: list[int], sentence: str, who: str, now: datetime) -> None:
    if not ids:
        return
    said = {"subject": subject, "at": now, "who": who, "from_state": "", "to_state": "", "sentence": sentence}
    tx.execute(insert(TimelineEntry), [{**said, "subject_id": pk} for pk in ids])
