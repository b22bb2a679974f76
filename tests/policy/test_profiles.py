"""The shipped marketplace profiles are complete and readable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.model import Window
from mirakl_sync.policy.schema import read_window
from mirakl_sync.policy.units import read_duration
from mirakl_sync.profiles.known import profile, profiles


@pytest.mark.parametrize("key", profiles())
def test_every_profile_says_where_it_comes_from_and_can_be_read(key: str) -> None:
    known = profile(key)
    assert known.name
    assert len(known.source) > 10
    assert isinstance(known.checked_on, date)
    read_window(known.window)
    assert not known.payment_takes or read_duration(known.payment_takes)
    assert known.window is None or known.if_missed


@pytest.mark.parametrize(
    ("key", "window"),
    [
        ("best_buy", Window(hours=Decimal(24))),
        ("pccomponentes", Window(hours=Decimal(24))),
        ("conrad", Window(working_days=1, timezone="Europe/Berlin", holidays="DE")),
        ("jinius", Window(hours=Decimal(72))),
        ("alltricks", Window(hours=Decimal(24))),
        ("rue_du_commerce", Window(hours=Decimal(48))),
        ("modivo", None),
        ("bandq", None),
    ],
)
def test_published_windows(key: str, window: Window | None) -> None:
    assert read_window(profile(key).window) == window


def test_a_marketplace_that_accepts_by_itself_says_so() -> None:
    assert [key for key, known in profiles().items() if known.accepts_by_itself] == ["bandq"]


def test_an_unknown_profile_names_the_known() -> None:
    with pytest.raises(Misconfigured, match="There is no marketplace profile 'amazon'") as refused:
        profile("amazon")
    assert "best_buy" in refused.value.way_out
