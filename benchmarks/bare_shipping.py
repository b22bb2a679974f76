"""The bare script of confirmations: the same HTTP calls, nothing remembered. A process of its own, printed as JSON."""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

_local = threading.local()


def main(url: str, key: str, in_flight: int, way: str) -> dict[str, float]:
    """Confirm every order that is to ship, ``in_flight`` calls at a time: OR23 and OR24, or ST01 where ``way`` says so.

    The list is read before the clock starts.
    """
    wanted: dict[str, str | int] = {"max": 100, "shop_id": 2000, "order_state_codes": "SHIPPING"}
    orders: list[dict[str, Any]] = []
    total = 1
    while len(orders) < total:
        page = _session(key).get(
            f"{url}/api/orders",
            params=wanted | {"offset": len(orders)},
            timeout=30,
        ).json()  # fmt: skip
        total, orders = page["total_count"], orders + page["orders"]
    confirm = _by_shipment if way == "ST01" else _by_order
    began, used = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(in_flight) as pool:
        answers = [pool.submit(confirm, url, key, order, f"3{count:011d}") for count, order in enumerate(orders)]
        for answer in answers:
            answer.result()
    return {"orders": len(answers), "seconds": time.monotonic() - began, "cpu": time.process_time() - used}


def _by_order(url: str, key: str, order: dict[str, Any], number: str) -> None:
    for call, body in (("tracking", {"carrier_code": "DHL", "tracking_number": number}), ("ship", None)):
        answer = _session(key).put(
            f"{url}/api/orders/{order['order_id']}/{call}", params={"shop_id": 2000}, json=body, timeout=30
        )
        answer.raise_for_status()


def _by_shipment(url: str, key: str, order: dict[str, Any], number: str) -> None:
    lines = [
        {"order_line_id": line["order_line_id"], "quantity": line["quantity"], "package_reference": f"P-{number}"}
        for line in order["order_lines"]
    ]
    tracking = {"carrier_code": "DHL", "tracking_number": number}
    shipment = {"order_id": order["order_id"], "shipped": True, "shipment_lines": lines, "tracking": tracking}
    answer = _session(key).post(
        f"{url}/api/shipments", params={"shop_id": 2000}, json={"shipments": [shipment]}, timeout=30
    )
    answer.raise_for_status()
    if answer.json().get("shipment_errors"):
        raise RuntimeError(answer.text)


def _session(key: str) -> requests.Session:
    session: requests.Session | None = getattr(_local, "session", None)
    if session is None:
        _local.session = session = requests.Session()
        session.headers["Authorization"] = key
    return session


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])))
