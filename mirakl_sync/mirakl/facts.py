"""Small things a marketplace tells about the shop and itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShopAccount:
    """Our account there (A01). ``state`` is OPEN, CLOSE, SUSPENDED or TERMINATED."""

    shop_id: str
    name: str
    state: str
    currency: str
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to give (RE01); only those that are ``ours`` may be used by a shop."""

    code: str
    label: str
    type: str
    ours: bool = False
