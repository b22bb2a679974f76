"""Control of offers and stock files: the catalogue, people in the portal, files that go wrong on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.mirakl import offer_books, quantities, stock_imports
from mirakl_sync.sandbox.mirakl.offer_model import INACTIVITY_REASONS, Offer

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant

Do = Callable[["Tenant", dict[str, Any]], dict[str, Any]]


def add_offer_control(app: Flask, tenant: Tenant) -> None:
    """Mount the extras under /_sandbox/."""

    def mount(path: str, do: Do, method: str = "POST") -> None:
        def view() -> dict[str, Any]:
            with tenant.lock:
                tenant.tick()
                return do(tenant, control_json())

        app.add_url_rule(f"{CONTROL_PREFIX}/{path}", f"control_{method}_{path}", view, methods=[method])

    mount("offers", _set_offers)
    mount("offers", _stock, "GET")
    mount("offers/delete", _delete)
    mount("offers/deactivate", _deactivate)
    mount("offers/activate", _activate)
    mount("portal/offers", _edit_in_the_portal)
    mount("imports", _imports, "GET")
    mount("imports/fail_next", _fail_next_import)
    mount("imports/slow", _slow_imports)
    mount("imports/hold", lambda tenant, _: _hold(tenant, held=True))
    mount("imports/release", lambda tenant, _: _hold(tenant, held=False))
    mount("imports/refuse_lines", _refuse_lines)
    mount("exports/fail_next", _fail_next_export)


def _set_offers(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"offers": [{"sku", "quantity", …}]}, or {"generate": n, "prefix", "quantity", "price"} for a mass."""
    shop_id = _shop(tenant, asked)
    try:
        if "generate" in asked:
            return {"shop_id": shop_id, "count": tenant.generate_offers(shop_id, asked)}
        offers = [tenant.set_offer(shop_id, offer) for offer in asked.get("offers", [])]
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise BadRequest(f"{type(error).__name__}: {error}") from error
    return {"offers": [{"sku": offer.sku, "quantity": offer.quantity} for offer in offers]}


def _stock(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """Quantities by shop and SKU; with ?sku=A,B only theirs, as the books tell them."""
    skus = request.args.get("sku")
    if skus is None:
        return {
            str(shop_id): {one.sku: one.quantity for one in offers.values()}
            for shop_id, offers in tenant.offers.items()
        }
    return {
        str(shop_id): {sku: offer_books.shown(offers[sku]) for sku in skus.split(",") if sku in offers}
        for shop_id, offers in tenant.offers.items()
    }


def _delete(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"skus": […]}: somebody takes the offers off the marketplace for good."""
    shop_id, offers = _named(tenant, asked)
    for offer in offers:
        tenant.offers[shop_id].remove(offer, tenant.now())
    return {"deleted": [offer.sku for offer in offers]}


def _deactivate(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"skus": […], "reason": one of the vendor's words}: cannot be bought until activated."""
    if asked.get("reason") not in INACTIVITY_REASONS or asked["reason"] == "ZERO_QUANTITY":
        raise BadRequest(f"reason is one of {', '.join(INACTIVITY_REASONS)}, but for ZERO_QUANTITY")
    return _with_reasons(tenant, asked, (asked["reason"],))


def _activate(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"skus": […]}: can be bought again, as far as there is a quantity."""
    return _with_reasons(tenant, asked, ())


def _with_reasons(tenant: Tenant, asked: dict[str, Any], reasons: tuple[str, ...]) -> dict[str, Any]:
    shop_id, offers = _named(tenant, asked)
    for offer in offers:
        offer.reasons = reasons
        tenant.offers[shop_id].touch(offer, tenant.now())
    return {"active": {offer.sku: offer.active for offer in offers}}


def _edit_in_the_portal(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"sku", "quantity"} and perhaps "warehouse" and "who": a person writes a quantity by hand."""
    shop_id, (offer,) = _named(tenant, {**asked, "skus": [asked.get("sku")]})
    quantity, place = asked.get("quantity"), str(asked.get("warehouse") or "")
    if not isinstance(quantity, int) or quantity < 0 or (place and place not in tenant.shop(shop_id).warehouses):
        raise BadRequest("a quantity of at least 0, and a warehouse of the shop if any")
    who = str(asked.get("who") or "")
    quantities.write(tenant, shop_id, offer, quantity, tenant.now(), "portal", note=who, warehouse=place)
    return {"sku": offer.sku, **offer_books.shown(offer)}


def _imports(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    return {"imports": offer_books.imports(tenant)}


def _fail_next_import(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"times": 1}: so many files fail whole, beginning with the next to run; 0 takes it back."""
    tenant.stock_imports.fail_next = _count(asked)
    return {"fail_next": tenant.stock_imports.fail_next}


def _slow_imports(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"seconds": s, "times": 1}: the next files to run take so long; times 0 takes it back."""
    seconds = asked.get("seconds", 0)
    if not isinstance(seconds, int | float) or seconds < 0:
        raise BadRequest("seconds is a number of at least 0")
    tenant.stock_imports.slow = [float(seconds)] * _count(asked)
    return {"slow": tenant.stock_imports.slow}


def _hold(tenant: Tenant, *, held: bool) -> dict[str, Any]:
    """While held, no stock file begins to run."""
    stock_imports.hold(tenant, held, tenant.now())
    return {"held": held}


def _refuse_lines(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"skus": […], "reason": text}: their rows are refused until told otherwise, which is reason null."""
    refused, reason = tenant.stock_imports.refused, asked.get("reason", "The offer cannot be updated")
    for sku in _skus(asked):
        refused.pop(sku, None)
        if reason is not None:
            refused[sku] = str(reason)
    return {"refused": refused}


def _fail_next_export(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"times": 1, "code", "detail"}: so many exports of offers come to nothing."""
    error = (str(asked.get("code", "INTERNAL_ERROR")), str(asked.get("detail", "The export could not be written")))
    tenant.offer_exports.errors = [error] * _count(asked)
    return {"fail_next": len(tenant.offer_exports.errors)}


def _named(tenant: Tenant, asked: dict[str, Any]) -> tuple[int, list[Offer]]:
    shop_id = _shop(tenant, asked)
    offers = tenant.offers[shop_id]
    unknown = [sku for sku in _skus(asked) if sku not in offers]
    if unknown:
        raise NotFound(f"no offer {', '.join(map(str, unknown))} in shop {shop_id}")
    return shop_id, [offers[sku] for sku in _skus(asked)]


def _skus(asked: dict[str, Any]) -> list[str]:
    skus = asked.get("skus")
    if not isinstance(skus, list) or not skus:
        raise BadRequest('send {"skus": ["SKU-1", …]}')
    return skus


def _shop(tenant: Tenant, asked: dict[str, Any]) -> int:
    shop_id = asked.get("shop_id", next(iter(tenant.shops)))
    if shop_id not in tenant.shops:
        raise BadRequest(f"no shop {shop_id}")
    return int(shop_id)


def _count(asked: dict[str, Any]) -> int:
    times = asked.get("times", 1)
    if not isinstance(times, int) or times < 0:
        raise BadRequest("times is a whole number of at least 0")
    return times
