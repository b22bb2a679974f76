"""Customers buy: orders as asked for, and for everything not asked for, seeded chance."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.mirakl import leaving, life, quantities
from mirakl_sync.sandbox.mirakl.broken import BREAKAGES
from mirakl_sync.sandbox.mirakl.model import STATES, Line, Order, Taxed, cents
from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.places import COUNTRIES, Country, a_customer, an_address
from mirakl_sync.sandbox.mirakl.settings import WORKFLOWS

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant

SHIPPING_PRICES = (Decimal("0.00"), Decimal("4.90"), Decimal("6.50"))
LINE_COUNTS = (1, 1, 1, 2, 2, 3, 4)
OPTIONS = {
    "additional_fields", "broken", "channel", "country", "customer", "fulfillment_center", "if_offered", "lines",
    "order_id", "payment", "payment_seconds", "shipping_price", "shipping_type_code", "shop_id", "staging_end",
    "staging_seconds", "state", "acceptance_window", "workflow",
}  # fmt: skip
CHOICES = {
    "payment": ("ok", "refused", "never"),
    "staging_end": ("ok", "fraud"),
    "state": STATES,
    "workflow": WORKFLOWS,
    "country": tuple(COUNTRIES),
    "broken": tuple(BREAKAGES),
}
PATH_TO_CLOSED: tuple[life.Step, ...] = (partial(leaving.ship_rest, by="portal"), life.receive, life.close)


class TurnedAway(Exception):
    """The customer saw that there is not enough, and went."""


def place(tenant: Tenant, asked: dict[str, Any]) -> Order:
    """One order now; `asked` may hold any of OPTIONS. ValueError says what cannot be had.

    With `if_offered` the customer looks first: TurnedAway when the offers are inactive or show too little.
    """
    _check(tenant, asked)
    order = _order(tenant, asked)
    if asked.get("if_offered"):
        _look(tenant, order)
    for line in order.lines:
        quantities.sell(tenant, order.shop_id, line.sku, line.quantity, order.order_id, order.updated)
    tenant.orders.add(order)
    tenant.tally["placed"] += 1
    wanted = asked.get("state")
    if wanted == "STAGING" and not order.staging_seconds and not tenant.settings.staging_seconds:
        return order  # stays there until somebody moves it
    life.begin(tenant, order)
    if wanted not in (None, "STAGING"):
        _lead_to(tenant, order, wanted)
    return order


def _check(tenant: Tenant, asked: dict[str, Any]) -> None:
    unknown = set(asked) - OPTIONS
    if unknown:
        raise ValueError(f"unknown order options: {', '.join(sorted(unknown))}")
    for option, known in CHOICES.items():
        if option in asked and asked[option] is not None and asked[option] not in known:
            raise ValueError(f"{option} is one of {', '.join(known)}")
    if "shop_id" in asked and asked["shop_id"] not in tenant.shops:
        raise ValueError(f"no shop {asked['shop_id']}")
    types = [kind.code for kind in tenant.settings.shipping_types]
    if asked.get("shipping_type_code") not in (None, *types):
        raise ValueError(f"shipping_type_code is one of {', '.join(types)}")
    if asked.get("order_id") in tenant.orders.by_id:
        raise ValueError(f"there is an order {asked['order_id']} already")


def _look(tenant: Tenant, order: Order) -> None:
    wanted: Counter[str] = Counter()
    for line in order.lines:
        wanted[line.sku] += line.quantity
    for sku, pieces in wanted.items():
        offer = tenant.offers[order.shop_id].get(sku)
        if offer is None or not offer.active or offer.quantity < pieces:
            tenant.tally["turned_away"] += 1
            raise TurnedAway(f"{sku}: {offer.shown if offer and offer.active else 0} offered, {pieces} wanted")


def _order(tenant: Tenant, asked: dict[str, Any]) -> Order:
    chance, settings = tenant.random, tenant.settings
    number = next(tenant.numbers)
    commercial_id = f"{settings.name.upper()[:4]}-{number}"
    order_id = asked.get("order_id") or f"{commercial_id}-A"
    shop_id = asked.get("shop_id") or chance.choice(list(tenant.shops))
    country = COUNTRIES[asked.get("country") or chance.choice(list(COUNTRIES))]
    customer = {**a_customer(chance, country), **(asked.get("customer") or {})}
    now = tenant.now()
    return Order(
        order_id=order_id,
        commercial_id=commercial_id,
        shop_id=shop_id,
        sequence=number,
        state="STAGING",
        created=now - now % 1000 if chance.random() < 0.3 else now,
        updated=now,
        currency=settings.currency,
        workflow=asked.get("workflow") or settings.workflow,
        country=country.code,
        customer=customer,
        address=an_address(chance, country, customer),
        lines=_lines(tenant, shop_id, order_id, country, asked),
        channel=asked.get("channel", chance.choice([*settings.channels, None])),
        fulfillment_center=asked.get("fulfillment_center") or "DEFAULT",
        shipping_type=asked.get("shipping_type_code") or settings.shipping_types[0].code,
        payment=asked.get("payment") or "ok",
        payment_seconds=float(asked.get("payment_seconds", settings.payment_seconds)),
        staging_end=asked.get("staging_end") or "ok",
        staging_seconds=asked.get("staging_seconds"),
        window=asked.get("acceptance_window"),
        additional_fields=list(asked.get("additional_fields") or ()),
        broken=asked.get("broken"),
    )


def _lines(tenant: Tenant, shop_id: int, order_id: str, country: Country, asked: dict[str, Any]) -> list[Line]:
    bought = asked.get("lines") or _a_basket(tenant, shop_id)
    lines = []
    for index, wish in enumerate(bought, start=1):
        shipping = asked.get("shipping_price") if index == 1 else 0
        numeric = tenant.settings.line_ids == "numeric"
        line_id = str(next(tenant.line_numbers)) if numeric else f"{order_id}-{index}"
        lines.append(_line(tenant, _offer(tenant, shop_id, wish), wish, country, (line_id, index), shipping))
    return lines


def _a_basket(tenant: Tenant, shop_id: int) -> list[dict[str, Any]]:
    chance = tenant.random
    offers = tenant.offers[shop_id]
    there = len(offers) or 20
    places = chance.sample(range(there), min(chance.choice(LINE_COUNTS), there))
    skus = [offers.at(place).sku if len(offers) else f"SKU-{place + 1}" for place in places]
    if chance.random() < tenant.settings.duplicate_sku_chance:
        skus.append(skus[0])
    return [{"sku": sku, "quantity": chance.choice((1, 1, 1, 2, 3))} for sku in skus]


def _offer(tenant: Tenant, shop_id: int, wish: dict[str, Any]) -> Offer:
    known = tenant.offers[shop_id].get(str(wish["sku"]))
    return known or tenant.set_offer(shop_id, {"price": wish.get("price_unit", "19.90"), "quantity": 100, **wish})


def _line(
    tenant: Tenant,
    offer: Offer,
    wish: dict[str, Any],
    country: Country,
    name: tuple[str, int],
    shipping_price: Any,
) -> Line:
    settings, chance = tenant.settings, tenant.random
    quantity = int(wish.get("quantity", 1))
    if quantity < 1:
        raise ValueError("a line needs a quantity of at least 1")
    origin = cents(Decimal(str(wish.get("price_unit", offer.price))))
    unit, promotion = origin, None
    if "price_unit" not in wish and chance.random() < settings.promotion_chance:
        unit, promotion = cents(origin * Decimal("0.9")), f"PROMO-{chance.randrange(1000)}"
    asked_shipping = chance.choice(SHIPPING_PRICES) if shipping_price is None else Decimal(str(shipping_price))
    price = Taxed.of(unit * quantity, country.vat, settings.order_tax_mode)
    fee = cents(price.shown(settings.order_tax_mode) * settings.commission_rate / 100)
    return Line(
        line_id=name[0],
        index=name[1],
        offer_id=offer.offer_id,
        sku=offer.sku,
        title=offer.title,
        quantity=quantity,
        unit=unit,
        origin_unit=origin,
        rate=country.vat,
        price=price,
        shipping=Taxed.of(cents(asked_shipping), country.vat, settings.order_tax_mode),
        commission=fee,
        commission_rate=settings.commission_tax_rate,
        commission_tax=cents(fee * settings.commission_tax_rate / 100),
        state="STAGING",
        promotion=promotion,
    )


def _lead_to(tenant: Tenant, order: Order, wanted: str) -> None:
    """Walk the order to the state asked for, as if everybody had done their part just now."""
    now = tenant.now()
    if order.state == "STAGING":
        life.end_staging(tenant, order, now)
    if wanted == "REFUSED":
        life.refuse(tenant, order, now, by="operator")
    if wanted == "CANCELED":
        life.cancel(tenant, order, now, by="operator")
    if wanted in ("WAITING_ACCEPTANCE", "REFUSED", "CANCELED"):
        return
    if order.state == "WAITING_ACCEPTANCE":
        life.accept(tenant, order, now, by="operator")
    if wanted == "WAITING_DEBIT_PAYMENT" and order.state == "WAITING_DEBIT":
        life.ask_for_money(tenant, order, now)
    if wanted in ("WAITING_DEBIT", "WAITING_DEBIT_PAYMENT"):
        return
    if order.state in ("WAITING_DEBIT", "WAITING_DEBIT_PAYMENT"):
        life.pay(tenant, order, now)
    for step, state in zip(PATH_TO_CLOSED, ("SHIPPED", "RECEIVED", "CLOSED"), strict=True):
        if STATES.index(order.state) < STATES.index(wanted) and STATES.index(state) <= STATES.index(wanted):
            step(tenant, order, now)
            if order.state == "SHIPPING":  # goods paid on shipment are only prepared by now
                leaving.pay(tenant, order, now)
