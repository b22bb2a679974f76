"""The pages about what leaves the house: parcels, carriers, and the parcels and the story of an order."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from mirakl_sync.cases import timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import CarrierMapping, Connection, Shipment
from mirakl_sync.inbox import desk
from tests.console.test_pages import Outline

UNMAPPED = "“Brown <Trucks>”: nobody has said which carrier of the marketplace's list it is."


@pytest.fixture
def waiting(db, clock, connection, placed, parcel, listed):
    """An order whose parcel waits for a carrier to be mapped; answers the numbers of both."""
    listed(UPS="UPS", DHL="DHL Paket")
    order = placed(
        "O-17-A",
        state="placed",
        marketplace_state="SHIPPING",
        ship_by=clock() + timedelta(hours=5),
        left_at=clock() - timedelta(hours=1),
    )
    box = parcel(order, carrier="Brown <Trucks>")
    with db.transaction() as tx:
        row = tx.get_one(Shipment, box)
        ask = Ask("carrier_unmapped", "browntrucks", UNMAPPED, facts={"carrier": "Brown <Trucks>"})
        item = desk.open_item(tx, connection, ask, "shipment", box, clock())
        row.blocked_by, row.waiting_for = item.id, item.owner
        timeline.add(tx, "shipment", row, clock(), "shop", "left the house: Brown <Trucks>")
    return order, box


def found(client, query: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/orders/\d+#parcel-(\d+)">', client.get(f"/shipments?{query}").text)


def test_parcels_are_found_by_what_people_look_for(client, placed, parcel, clock):
    first = placed("A-1", state="placed", ship_by=clock() + timedelta(hours=9))
    second = placed("B-1", state="placed", ship_by=clock() + timedelta(hours=2))
    late, soon = str(parcel(first)), str(parcel(second, carrier="UPS", number="1Z5R89390357567127"))
    told = str(parcel(second, carrier="UPS", state="told", told_carrier_code="UPS", told_number="1Z"))

    assert found(client, "") == [soon, late, told]
    assert found(client, "order=newest") == [told, soon, late]
    assert found(client, "text=B") == [soon, told]
    assert found(client, "text=1Z5R") == [soon]
    assert found(client, "carrier=brown-trucks") == [late]
    assert found(client, "state=told") == [told]
    assert found(client, "need=telling") == [soon, late]
    assert found(client, "need=nonsense&connection=acme-webshop") == [soon, late, told]
    assert found(client, "connection=another") == []


def test_a_list_says_what_was_told_and_what_is_waited_for(client, waiting):
    html = client.get("/shipments").text

    assert "Brown &lt;Trucks&gt;" in html
    assert '<a class="badge soon" href="/exceptions?owner=operations">asks operations</a>' in html
    assert ">in 5 h</span>" in html


def test_long_lists_are_cut_into_pages_that_keep_the_question(client, placed, parcel):
    order = placed("A-1", state="placed")
    for _ in range(51):
        parcel(order)

    html = client.get("/shipments?text=A").text

    assert "1 to 50 of 51 parcels" in html
    assert '<a rel="next" href="/shipments?text=A&amp;page=2">' in html


def test_empty_pages_explain_themselves(client, connection):
    assert "mirakl-sync shipments look" in client.get("/shipments").text
    assert "No parcel is like this." in client.get("/shipments?text=x").text
    html = client.get("/carriers").text
    assert "No parcel waits for a carrier" in html
    assert "Nobody has mapped a name yet." in html
    assert "mirakl-sync carriers refresh acme-webshop" in html


def test_names_that_wait_come_first_with_the_command_to_copy(client, waiting):
    html = client.get("/carriers").text

    assert html.index("Names that wait") < html.index("What people said") < html.index("The list of Acme")
    assert "<code>mirakl-sync carriers map acme-webshop &#39;Brown &lt;Trucks&gt;&#39; UPS</code>" in html
    assert '<td data-label="Parcels" class="number">1<span class="at">to FR</span></td>' in html


def test_what_people_said_stands_with_its_carrier_and_what_is_gone_is_marked(client, db, clock, connection, listed):
    listed(UPS="UPS")
    with db.transaction() as tx:
        for spelled, code, country in (("Brown", "UPS", ""), ("Yellow", "GONE", "FR")):
            said = {"connection_id": connection, "made_by": "ada", "made_at": clock()}
            tx.add(CarrierMapping(name=spelled.lower(), spelled=spelled, carrier_code=code, country=country, **said))

    html = client.get("/carriers?connection=acme-webshop").text

    assert '<td data-label="Means it">Brown</td>' in html
    assert 'GONE<span class="problem">no longer on the list</span>' in html
    assert html.count(">ada<") == 2


def test_with_several_connections_one_is_chosen_to_see_its_list(client, db, connection, listed):
    listed(UPS="UPS")
    with db.transaction() as tx:
        first = tx.get_one(Connection, connection)
        shop = type(first.shop)(marketplace_id=first.shop.marketplace_id, shop_id="3000", credentials={})
        tx.add(shop)
        tx.flush()
        tx.add(
            Connection(
                key="second",
                shop_pk=shop.id,
                store_pk=first.store_pk,
                policy_id=first.policy_id,
                orders_from=first.orders_from,
            )
        )

    html = client.get("/carriers").text
    assert "Choose a connection to see" in html
    assert "The list of Acme" not in html
    assert "The list of Acme" in client.get("/carriers?connection=second").text
    assert "The list of Acme" not in client.get("/carriers?connection=nonsense").text


def test_an_order_shows_its_parcels_their_questions_and_the_story(client, waiting):
    order, box = waiting
    html = client.get(f"/orders/{order}").text

    assert f'<tr id="parcel-{box}">' in html
    assert "2 × MUG" in html
    assert "Whose turn it is: operations" in html
    assert "A question waits for operations" in html
    assert "<code>mirakl-sync carriers map CONNECTION NAME CODE</code>" in html
    assert "Left the house: Brown &lt;Trucks&gt;." in html
    assert f"parcel {box}</p>" in html
    assert "Buyerson" not in html


def test_the_overview_counts_what_is_still_to_be_told(client, waiting):
    html = client.get("/").text

    assert '<a href="/shipments?need=telling"><b>1</b> parcels to tell</a>' in html
    assert "1 wait for a person" in html


@pytest.mark.parametrize("address", ["/shipments", "/carriers", "/orders/{order}"])
def test_a_full_page_can_be_read_without_eyes_mouse_and_script(client, waiting, address):
    page = Outline(client.get(address.format(order=waiting[0])).text)

    assert page.names().count("caption") == page.names().count("table") >= 1
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
