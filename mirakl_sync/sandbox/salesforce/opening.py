"""An instance from an entry of a sandbox plan."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask

from mirakl_sync.sandbox.opening import settings_in, stock_up
from mirakl_sync.sandbox.salesforce.app import create_app
from mirakl_sync.sandbox.salesforce.catalogue import generate, seed
from mirakl_sync.sandbox.salesforce.settings import Client, settings_from
from mirakl_sync.sandbox.salesforce.shop import Shop


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """The instance of a plan's entry, and what a client must know of it.

    `products` as in `catalogue.seed`; `generate` as in `catalogue.generate`, or just how many; `clients` as `Client`;
    every other name is a field of `InstanceSettings`.
    """
    settings = settings_from(settings_in(entry, "clients"))
    clients = [Client(**{**one, **_tuples(one)}) for one in entry.get("clients", [])]
    shop = Shop(settings, clients) if clients else Shop(settings)
    stock_up(entry, partial(seed, shop), partial(generate, shop))
    return create_app(shop), access_of(shop)


def access_of(shop: Shop) -> dict[str, Any]:
    """Keys and names. All doors are one host here: Account Manager, the API gateway and the instance."""
    admin = next(client for client in shop.clients if client.kind == "account_manager")
    shopper = next((client for client in shop.clients if client.kind == "slas"), None)
    slas = {"slas_client_id": shopper.client_id, "slas_client_secret": shopper.client_secret} if shopper else {}
    return {
        "client_id": admin.client_id,
        "client_secret": admin.client_secret,
        **slas,
        "organization_id": shop.settings.organization,
        "tenant_id": shop.settings.tenant,
        "site_id": shop.settings.site,
        "inventory_list_id": shop.settings.inventory_list,
        "webdav_user": shop.settings.webdav_user,
        "webdav_password": shop.settings.webdav_password,
    }


def _tuples(given: dict[str, Any]) -> dict[str, Any]:
    return {"scopes": tuple(given["scopes"])} if "scopes" in given else {}
