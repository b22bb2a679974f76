"""Files over the wire: uploads streamed from disk, downloads that are whole or none, keys that stay at home."""

from __future__ import annotations

import gzip
import io
import logging
import socket
import time
import tracemalloc
from tempfile import TemporaryFile

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.http.client import HttpTransport, Timeouts
from mirakl_sync.http.contract import Operation, QueryKeys, RawKey, Upload
from mirakl_sync.http.upload import Form
from tests.http.server import answer, head

SEND = Operation("S1", times=1, seconds=60, writes=True)
FETCH = Operation("F1")
STOCK = Upload("file", "stock.csv", b"offer-sku;quantity\nA;1\n", "text/csv")


def transport(url: str, **options) -> HttpTransport:
    return HttpTransport(url, name="Demo", auth=options.pop("auth", RawKey("s3cret")), **options)


def elsewhere(url: str) -> str:
    """The same machine under another name: another host, as far as keys are concerned."""
    return url.replace("127.0.0.1", "localhost")


def parts(heard) -> tuple[bytes, bytes]:
    """Head and content of the only part of a form."""
    kind, _, boundary = heard.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    before, part, after = heard.body.split(b"--" + boundary.encode())
    assert (before, after) == (b"", b"--\r\n")
    top, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    return top, content.removesuffix(b"\r\n")


def test_an_upload_is_a_form_with_one_file_and_says_its_length(serve):
    server = serve(answer(201, b'{"import_id": "i-1"}'))
    found = transport(server.url).call(SEND, "POST", "/imports", params={"shop_id": 7}, upload=STOCK)
    (heard,) = server.heard
    assert found.json == {"import_id": "i-1"}
    assert heard.line == "POST /imports?shop_id=7 HTTP/1.1"
    assert heard.headers["authorization"] == "s3cret"
    assert heard.headers["content-length"] == str(len(heard.body))
    assert "transfer-encoding" not in heard.headers
    top, content = parts(heard)
    assert top.split(b"\r\n") == [
        b'Content-Disposition: form-data; name="file"; filename="stock.csv"',
        b"Content-Type: text/csv",
    ]
    assert content == STOCK.content


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_an_open_file_is_sent_from_its_beginning_and_stays_open(serve, size):
    server = serve(answer())
    with TemporaryFile() as file:
        file.write(b"x\r\n--" * size)
        transport(server.url).call(SEND, "POST", "/imports", upload=Upload("file", "a.csv", file))
        assert parts(server.heard[0])[1] == b"x\r\n--" * size
        assert not file.closed


class Zeros(io.RawIOBase):
    """Thirty megabytes nobody has to keep."""

    def __init__(self) -> None:
        self.left = 30_000_000

    def seek(self, offset, whence=0):
        return self.left

    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return b"0" * size


def test_memory_does_not_grow_with_the_file(serve):
    client = transport(serve(answer()).url)
    tracemalloc.start()
    form = Form(Upload("file", "a.csv", Zeros()))
    assert sum(len(chunk) for chunk in form) == len(form)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert client.call(SEND, "POST", "/", upload=Upload("file", "a.csv", Zeros())).status == 200


@pytest.mark.parametrize(
    "upload",
    [
        Upload("file", "stöck.csv", b""),
        Upload("file", 'a".csv', b""),
        Upload("file", "a\r\nX: 1.csv", b""),
        Upload("fi\nle", "a.csv", b""),
        Upload("file", "", b""),
        Upload("file", "a.csv", b"", "text/csv\r\nX: 1"),
    ],
)
def test_names_that_would_break_a_form_are_not_sent(serve, upload):
    server = serve(answer())
    with pytest.raises(ValueError, match="cannot be sent"):
        transport(server.url).call(SEND, "POST", "/", upload=upload)
    assert server.heard == []


def test_an_upload_without_an_answer_is_in_doubt_and_never_sent_again(serve):
    server = serve(lambda _connection, _heard: False)
    with pytest.raises(Unavailable) as caught:
        transport(server.url).call(SEND, "POST", "/", upload=STOCK)
    assert caught.value.outcome_unknown
    assert len(server.heard) == 1


