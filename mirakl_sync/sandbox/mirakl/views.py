"""An order as OR11 shows it, in either tax mode. Rendered once per change, not once per call."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.mirakl import life
from mirakl_sync.sandbox.mirakl.broken import BREAKAGES
from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.line_views import show_line, show_promotion
from mirakl_sync.sandbox.mirakl.model import DEAD, Order, Taxed
from mirakl_sync.sandbox.mirakl.settings import TenantSettings
from mirakl_sync.sandbox.mirakl.tracking import is_by_operator

DAY_MS = 86_400_000


def rendered(order: Order, mode: str, settings: TenantSettings) -> str:
    """The order as JSON text in `mode`."""
    known = order.rendered.get(mode)
    if known is None:
        known = json.dumps(shown(order, mode, settings), ensure_ascii=False)
        order.rendered[mode] = known
    return known


def shown(order: Order, mode: str, settings: TenantSettings) -> dict[str, Any]:
    """The order as the JSON object of OR11, breakage included."""
    view = {
        **_identity(order, mode, settings),
        **_dates(order, settings),
        **_flags(order, settings),
        **_shipping(order, settings),
        **_money(order, lambda amount: float(amount.shown(mode))),
        "customer": _customer(order, settings),
        "order_additional_fields": order.additional_fields,
        "order_lines": [show_line(order, line, mode, settings) for line in order.lines],
    }
    if order.broken:
        BREAKAGES[order.broken](view)
    return view


def _identity(order: Order, mode: str, settings: TenantSettings) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "commercial_id": order.commercial_id,
        "order_state": order.state,
        "order_state_reason_code": order.reason[0] if order.reason else None,
        "order_state_reason_label": order.reason[1] if order.reason else None,
        "order_tax_mode": mode,
        "currency_iso_code": order.currency,
        "payment_workflow": order.workflow,
        "payment_type": "CARD",
        "paymentType": "CARD",
        "payment_duration": settings.payment_duration if order.workflow == "PAY_ON_DUE_DATE" else 0,
        "channel": {"code": order.channel, "label": order.channel} if order.channel else None,
        "fulfillment": {"center": {"code": order.fulfillment_center}},
        "references": {
            "order_reference_for_customer": None,
            "order_reference_for_seller": order.reference_for_seller,
        },
        "quote_id": None,
        "transaction_number": f"T-{order.sequence}" if order.debited else None,
        "transaction_date": text(order.debited),
        "customer_notification_email": f"{order.sequence:x}@notification.mirakl.example",
    }


def _dates(order: Order, settings: TenantSettings) -> dict[str, Any]:
    return {
        "created_date": text(order.created),
        "last_updated_date": text(order.updated),
        "acceptance_decision_date": text(order.decided),
        "customer_debited_date": text(order.debited),
        "shipping_deadline": text(shipping_deadline(order, settings)),
        "delivery_date": None,
        "leadtime_to_ship": settings.lead_time_days,
    }


def shipping_deadline(order: Order, settings: TenantSettings) -> int | None:
    """The lead time after the order may be shipped; None before [I: no closing days, no cut-off]."""
    start = order.reached_shipping
    return start + settings.lead_time_days * DAY_MS if start is not None else None


def _flags(order: Order, settings: TenantSettings) -> dict[str, Any]:
    return {
        "can_cancel": life.can_cancel(order),
        "can_shop_ship": order.state == "SHIPPING" and not is_by_operator(order, settings),
        "customer_directly_pays_seller": False,
        "fully_refunded": is_fully_refunded(order),
        "has_customer_message": False,
        "has_incident": False,
        "has_invoice": False,
        "invoice_details": None,
    }


def _shipping(order: Order, settings: TenantSettings) -> dict[str, Any]:
    kind, tracking = settings.shipping_type(order.shipping_type), order.tracking
    return {
        "shipping_type_code": order.shipping_type,
        "shipping_type_label": kind.label if kind else order.shipping_type,
        "shipping_type_standard_code": kind.standard_code if kind else None,
        "shipping_zone_code": order.country[:2],
        "shipping_zone_label": order.address["country"],
        "shipping_carrier_code": tracking and tracking.code,
        "shipping_carrier_standard_code": tracking and tracking.standard_code,
        "shipping_company": tracking and tracking.name,
        "shipping_pudo_id": None,
        "shipping_tracking": tracking and tracking.number,
        "shipping_tracking_url": tracking and tracking.url,
    }


def _money(order: Order, show: Callable[[Taxed], float]) -> dict[str, Any]:
    promotions = [promotion for line in order.lines for promotion in show_promotion(line)]
    commission = sum((line.commission + line.commission_tax for line in order.lines), Decimal(0))
    return {
        "price": show(_sum(line.price for line in order.lines)),
        "shipping_price": show(_sum(line.shipping for line in order.lines)),
        "total_price": show(_sum(part for line in order.lines for part in (line.price, line.shipping))),
        "total_commission": float(commission),
        "promotions": {
            "applied_promotions": promotions,
            "total_deduced_amount": round(sum(promotion["deduced_amount"] for promotion in promotions), 2),
        },
    }


def _sum(amounts: Any) -> Taxed:
    net = tax = Decimal(0)
    for amount in amounts:
        net, tax = net + amount.net, tax + amount.tax
    return Taxed(net, tax)


def _customer(order: Order, settings: TenantSettings) -> dict[str, Any]:
    """Addresses stay null until SHIPPING, unless PC01 shows them before acceptance (reference 2.5)."""
    open_before = settings.addresses_before_acceptance and order.state != "STAGING"
    visible = order.reached_shipping is not None or open_before
    return {
        **order.customer,
        "accounting_contact": None,
        "delivery_contact": None,
        "organization": None,
        "billing_address": order.address if visible else None,
        "shipping_address": {**order.address, "additional_info": None} if visible else None,
    }


def is_fully_refunded(order: Order) -> bool:
    """Requested refunds cover all active lines."""
    active = [line for line in order.lines if line.state not in DEAD]
    return bool(active) and all(line.refunds and not line.left()[0].shown("TAX_INCLUDED") for line in active)
