"""How much of the shelf one offer may show: the policy, and what people ruled for a SKU or category. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from mirakl_sync.policy.model import InDoubt, StockPolicy

SKU, CATEGORY = "sku", "category"

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for one offer of one connection.

    ``share`` is in percent, the other numbers are pieces. ``fixed`` is a number somebody set, ``fixed_by`` who;
    ``whole_marketplace`` says that they took everything off sale there. ``growing`` is kept back besides ``buffer``.
    """

    share: Decimal = Decimal(100)
    buffer: int = 0
    growing: int = 0
    at_least: int = 1
    at_most: int | None = None
    fixed: int | None = None
    fixed_by: str = ""
    uncounted: int | None = None
    backorders: int = 0
    stale: InDoubt = InDoubt.ASK
    missing: InDoubt = InDoubt.ASK
    whole_marketplace: bool = False


@dataclass(frozen=True, slots=True)
class Override:
    """What a person ruled for one SKU or category, until ``until`` or for good; None leaves a field to others.

    ``scope`` is "sku" or "category", ``connection_id`` None is every connection of the store.
    """

    scope: str
    name: str
    connection_id: int | None = None
    share: int | None = None
    buffer: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    fixed: int | None = None
    until: datetime | None = None
    made_by: str = ""


def limits(
    policy: StockPolicy,
    overrides: Sequence[Override],
    *,
    sku: str,
    categories: Sequence[str],
    connection_id: int,
    now: datetime,
    zero_until: datetime | None = None,
    zero_by: str = "",
    growing: int = 0,
) -> Limits:
    """What holds for this offer at this moment.

    A rule for the SKU stands over one for a category of it, that over the policy; among equals the rule of this
    connection over one for all, and the later of ``overrides`` over the earlier. Each field is decided by itself.
    Ended rules do not count. Until ``zero_until`` everything on the marketplace is off sale, whatever the rules say.
    """
    counted = applying(overrides, sku=sku, categories=categories, connection_id=connection_id) if overrides else ()
    rules = [rule for rule in counted if rule.until is None or rule.until > now]
    off = zero_until is not None and zero_until > now
    fixed = [rule for rule in rules if rule.fixed is not None]
    share = _said(rules, "share", None)
    return Limits(
        share=policy.share if share is None else Decimal(share),
        buffer=_said(rules, "buffer", policy.buffer),
        growing=growing,
        at_least=_said(rules, "at_least", policy.at_least),
        at_most=_said(rules, "at_most", policy.at_most),
        fixed=0 if off else _said(rules, "fixed", None),
        fixed_by=zero_by if off else fixed[-1].made_by if fixed else "",
        uncounted=policy.uncounted,
        backorders=policy.backorders,
        stale=policy.stale,
        missing=policy.missing,
        whole_marketplace=off,
    )


def applying(
    overrides: Iterable[Override], *, sku: str, categories: Sequence[str], connection_id: int
) -> list[Override]:
    """Those that are about this offer, ended ones too, the weakest first."""
    names = {SKU: (sku,), CATEGORY: categories}
    about = [
        rule
        for rule in overrides
        if rule.name in names.get(rule.scope, ()) and rule.connection_id in (None, connection_id)
    ]
    return sorted(about, key=lambda rule: (rule.scope == SKU, rule.connection_id is not None))


def _said(rules: Sequence[Override], name: str, otherwise: _Value) -> _Value:
    """The strongest rule's word on a field; ``rules`` begin with the weakest."""
    values = [value for rule in rules if (value := getattr(rule, name)) is not None]
    return values[-1] if values else otherwise


def ends_at(overrides: Iterable[Override], now: datetime, zero_until: datetime | None = None) -> datetime | None:
    """The next moment at which time alone changes the limits; None where nothing will end.

    ``overrides`` are those about the offer (``applying``): any other would only have it weighed for nothing.
    """
    ends = [*(rule.until for rule in overrides), zero_until]
    return min((end for end in ends if end is not None and end > now), default=None)
