"""A hint from the numbers: which listed carriers' numbers look like those of a name nobody knows."""

from __future__ import annotations

import pytest

from mirakl_sync.records.shipment import Carrier
from mirakl_sync.shipments.carrier_views import quoted
from mirakl_sync.shipments.suggest import suggest

UPS, DHL = Carrier("UPS", "UPS"), Carrier("C2", "DHL Paket")
ROYAL_MAIL, VAN = Carrier("RM", "Royal Mail"), Carrier("VAN", "Our own van")
LIST = (VAN, ROYAL_MAIL, DHL, UPS)


@pytest.mark.parametrize(
    ("numbers", "codes"),
    [
        # whose numbers look like few others comes first, who takes nearly anything last
        (["1Z999AA10123456784"], ["UPS", "RM"]),
        (["1Z999AA10123456784", "1Z5R89390357567127"], ["UPS", "RM"]),
        # one number that does not fit is enough
        (["1Z999AA10123456784", "00340434161094042557"], ["RM"]),
        (["RM473124829GB"], ["C2", "RM"]),
        (["RM 473 124 829 GB"], ["C2", "RM"]),
        (["00340434161094042557"], ["C2", "RM"]),
        # a placeholder looks like nobody's
        (["1111111111"], []),
        (["", ""], []),
        ([], []),
    ],
)
def test_only_carriers_whose_numbers_all_of_these_could_be_are_suggested(numbers: list[str], codes: list[str]) -> None:
    assert [carrier.code for carrier in suggest(numbers, LIST)] == codes


def test_never_more_than_a_person_reads() -> None:
    many = [Carrier(f"UPS-{number}", "UPS") for number in range(9)]
    assert [carrier.code for carrier in suggest(["1Z999AA10123456784"], many)] == [
        f"UPS-{number}" for number in range(5)
    ]


@pytest.mark.parametrize(
    ("name", "typed"),
    [("UPS", "UPS"), ("Blue Van", "'Blue Van'"), ("", "''"), ("Ann's", "'Ann'\\''s'"), ("$(rm)", "'$(rm)'")],
)
def test_a_name_is_written_as_a_shell_takes_it(name: str, typed: str) -> None:
    assert quoted(name) == typed
