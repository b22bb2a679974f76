"""Does a tracking number look like one of its carrier's? Published examples pass, slips of the hand do not."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.shipments.numbers import clean, odd, s10, ups

# From the carriers' own pages and test environments, else made after the form they publish.
GOOD = [
    ("UPS", "1Z12345E6605272234"),
    ("UPS", "1Z648616E192760718"),
    ("UPS", "1ZWX0692YP40636269"),
    ("UPS Standard", "1Z999AA10123456784"),
    ("UPS", "990728071"),
    ("UPS", "T4603636537"),
    ("UPS", "K1506235620"),
    ("UPS Mail Innovations", "MI123456ORDER7890"),
    ("DHL", "3318810025"),
    ("DHL Paket", "00340434161094042557"),
    ("DHL", "JJD0099999999"),
    ("DHL Express", "JJD000390007882823"),
    ("DHL eCommerce", "GM60511234500000001"),
    ("DHL eCommerce", "GM9E44608A27984866BA2D"),
    ("DHL Parcel", "3SBCC000123456"),
    ("DHL Parcel", "JVGL9999999990"),
    ("DHL Global Forwarding", "1AB12345"),
    ("DHL Global Forwarding", "ABC123456"),
    ("DHL Global Forwarding", "123-12345678"),
    ("DHL Freight", "ABC-DE-1234567"),
    ("DHL Freight", "1234-12345"),
    ("Deutsche Post", "RX123456785DE"),
    ("FedEx", "449044304137821"),
    ("FedEx", "920241085725456"),
    ("FedEx", "986578788855"),
    ("FedEx", "32971514560102447849175802862014"),
    ("USPS", "9400 1000 0000 0000 0000 00"),
    ("USPS", "9205 5000 0000 0000 0000 00"),
    ("USPS", "RB123456785US"),
    ("USPS", "82 000 000 00"),
    ("USPS", "420221539101026837331000039521"),
    ("Royal Mail", "RM473124829GB"),
    ("Royal Mail", "RM 4731 2482 9GB"),
    ("Royal Mail Tracked 24", "32048032000123B45678A"),
    ("Parcelforce", "AA1234567"),
    ("Parcelforce", "AAAA1234567890"),
    ("Parcelforce", "123123123123"),
    ("Parcelforce", "CP123456785GB"),
    ("An Post", "RR123456785IE"),
    ("bpost", "RB123456785BE"),
    ("bpost", "323211120600071234567890"),
    ("La Poste", "LU680211095FR"),
    ("La Poste", "LZ712917377US"),
    ("La Poste", "861011301731382"),
    ("Colissimo", "6A12345678901"),
    ("Colissimo", "8R98765432109"),
    ("Chronopost", "XY123456789FR"),
    ("Chronopost", "XW0123456789012"),
    ("Mondial Relay", "31297410"),
    ("PostNL", "3SDEVC816223392"),
    ("PostNL", "3SABCD1234567"),
    ("PostNL", "LA123456785NL"),
    ("DPD", "09980000020033"),
    ("DPD", "0998 0000 0200 33L"),
    ("DPD", "008182709980000020033350276C"),
    ("DPD", "1550123456"),
    ("DPD Pologne", "1000727398456U"),
    ("GLS", "XHAX4HDA"),
    ("GLS", "50123456789"),
    ("Hermes", "H1000000000123456789"),
    ("Evri", "8094521730468152"),
    ("Evri", "H00AA0A0012345678"),
    ("Yodel", "JD0002255380054291"),
    ("Yodel", "JJD0002257639032011"),
    ("InPost", "620051237410000123456789"),
    ("Swiss Post", "996001234567890123"),
    ("Correos", "PQ43BV0710000120128047E"),
    ("PostNord", "00370730254738263455"),
    ("Bring", "370730254738263455"),
    ("Amazon Logistics", "TBA502887274000"),
]
BAD = [
    ("the check digit", "UPS", "1Z12345E6605272235"),
    ("two digits that changed places", "UPS", "1Z12345E6605227234"),
    ("a digit that is missing", "UPS", "1Z12345E660527223"),
    ("the check digit", "Royal Mail", "RM473124828GB"),
    ("two digits that changed places", "Royal Mail", "RM473142829GB"),
    ("the check digit", "USPS", "RB123456786US"),
    ("the check digit", "La Poste", "LU680211096FR"),
    ("the check digit", "PostNL", "LA123456789NL"),
    ("the check digit", "DHL", "LX123456780DE"),
    ("another carrier's number", "DHL", "1Z12345E6605272234"),
    ("another carrier's number", "UPS", "RM473124829GB"),
    ("another carrier's number", "InPost", "1Z12345E6605272234"),
    ("a digit too many", "FedEx", "9865787888551"),
    ("a digit too few", "Colissimo", "6A1234567890"),
    ("a digit too many", "Mondial Relay", "312974105"),
    ("a letter for a digit", "Yodel", "JD000225538005429I1"),
]
NO_NUMBER = [
    ("UPS", "1Z12", "it has 4 characters"),
    ("DHL", "9" * 51, "it has 51 characters"),
    ("", "https://track.example/1Z12345E6605272234", "it is an address, not a number"),
    ("", "buyer@example.com", "it is an address, not a number"),
    ("", "see note!", "it holds signs no carrier prints"),
    ("", "1Z12345E6605272234,1Z648616E192760718", "it holds signs no carrier prints"),
    ("", "#123456", "it holds signs no carrier prints"),
    *((carrier, number, "it looks like a placeholder") for carrier, number in [
        ("DHL", "1234567890"), ("DHL", "0000000000"), ("UPS", "999999999"), ("GLS", "98765432"), ("", "TEST123"),
        ("", "pending"), ("", "xxxxxx"), ("", "Unknown"), ("Amazon Logistics", "TBA000"), ("", "Keine1"),
    ]),
]  # fmt: skip
SERIAL = st.text("0123456789", min_size=8, max_size=8)
LETTERS = st.text(string.ascii_uppercase, min_size=2, max_size=2)
SHIPPER = st.text(string.ascii_uppercase + string.digits, min_size=6, max_size=6)


@pytest.mark.parametrize(("carrier", "number"), GOOD, ids=[" ".join(row) for row in GOOD])
def test_a_carriers_number_raises_no_doubt(carrier: str, number: str) -> None:
    assert odd(clean(number), [carrier]) == ""


@pytest.mark.parametrize("row", BAD, ids=[f"{carrier}: {slip}: {number}" for slip, carrier, number in BAD])
def test_a_slip_of_the_hand_is_seen(row: tuple[str, str, str]) -> None:
    _, carrier, number = row
    assert odd(number, [carrier]) == "it does not look like one of this carrier's numbers"


@pytest.mark.parametrize(("carrier", "number", "why"), NO_NUMBER, ids=[row[1][:20] for row in NO_NUMBER])
def test_what_is_no_number_is_said_so_for_every_carrier(carrier: str, number: str, why: str) -> None:
    assert odd(clean(number) if " " not in number else number, [carrier]) == why


def test_spaces_of_every_kind_are_not_part_of_a_number() -> None:
    assert clean(" 1Z 123 45E\u00a066\t0527 2234\n") == "1Z12345E6605272234"


def test_small_letters_are_as_good_as_capitals() -> None:
    assert odd("1z12345e6605272234", ["UPS"]) == ""
    assert odd("rm473124828gb", ["Royal Mail"]) != ""


def test_of_a_carrier_nobody_described_any_number_passes() -> None:
    assert odd("A7/2026-000918", ["Own van of the shop"]) == ""


def test_any_name_of_the_carrier_decides_and_any_that_fits_is_enough() -> None:
    assert odd("RM473124829GB", ["RM", "Royal Mail 24", "ROYAL-MAIL"]) == ""
    assert odd("RM473124828GB", ["RM", "Royal Mail 24", "ROYAL-MAIL"]) != ""
    # La Poste delivers Colissimo and hands over to DPD: whoever's number it is, it is one
    assert odd("09980000020033L", ["DPD France", "La Poste"]) == ""


def test_a_name_that_only_holds_a_carriers_name_is_not_that_carrier() -> None:
    assert odd("ABC-1234", ["Like DPD but better"]) == ""


@settings(max_examples=200)
@given(LETTERS, SERIAL, LETTERS)
def test_of_ten_check_digits_exactly_one_is_right_for_a_postal_item(service: str, serial: str, country: str) -> None:
    weighted = sum(int(digit) * weight for digit, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    right = {10: 0, 11: 5}.get(11 - weighted % 11, 11 - weighted % 11)
    assert [digit for digit in range(10) if s10(f"{service}{serial}{digit}{country}")] == [right]


@settings(max_examples=200)
@given(SHIPPER, SERIAL.map(lambda serial: f"03{serial[:7]}"))
def test_of_ten_check_digits_exactly_one_is_right_for_ups(shipper: str, rest: str) -> None:
    # UPS: letters count 2 to 9, 0, 1 … from A on; signs in even places count twice; up to the next ten
    worth = [int(sign) if sign.isdigit() else (string.ascii_uppercase.index(sign) + 2) % 10 for sign in shipper + rest]
    right = (10 - sum(value * (1 + place % 2) for place, value in enumerate(worth)) % 10) % 10
    assert [digit for digit in range(10) if ups(f"1Z{shipper}{rest}{digit}")] == [right]


@settings(max_examples=300)
@given(st.text(max_size=60), st.lists(st.one_of(st.sampled_from([row[0] for row in GOOD]), st.text(max_size=20))))
def test_whatever_is_typed_is_judged_in_words(number: str, names: list[str]) -> None:
    assert isinstance(odd(clean(number), names), str)


@settings(max_examples=200)
@given(st.sampled_from(GOOD), st.sampled_from(["\u00a0", " ", "\t", "\u2009"]), st.integers(0, 30))
def test_a_number_is_judged_alike_wherever_spaces_are_put(row: tuple[str, str], space: str, place: int) -> None:
    carrier, number = row
    assert odd(clean(number[:place] + space + number[place:]), [carrier]) == ""
