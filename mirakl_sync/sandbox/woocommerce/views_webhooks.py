"""/webhooks: registering, pausing, the ping (reference 9.1)."""

from __future__ import annotations

import re
import secrets
from typing import Any

from mirakl_sync.sandbox.woocommerce import dates
from mirakl_sync.sandbox.woocommerce.arguments import check_arguments, one_of, string
from mirakl_sync.sandbox.woocommerce.errors import RestError, invalid_id
from mirakl_sync.sandbox.woocommerce.links import item_links
from mirakl_sync.sandbox.woocommerce.lists import LIST_ARGUMENTS, list_headers, page_of
from mirakl_sync.sandbox.woocommerce.model import Webhook
from mirakl_sync.sandbox.woocommerce.routing import WRITES, Call, Reply, Route, batch, created

HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": ["woocommerce_process_product_meta", "woocommerce_new_product",
                        "woocommerce_new_product_variation"],
    "product.updated": ["woocommerce_process_product_meta", "woocommerce_update_product",
                        "woocommerce_update_product_variation"],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
}  # fmt: skip
ACTION = re.compile(r"^action\.(woocommerce|wc)_\w+$")
STATUSES = ("active", "paused", "disabled")
BAD_URL = "Webhook delivery URL must be a valid URL starting with http:// or https://."
BAD_TOPIC = "Webhook topic is required and must be valid."


def list_webhooks(call: Call) -> Reply:
    """All of them unless `status` names one."""
    check_arguments(call.query, {**LIST_ARGUMENTS, "status": one_of("all", *STATUSES)})
    wanted = call.query.get("status", "all")
    rows = call.shop.store.webhooks.values()
    ids = sorted((row.id for row in rows if wanted in {"all", row.status}), reverse=True)
    page, pages = page_of(ids, call.query)
    body = [_shown(call, call.shop.store.webhooks[number]) for number in page]
    return Reply(body, headers=list_headers(call.base + call.path, call.query, len(ids), pages))


def post_webhook(call: Call) -> Reply:
    webhook = _create(call, call.given)
    reply = created(call, _shown(call, webhook), f"webhooks/{webhook.id}")
    if webhook.status == "active":
        reply.after = lambda: call.shop.queue.ping(webhook)
    return reply


def _create(call: Call, given: dict[str, Any]) -> Webhook:
    _check(given)
    if not _known_topic(given.get("topic")):
        raise _refused("topic", BAD_TOPIC)
    if not _good_url(given.get("delivery_url")):
        raise _refused("delivery_url", BAD_URL)
    shop, topic = call.shop, given["topic"]
    webhook = Webhook(
        id=shop.store.numbers.next("webhook"),
        name=given.get("name") or f"Webhook created on {shop.now():%b %d, %Y @ %I:%M %p}",
        topic=topic,
        delivery_url=given["delivery_url"],
        secret=given.get("secret") or secrets.token_hex(20),
        created=shop.now(),
        status=given.get("status") or "active",
    )
    shop.store.webhooks[webhook.id] = webhook
    return webhook


def get_webhook(call: Call, number: int) -> Reply:
    return Reply(_shown(call, _find(call, number, 404)))


def put_webhook(call: Call, number: int) -> Reply:
    """Re-activation keeps the count of failures; no ping once one was answered (observed, reference 99.6-7)."""
    webhook = _find(call, number, 400)
    moved = call.given.get("delivery_url") not in (None, webhook.delivery_url)
    _update(call, webhook, call.given)
    reply = Reply(_shown(call, webhook))
    if webhook.status == "active" and (moved or webhook.pending_ping):
        reply.after = lambda: call.shop.queue.ping(webhook)
    return reply


def _update(call: Call, webhook: Webhook, given: dict[str, Any]) -> None:
    _check(given)
    if given.get("topic") is not None and not _known_topic(given["topic"]):
        raise _refused("topic", "Webhook topic must be valid.")
    if given.get("delivery_url") is not None and not _good_url(given["delivery_url"]):
        raise _refused("delivery_url", BAD_URL)
    for name in ("name", "topic", "delivery_url", "secret", "status"):
        if given.get(name) is not None:
            setattr(webhook, name, given[name])
    webhook.modified = call.shop.now()


def delete_webhook(call: Call, number: int) -> Reply:
    reply = get_webhook(call, number)
    if not call.force:
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    del call.shop.store.webhooks[number]
    return reply


def batch_webhooks(call: Call) -> Reply:
    def create(given: dict[str, Any]) -> dict[str, Any]:
        return _shown(call, _create(call, given))

    def update(given: dict[str, Any]) -> dict[str, Any]:
        webhook = _find(call, int(given.get("id") or 0), 400)
        _update(call, webhook, given)
        return _shown(call, webhook)

    def delete(given: dict[str, Any]) -> dict[str, Any]:
        body = _shown(call, _find(call, int(given["id"]), 404))
        del call.shop.store.webhooks[int(given["id"])]
        return body

    return batch(call, create, update, delete)


def _find(call: Call, number: int, unknown: int) -> Webhook:
    webhook = call.shop.store.webhooks.get(number)
    if webhook is None:
        raise invalid_id("shop_webhook", unknown)
    return webhook


def _check(given: dict[str, Any]) -> None:
    texts = dict.fromkeys(("name", "topic", "delivery_url", "secret"), string)
    check_arguments(given, {**texts, "status": one_of(*STATUSES)})


def _known_topic(topic: str | None) -> bool:
    return topic is not None and (topic in HOOKS or ACTION.match(topic) is not None)


def _good_url(url: str | None) -> bool:
    return url is not None and url.startswith(("http://", "https://"))


def _refused(name: str, message: str) -> RestError:
    return RestError(400, f"woocommerce_rest_shop_webhook_invalid_{name}", message)


def _shown(call: Call, webhook: Webhook) -> dict[str, Any]:
    """The secret never comes back."""
    resource, _, event = webhook.topic.partition(".")
    zone = call.shop.settings.zone
    return {
        "id": webhook.id,
        "name": webhook.name,
        "status": webhook.status,
        "topic": webhook.topic,
        "resource": resource,
        "event": event,
        "hooks": HOOKS.get(webhook.topic, [event]),
        "delivery_url": webhook.delivery_url,
        "date_created": dates.text(webhook.created, zone),
        "date_created_gmt": dates.text(webhook.created),
        "date_modified": dates.text(webhook.modified, zone),
        "date_modified_gmt": dates.text(webhook.modified),
        **item_links(call.base, f"webhooks/{webhook.id}", "webhooks"),
    }


ROUTES = [
    Route("webhooks", ("GET",), "webhook.list", "list", list_webhooks),
    Route("webhooks", ("POST",), "webhook.create", "create", post_webhook),
    Route("webhooks/batch", WRITES, "webhook.batch", "batch", batch_webhooks),
    Route("webhooks/<int:number>", ("GET",), "webhook.get", "get", get_webhook),
    Route("webhooks/<int:number>", WRITES, "webhook.update", "update", put_webhook),
    Route("webhooks/<int:number>", ("DELETE",), "webhook.delete", "delete", delete_webhook),
]
