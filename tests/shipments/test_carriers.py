"""Which carrier of the list a shop's name means: a person's word, then exactly what the list says, never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.records.shipment import Carrier
from mirakl_sync.shipments.carriers import (
    Listed,
    Mapping,
    Named,
    Resolved,
    Unmapped,
    address,
    nearest,
    needs_number,
    normalised,
    resolve,
)

UPS = Carrier("UPS", "United Parcel Service", "UPS", "https://track.example/ups?n={trackingId}")
DHL = Carrier("dhl-de", "DHL Paket", "DHL_GERMANY", "https://track.example/dhl/{trackingId}")
DHL_UK = Carrier("dhl-uk", "DHL Parcel UK", "DHL_UK")
ROYAL = Carrier("RM48", "Royal Mail", "ROYAL_MAIL")
COLIS = Carrier("COLPRIV", "Colissimo Privé", "COLIS_PRIVE")
VAN = Carrier("VAN", "Own delivery")
LIST = (UPS, DHL, DHL_UK, ROYAL, COLIS, VAN)
NOBODY = "nobody has said which carrier of the marketplace's list it is"

SAME = [
    ("United Parcel Service", "united parcel service"),
    ("United Parcel Service", "United-Parcel_Service."),
    ("Colissimo Privé", "COLISSIMO PRIVE"),
    ("Colissimo Privé", "Colissimo Prive\u0301"),
    ("Straße", "STRASSE"),
    ("DHL", "ＤＨＬ"),
    ("Royal Mail", "  Royal\u00a0Mail "),
    ("Relais Colis®", "relais colis"),
    ("GLS №", "gls no"),
]
DIFFERENT = [
    ("DHL", "DHL Express"),
    ("UPS", "USPS"),
    ("Colissimo", "Colis Privé"),
    ("Почта", "Posta"),
    ("DPD 1", "DPD"),
]

FOUND: list[tuple[str, str, Carrier, str]] = [
    ("its code, whatever the case", "ups", UPS, "code"),
    ("its code, signs apart", "DHL de", DHL, "code"),
    ("its standard code", "Royal-Mail", ROYAL, "standard code"),
    ("its standard code with spaces", "dhl germany", DHL, "standard code"),
    ("its label", "united parcel SERVICE", UPS, "label"),
    ("its label without the accent", "colissimo prive", COLIS, "label"),
    ("its label, and there is no standard code", "own delivery", VAN, "label"),
]
NOT_FOUND = ["DHL", "DHL Pakete", "Royal Mail 24", "UPSS", "U", "Colissimo", "48", "rm"]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_people_spell_differently_is_one_name(one: str, other: str) -> None:
    assert normalised(one) == normalised(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_reads_differently_is_another_name(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_a_name_is_normalised_once_and_fits_its_column(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)
    assert len(normalised(name)) <= 200


@pytest.mark.parametrize(("spelled", "carrier", "how"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_a_carrier_is_found_by(spelled: str, carrier: Carrier, how: str) -> None:
    assert resolve(spelled, "FR", LIST, ()) == Listed(carrier, how)


@pytest.mark.parametrize("spelled", NOT_FOUND)
def test_what_is_only_nearly_a_carrier_is_none(spelled: str) -> None:
    found = resolve(spelled, "FR", LIST, ())
    assert isinstance(found, Unmapped)
    assert found.why == NOBODY


@pytest.mark.parametrize("spelled", ["", "  ", "—", "\u00a0"])
def test_a_shop_that_names_no_carrier_is_told_so(spelled: str) -> None:
    # a list with an empty standard code is no match for an empty name
    assert resolve(spelled, "FR", LIST, ()) == Unmapped("the shop names no carrier")


def test_a_code_wins_over_anothers_standard_code_and_label() -> None:
    other = Carrier("X1", "ups", "UPS")
    assert resolve("UPS", "FR", (other, UPS), ()) == Listed(UPS, "code")
    assert resolve("DHL", "FR", (Carrier("A", "DHL"), Carrier("B", "x", "dhl")), ()) == Listed(
        Carrier("B", "x", "dhl"), "standard code"
    )


@pytest.mark.parametrize(
    ("carriers", "how"),
    [
        ((Carrier("DHL-1", "a"), Carrier("DHL1", "b")), "code"),
        ((Carrier("A", "a", "DHL_1"), Carrier("B", "b", "DHL1")), "standard code"),
        ((Carrier("A", "DHL 1"), Carrier("B", "Dhl1")), "label"),
    ],
)
def test_a_name_that_means_several_is_for_a_person_who_sees_them(carriers: tuple[Carrier, ...], how: str) -> None:
    found = resolve("dhl 1", "FR", carriers, ())
    codes = ", ".join(carrier.code for carrier in carriers)
    assert found == Unmapped(f"the {how} stands for several carriers there: {codes}", carriers)


RELAY = Mapping("dhl", "", "dhl-uk")
MAPPED: list[tuple[str, tuple[Mapping, ...], str, Resolved]] = [
    ("a word for any country", (RELAY,), "DE", Listed(DHL_UK, "mapped")),
    ("the country's word before the one for any", (RELAY, Mapping("dhl", "DE", "dhl-de")), "DE", Listed(DHL, "mapped")),
    ("whatever their order", (Mapping("dhl", "DE", "dhl-de"), RELAY), "DE", Listed(DHL, "mapped")),
    ("and no other country's", (Mapping("dhl", "DE", "dhl-de"), RELAY), "FR", Listed(DHL_UK, "mapped")),
    ("a parcel to nowhere known", (Mapping("dhl", "DE", "dhl-de"), RELAY), "", Listed(DHL_UK, "mapped")),
    ("a carrier by its name", (Mapping("dhl", "", "", "Dachser", "https://d.example/{trackingId}"),), "FR",
     Named("Dachser", "https://d.example/{trackingId}")),
    ("a country by name, others by code", (RELAY, Mapping("dhl", "IT", "", "BRT")), "IT", Named("BRT")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mappings", "country", "expected"), [row[1:] for row in MAPPED], ids=[row[0] for row in MAPPED]
)
def test_a_persons_word_counts(mappings: tuple[Mapping, ...], country: str, expected: Resolved) -> None:
    assert resolve("D.H.L.", country, LIST, mappings) == expected


def test_a_persons_word_wins_over_the_list_itself() -> None:
    assert resolve("ups", "FR", LIST, (Mapping("ups", "", "VAN"),)) == Listed(VAN, "mapped")


def test_a_word_about_another_country_only_leaves_the_list_to_speak() -> None:
    assert resolve("UPS", "FR", LIST, (Mapping("ups", "DE", "VAN"),)) == Listed(UPS, "code")


def test_a_word_about_another_name_is_no_word() -> None:
    assert isinstance(resolve("DHL Express", "FR", LIST, (RELAY,)), Unmapped)


def test_parcels_without_a_carrier_can_be_given_one() -> None:
    assert resolve(" ", "FR", LIST, (Mapping("", "", "VAN"),)) == Listed(VAN, "mapped")


def test_a_word_for_a_carrier_that_left_the_list_maps_nothing_and_says_so() -> None:
    found = resolve("Royal Mail", "GB", LIST, (Mapping("royalmail", "", "RM24"),))
    why = "it is mapped to RM24, which is no longer on the marketplace's list"
    assert found == Unmapped(why, (ROYAL,))
    # not even where the name itself is on the list: the person meant something else
    assert isinstance(resolve("UPS", "FR", LIST, (Mapping("ups", "", "UPS-OLD"),)), Unmapped)


def test_an_empty_list_maps_nothing() -> None:
    assert resolve("UPS", "FR", (), ()) == Unmapped(NOBODY)


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("DHL Pakete", (DHL,)),
        ("Royal Mail 24", (ROYAL,)),
        ("United Parcel", (UPS,)),
        ("Colis Prive", (COLIS,)),
        ("Zebra", ()),
        ("", ()),
    ],
)
def test_the_nearest_of_the_list_come_first(spelled: str, expected: tuple[Carrier, ...]) -> None:
    assert nearest(spelled, LIST)[: len(expected) or 1] == expected


def test_at_most_five_are_suggested_and_always_in_the_same_order() -> None:
    many = [Carrier(f"DHL-{letter}", f"DHL {letter}") for letter in "HGFEDCBA"]
    assert [carrier.code for carrier in nearest("DHL Z", many)] == ["DHL-A", "DHL-B", "DHL-C", "DHL-D", "DHL-E"]
    assert nearest("DHL Z", reversed(many)) == nearest("DHL Z", many)


def test_a_carrier_whose_address_needs_the_number_needs_a_number() -> None:
    assert [needs_number(carrier) for carrier in (UPS, DHL_UK, VAN)] == [True, False, False]


def test_the_number_takes_its_place_in_an_address() -> None:
    assert address("https://t.example/{trackingId}?n={trackingId}", "1Z9") == "https://t.example/1Z9?n=1Z9"
    assert address("https://t.example/", "1Z9") == "https://t.example/"


NAMES = st.one_of(st.text(max_size=12), st.sampled_from(["UPS", "ups", "DHL 1", "dhl1", "Royal Mail"]))
CARRIERS = st.lists(st.builds(Carrier, NAMES, NAMES, NAMES), max_size=4)
MAPPINGS = st.lists(
    st.builds(
        Mapping,
        NAMES.map(normalised),
        st.sampled_from(["", "FR", "DE"]),
        st.sampled_from(["", "UPS", "gone"]),
        st.just("Dachser"),
    ),
    max_size=3,
)


@settings(max_examples=300)
@given(NAMES, st.sampled_from(["", "FR", "DE"]), CARRIERS, MAPPINGS)
def test_nothing_is_ever_guessed(name: str, country: str, carriers: list[Carrier], mappings: list[Mapping]) -> None:
    """Whatever is found was said by a person for this very name, or spells the carrier exactly."""
    found = resolve(name, country, carriers, mappings)
    said = [each for each in mappings if each.name == normalised(name) and each.country in (country, "")]
    match found:
        case Listed(carrier, "mapped"):
            assert carrier.code in [each.carrier_code for each in said]
        case Listed(carrier, how):
            spelled = {"code": carrier.code, "standard code": carrier.standard_code, "label": carrier.label}[how]
            assert normalised(spelled) == normalised(name) != ""
            assert not said
        case Named(spelled, _):
            assert spelled in [each.carrier_name for each in said if not each.carrier_code]
        case Unmapped(why, near):
            assert why
            assert set(near) <= set(carriers)
