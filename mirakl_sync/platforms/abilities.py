"""What each capability means, and on which settings of a store it depends: for tables people read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.contract import Capability, PlatformSpec

SENTENCES: Mapping[Capability, str] = {
    Capability.CREATE_ORDERS: "Orders are made there, so that nothing leaves the house before they are released.",
    Capability.HOLD_ORDERS: "An order can wait for the marketplace's payment: `create_first` needs it.",
    Capability.FIND_BY_REFERENCE: "An order is found by the marketplace's number: a lost answer doubles nothing.",
    Capability.COMMISSION_LINE: 'The commission can stand on the order as a line of its own: `commission = "line"`.',
    Capability.COMMISSION_DISCOUNT: 'The commission can be taken off as a discount: `commission = "discount"`.',
    Capability.COMMISSION_ATTRIBUTE: 'The commission can be written beside the sale: `commission = "attribute"`.',
    Capability.PRODUCT_FACTS: "It says of a SKU whether it is sold, for how much, and how many there are.",
    Capability.STOCK_LEVELS: "It lists every SKU with its number, so that stock can be sent and compared.",
    Capability.STOCK_PLACES: "Numbers are told by place of stock, too: `warehouses` of the policy can be used.",
    Capability.ORDER_NOTICES: "Changed orders are heard of within a poll.",
    Capability.PRODUCT_NOTICES: "Changed numbers are heard of within a poll; else only by the full look.",
    Capability.PARCELS: "Orders tell what left the house, with carrier and tracking number.",
    Capability.EDITS: "Orders tell what staff took off them or changed.",
    Capability.REFUNDS: "Orders tell the money given back.",
    Capability.REPLACES_ORDERS: "Staff or apps edit by cancelling an order and making another, which is looked for.",
    Capability.WEBHOOKS: "It tells changes at once; polls stay as the second door.",
    Capability.CLIENT_KEY: "It refuses a second order with the same number or key of ours.",
    Capability.RESERVES_STOCK: "An order of ours lowers the shop's own number; else we subtract it.",
    Capability.SALES_FEED: "It takes what was sold on marketplaces, and the stock.",
    Capability.INCOMING_STOCK: "It knows what is on its way to the shelf.",
}

# Of planners only; everything else is of shops.
OF_PLANNERS = frozenset({Capability.SALES_FEED, Capability.INCOMING_STOCK})

# A text that names a custom attribute, a SKU or a file as well as any other.
_ANY_TEXT = "c_any"


@dataclass(frozen=True, slots=True)
class Turn:
    """A setting that gives or takes a capability; without ``value`` it is enough that the setting is there."""

    setting: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether stores of a kind can do something: by default, and with which single settings it is the other way."""

    capability: Capability
    by_default: bool
    turned_by: tuple[Turn, ...] = ()


def abilities(spec: PlatformSpec) -> dict[Capability, Ability]:
    """Every capability of a kind of store, found by asking its spec with each setting alone.

    Words that a setting may have are taken from its sentence; a turn that needs two settings at once is not found.
    """
    default = _able(spec, {})
    plain = frozenset() if default is None else default
    turns: dict[Capability, list[Turn]] = {capability: [] for capability in Capability}
    for turn in _turns(spec):
        can = _able(spec, {turn.setting: turn.value or _ANY_TEXT})
        for capability in () if can is None else can ^ plain:
            if Turn(turn.setting) not in turns[capability]:
                turns[capability].append(turn)
    return {each: Ability(each, each in plain, tuple(turned)) for each, turned in turns.items()}


def _turns(spec: PlatformSpec) -> Iterator[Turn]:
    for name, sentence in spec.settings.items() if spec.able else ():
        words = list(dict.fromkeys(re.findall(r"\w+", sentence)))
        if {"true", "false"}.isdisjoint(words):
            yield Turn(name)
            yield from (Turn(name, word) for word in words)
        else:
            yield from (Turn(name, word) for word in ("true", "false"))


def _able(spec: PlatformSpec, settings: Mapping[str, Any]) -> frozenset[Capability] | None:
    """None where there is no such store."""
    try:
        return spec.capabilities_with(settings)
    except Misconfigured:
        return None
