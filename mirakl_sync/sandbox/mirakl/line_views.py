"""An order line as OR11 shows it, with taxes, commission, promotions, refunds and cancelations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.model import REFUNDABLE, Line, MoneyBack, Order, Taxed, cents
from mirakl_sync.sandbox.mirakl.settings import TenantSettings

TAX_CODE = "VAT"
COMMISSION_TAX_CODE = "TAXDEFAULT"


def show_line(order: Order, line: Line, mode: str, settings: TenantSettings) -> dict[str, Any]:
    """One line in `mode`. The unit price of the tenant's other mode is price / quantity."""
    own = mode == settings.order_tax_mode
    return {
        **_identity(order, line),
        **_dates(order, line),
        **_amounts(line, mode, line.unit if own else cents(line.price.shown(mode) / line.quantity)),
        **_commission(line),
        "taxes": [_tax(line.price, line.rate)] if line.rate else [],
        "shipping_taxes": [_tax(line.shipping, line.rate)] if line.rate and line.shipping.net else [],
        "promotions": show_promotion(line),
        "can_refund": can_refund(order, line),
        "refunds": [show_refund(line, refund, mode) for refund in line.refunds],
        "cancelations": [_cancelation(line, one, mode) for one in line.cancelations],
    }


def can_refund(order: Order, line: Line) -> bool:
    """Debited, in a state that allows it, and something left to give back."""
    return order.debited is not None and line.state in REFUNDABLE and bool(line.left()[0].net or line.left()[1].net)


def show_promotion(line: Line) -> list[dict[str, Any]]:
    """The promotion that was deducted from the line, if there was one."""
    if line.promotion is None:
        return []
    deduced = (line.origin_unit - line.unit) * line.quantity
    kind = {"type": "PERCENTAGE_OFF", "percentage_off": 10.0, "internal_description": "Ten percent off"}
    return [
        {
            "id": line.promotion,
            "apportioned": False,
            "configuration": kind,
            "deduced_amount": float(deduced),
            "promo_code": None,
        }
    ]


def show_refund(line: Line, refund: MoneyBack, mode: str) -> dict[str, Any]:
    """A refund with what became of it; `state` is the older twin of `refund_state`."""
    return {
        **_money_back(line, refund, mode),
        "order_refund_id": refund.group,
        "refund_state": refund.state,
        "state": refund.state,
        "commission_tax_amount": float(refund.commission_tax),
        "transaction_date": text(refund.paid),
        "transaction_number": f"R-{refund.number}" if refund.paid else None,
    }


def _cancelation(line: Line, cancelation: MoneyBack, mode: str) -> dict[str, Any]:
    return _money_back(line, cancelation, mode)


def _money_back(line: Line, back: MoneyBack, mode: str) -> dict[str, Any]:
    return {
        "id": str(back.number),
        "amount": float(back.price.shown(mode)),
        "shipping_amount": float(back.shipping.shown(mode)),
        "quantity": back.quantity,
        "reason_code": back.reason_code,
        "taxes": returned_taxes(line, back.price),
        "shipping_taxes": returned_taxes(line, back.shipping),
        "commission_amount": float(back.commission),
        "commission_taxes": [{"code": COMMISSION_TAX_CODE, "amount": float(back.commission_tax)}],
        "commission_total_amount": float(back.commission + back.commission_tax),
        "created_date": text(back.created),
    }


def returned_taxes(line: Line, amount: Taxed) -> list[dict[str, Any]]:
    """Taxes of a refunded or cancelled amount."""
    return [{"code": TAX_CODE, "rate": float(line.rate), "amount": float(amount.tax)}] if amount.net else []


def _identity(order: Order, line: Line) -> dict[str, Any]:
    return {
        "order_line_id": line.line_id,
        "order_line_index": line.index,
        "order_line_state": line.state,
        "order_line_state_reason_code": None,
        "order_line_state_reason_label": None,
        "offer_id": line.offer_id,
        "offer_sku": line.sku,
        "offer_state_code": "11",
        "product_sku": f"P-{line.sku}",
        "product_shop_sku": line.sku,
        "product_title": line.title,
        "product_medias": [],
        "category_code": "3012",
        "category_label": "Things",
        "description": None,
        "price_additional_info": None,
        "order_line_additional_fields": [],
        "measurement": None,
        "shipping_from": {"address": None, "warehouse": None},
    }


def _dates(order: Order, line: Line) -> dict[str, Any]:
    alive = line.alive
    return {
        "created_date": text(order.created),
        "last_updated_date": text(order.updated),
        "debited_date": text(order.debited) if alive else None,
        "shipped_date": text(line.shipped) if alive else None,
        "received_date": text(order.received) if alive else None,
    }


def _amounts(line: Line, mode: str, unit: Decimal) -> dict[str, Any]:
    return {
        "quantity": line.quantity,
        "price_unit": float(unit),
        "origin_unit_price": float(line.origin_unit if line.promotion else unit),
        "price": float(line.price.shown(mode)),
        "shipping_price": float(line.shipping.shown(mode)),
        "shipping_price_unit": None,
        "shipping_price_additional_unit": None,
        "total_price": float(line.price.shown(mode) + line.shipping.shown(mode)),
    }


def _commission(line: Line) -> dict[str, Any]:
    rate, tax = float(line.commission_rate), float(line.commission_tax)
    return {
        "commission_fee": float(line.commission),
        "commission_rate_vat": rate,
        "commission_vat": tax,
        "commission_taxes": [{"code": COMMISSION_TAX_CODE, "rate": rate, "amount": tax}],
        "total_commission": float(line.commission + line.commission_tax),
    }


def _tax(amount: Taxed, rate: Decimal) -> dict[str, Any]:
    return {
        "code": TAX_CODE,
        "rate": float(rate),
        "amount": float(amount.tax),
        "tax_calculation_rule": "PROPORTIONAL_TO_AMOUNT",
    }
