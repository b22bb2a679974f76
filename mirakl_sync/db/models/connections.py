"""Who is joined to whom, and how it shall behave."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mirakl_sync.db.models.base import Base
from mirakl_sync.db.types import EncryptedJson


class Marketplace(Base):
    """One Mirakl operator's instance."""

    __tablename__ = "marketplaces"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    url: Mapped[str] = mapped_column(String(500))
    # key of the shipped profile its rules come from; empty when the file states them itself
    profile: Mapped[str] = mapped_column(String(60), default="")
    # which published OR11 frequency is ours
    caller: Mapped[Literal["default", "external_partner"]] = mapped_column(String(20), default="default")
    # acceptance window, call limits and other rules as written in the file
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # PC01 as last read
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    facts_at: Mapped[datetime | None] = mapped_column(default=None)
    # when the lists that change rarely (PC01, SH12, SH21) are read again
    lists_due_at: Mapped[datetime | None] = mapped_column(default=None)
    carriers_read_at: Mapped[datetime | None] = mapped_column(default=None)


class Shop(Base):
    """Our seller account at a marketplace."""

    __tablename__ = "shops"
    __table_args__ = (UniqueConstraint("marketplace_id", "shop_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marketplace_id: Mapped[int] = mapped_column(ForeignKey("marketplaces.id"))
    shop_id: Mapped[str] = mapped_column(String(40))
    credentials: Mapped[Any] = mapped_column(EncryptedJson)
    # learned from ORDER_PARTIAL_ACCEPTANCE_DISABLED: the API does not tell beforehand
    partial_acceptance: Mapped[bool] = mapped_column(default=True)
    marketplace: Mapped[Marketplace] = relationship(lazy="joined")


class Store(Base):
    """One account on a commerce platform."""

    __tablename__ = "stores"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    platform: Mapped[str] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(String(500))
    credentials: Mapped[Any] = mapped_column(EncryptedJson)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # per feed ("orders", "products"): the last change seen there, in the store's own time
    cursors: Mapped[dict[str, Any]] = mapped_column(default=dict)
    next_poll_at: Mapped[datetime | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # calls in a row without an answer
    failures: Mapped[int] = mapped_column(default=0)
    # nobody asks before: a dead shop must not hold every worker up
    silent_until: Mapped[datetime | None] = mapped_column(default=None)


class PolicyVersion(Base):
    """A policy as it once applied. Orders point at the one they were received under."""

    __tablename__ = "policy_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[dict[str, Any]]


class Connection(Base):
    """One shop joined to one store, with its policy."""

    __tablename__ = "connections"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    # a shop has one connection: two would place its orders twice
    shop_pk: Mapped[int] = mapped_column(ForeignKey("shops.id"), unique=True)
    store_pk: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    # the planner beside the store that hears of its sales and stock
    planner_pk: Mapped[int | None] = mapped_column(ForeignKey("stores.id"), index=True, default=None)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    # feeds a person switched off
    paused: Mapped[list[str]] = mapped_column(default=list)
    # why we stopped by ourselves (wrong key, policy that does not fit); empty when all is well
    stopped_because: Mapped[str] = mapped_column(Text, default="")
    # orders created before this moment are somebody else's business
    orders_from: Mapped[datetime]
    # their time of the newest order change consumed completely
    orders_cursor: Mapped[datetime | None] = mapped_column(default=None)
    next_pull_at: Mapped[datetime | None] = mapped_column(default=None)
    # the turn after next_state_sweep_at asks for every unanswered order instead of the changes
    next_state_sweep_at: Mapped[datetime | None] = mapped_column(default=None)
    # open orders not shown since then are looked at by number, every other turn
    look_back_from: Mapped[datetime | None] = mapped_column(default=None)
    last_turn: Mapped[str] = mapped_column(String(12), default="")
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    shop: Mapped[Shop] = relationship(lazy="joined")
    store: Mapped[Store] = relationship(lazy="joined", foreign_keys=[store_pk])
    policy_version: Mapped[PolicyVersion] = relationship(lazy="joined")


class PolicyChange(Base):
    """Who changed what on a connection, and when."""

    __tablename__ = "policy_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"), index=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(80))
    difference: Mapped[list[str]]