def test_an_upload_to_nobody_was_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Unavailable) as caught:
        transport(url).call(SEND, "POST", "/", upload=STOCK)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(("size", "seconds"), [(1000, 0.2), (2_000_000, 0.6)])
def test_only_a_large_file_has_more_time_than_any_call(serve, size, seconds):
    def trickle(connection, _heard):
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100:
            time.sleep(0.02)
            connection.sendall(bytes([byte]))

    client = transport(serve(trickle).url, timeouts=Timeouts(1, 0.2, transfer=0.6))
    began = time.monotonic()
    with pytest.raises(Unavailable, match=rf"within {seconds} s"):
        client.call(SEND, "POST", "/", upload=Upload("file", "a.csv", b"x" * size))
    assert seconds - 0.05 < time.monotonic() - began < seconds + 0.4


def test_a_download_goes_to_a_file_and_asks_for_anything(serve):
    server = serve(answer(body=b"a;b\n1;2\n", content_type="text/csv", date="Sat, 21 Nov 2026 09:00:00 GMT"))
    to = io.BytesIO()
    found = transport(server.url + "/base").download(FETCH, "/files/1", to, params={"shop_id": 7})
    assert to.getvalue() == b"a;b\n1;2\n"
    assert (found.status, found.body, found.json) == (200, b"", None)
    assert found.headers["date"] == "Sat, 21 Nov 2026 09:00:00 GMT"
    assert server.heard[0].line == "GET /base/files/1?shop_id=7 HTTP/1.1"
    assert server.heard[0].headers["accept"] == "*/*"
    assert server.heard[0].headers["authorization"] == "s3cret"


def test_an_address_they_handed_out_is_asked_as_it_is(serve):
    server = serve(answer(body=b"x"))
    transport(server.url).download(FETCH, server.url + "/f/1?file=offers%2F0.csv&x=1", io.BytesIO())
    assert server.heard[0].line == "GET /f/1?file=offers%2F0.csv&x=1 HTTP/1.1"
    assert server.heard[0].headers["authorization"] == "s3cret"


@pytest.mark.parametrize("auth", [RawKey("s3cret"), QueryKeys({"consumer_secret": "s3cret"})])
def test_another_host_never_sees_our_key(serve, auth):
    server, other = serve(answer()), serve(answer(body=b"x"))
    client = transport(server.url, auth=auth)
    for url in (elsewhere(server.url), other.url, elsewhere(other.url)):
        to = io.BytesIO()
        client.download(FETCH, url + "/f/1", to)
        assert to.getvalue() in (b"x", b"{}")
    assert len(server.heard) == 1
    for heard in (*server.heard, *other.heard):
        assert "authorization" not in heard.headers
        assert "s3cret" not in heard.line


@pytest.mark.parametrize("trick", ["http://localhost:{}\\@127.0.0.1:{}/", "http://127.0.0.1:{}@localhost:{}/"])
def test_an_address_of_two_faces_is_the_one_that_is_dialled(serve, trick):
    server = serve(answer())
    port = server.url.rpartition(":")[2]
    transport(server.url).download(FETCH, trick.format(port, port), io.BytesIO())
    assert server.heard[0].headers.get("authorization") != "s3cret"


@pytest.mark.parametrize(
    "url",
    ["ftp://demo.mirakl.net/f", "file:///etc/passwd", "demo.mirakl.net/f", "", "http://", "http://[", "http://a:b/"],
)
def test_an_address_that_is_none_is_the_developers_and_pauses_nothing(serve, url):
    server = serve(answer())
    with pytest.raises(Unreadable, match="handed out an address"):
        transport(server.url).download(FETCH, url, io.BytesIO())
    assert server.heard == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_host_that_was_not_shown_our_key_cannot_call_it_wrong(serve, status):
    server = serve(answer(status, b""))
    with pytest.raises(Misconfigured):
        transport(server.url).download(FETCH, server.url + "/f", io.BytesIO())
    with pytest.raises(Refused) as caught:
        transport(server.url).download(FETCH, elsewhere(server.url) + "/f", io.BytesIO())
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("status", "family"),
    [(404, Refused), (410, Refused), (429, RateLimited), (500, Unavailable), (302, Unavailable), (301, Misconfigured)],
)
def test_what_is_no_success_is_judged_as_ever_and_keeps_out_of_the_file(serve, status, family):
    other = serve(answer())
    server, to = serve(answer(status, b'{"message": "gone"}', location=other.url + "/x")), io.BytesIO()
    with pytest.raises(family):
        transport(server.url).download(FETCH, "/f", to)
    assert to.getvalue() == b""
    assert other.heard == []


