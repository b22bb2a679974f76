"""What the connection check says of a site: nothing where all is well, else what is wrong and how to mend it."""

from __future__ import annotations

import pytest

from tests.platforms.drafts import addressed, draft

SLAS = ("sfcc.ts_ext_on_behalf_of", "sfcc.orders.rw", "sfcc.shopper-availability")


def test_a_site_that_is_well_connected_has_nothing_wrong(site):
    bench = site()
    wanted = addressed(draft())
    bench.platform.release_order(bench.platform.create_order(wanted, held=False).order_id, wanted)
    findings = bench.platform.check()
    assert [finding.sentence for finding in findings if not finding.ok] == []
    assert {"key", "taxes", "creation", "stock", "attributes", "reservation"} <= {f.subject for f in findings}
    assert len(bench.shop.orders.rows) == 1


@pytest.mark.parametrize(
    ("more", "subject", "blocking"),
    [
        ({"settings": {"inventory_list": "nowhere"}}, "stock", True),
        ({"settings": {"site": "Elsewhere"}}, "key", True),
        ({"settings": {"parcels_attribute": ""}}, "tracking", False),
        ({"settings": {"inventory": "availability"}}, "stock", False),
        ({"shop": {"default_in_stock": True}}, "stock", False),
        ({"credentials": {"client_secret": "wrong"}}, "key", True),
        ({"credentials": {"slas_client_secret": "wrong"}}, "creation", True),
        ({"clients": {"am-client": ("sfcc.orders",)}}, "key", True),
        ({"clients": {"slas-client": ("sfcc.ts_ext_on_behalf_of",)}}, "creation", True),
    ],
)
def test_the_check_says_what_is_wrong_and_how_to_mend_it(site, more, subject, blocking):
    clients = [
        {"client_id": "am-client", "client_secret": "am-secret"},
        {"client_id": "slas-client", "client_secret": "slas-secret", "kind": "slas", "scopes": SLAS},
    ]
    narrowed = {name: {"scopes": scopes} for name, scopes in more.get("clients", {}).items()}
    bench = site(more.get("shop"), clients=[one | narrowed.get(one["client_id"], {}) for one in clients])
    found = bench.connect(more.get("credentials"), **more.get("settings", {})).check()
    wrong = [finding for finding in found if not finding.ok]
    assert subject in {finding.subject for finding in wrong}
    assert any(finding.blocking for finding in wrong) is blocking
    assert all(finding.way_out for finding in wrong)
    assert bench.shop.orders.rows == {}
