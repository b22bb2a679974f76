"""What may be chosen about a site, and what is refused in words."""

from __future__ import annotations

import pytest

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.contract import Capability, StoreAccess
from mirakl_sync.platforms.salesforce.settings import SENTENCES, StoreSettings, read_settings
from mirakl_sync.platforms.salesforce.spec import SALESFORCE

GIVEN = {
    "organization": "f_ecom_zzte_053",
    "site": "RefArch",
    "ocapi_url": "https://zzte-053.dx.commercecloud.salesforce.com",
    "inventory_list": "inventory_m",
}
KEYS = {"client_id": "a", "client_secret": "b", "slas_client_id": "c", "slas_client_secret": "d"}


def test_every_setting_has_a_sentence_and_every_sentence_a_setting():
    assert set(SENTENCES) == set(StoreSettings.__dataclass_fields__)


def test_what_is_not_said_is_usual():
    settings = read_settings(GIVEN)
    assert (settings.taxation, settings.door, settings.inventory) == ("gross", "scapi", "ocapi_records")
    assert (settings.tenant, settings.attribute("reference")) == ("zzte_053", "c_miraklReference")
    assert settings.attribute("marketplace_gross") == ""


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"organization": ""}, "organization"),
        ({"site": ""}, "site"),
        ({"ocapi_url": ""}, "ocapi_url"),
        ({"inventory_list": ""}, "inventory_list"),
        ({"inventory": "oci"}, "oci_organization"),
        ({"inventory": "availability", "door": "ocapi", "ocapi_url": ""}, "ocapi_url"),
        ({"inventory": "guess"}, "inventory"),
        ({"taxation": "none"}, "taxation"),
        ({"door": "soap"}, "door"),
        ({"subtract_until": "paid"}, "subtract_until"),
        ({"number_prefix": "far-too-long-prefix"}, "number_prefix"),
        ({"number_prefix": "M KP"}, "number_prefix"),
        ({"tracking_separator": ""}, "tracking_separator"),
        ({"carrier_attribute": "carrier"}, "carrier_attribute"),
        ({"attributes": {"reference": ""}}, "attributes"),
        ({"attributes": {"marketplace_gross": "gross"}}, "attributes.marketplace_gross"),
        ({"attributes": "c_x"}, "attributes"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_setting_that_is_missing_or_cannot_be_is_named(more, named):
    with pytest.raises(Misconfigured, match=named) as error:
        read_settings(GIVEN | more)
    assert error.value.way_out


def test_availability_needs_neither_the_instance_nor_a_list():
    given = {name: GIVEN[name] for name in ("organization", "site")}
    assert not read_settings(given | {"inventory": "availability"}).by_records


@pytest.mark.parametrize("missing", KEYS)
def test_a_missing_credential_is_said_without_a_call(missing):
    access = StoreAccess("shop", "https://x.api.commercecloud.salesforce.com", {**KEYS, missing: ""}, GIVEN)
    with pytest.raises(Misconfigured, match="client_id"):
        SALESFORCE.connect(access, _nowhere, None)


@pytest.mark.parametrize(
    ("settings", "has", "has_not"),
    [
        ({}, {Capability.STOCK_LEVELS}, {Capability.EDITS, Capability.REFUNDS}),
        ({"cancelled_attribute": "c_gone"}, {Capability.EDITS}, {Capability.REFUNDS}),
        ({"refunded_attribute": "c_back"}, {Capability.REFUNDS}, {Capability.EDITS}),
        ({"inventory": "availability"}, {Capability.PRODUCT_FACTS}, {Capability.STOCK_LEVELS}),
        ({"inventory": "availability"}, set(), {Capability.PRODUCT_NOTICES}),
    ],
)
def test_what_a_site_can_do_is_a_matter_of_its_settings(settings, has, has_not):
    able = SALESFORCE.capabilities_with(settings)
    assert has <= able
    assert not has_not & able
    assert able <= SALESFORCE.capabilities
    assert not {Capability.HOLD_ORDERS, Capability.RESERVES_STOCK, Capability.WEBHOOKS} & able


def _nowhere(*_, **__):
    return None
