"""orderCancel: asked for now, done by a job a little later, and never taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import states, totals
from mirakl_sync.sandbox.shopify.gids import gid, number_of
from mirakl_sync.sandbox.shopify.model import ZERO, App, Order
from mirakl_sync.sandbox.shopify.order_calls import order_of
from mirakl_sync.sandbox.shopify.order_views import OrderView
from mirakl_sync.sandbox.shopify.placing_checks import Refused
from mirakl_sync.sandbox.shopify.refunding import GATEWAY, Wanted, refund

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]


@dataclass
class Job:
    """A cancellation under way. `problem` is why it came to nothing."""

    id: int
    due: float
    order_id: int
    reason: str
    restock: bool
    pay_back: bool
    notify: bool
    note: str | None
    app: App | None
    status: str = "STARTED"
    problem: Refused | None = None

    @property
    def done(self) -> bool:
        return self.status != "STARTED"


def ask(
    call: Call,
    order_id: str,
    reason: str,
    restock: bool,
    *,
    refund: bool | None = None,
    refund_method: Shown | None = None,
    notify_customer: bool = False,
    staff_note: str | None = None,
) -> Shown:
    """orderCancel: answers a job; what is known to be impossible is refused at once."""
    shop, order = call.shop, order_of(call, order_id)
    if order is None:
        return _refused(Refused("NOT_FOUND", "Order does not exist", ["orderId"]))
    problem = impossible(order)
    if problem:
        return _refused(problem)
    pay_back = bool((refund_method or {}).get("original_payment_methods_refund") or refund)
    due = shop.clock.seconds() + shop.settings.cancel_seconds
    number = shop.number("Job")
    job = Job(number, due, order.id, reason, restock, pay_back, notify_customer, staff_note, call.app)
    shop.jobs[job.id] = job
    return {"job": job_view(job), "jobResult": result_view(shop, job), "orderCancelUserErrors": [], "userErrors": []}


def impossible(order: Order) -> Refused | None:
    """Why an order cannot be cancelled."""
    if order.cancelled:
        return Refused("INVALID", "Order has already been cancelled", ["orderId"])
    if any(each.status == "SUCCESS" for each in order.fulfillments):
        return Refused("INVALID", "Cannot cancel an order that has been fulfilled", ["orderId"])
    return None


def finish_due(shop: Shop) -> None:
    """Do the cancellations whose time has come."""
    now = shop.clock.seconds()
    for job in [each for each in shop.jobs.values() if not each.done and each.due <= now]:
        order = shop.orders.rows.get(job.order_id)
        job.problem = impossible(order) if order else Refused("NOT_FOUND", "Order does not exist", ["orderId"])
        if order is None or job.problem:
            job.status = "FAILED"
            continue
        cancel(shop, order, job)
        job.status = "SUCCEEDED"


def cancel(shop: Shop, order: Order, how: Job) -> None:
    """What is unsent is taken off the order, with or without its money and its place on the shelf."""
    kind = "CANCEL" if how.restock else "NO_RESTOCK"
    left = [(line, states.unfulfilled_pieces(order, line), kind) for line in order.lines]
    wanted = Wanted([each for each in left if each[1]], note=how.note or "")
    owed = states.received(order) - states.refunded(order)
    if how.pay_back and owed:
        wanted.shipping = totals.shipping(order) - sum((line.refunded for line in order.shipping_lines), ZERO)
        wanted.money = [(order.transactions[0].gateway if order.transactions else GATEWAY, owed, None)]
    order.cancelled, order.cancel_reason, order.cancel_note = shop.now(), how.reason, how.note
    if wanted.lines or wanted.money:
        refund(shop, order, wanted, how.app)
    for unit in states.open_units(order):
        unit.holds.clear()
        unit.status, unit.updated = "CLOSED", shop.now()
    order.history.append(("cancelled", shop.now()))
    shop.save(order, "orders/cancelled")
    if how.notify:
        shop.mail("order_cancelled", order)


def by_staff(shop: Shop, order: Order, *, note: str | None = None, app: App | None = None) -> None:
    """A person, or an app, cancels in the admin; the pieces are for sale again."""
    problem = impossible(order)
    if problem:
        raise problem
    cancel(shop, order, Job(0, 0.0, order.id, "OTHER", True, False, False, note, app))


def read_job(call: Call, id: str) -> Shown | None:
    job = call.shop.jobs.get(number_of(id, "Job"))
    return job_view(job) if job else None


def job_view(job: Job) -> Shown:
    return {"id": gid("Job", job.id), "done": job.done}


def result_view(shop: Shop, job: Job) -> Shown:
    order = shop.orders.rows.get(job.order_id)
    return {
        "__typename": "OrderCancelJobResult",
        "id": gid("OrderCancelJobResult", job.id),
        "done": job.done,
        "status": job.status,
        "errors": job.problem.errors() if job.problem else [],
        "order": OrderView(shop, order) if order else None,
    }


def _refused(problem: Refused) -> Shown:
    errors = problem.errors()
    plain = [{"field": each["field"], "message": each["message"]} for each in errors]
    return {"job": None, "jobResult": None, "orderCancelUserErrors": errors, "userErrors": plain}
