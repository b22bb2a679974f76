"""The parts of the remote control that most kinds of shop share; a vendor gives what is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, Protocol, TypeVar

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.deliveries import DeliveryQueue, DeliveryTrouble

G = TypeVar("G")
"""Whatever a vendor sells: its product or its variant."""
N = TypeVar("N", int, float)
Number = TypeVar("Number")
Order = TypeVar("Order")


class Controlled(Protocol):
    """What is controlled: its settings are a dataclass, and `lock` guards every read and change."""

    @property
    def settings(self) -> Any: ...

    @property
    def lock(self) -> AbstractContextManager[Any]: ...


def mount_settings(
    control: Blueprint,
    shop: Controlled,
    read: Callable[[dict[str, Any]], Any],
    *,
    fixed: Set[str] = frozenset(),
    after: Callable[[Set[str]], None] | None = None,
) -> None:
    """`GET|POST settings`: the named ones are changed in place, all or none.

    `read` makes settings of JSON or raises TypeError; `fixed` are built into a running shop; `after` is told the
    names that were set, under the shop's lock.
    """

    @control.route("/settings", methods=["GET", "POST"])
    def settings() -> dict[str, Any]:
        if request.method == "POST":
            change(control_json())
        return asdict(shop.settings)

    def change(given: dict[str, Any]) -> None:
        built_in = sorted(fixed & given.keys())
        if built_in:
            raise BadRequest(f"{', '.join(built_in)} can only be set in the plan")
        try:
            wanted = read({**asdict(shop.settings), **given})
        except TypeError as error:
            raise BadRequest(str(error)) from error
        with shop.lock:
            for name in given:
                setattr(shop.settings, name, getattr(wanted, name))
            if after:
                after(given.keys())


def mount_webhooks(control: Blueprint, queue: DeliveryQueue[Any]) -> None:
    """`GET|POST|DELETE webhooks`: the trouble on their way and their totals; `POST webhooks/flush`."""

    @control.route("/webhooks", methods=["GET", "POST", "DELETE"])
    def webhooks() -> dict[str, Any]:
        """{"duplicate", "reorder", "lose"} are chances, "delay" seconds; DELETE ends the trouble."""
        if request.method == "POST":
            queue.trouble = _delivery_trouble(control_json())
        if request.method == "DELETE":
            queue.trouble = DeliveryTrouble()
        return queue.shown()

    @control.post("/webhooks/flush")
    def flush() -> dict[str, int]:
        """What waits is sent now, retries too."""
        return {"deliveries": queue.deliver_due(everything=True)}


def _delivery_trouble(given: dict[str, Any]) -> DeliveryTrouble:
    try:
        return DeliveryTrouble(**{name: float(value) for name, value in given.items()})
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error


def mount_catalogue(
    control: Blueprint,
    shop: Controlled,
    *,
    seed: Callable[[dict[str, Any]], G],
    generate: Callable[[dict[str, Any]], int],
    shown: Callable[[G], Any],
    after: Callable[[], None] | None = None,
) -> None:
    """`POST products` and `POST generate`, each under the shop's lock; `after` is called when goods came."""

    @control.post("/products")
    def products() -> dict[str, Any]:
        wanted = control_json().get("products", [])
        with shop.lock:
            made = [shown(seed(product)) for product in wanted]
            if after:
                after()
            return {"products": made}

    @control.post("/generate")
    def many() -> dict[str, int]:
        with shop.lock:
            made = generate(control_json())
            if after:
                after()
            return {"made": made}


def mount_shop_floor(
    control: Blueprint,
    shop: Controlled,
    *,
    find: Callable[[str], G],
    shown: Callable[[G], dict[str, Any]],
    correct: Callable[[G, dict[str, Any]], None],
    sell: Callable[..., dict[str, Any]],
    double: Callable[[G], int] | str,
    remove: Callable[[G], dict[str, Any]] | None = None,
) -> None:
    """`POST sell`, `GET|POST stock`, `POST double`, and `POST remove` where the vendor's goods can be removed.

    All are called under the shop's lock. `find` raises BadRequest for an unknown SKU; `sell` takes SKU, pieces and
    `paid`; `double` answers the id of the second product, or is the words why there is never one.
    """

    @control.post("/sell")
    def selling() -> dict[str, Any]:
        """{"sku", "quantity", "paid"}: somebody buys in the shop itself."""
        sent = control_json()
        with shop.lock:
            return sell(sku_in(sent), int(sent.get("quantity", 1)), paid=bool(sent.get("paid", True)))

    @control.route("/stock", methods=["GET", "POST"])
    def stock() -> dict[str, Any]:
        if request.method == "GET":
            with shop.lock:
                return shown(find(request.args.get("sku", "")))
        sent = control_json()
        with shop.lock:
            product = find(sku_in(sent))
            correct(product, sent)
            return shown(product)

    @control.post("/double")
    def doubling() -> dict[str, int]:
        """{"sku"}: an import made a second product of it."""
        if isinstance(double, str):
            raise NotFound(double)
        with shop.lock:
            return {"id": double(find(sku_in(control_json())))}

    if remove is not None:

        @control.post("/remove")
        def removing() -> dict[str, Any]:
            """{"sku"}: the product is deleted."""
            with shop.lock:
                return remove(find(sku_in(control_json())))


def order_in(orders: Mapping[Number, Order], number: Number) -> Order:
    """The order with this number; NotFound when there is none."""
    order = orders.get(number)
    if order is None:
        raise NotFound(f"the shop has no order {number}")
    return order


def refuse_other_words(sent: dict[str, Any], known: Iterable[str]) -> None:
    """BadRequest for a word nobody knows here, so that a typo cannot silently change nothing."""
    unknown = sorted(set(sent) - set(known))
    if unknown:
        raise BadRequest(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")


def sku_in(sent: dict[str, Any]) -> str:
    """The SKU that was sent; BadRequest when there is none."""
    if not isinstance(sent.get("sku"), str):
        raise BadRequest('send {"sku": …}')
    return str(sent["sku"])


def cause_of(sent: dict[str, Any]) -> str:
    """The cause the history of stock keeps of a correction."""
    return "silent" if sent.get("silent") else "restock" if "add" in sent else "edit"


def wanted_pieces(sent: dict[str, Any], now: N) -> N:
    """The number a correction asks for: `quantity`, or `add` more than there are `now`."""
    if "add" in sent:
        return now + int(sent["add"])
    if "quantity" not in sent:
        raise BadRequest('send "quantity" or "add"')
    return int(sent["quantity"])
