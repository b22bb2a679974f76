from __future__ import annotations

import pytest

PAGES = ["/", "/orders", "/orders/1", "/exceptions", "/metrics", "/health/freshness"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_for_the_password(locked, page):
    answer = locked.get(page)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert answer.text == "The console asks for its password (user operator).\n"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (("operator", "open sesame"), 200),
        (("operator", "close sesame"), 401),
        (("root", "open sesame"), 401),
        (("operator", ""), 401),
    ],
)
def test_the_password_opens_and_nothing_else_does(locked, who, status):
    assert locked.get("/", auth=who).status_code == status


def test_another_kind_of_authorization_does_not_open(locked):
    assert locked.get("/", headers={"Authorization": "Bearer open sesame"}).status_code == 401


@pytest.mark.parametrize("page", ["/health/live", "/health/ready", "/static/console.css"])
def test_probes_need_no_password(locked, page):
    with locked.get(page) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_without_a_password_this_machine_may_look(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["sync.example", "127.0.0.1.evil.example:8000", "10.0.0.5"])
def test_without_a_password_nobody_else_may_even_through_a_proxy(client, host):
    answer = client.get("/", headers={"Host": host})

    assert (answer.status_code, answer.text) == (403, "Without a password only this machine may look.\n")


def test_pages_run_no_script_but_ours_and_sit_in_no_frame(client):
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert client.get("/").headers["Cache-Control"] == "no-store"
