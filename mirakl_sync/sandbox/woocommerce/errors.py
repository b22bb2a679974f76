"""The error bodies of WordPress and WooCommerce, word for word where they were recorded."""

from __future__ import annotations

from typing import Any


class RestError(Exception):
    """An answer that is not a success: status, code, message and `data` as WordPress prints them."""

    def __init__(self, status: int, code: str, message: str, data: Any = None, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.data = {"status": status} if data is None else data
        self.headers = headers

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "data": self.data}


def no_route() -> RestError:
    return RestError(404, "rest_no_route", "No route was found matching the URL and request method.")


def invalid_id(kind: str, status: int) -> RestError:
    """`kind` is WooCommerce's word in the code: `product`, `shop_order`, `shop_webhook` …"""
    return RestError(status, f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.")


def refund_refused(message: str) -> RestError:
    """Refund errors are 500 with `"data": 500`, an integer (observed, reference 99.11)."""
    return RestError(500, "woocommerce_rest_cannot_create_order_refund", message, data=500)
