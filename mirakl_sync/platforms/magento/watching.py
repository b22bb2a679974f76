"""Our subscriptions at the module async-events: there, and at the right address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.webhooks import OFF
from mirakl_sync.records.shop import Finding

EVENTS = ("sales.order.updated", "sales.shipment.created", "sales.creditmemo.created")


def watch(client: MagentoClient, hooks_url: str, secret: str) -> list[Finding]:
    """One finding per event: what was found, what was mended. See ``Platform.watch``."""
    if not secret:
        return [OFF]
    ours = [row for row in client.subscriptions() if row.get("recipient_url") == hooks_url]
    return [
        _mended(client, event, [row for row in ours if row.get("event_name") == event], hooks_url, secret)
        for event in EVENTS
    ]


def _mended(client: MagentoClient, event: str, known: list[Mapping[str, Any]], url: str, secret: str) -> Finding:
    if any(_on(row) for row in known):
        return Finding(True, "webhooks", f"The webhook {event} is active.")
    try:
        if known:
            client.subscribe_again(int(known[0]["subscription_id"]))
        else:
            client.subscribe(event, url, secret)
    except Refused as error:
        return Finding(False, "webhooks", f"The webhook {event} could not be made: {error.words}")
    said = "was switched off and is on again" if known else "was missing and has been made"
    return Finding(True, "webhooks", f"The webhook {event} {said}.")


def _on(row: Mapping[str, Any]) -> bool:
    return row.get("status") not in (False, 0, "0", "false")
