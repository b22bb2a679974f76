"""Inventory Planner, declared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.platforms.inventory_planner.settings import LABEL, SENTENCES, read_settings
from mirakl_sync.platforms.inventory_planner.store import plan
from mirakl_sync.platforms.planner import FEED_CREDENTIALS, Way


def able(settings: Mapping[str, Any]) -> frozenset[Capability]:
    """Fed by its own connection to the shop, it takes nothing from us."""
    can = {Capability.INCOMING_STOCK}
    return frozenset(can if read_settings(settings).served is Way.NATIVE else can | {Capability.SALES_FEED})


INVENTORY_PLANNER = PlatformSpec(
    key="inventory_planner",
    label=LABEL,
    credentials={
        "api_key": "The key of its API, made by a service user with full access in Account, Settings, API.",
        "account": "The account's id: the letter a and digits.",
    },
    optional_credentials={
        **FEED_CREDENTIALS,
        "sftp_user": "The user of its file server, for advanced_csv.",
        "sftp_password": "The user's password; or give a key instead.",
        "sftp_private_key": "The user's private key, the whole file, without a passphrase.",
    },
    settings=SENTENCES,
    capabilities=frozenset({Capability.SALES_FEED, Capability.INCOMING_STOCK}),
    connect=None,
    look_after=timedelta(0),
    able=able,
    plan=plan,
)
