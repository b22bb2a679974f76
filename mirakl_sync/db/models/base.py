"""The declarative base, readable constraint names, and the columns every case has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Integer, MetaData, String, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mirakl_sync.db.types import Json, UtcDateTime

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of ours."""

    if TYPE_CHECKING:
        # SQLAlchemy allows models of joins and selections too; ours are all of tables, which can be written to
        __table__: ClassVar[Table]

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy, as its documentation writes it
        datetime: UtcDateTime,
        dict[str, Any]: Json,
        list[str]: Json,
        list[Any]: Json,
    }


class CaseColumns(Base):
    """What a row must know to be worked on: its state, why, until when and whose turn it is."""

    __abstract__ = True

    # drives the code; the sentence in `why` is for people
    state: Mapped[str] = mapped_column(String(24))
    why: Mapped[str] = mapped_column(Text, default="")
    # what the row waits for, in words; empty while it can go on
    waiting_for: Mapped[str] = mapped_column(String(120), default="")
    # the open inbox item that must be answered first
    blocked_by: Mapped[int | None] = mapped_column(Integer, default=None)
    # a question was opened for it at some time; spares the search where none ever was
    questioned: Mapped[bool] = mapped_column(default=False)
    # failed attempts since the last success; decides the next delay
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    # claims since anything was recorded; a row that kills its worker is found by this
    claims: Mapped[int] = mapped_column(Integer, default=0)
    # when it is worth looking again; null when only news from outside can move it
    next_attempt_at: Mapped[datetime | None] = mapped_column(default=None)
    last_problem: Mapped[str] = mapped_column(Text, default="")
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # rises with each claim; a finishing update must still carry its number
    fence: Mapped[int] = mapped_column(Integer, default=0)
    # when the sweep last rang for it, so that it does not ring every tick
    rung_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def together(cls) -> tuple[Any, ...]:
        """Loader options for what is read in the same statement when the row is claimed."""
        return ()
