"""The same promises over TLS, where every real call goes."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mirakl_sync.errors import Unavailable
from mirakl_sync.http.client import HttpTransport, Timeouts
from mirakl_sync.http.contract import Operation, RawKey
from tests.http.server import Server, answer, head

WRITE = Operation("W1", writes=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


@pytest.fixture
def secure(certificate):
    running = []

    def start(script):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        running.append(Server(script, tls=context))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def transport(url: str, total: float = 5) -> HttpTransport:
    return HttpTransport(url, name="Demo", auth=RawKey("key"), timeouts=Timeouts(1, total))


def test_a_trusted_server_is_called_over_one_kept_connection(secure, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    server = secure(answer(body=b'{"a": 1}'))
    client = transport(server.url)
    assert [client.call(WRITE, "PUT", "/x").json for _ in range(3)] == [{"a": 1}] * 3
    assert server.connections == 1


def test_a_stranger_gets_nothing_from_us(secure, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    server = secure(answer())
    with pytest.raises(Unavailable, match="certificate") as caught:
        transport(server.url).call(WRITE, "PUT", "/x")
    assert not caught.value.outcome_unknown
    assert server.heard == []


def test_a_trickle_ends_with_the_total_timeout(secure, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)

    def trickle(connection, _heard):
        connection.sendall(head(length=1000))
        for _ in range(100):
            time.sleep(0.02)
            connection.sendall(b"x")

    server = secure(trickle)
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"within 0\.3 s") as caught:
        transport(server.url, total=0.3).call(WRITE, "PUT", "/x")
    assert time.monotonic() - began < 0.8
    assert caught.value.outcome_unknown


def test_a_connection_cut_after_the_request_leaves_it_in_doubt(secure, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    server = secure(lambda _connection, _heard: False)
    with pytest.raises(Unavailable) as caught:
        transport(server.url).call(WRITE, "PUT", "/x")
    assert caught.value.outcome_unknown
    assert len(server.heard) == 1
