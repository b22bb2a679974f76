"""Refusals of SCAPI, OCAPI and the login servers, sorted by who moves next. By status and code, never by sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mirakl_sync.errors import Misconfigured, RateLimited, Refused
from mirakl_sync.http.contract import Answer, Operation

LOGIN = Operation("salesforce.login")
LOGIN_TO_CREATE = Operation("salesforce.login_to_create")
LOGIN_TO_SHOP = Operation("salesforce.login_to_shop")
LOGINS = (LOGIN.code, LOGIN_TO_CREATE.code, LOGIN_TO_SHOP.code)

ORDER_GONE = frozenset({"order-not-found", "OrderNotFoundException"})
PRODUCT_GONE = frozenset({"product-not-found", "ProductNotFoundException"})
NO_RECORD = "ProductInventoryRecordNotFoundException"
TOTALS = frozenset({"invalid-order-total", "invalid-tax-total"})
# What is missing altogether is the connection's fault, not one order's or product's.
_WRONG_PLACE = frozenset({"site-not-found", "SiteNotFoundException", "InventoryListNotFoundException"})
# Two logins of one id within a second, whoever made the other one.
TWICE = 2.0

_ATTRIBUTE = re.compile(r"\bc_\w+")


def interpret(operation: Operation, answer: Answer) -> Exception | None:
    """The error for a refused answer (4xx), or None where the common table knows better."""
    if answer.status in (408, 425, 429):
        return None
    code, words = code_and_words(answer.json)
    if operation.code in LOGINS:
        return _login(operation, answer.status, code, words)
    if not code:
        return None
    if answer.status == 401:
        return Misconfigured(
            f"Salesforce does not accept our token for {operation.code}: {words} ({code}).",
            way_out="Check client_id and client_secret, and that the client belongs to this organization.",
        )
    if answer.status == 403:
        return _forbidden(operation, code, words)
    if code in _WRONG_PLACE:
        return Misconfigured(
            f"Salesforce does not know where to look for {operation.code}: {words} ({code}).",
            way_out="Check the settings organization, site and inventory_list.",
        )
    if answer.status == 400 and (attribute := _ATTRIBUTE.search(words)):
        return unknown_attribute(attribute[0], words)
    return Refused(
        f"Salesforce refused {operation.code}: {words} ({code})",
        code="total_differs" if code in TOTALS else code,
        status=answer.status,
        request=operation.code,
        way_out="Compare the setting taxation with the taxation policy of the site." if code in TOTALS else "",
    )


def unknown_attribute(attribute: str, words: str) -> Misconfigured:
    """An attribute of ours that the site does not have; every order would be refused."""
    return Misconfigured(
        f"The site has no custom attribute {attribute.removeprefix('c_')}: {words}",
        way_out="Define it in Business Manager, Administration, Site Development, System Object Types, on both Basket "
        "and Order (that of a line on ProductLineItem), or take it out of the setting attributes.",
    )


def code_and_words(json: object) -> tuple[str, str]:
    """The machine's word and the sentence of an error body: a problem (SCAPI), a fault (OCAPI) or an OAuth error.

    A problem's word is the end of its type; both are empty where the body is none of the three.
    """
    if not isinstance(json, Mapping):
        return "", ""
    fault = json.get("fault")
    if isinstance(fault, Mapping):
        return str(fault.get("type") or "fault"), str(fault.get("message") or "")[:300]
    if "error" in json:
        return str(json["error"]), str(json.get("error_description") or "")[:300]
    if "type" in json or "title" in json:
        kind = str(json.get("type") or json.get("title")).rstrip("/").rpartition("/")[2]
        return kind, str(json.get("detail") or json.get("title") or "")[:300]
    return "", ""


def _login(operation: Operation, status: int, code: str, words: str) -> Exception | None:
    if status == 409:
        return RateLimited(f"Salesforce saw two logins within one second ({code}).", after=TWICE)
    if not code:
        return None
    slas = operation.code != LOGIN.code
    return Misconfigured(
        f"Salesforce does not let our client in for {operation.code}: {words} ({code}).",
        way_out="Check slas_client_id and slas_client_secret: a private SLAS client with the scopes "
        "sfcc.ts_ext_on_behalf_of and sfcc.orders.rw, allowed for this site."
        if slas
        else "Check client_id and client_secret, and that the client has the scopes our README names.",
    )


def _forbidden(operation: Operation, code: str, words: str) -> Misconfigured:
    if code.endswith("Exception"):
        way_out = (
            "Business Manager, Administration, Site Development, Open Commerce API Settings: give the client the "
            "resources our README lists."
        )
    else:
        way_out = "Account Manager, API Client (or the SLAS client): add the scopes our README names."
    return Misconfigured(f"Salesforce does not permit {operation.code}: {words} ({code}).", way_out=way_out)
