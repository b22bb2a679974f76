"""Who is told about questions, and what they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mirakl_sync.db.models.base import Base
from mirakl_sync.db.types import EncryptedJson


class Route(Base):
    """Where messages for one role go, and when."""

    __tablename__ = "routes"

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(24), unique=True)
    email: Mapped[list[str]] = mapped_column(default=list)
    # the address is the secret: whoever has it may write there
    webhook: Mapped[Any] = mapped_column(EncryptedJson)
    # IANA name; quiet hours and digests are told in it
    timezone: Mapped[str] = mapped_column(String(60), default="UTC")
    # "20:00-07:00" of each day; empty: none
    quiet: Mapped[str] = mapped_column(String(11), default="")
    # times of day: ["09:00"]
    digest: Mapped[list[str]] = mapped_column(default=list)
    escalate_after_seconds: Mapped[float] = mapped_column(default=0.0)
    # the role that is told when nobody of this one acts; empty: none
    escalate_to: Mapped[str] = mapped_column(String(24), default="")


class Message(Base):
    """One message to one address: committed before it is sent, kept with what became of it."""

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_due",
            "next_attempt_at",
            postgresql_where=text("next_attempt_at IS NOT NULL"),
            sqlite_where=text("next_attempt_at IS NOT NULL"),
        ),
        Index("ix_messages_role_address", "role", "address", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(24))
    # email:ADDRESS, or webhook
    address: Mapped[str] = mapped_column(String(330))
    # "alert", "digest" or "test"
    kind: Mapped[str] = mapped_column(String(12))
    # the same however often it is sent, so that mail programs see one
    mail_id: Mapped[str] = mapped_column(String(200), unique=True)
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    # null when nothing more is to be done: sent, given up, or no longer needed
    next_attempt_at: Mapped[datetime | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str] = mapped_column(Text, default="")


class Telling(Base):
    """One question was told to one role, for one reason, at one address: never twice."""

    __tablename__ = "tellings"
    __table_args__ = (UniqueConstraint("item_id", "role", "reason", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("inbox_items.id"))
    role: Mapped[str] = mapped_column(String(24))
    # "alert", "reminder 1", "escalation", or a digest's time
    reason: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(330))
    message_pk: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
