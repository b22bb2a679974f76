"""OR11: which orders, which page of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from flask import Response, request

from mirakl_sync.sandbox.mirakl import queries
from mirakl_sync.sandbox.mirakl.model import STATES, Order
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import bad
from mirakl_sync.sandbox.mirakl.settings import WORKFLOWS
from mirakl_sync.sandbox.mirakl.store import Entry
from mirakl_sync.sandbox.mirakl.views import rendered

TAX_MODES = ("TAX_INCLUDED", "TAX_EXCLUDED")
NOT_FILTERS = ("max", "offset", "shop_id")


@dataclass(frozen=True)
class Wanted:
    """The filters of OR11; None = not asked. Times in milliseconds."""

    order_ids: list[str] | None = None
    seller_references: list[str] | None = None
    customer_references: list[str] | None = None
    states: list[str] | None = None
    channels: list[str] | None = None
    only_null_channel: bool | None = None
    start: int | None = None
    end: int | None = None
    update_start: int | None = None
    update_end: int | None = None
    debited: bool | None = None
    workflow: str | None = None
    incident: bool | None = None
    centers: list[str] | None = None

    def fits(self, order: Order) -> bool:
        """Does every filter let the order pass?"""
        return (
            _among(order.order_id, self.order_ids)
            and _among(order.reference_for_seller, self.seller_references)
            and _among(None, self.customer_references)
            and _among(order.state, self.states)
            and self._fits_channel(order)
            and _within(order.created, self.start, self.end)
            and _within(order.updated, self.update_start, self.update_end)
            and (self.debited is None or self.debited == (order.debited is not None))
            and (self.workflow is None or self.workflow == order.workflow)
            and not self.incident
            and _among(order.fulfillment_center, self.centers)
        )

    def _fits_channel(self, order: Order) -> bool:
        if self.only_null_channel:
            return order.channel is None
        return _among(order.channel, self.channels)


def list_orders(call: Call) -> Response:
    """OR11. `total_count` and a page by creation date; `Link` to the neighbours."""
    wanted, (size, offset) = _asked(call), queries.page()
    newest_first = queries.chosen("order", ("asc", "desc")) == "desc"
    queries.chosen("sort", ("dateCreated",))
    mode = queries.chosen("order_tax_mode", TAX_MODES) or call.tenant.settings.order_tax_mode
    _check_locale(call)
    _count(call, offset)
    total, page = _page(call, wanted, size, offset, newest_first)
    texts = ",".join(rendered(order, mode, call.tenant.settings) for order in page)
    answer = Response(f'{{"total_count":{total},"orders":[{texts}]}}', mimetype="application/json")
    links = queries.page_links(size, offset, total)
    if links:
        answer.headers["Link"] = links
    return answer


def select(call: Call, wanted: Wanted) -> list[Order]:
    """All orders of the shop that `wanted` lets pass, oldest first."""
    candidates, rest = _candidates(call, wanted)
    found = {order.sequence: order for order in candidates if order.shop_id == call.shop_id}
    fitting = found.values() if rest == Wanted() else [order for order in found.values() if rest.fits(order)]
    return sorted(fitting, key=attrgetter("created", "sequence"))


def _page(call: Call, wanted: Wanted, size: int, offset: int, newest_first: bool) -> tuple[int, list[Order]]:
    entries = _ready_entries(call, wanted)
    found: list[Any] = _kept(call, wanted) if entries is None else entries
    page = _slice(found, size, offset, newest_first)
    return len(found), page if entries is None else [call.tenant.orders.at(entry) for entry in page]


def _slice(found: list[Any], size: int, offset: int, newest_first: bool) -> list[Any]:
    if not newest_first:
        return found[offset : offset + size]
    end = max(0, len(found) - offset)
    return found[max(0, end - size) : end][::-1]


def _ready_entries(call: Call, wanted: Wanted) -> list[Entry] | None:
    """An index that already is the answer, so that no order has to be looked at; None when there is none."""
    orders = call.tenant.orders
    if wanted.states and wanted == Wanted(states=wanted.states):
        return orders.in_states(call.shop_id, wanted.states)
    if wanted == Wanted(start=wanted.start, end=wanted.end):
        return orders.created_between(call.shop_id, wanted.start, wanted.end)
    return None


def _kept(call: Call, wanted: Wanted) -> list[Order]:
    """The selection of the page before, if nothing has changed since: so long reads stay quick."""
    question = (call.shop_id, wanted, call.tenant.orders.version)
    if call.tenant.last_selection[0] != question:
        call.tenant.last_selection = (question, select(call, wanted))
    return call.tenant.last_selection[1]


def _candidates(call: Call, wanted: Wanted) -> tuple[list[Order], Wanted]:
    """What the narrowest index finds, and the filters it has not applied yet."""
    orders, shop_id = call.tenant.orders, call.shop_id
    if wanted.order_ids is not None:
        known = [orders.by_id[name] for name in wanted.order_ids if name in orders.by_id]
        return known, replace(wanted, order_ids=None)
    if wanted.seller_references is not None:
        return orders.referred(wanted.seller_references), replace(wanted, seller_references=None)
    if wanted.update_start is not None:
        changed = orders.updated_between(shop_id, wanted.update_start, wanted.update_end)
        return changed, replace(wanted, update_start=None, update_end=None)
    if wanted.states:
        entries = orders.in_states(shop_id, wanted.states)
        return [orders.at(entry) for entry in entries], replace(wanted, states=None)
    entries = orders.created_between(shop_id, wanted.start, wanted.end)
    return [orders.at(entry) for entry in entries], replace(wanted, start=None, end=None)


def _asked(call: Call) -> Wanted:
    update_start = queries.date("start_update_date")
    if update_start is not None:
        update_start -= round(call.tenant.settings.update_overlap_seconds * 1000)
    return Wanted(
        order_ids=queries.listed("order_ids"),
        seller_references=queries.listed("order_references_for_seller"),
        customer_references=queries.listed("order_references_for_customer"),
        states=queries.listed("order_state_codes", STATES),
        channels=queries.listed("channel_codes"),
        only_null_channel=queries.truth("only_null_channel"),
        start=queries.date("start_date"),
        end=queries.date("end_date"),
        update_start=update_start,
        update_end=queries.date("end_update_date"),
        debited=queries.truth("customer_debited"),
        workflow=queries.chosen("payment_workflow", WORKFLOWS),
        incident=queries.truth("has_incident"),
        centers=queries.repeated("fulfillment_center_code"),
    )


def _count(call: Call, offset: int) -> None:
    filters = sorted(item for item in request.args.items(multi=True) if item[0] not in NOT_FILTERS)
    lookup = bool(request.args.get("order_ids"))
    wait = call.tenant.limits.wait_to_read(
        call.shop_id, "OR11", call.now / 1000, filters=filters, offset=offset, lookup=lookup
    )
    call.refuse_early("OR11", wait)


def _check_locale(call: Call) -> None:
    locale = request.args.get("locale")
    if locale is not None and locale not in call.tenant.settings.locales:
        raise bad(f"The locale '{locale}' is not active")


def _among(value: str | None, wanted: list[str] | None) -> bool:
    return wanted is None or value in wanted


def _within(moment: int, start: int | None, end: int | None) -> bool:
    return (start is None or moment >= start) and (end is None or moment <= end)
