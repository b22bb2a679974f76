"""Places for simultaneous calls are given in the order of asking."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from mirakl_sync.http.places import Places


def test_whoever_waits_longest_is_next_and_whoever_gave_a_place_back_stands_behind():
    places, order, waits = Places(1), [], threading.Event()
    assert places.take(0)

    def wait() -> None:
        waits.set()
        assert places.take(5)
        order.append("waited")
        places.give_back()

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(wait)
        assert waits.wait(5)
        while not places._turns:
            pass
        places.give_back()
        assert places.take(5)
        order.append("came back")
        waiting.result()
    assert order == ["waited", "came back"]


def test_whoever_has_waited_too_long_leaves_the_line():
    places = Places(1)
    assert places.take(0)
    assert not places.take(0.01)

    places.give_back()

    assert places.take(0)
    assert not places.take(0.01)
