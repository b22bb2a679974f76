"""`python -m mirakl_sync.sandbox --plan plan.json --ready ready.json`: run a sandbox until told to stop."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path


def main(arguments: list[str] | None = None) -> None:
    """Start all servers, write or print one JSON with addresses and keys, run until SIGTERM or SIGINT."""
    from mirakl_sync.sandbox.plan import open_sandbox

    asked = _asked(arguments)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    sandbox = open_sandbox(json.loads(asked.plan.read_text("utf-8")) if asked.plan else None, asked.host)
    _announce({"servers": sandbox.servers}, asked.ready)
    over.wait()
    sandbox.stop()


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mirakl_sync.sandbox", description=__doc__)
    parser.add_argument("--plan", type=Path, help="JSON file; without it three marketplaces and one shop")
    parser.add_argument("--ready", type=Path, help="write the addresses here instead of printing them")
    parser.add_argument("--host", default="127.0.0.1")
    return parser.parse_args(arguments)


def _announce(ready: dict[str, object], path: Path | None) -> None:
    """The file appears whole or not at all: somebody is waiting for it."""
    text = json.dumps(ready, indent=2)
    if path is None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        return
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    main()
