from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from mirakl_sync.hooks.inbox import Received


def test_a_delivery_is_passed_on_byte_by_byte_with_its_headers(client, door):
    body = b'{"id": 7,\n "name": "M\xc3\xbcller"}\x00'

    answer = client.post("/hooks/webshop", data=body, headers={"X-WC-Webhook-Topic": "order.updated"})

    assert (answer.status_code, answer.text) == (202, "kept\n")
    [(store, headers, came)] = door.came
    assert (store, came, headers["x-wc-webhook-topic"]) == ("webshop", body, "order.updated")


def test_a_form_encoded_greeting_keeps_its_bytes(client, door):
    client.post("/hooks/webshop", data=b"webhook_id=3", content_type="application/x-www-form-urlencoded")

    assert door.came[0][2] == b"webhook_id=3"


@pytest.mark.parametrize("status", [200, 202, 401, 404])
def test_the_sender_hears_what_was_decided(client, door, status):
    door.answer = Received(status, "so it is")

    answer = client.post("/hooks/webshop", data=b"{}")

    assert (answer.status_code, answer.text) == (status, "so it is\n")


def test_a_delivery_that_is_too_large_is_not_read(client, door):
    answer = client.post("/hooks/webshop", data=b"x" * (1024 * 1024 + 1))

    assert answer.status_code == 413
    assert answer.text == "A delivery may have 1048576 bytes at most; the poll sees the same change.\n"
    assert door.came == []


def test_the_largest_delivery_is_taken(client, door):
    assert client.post("/hooks/webshop", data=b"x" * 1024 * 1024).status_code == 202
    assert len(door.came[0][2]) == 1024 * 1024


def test_what_cannot_be_kept_is_sent_again_and_tells_nothing(client, door):
    door.answer = OperationalError("SELECT secret", {}, Exception("host=db password=hush"))

    answer = client.post("/hooks/webshop", data=b"{}")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.text == "It could not be kept; please send it again.\n"


def test_a_person_who_looks_at_the_door_is_told_what_it_is_for(client):
    answer = client.get("/hooks/webshop")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "by POST and signed" in answer.text


def test_the_door_is_open_without_the_consoles_password(locked, door):
    assert locked.post("/hooks/webshop", data=b"{}").status_code == 202


def test_the_real_door_knows_no_strangers(wiring):
    from mirakl_sync.console.app import create_app

    answer = create_app(wiring).test_client().post("/hooks/nobody", data=b"{}")

    assert (answer.status_code, answer.text) == (404, "no such store\n")
