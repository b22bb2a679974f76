"""Column types keep their promises on both databases: UTC, exact amounts, secrets at rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mirakl_sync.db import secrets
from mirakl_sync.db.models.base import Base
from mirakl_sync.db.transaction import Database
from mirakl_sync.db.types import Amount, EncryptedJson
from mirakl_sync.errors import Misconfigured
from tests.conftest import TEST_KEY


class OwnBase(DeclarativeBase):
    metadata = MetaData()
    type_annotation_map = Base.type_annotation_map


class Thing(OwnBase):
    __tablename__ = "things"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime | None]
    price: Mapped[Decimal | None] = mapped_column(Amount)
    secret: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    facts: Mapped[dict[str, Any] | None]


@pytest.fixture
def things(db: Database) -> Database:
    OwnBase.metadata.create_all(db.writing)
    return db


def kept(db: Database, **values: Any) -> Thing:
    with db.transaction() as tx:
        thing = Thing(**values)
        tx.add(thing)
        tx.flush()
        number = thing.id
    with db.reading() as tx:
        return tx.execute(select(Thing).where(Thing.id == number)).scalar_one()


def test_a_time_comes_back_in_utc_to_the_microsecond(things: Database) -> None:
    at = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    back = kept(things, at=at).at
    assert back == at
    assert back is not None
    assert (back.tzinfo, back.hour, back.microsecond) == (UTC, 0, 123456)


def test_times_are_compared_in_the_database_as_moments(things: Database) -> None:
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    kept(things, at=noon)
    with things.reading() as tx:
        for at, found in [
            (noon, True),
            (noon.astimezone(timezone(timedelta(hours=9))), True),
            (noon - timedelta(microseconds=1), False),
        ]:
            assert bool(tx.execute(select(Thing.id).where(Thing.at <= at)).first()) is found


def test_a_naive_time_is_refused(things: Database) -> None:
    with pytest.raises(StatementError, match="naive time"):
        kept(things, at=datetime(2026, 3, 2, 12, 0))  # noqa: DTZ001 - the point of it


@pytest.mark.parametrize(
    "amount",
    ["0.1", "0.3000", "-19.99", "99999999999999.9999", "0.0001", "1E+3", "0", "12.50"],
)
def test_an_amount_comes_back_exactly(things: Database, amount: str) -> None:
    back = kept(things, price=Decimal(amount)).price
    assert isinstance(back, Decimal)
    assert back == Decimal(amount)


def test_both_databases_keep_the_same_four_places(things: Database) -> None:
    assert kept(things, price=Decimal("33.333349")).price == Decimal("33.3333")
    assert kept(things, price=Decimal("0.00005")).price == Decimal("0.0001")
    assert kept(things, price=Decimal("-0.00005")).price == Decimal("-0.0001")


def test_nothing_stays_nothing(things: Database) -> None:
    thing = kept(things)
    assert (thing.at, thing.price, thing.secret) == (None, None, None)


def test_decimals_in_json_stay_exact_as_text(things: Database) -> None:
    assert kept(things, facts={"price": Decimal("0.10"), "ä": ["ü"]}).facts == {"price": "0.10", "ä": ["ü"]}


class TestSecrets:
    def test_nobody_reads_them_from_the_table(self, things: Database) -> None:
        assert kept(things, secret={"api_key": "very-secret"}).secret == {"api_key": "very-secret"}
        with things.reading() as tx:
            stored = tx.execute(text("SELECT secret FROM things")).scalar_one()
        assert "very-secret" not in stored
        assert "api_key" not in stored

    def test_a_new_key_encrypts_while_the_old_one_still_reads(self, things: Database) -> None:
        thing = kept(things, secret=["old"])
        newer = secrets.new_key()
        secrets.use_keys([newer, TEST_KEY])
        fresh = kept(things, secret=["new"])
        with things.reading() as tx:
            assert tx.get_one(Thing, thing.id).secret == ["old"]
        secrets.use_keys([newer])
        with things.reading() as tx:
            assert tx.get_one(Thing, fresh.id).secret == ["new"]
            with pytest.raises(Misconfigured, match="cannot be read"):
                tx.get_one(Thing, thing.id)

    @pytest.mark.parametrize("keys", [[], ["not-a-key"]])
    def test_a_missing_or_useless_key_says_what_to_do(self, keys: list[str]) -> None:
        secrets.use_keys(keys)
        with pytest.raises(Misconfigured) as caught:
            secrets.encrypt("x")
        assert "mirakl-sync secret new-key" in caught.value.way_out
