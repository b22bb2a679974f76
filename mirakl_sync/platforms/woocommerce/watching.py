"""Our webhooks in the shop: there, active, and at the right address."""

from __future__ import annotations

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.webhooks import OFF
from mirakl_sync.platforms.woocommerce.client import WooClient
from mirakl_sync.platforms.woocommerce.schemas import Hook
from mirakl_sync.records.shop import Finding

TOPICS = (
    "order.updated",
    "order.deleted",
    "order.restored",
    "product.created",
    "product.updated",
    "product.deleted",
)


def watch(client: WooClient, hooks_url: str, secret: str) -> list[Finding]:
    """One finding per topic: what was found, what was mended. See ``Platform.watch``."""
    if not secret:
        return [OFF]
    ours = [hook for hook in client.hooks() if hook.delivery_url == hooks_url]
    return [_mend(client, topic, [hook for hook in ours if hook.topic == topic], hooks_url, secret) for topic in TOPICS]


def _mend(client: WooClient, topic: str, hooks: list[Hook], url: str, secret: str) -> Finding:
    active = [hook for hook in hooks if hook.status == "active"]
    for hook in hooks:
        if hook not in active[:1]:
            client.delete_hook(hook.id)
    if active:
        return Finding(True, "webhooks", f"The webhook {topic} is active.")
    # Switched on again, a webhook keeps its count of failures and falls at the next one; a new one starts at nought.
    try:
        client.create_hook(f"mirakl_sync {topic}", topic, url, secret)
    except Refused as error:
        return Finding(
            False,
            "webhooks",
            f"The webhook {topic} could not be made: {error.words}",
            "The address must be public, https, on port 80, 443 or 8080.",
        )
    said = "was switched off by the shop and has been made anew" if hooks else "was missing and has been made"
    return Finding(True, "webhooks", f"The webhook {topic} {said}.")
