"""From a draft to the bodies WooCommerce wants, and from its orders to ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mirakl_sync.money import Money
from mirakl_sync.platforms.woocommerce.amounts import Amounts
from mirakl_sync.platforms.woocommerce.leaving import has_left, on_its_way
from mirakl_sync.platforms.woocommerce.parcels import LINE_ID, parcels_of
from mirakl_sync.platforms.woocommerce.schemas import Line, ShopOrder
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import CommissionShape, DraftLine, OrderDraft, OrderReference, PlatformOrder, ShopRefund

ORDER_ID, SHOP, MARKETPLACE = "_mirakl_order_id", "_mirakl_shop", "_mirakl_marketplace"
GHOST_OF = "_mirakl_ghost_of"
ROUNDING = "Marketplace rounding"
DEAD = frozenset({"cancelled", "trash"})
ASLEEP = DEAD | {"pending", "on-hold", "failed", "refunded", "checkout-draft", "auto-draft"}


@dataclass(frozen=True, slots=True)
class ProductRef:
    """A product as a line names it; ``product_id`` of ``ProductFacts`` is ``7`` or, for a variation, ``7/9``."""

    product_id: int
    variation_id: int = 0
    tax_class: str | None = None

    def __str__(self) -> str:
        return f"{self.product_id}/{self.variation_id}" if self.variation_id else str(self.product_id)

    @classmethod
    def parse(cls, text: str) -> ProductRef | None:
        """The reference in a draft, or None when there is none of ours."""
        first, _, second = text.partition("/")
        if not first.isdigit() or (second and not second.isdigit()):
            return None
        return cls(int(first), int(second or 0))


def order_body(
    draft: OrderDraft, amounts: Amounts, products: Mapping[str, ProductRef], settings: StoreSettings, *, held: bool
) -> dict[str, Any]:
    """``POST /orders``: without a buyer's e-mail and without payment, so that nothing leaves the house."""
    body: dict[str, Any] = {
        "status": settings.status_held if held else "pending",
        "currency": draft.currency,
        "customer_id": customer_id(draft, settings),
        "created_via": settings.created_via,
        "transaction_id": draft.reference.order_id,
        "payment_method": "mirakl",
        "payment_method_title": _payment_title(draft),
        "line_items": [_line(line, amounts, products[line.sku]) for line in draft.lines],
        "shipping_lines": [
            {"method_id": "mirakl", "method_title": _shipping_title(draft, settings), "total": _text(amounts.shipping)}
        ],
        "meta_data": order_meta(draft, exempt=amounts.exempt),
    }
    fees = _fees(draft, amounts)
    return body | ({"fee_lines": fees} if fees else {}) | address_bodies(draft)


def customer_id(draft: OrderDraft, settings: StoreSettings) -> int:
    """The generic customer, the one the draft names, or 0 for a guest."""
    if draft.customer.shop_customer_id.isdigit():
        return int(draft.customer.shop_customer_id)
    return settings.generic_customer if draft.customer.generic else 0


def address_bodies(draft: OrderDraft) -> dict[str, Any]:
    """``billing`` and ``shipping`` without an e-mail; nothing while the marketplace shows no address."""
    billing, shipping = draft.billing or draft.shipping_address, draft.shipping_address or draft.billing
    if billing is None or shipping is None:
        return {}
    return {"billing": _address(billing), "shipping": _address(shipping)}


def amount_bodies(amounts: Amounts, order: ShopOrder) -> dict[str, Any]:
    """The same lines again with other amounts: by their ids, or WooCommerce would add new ones.

    Lines of ours that the draft no longer has were refused meanwhile; quantity 0 takes them off.
    """
    lines: list[dict[str, Any]] = []
    for line in order.lines:
        wanted = amounts.lines.get(str(line.meta.get(LINE_ID, "")))
        if wanted is not None:
            lines.append({"id": line.id} | _amounts(wanted.subtotal, wanted.total, wanted.tax_class))
        elif line.meta.get(LINE_ID):
            lines.append({"id": line.id, "quantity": 0})
    body: dict[str, Any] = {"line_items": lines}
    if order.shipping_lines:
        body["shipping_lines"] = [{"id": order.shipping_lines[0].id, "total": _text(amounts.shipping)}]
    old = next((fee.id for fee in order.fees if fee.name == ROUNDING), None)
    if old is not None:
        body["fee_lines"] = [{"id": old, "total": _text(amounts.fee)} if amounts.fee else {"id": old, "name": None}]
    elif amounts.fee:
        body["fee_lines"] = [_rounding_fee(amounts.fee)]
    return body


def ghost_body(reference: OrderReference, settings: StoreSettings) -> dict[str, Any]:
    """Cancel an order that must not be: it loses our reference, so that no search takes it for the sale again."""
    meta = [{"key": ORDER_ID, "value": ""}, {"key": GHOST_OF, "value": str(reference)}]
    return {"status": settings.status_canceled, "transaction_id": "", "meta_data": meta}


def order_meta(draft: OrderDraft, *, exempt: bool) -> list[dict[str, str]]:
    """Our keys, hidden from staff, and what staff shall read, without an underscore."""
    commission = draft.commission.amount.amount
    meta = {
        ORDER_ID: draft.reference.order_id,
        SHOP: draft.reference.shop,
        MARKETPLACE: draft.reference.marketplace,
        "marketplace": draft.marketplace_title or draft.reference.marketplace,
        "marketplace_gross": str(draft.total),
        "marketplace_commission": str(draft.commission.amount),
        "marketplace_net": str(Money(draft.total.amount - commission, draft.currency)),
        "marketplace_tax": str(Money(_sold_tax(draft), draft.currency)),
    }
    if draft.commission.shape is CommissionShape.ATTRIBUTE:
        meta[_readable(draft.commission.target)] = str(draft.commission.amount)
    meta |= {_readable(name): str(value) for name, value in draft.attributes.items()}
    if exempt:
        meta["is_vat_exempt"] = "yes"
    return [{"key": key, "value": value} for key, value in meta.items()]


