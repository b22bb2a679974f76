"""The ways in: one login for SCAPI, one for OCAPI, one to create orders, one to look as a shopper does.

Each token is one of the shelf, so that all workers together log in once in half an hour: SLAS refuses a second login of
the same guest within a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mirakl_sync.errors import Misconfigured, RateLimited, Unavailable
from mirakl_sync.http.contract import Basic, Dial, TokenHeader, Transport
from mirakl_sync.http.tokens import SharedToken, Token
from mirakl_sync.platforms.contract import StoreAccess
from mirakl_sync.platforms.salesforce.answers import LOGIN, LOGIN_TO_CREATE, LOGIN_TO_SHOP, interpret
from mirakl_sync.platforms.salesforce.pace import Paced
from mirakl_sync.platforms.salesforce.settings import StoreSettings

# Admin calls are few at a time, or the instance sheds load.
PARALLEL = 4
# A little more than the second within which SLAS takes no second login.
PAUSE = 1.1
OCI_SCOPE = "sfcc.inventory.availability"

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """Lines to one instance: ``admin`` and ``ocapi`` as ourselves, ``create`` on behalf of a guest, ``shopper`` as one.

    ``ocapi`` is None where its address was not given.
    """

    admin: Transport
    create: Transport
    shopper: Transport
    ocapi: Transport | None


def open_doors(access: StoreAccess, settings: StoreSettings, dial: Dial, sleep: Sleep = time.sleep) -> Doors:
    """The lines, not yet connected. ``Misconfigured`` for a missing credential."""
    client, slas = _pair(access, "client_id", "client_secret"), _pair(access, "slas_client_id", "slas_client_secret")
    scapi = access.url.rstrip("/")
    manager = dial(settings.account_url.rstrip("/"), auth=Basic(*client), interpret=interpret)
    shopping = dial(scapi, auth=Basic(*slas), interpret=interpret)

    def line(base: str, name: str, renew: Callable[[], Token]) -> Transport:
        source = SharedToken(access.tokens, f"salesforce:{access.key}:{settings.organization}:{name}", renew)
        return Paced(dial(base, auth=TokenHeader(source), interpret=interpret, parallel=PARALLEL), sleep)

    ocapi = settings.ocapi_url.rstrip("/")
    return Doors(
        admin=line(scapi, f"admin:{client[0]}", lambda: admin_token(manager, scopes(settings))),
        create=line(scapi, f"create:{slas[0]}", lambda: creator_token(shopping, settings, slas[0], sleep)),
        shopper=line(scapi, f"shopper:{slas[0]}", lambda: shopper_token(shopping, settings)),
        ocapi=line(ocapi, f"ocapi:{client[0]}", lambda: admin_token(manager, "")) if ocapi else None,
    )


def scopes(settings: StoreSettings) -> str:
    """What the client must have been given in Account Manager."""
    wanted = [f"SALESFORCE_COMMERCE_API:{settings.tenant}", "sfcc.orders.rw"]
    if settings.inventory == "availability":
        wanted.append("sfcc.products")
    if settings.inventory == "oci":
        wanted.append(OCI_SCOPE)
    return " ".join(wanted)


def admin_token(manager: Transport, scope: str) -> Token:
    """Account Manager ``POST /dwsso/oauth2/access_token``, client credentials; OCAPI knows no scopes."""
    fields = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    return _token(manager.call(LOGIN, "POST", "/dwsso/oauth2/access_token", fields=fields).json)


def creator_token(shopping: Transport, settings: StoreSettings, client_id: str, sleep: Sleep = time.sleep) -> Token:
    """SLAS ``oauth2/trusted-system/token`` on behalf of a guest: the only token that creates orders.

    One more try after a pause when somebody else logged in within the same second, then ``RateLimited``.
    """
    fields = {
        "grant_type": "client_credentials",
        "hint": "ts_ext_on_behalf_of",
        "login_id": "guest",
        "idp_origin": "ecom",
        "client_id": client_id,
        "channel_id": settings.site,
    }
    path = f"{_slas(settings)}/trusted-system/token"
    try:
        return _token(shopping.call(LOGIN_TO_CREATE, "POST", path, fields=fields).json)
    except RateLimited as error:
        if error.after is None or error.after > 2:
            raise
        sleep(PAUSE)
    return _token(shopping.call(LOGIN_TO_CREATE, "POST", path, fields=fields).json)


def shopper_token(shopping: Transport, settings: StoreSettings) -> Token:
    """SLAS ``oauth2/token``: a guest's token, for Shopper Availability."""
    fields = {"grant_type": "client_credentials", "channel_id": settings.site}
    return _token(shopping.call(LOGIN_TO_SHOP, "POST", f"{_slas(settings)}/token", fields=fields).json)


def _slas(settings: StoreSettings) -> str:
    return f"/shopper/auth/v1/organizations/{settings.organization}/oauth2"


def _token(json: Any) -> Token:
    told = json if isinstance(json, Mapping) else {}
    value, lives = told.get("access_token"), told.get("expires_in")
    if not isinstance(value, str) or not value:
        raise Unavailable("Salesforce answered a login without a token.")
    return Token(value, timedelta(seconds=int(lives) if isinstance(lives, int) and lives > 0 else 60))


def _pair(access: StoreAccess, name: str, secret: str) -> tuple[str, str]:
    pair = access.credentials.get(name, ""), access.credentials.get(secret, "")
    if not all(pair):
        raise Misconfigured(
            f"The Salesforce store has no {name} or {secret}.",
            way_out="Our README says how both clients are made: one in Account Manager, one in SLAS.",
        )
    return pair
