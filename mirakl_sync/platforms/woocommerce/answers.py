"""WooCommerce's refusals, sorted by who moves next. Codes, never messages: those are translated by the shop."""

from __future__ import annotations

from collections.abc import Mapping

from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.http.contract import Answer, Operation

GONE = frozenset(
    {
        "woocommerce_rest_shop_order_invalid_id",
        "woocommerce_rest_product_invalid_id",
        "woocommerce_rest_invalid_order_id",
        "woocommerce_rest_shop_webhook_invalid_id",
    }
)
NO_ROUTE = "rest_no_route"
NO_CUSTOMER = "woocommerce_rest_invalid_customer_id"

_LOST_HEADER = (
    "Check the key. If it works as query parameters in a browser, the server drops the Authorization header: "
    "set auth to query, or let the hoster pass the header on. On plain http only oauth1 works."
)
_SCOPE = "Make a key with Read/Write permission for a user with the shop manager role, and enter it here."


def interpret(operation: Operation, answer: Answer) -> Exception | None:
    """The error for a refused answer (4xx), or None where the common table knows better (429)."""
    if answer.status in (408, 425, 429):
        return None
    told = answer.json if isinstance(answer.json, Mapping) and "code" in answer.json else None
    if told is None:
        return _not_woocommerce(operation, answer)
    code, message = str(told["code"]), str(told.get("message", ""))
    if answer.status == 401:
        return _unknown(code, message)
    if answer.status == 403:
        return Misconfigured(f"WooCommerce refused {operation.code}: {message} ({code})", way_out=_SCOPE)
    if code == NO_CUSTOMER:
        return Misconfigured(
            "The shop does not know the generic customer.",
            way_out="Put the id of an existing customer into generic_customer, or 0.",
        )
    return Refused(
        f"WooCommerce refused {operation.code}: {message}{_named(told)} ({code})",
        code=code,
        status=answer.status,
        request=operation.code,
    )


def _unknown(code: str, message: str) -> Misconfigured:
    if "authentication" in code:
        return Misconfigured(f"WooCommerce does not accept the key: {message} ({code})", way_out=_SCOPE)
    return Misconfigured(f"WooCommerce took us for a stranger ({code}).", way_out=_LOST_HEADER)


def _named(told: Mapping[str, object]) -> str:
    """The parameters WooCommerce complains of, in its own words."""
    data = told.get("data")
    params = data.get("params") if isinstance(data, Mapping) else None
    if not isinstance(params, Mapping):
        return ""
    return "; " + "; ".join(f"{name}: {words}" for name, words in params.items())


def _not_woocommerce(operation: Operation, answer: Answer) -> Exception | None:
    """An HTML refusal comes from something in front of WooCommerce."""
    if answer.status == 404:
        return Misconfigured(
            f"There is no WooCommerce API behind this address ({operation.code} answered a 404 page).",
            way_out="Check the shop's address, and set permalinks to anything but Plain in WordPress.",
        )
    if answer.status in (401, 403, 406):
        return Misconfigured(
            f"Something in front of the shop refused {operation.code} with a page ({answer.status}).",
            way_out="A firewall or security plugin: let the hoster allow our user agent for /wp-json/.",
        )
    return None