def _cut(*wire: bytes):
    def script(connection, _heard):
        for piece in wire:
            connection.sendall(piece)
        return False

    return script


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (head(length=100) + b"a;b\n", "broke"),
        (CHUNKED + b"4\r\na;b\n\r\n", "broke"),
        (b"HTTP/1.1 200 OK\r\n\r\na;b\n", "whether it is whole"),
        (b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\na;b\n", "whether it is whole"),
        (head(length=10).replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") + b"not gzip..", "damaged"),
    ],
)
def test_half_a_file_is_no_file(serve, wire, words):
    with pytest.raises(Unavailable, match=words) as caught:
        transport(serve(_cut(wire)).url).download(FETCH, "/f", io.BytesIO())
    assert not caught.value.outcome_unknown


def test_pieces_and_compression_are_put_together(serve):
    packed, to = gzip.compress(b"a;b\n" * 1000), io.BytesIO()
    client = transport(serve(_cut(CHUNKED + b"4\r\na;b\n\r\n4\r\n1;2\n\r\n0\r\n\r\n")).url)
    client.download(FETCH, "/f", to)
    assert to.getvalue() == b"a;b\n1;2\n"
    client, to = transport(serve(answer(body=packed, content_encoding="gzip")).url), io.BytesIO()
    client.download(FETCH, "/f", to)
    assert to.getvalue() == b"a;b\n" * 1000


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_has_a_size_cap_of_its_own(serve, packed):
    body = b" " * 100_000
    server = serve(answer(body=gzip.compress(body), content_encoding="gzip") if packed else answer(body=body))
    transport(server.url, max_bytes=10, max_file_bytes=100_000).download(FETCH, "/f", io.BytesIO())
    with pytest.raises(Unreadable, match="more than 99999 bytes"):
        transport(server.url, max_file_bytes=99_999).download(FETCH, "/f", io.BytesIO())


def _trickle(pause: float):
    def script(connection, _heard):
        connection.sendall(head(length=1000))
        for _ in range(100):
            time.sleep(pause)
            connection.sendall(b"x")

    return script


def test_a_file_may_take_longer_than_a_call_but_not_for_ever(serve):
    client = transport(serve(_trickle(0.02)).url, timeouts=Timeouts(1, 0.15, transfer=0.5))
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"within 0\.5 s"):
        client.download(FETCH, "/f", io.BytesIO())
    assert 0.45 < time.monotonic() - began < 0.9


def test_a_silent_download_ends_as_soon_as_any_silent_call(serve):
    client = transport(serve(_trickle(1)).url, timeouts=Timeouts(1, 0.2, transfer=30))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="within"):
        client.download(FETCH, "/f", io.BytesIO())
    assert time.monotonic() - began < 0.8


def test_a_full_disk_is_not_told_as_their_fault(serve):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="on our disk: No space left"):
        transport(serve(answer()).url).download(FETCH, "/f", Full())


def test_a_signed_address_is_told_without_its_signature(serve, caplog):
    server = serve(answer(500, b"", date="Sat, 21 Nov 2026 09:00:00 GMT"))
    client = transport(server.url)
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as caught:
        client.download(FETCH, elsewhere(server.url) + "/bucket/secret-path?X-Goog-Signature=5ign", io.BytesIO())
    everything = caplog.text + caught.value.words + str([vars(record) for record in caplog.records])
    assert not [word for word in ("5ign", "secret-path", "s3cret") if word in everything]
    assert "Demo (localhost) could not answer F1 GET /…" in caught.value.words
