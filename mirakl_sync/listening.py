"""Where a process listens, and whether others can reach it there."""

from __future__ import annotations

import ipaddress

from mirakl_sync.errors import Misconfigured


def address(bind: str, name: str) -> tuple[str, int]:
    """``host:port`` of the setting ``name`` as two values; ``Misconfigured`` when it is not that."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise Misconfigured(f"MIRAKL_SYNC_{name} is {bind!r}.", way_out="It is an address and a port: 127.0.0.1:8000.")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """True when only this machine can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
