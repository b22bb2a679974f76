"""The bare script: the same HTTP calls, nothing remembered. Run as a process of its own and printed as JSON."""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

_local = threading.local()


def main(url: str, key: str, in_flight: int) -> dict[str, float]:
    """List every waiting order page by page and accept each line of each, ``in_flight`` calls at a time."""
    began = time.monotonic()
    wanted: dict[str, str | int] = {"max": 100, "shop_id": 2000, "sort": "dateCreated", "order": "asc"}
    with ThreadPoolExecutor(in_flight) as pool:
        answers, offset, total = [], 0, 1
        while offset < total:
            page = _session(key).get(
                f"{url}/api/orders",
                params=wanted | {"offset": offset},
                timeout=30,
            ).json()  # fmt: skip
            total = page["total_count"]
            offset += len(page["orders"])
            answers += [pool.submit(_accept, url, key, order) for order in page["orders"]]
        for answer in answers:
            answer.result()
    return {"orders": len(answers), "seconds": time.monotonic() - began, "cpu": time.process_time()}


def _accept(url: str, key: str, order: dict[str, Any]) -> None:
    body = {"order_lines": [{"id": line["order_line_id"], "accepted": True} for line in order["order_lines"]]}
    answer = _session(key).put(
        f"{url}/api/orders/{order['order_id']}/accept", params={"shop_id": 2000}, json=body, timeout=30
    )
    answer.raise_for_status()


def _session(key: str) -> requests.Session:
    session: requests.Session | None = getattr(_local, "session", None)
    if session is None:
        _local.session = session = requests.Session()
        session.headers["Authorization"] = key
    return session


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
