"""What the plan's entry of every kind of shop has in common: its settings and its goods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NOT_SETTINGS = {"kind", "port", "products", "generate"}

S = TypeVar("S", bound="DataclassInstance")


def settings_in(entry: dict[str, Any], *others: str) -> dict[str, Any]:
    """The entry without what is no setting: the words of every kind, and the `others` of this one."""
    return {name: value for name, value in entry.items() if name not in NOT_SETTINGS and name not in others}


def settings_of(kind: type[S], given: dict[str, Any]) -> S:
    """Settings from plan or control JSON, where a tuple is a list.

    An unknown name is a TypeError, so a typo cannot silently change nothing.
    """
    listed = {one.name for one in fields(kind) if str(one.type).startswith("tuple")}
    return kind(**{name: tuple(value) if name in listed else value for name, value in given.items()})


def stock_up(
    entry: dict[str, Any], seed: Callable[[dict[str, Any]], Any], generate: Callable[[dict[str, Any]], Any]
) -> None:
    """The goods of an entry: `products` one by one; `generate` as one object, as a list of such, or just how many."""
    for product in entry.get("products", []):
        seed(product)
    wanted = entry.get("generate") or []
    for one in wanted if isinstance(wanted, list) else [wanted]:
        generate(one if isinstance(one, dict) else {"count": int(one)})