def reference_of(order: ShopOrder) -> OrderReference | None:
    """Whose order it is, or None for an order that is not ours."""
    told = tuple(str(order.meta.get(key) or "") for key in (MARKETPLACE, SHOP, ORDER_ID))
    return OrderReference(*told) if all(told) else None


def platform_order(
    order: ShopOrder, settings: StoreSettings, shop_url: str, refunds: tuple[ShopRefund, ...] = ()
) -> PlatformOrder:
    """The order in our words, with the ``refunds`` that were asked for.

    A status we do not know is one a plugin gave a working order.
    """
    asleep = ASLEEP | {settings.status_held, settings.status_canceled}
    live = order.status not in asleep or order.status == settings.status_released
    parcels = parcels_of(order)
    return PlatformOrder(
        order_id=str(order.id),
        number=order.number or str(order.id),
        status=order.status,
        total=None if order.total is None else Money(order.total, order.currency),
        live=live,
        canceled=order.status in DEAD | {settings.status_canceled},
        # the shop lowers its stock on exactly these (woocommerce.md 4.5), and once released on our own status;
        # what plugins call it afterwards gives nothing back
        reserves=live or order.status == "on-hold" or on_its_way(order.status, settings),
        line_ids={str(line.meta[LINE_ID]): str(line.id) for line in order.lines if line.meta.get(LINE_ID)},
        url=f"{shop_url}/wp-admin/post.php?post={order.id}&action=edit",
        modified_at=order.modified_at,
        reference=reference_of(order),
        left=has_left(order, settings, parcels, live=live),
        parcels=parcels,
        refunds=refunds,
    )


def wrong_lines(draft: OrderDraft, lines: Sequence[Line]) -> list[str]:
    """What the shop holds otherwise than drafted, in words: lines without a product are never taken from stock."""
    held = {str(line.meta.get(LINE_ID, "")): line for line in lines}
    problems = []
    for wanted in draft.lines:
        line = held.get(wanted.line_id)
        if line is None:
            problems.append(f"line {wanted.line_id} ({wanted.sku}) is missing")
        elif not line.product_id:
            problems.append(f"line {wanted.line_id} ({wanted.sku}) has no product")
        elif (line.sku or "").casefold() != wanted.sku.casefold():
            problems.append(f"line {wanted.line_id} is {line.sku} instead of {wanted.sku}")
        elif str(line.quantity) != str(wanted.quantity):
            problems.append(f"line {wanted.line_id} ({wanted.sku}) has {line.quantity} instead of {wanted.quantity}")
    return problems


def address_written(draft: OrderDraft, order: ShopOrder) -> bool:
    """True where the order already carries the draft's addresses."""
    return all(
        all(str(getattr(order, part).get(name) or "") == value for name, value in fields.items())
        for part, fields in address_bodies(draft).items()
    )


def _line(line: DraftLine, amounts: Amounts, product: ProductRef) -> dict[str, Any]:
    wanted = amounts.lines[line.line_id]
    body: dict[str, Any] = {"product_id": product.product_id, "quantity": line.quantity}
    if product.variation_id:
        body["variation_id"] = product.variation_id
    if line.title:
        body["name"] = line.title
    body |= _amounts(wanted.subtotal, wanted.total, wanted.tax_class)
    return body | {"meta_data": [{"key": LINE_ID, "value": line.line_id}]}


def _amounts(subtotal: Decimal, total: Decimal, tax_class: str | None) -> dict[str, str]:
    body = {"subtotal": _text(subtotal), "total": _text(total)}
    return body if tax_class is None else body | {"tax_class": "" if tax_class == "standard" else tax_class}


def _fees(draft: OrderDraft, amounts: Amounts) -> list[dict[str, str]]:
    fees = [_rounding_fee(amounts.fee)] if amounts.fee else []
    if amounts.commission:
        title = draft.commission.target or "Marketplace commission"
        fees.append({"name": title, "total": _text(-amounts.commission), "tax_status": "none"})
    return fees


def _rounding_fee(amount: Decimal) -> dict[str, str]:
    return {"name": ROUNDING, "total": _text(amount), "tax_status": "none"}


def _address(address: Address) -> dict[str, str]:
    second = ", ".join(part for part in (address.street_2, address.additional_info) if part)
    return {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address_1": address.street_1,
        "address_2": second,
        "city": address.city,
        "state": address.state,
        "postcode": address.zip_code,
        "country": address.country_code,
        "phone": address.phone,
    }


def _payment_title(draft: OrderDraft) -> str:
    title = draft.marketplace_title or draft.reference.marketplace
    return f"Paid on {title}" if draft.paid else f"{title} pays later"


def _shipping_title(draft: OrderDraft, settings: StoreSettings) -> str:
    title = draft.shipping.title or "Marketplace shipping"
    return f"{title} ({draft.reference.order_id})" if settings.storage == "classic" else title


def _sold_tax(draft: OrderDraft) -> Decimal:
    return sum((line.tax for line in draft.lines), draft.shipping.tax)


def _readable(name: str) -> str:
    """A leading underscore would hide the value from staff."""
    return name.lstrip("_") or "marketplace_value"


def _text(amount: Decimal) -> str:
    return format(amount, "f")
