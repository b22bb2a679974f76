"""What may wait for an answer says what it would do next, whatever that is."""

from __future__ import annotations

import typing

import pytest

from mirakl_sync.inbox.subjects import SUBJECTS
from mirakl_sync.orders.steps import OrderStep
from mirakl_sync.shipments.steps import ShipmentStep


@pytest.mark.parametrize(("name", "steps"), [("order", OrderStep), ("shipment", ShipmentStep)])
def test_every_step_that_calls_somebody_has_its_words(name: str, steps: object) -> None:
    assert set(SUBJECTS[name].deeds) == set(typing.get_args(steps))
