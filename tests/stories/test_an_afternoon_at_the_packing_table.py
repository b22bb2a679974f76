"""An afternoon at the packing table, as the people around it would tell it.

The marketplace is a strict one: it takes only carriers of its own list, and one number for each order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.flows.doors import open_hooks
from tests.flows.parcels import ROYAL_MAIL, UPS, Packing


def test_an_afternoon_at_the_packing_table(pack: Callable[..., Packing]) -> None:
    table = pack(market={"disable_seller_alternative_carrier": True}, shipments={"warn_before": timedelta(hours=4)})
    with open_hooks(table.day):
        plain, abroad, courier, late = (table.placed("MUG") for _ in range(4))
        _two_o_clock(table, plain)
        _three_o_clock(table, abroad, courier)
        _four_o_clock(table, abroad)
        _five_o_clock(table, courier, late)


def _two_o_clock(table: Packing, plain: str) -> None:
    """14:00. The first parcel leaves with UPS."""
    table.ship(plain, carrier="UPS", number=UPS)
    _the_shop_tells_us(table)

    # The buyer has the number within seconds; nobody had to do anything.
    assert table.confirmed(plain)["trackings"] == [("UPS", UPS)]
    assert table.confirmed(plain)["state"] == "SHIPPED"


def _three_o_clock(table: Packing, abroad: str, courier: str) -> None:
    """15:00. A colleague packs two parcels with carriers the marketplace has never heard of."""
    table.ship(abroad, carrier="Royal Mail 24", number=ROYAL_MAIL)
    table.ship(courier, carrier="Bike courier", number="BC-778899")
    _the_shop_tells_us(table)

    # Nothing is guessed and nothing is lost: operations is asked once for each name, with the way out.
    assert table.day.questions() == ["carrier_unmapped", "carrier_unmapped"]
    assert all("carriers map" in item.way_out for item in table.day.items("carrier_unmapped"))
    assert table.confirmed(abroad)["trackings"] == table.confirmed(courier)["trackings"] == []


def _four_o_clock(table: Packing, abroad: str) -> None:
    """16:00. Ada knows: here, Royal Mail goes as DHL."""
    mapped = table.map("royal mail 24", "DHL")
    assert mapped.sentence == "the carrier “royal mail 24” is DHL; 1 parcel goes on"
    assert table.confirmed(abroad)["trackings"] == [("DHL", ROYAL_MAIL)]

    # Tomorrow nobody will be asked again, however the name is spelled.
    tomorrow = table.placed("LAMP")
    table.ship(tomorrow, carrier="ROYAL-MAIL 24", number="RB123456785GB")
    _the_shop_tells_us(table)
    assert table.confirmed(tomorrow)["ship_calls"] == 1


def _five_o_clock(table: Packing, courier: str, late: str) -> None:
    """17:00. One parcel still waits for its word, one order has not been packed at all, and its day is running out."""
    by = table.day.order(late).ship_by
    assert by is not None
    table.day.later(seconds=(by - timedelta(hours=3) - table.day.clock()).total_seconds())
    table.day.pull()
    table.ticks()
    assert "ship_by_near" in table.day.questions()

    # The courier's parcel goes by UPS after all, and the forgotten order is packed.
    table.map("Bike courier", "UPS")
    table.ship(late, carrier="UPS", number="1Z5R89390357567127")
    _the_shop_tells_us(table)
    # at this hour a strange number holds nothing back any more
    assert table.confirmed(courier)["trackings"] == [("UPS", "BC-778899")]
    assert table.confirmed(late)["ship_calls"] == 1

    # The marketplace shows that everything has left, and the questions are gone by themselves.
    table.day.pull()
    table.ticks()
    assert table.day.questions() == []


def _the_shop_tells_us(table: Packing) -> None:
    table.day.webshop.post("webhooks/flush")
    table.day.work()
