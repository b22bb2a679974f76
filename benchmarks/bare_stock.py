"""The bare script of stock: the same file and the same looks at it, nothing remembered. A process, printed as JSON."""

from __future__ import annotations

import json
import sys
import time

import requests

OVER = ("COMPLETE", "FAILED")


def main(url: str, key: str, count: int, apart: int, look_every: float) -> dict[str, float]:
    """Tell the numbers of ``count`` offers in one file (STO01) and look every so often whether it is worked off."""
    began, used = time.monotonic(), time.process_time()
    session, where = requests.Session(), f"{url}/api/offers/stock/imports"
    session.headers["Authorization"] = key
    rows = "".join(f"M-{1 + n * apart};999;;update\n" for n in range(count))
    file = {"file": ("stock.csv", f"offer-sku;quantity;warehouse-code;update-delete\n{rows}".encode(), "text/csv")}
    answer = session.post(where, params={"shop_id": 2000}, files=file, timeout=120)
    answer.raise_for_status()
    number, state = answer.json()["import_id"], ""
    while state not in OVER:
        time.sleep(look_every)
        told = session.get(f"{where}/{number}/status", params={"shop_id": 2000}, timeout=120)
        told.raise_for_status()
        state = told.json()["status"]
    if told.json()["lines_in_success"] != count:
        raise RuntimeError(told.text)
    return {"seconds": time.monotonic() - began, "cpu": time.process_time() - used}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))))
