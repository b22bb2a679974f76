"""A mail server and a receiver of webhooks on loopback, which can be told to fail the way real ones do."""

from __future__ import annotations

import base64
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Mailbox:
    """What a mail server took, and how it behaves."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    # addresses it will never take mail for
    unknown: set[str] = field(default_factory=set)
    # so many times it says "not now"
    not_now: int = 0
    # so many times it takes a mail and hangs up without a word
    silent: int = 0
    password: str = ""
    # somebody is about to hand over a mail; it is let on when ``go_on`` is set
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    holds: bool = False
    # the file with its certificate and key; offered by STARTTLS, or spoken from the first byte
    certificate: str = ""
    at_once: bool = False
    # whether each mail came over an encrypted connection
    encrypted: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{'smtps' if self.at_once else 'smtp'}://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for to, mail in self.mails if to == address]


class _Smtp(socketserver.StreamRequestHandler):
    box: Mailbox

    @property
    def safe(self) -> bool:
        return isinstance(self.connection, ssl.SSLSocket)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def handle(self) -> None:
        self.to: list[str] = []
        if self.box.at_once and not self.encrypt():
            return
        self.say("220 test ready")
        while line := self.rfile.readline():
            word = line.decode().strip()
            verb = word.split(" ")[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "STARTTLS":
                self.say("220 go on")
                if not self.encrypt():
                    return
                continue
            if verb == "DATA":
                if not self.data():
                    return
                continue
            try:
                self.say(self.answer(verb, word))
            except OSError:
                # whoever was here is gone
                return

    def encrypt(self) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.box.certificate)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except OSError:
            return False
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        return True

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def answer(self, verb: str, word: str) -> str:
        if verb == "EHLO":
            extras = ["250-test"] + (["250-STARTTLS"] if self.box.certificate and not self.safe else [])
            return "\r\n".join([*extras, "250-AUTH PLAIN", "250 SIZE 1000000"])
        if verb == "AUTH":
            given = base64.b64decode(word.split(" ")[2]).decode().split("\0")[2]
            return "235 welcome" if given == self.box.password else "535 wrong"
        if verb == "MAIL" and self.box.holds:
            self.box.reached.set()
            self.box.go_on.wait(10)
        if verb == "MAIL" and self.box.not_now:
            self.box.not_now -= 1
            return "451 not now"
        if verb == "RCPT":
            address = word.partition("<")[2].rstrip(">")
            if address in self.box.unknown:
                return "550 no such person"
            self.to.append(address)
        return "250 ok"

    def data(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        self.box.mails += [(address, mail) for address in self.to]
        self.box.encrypted.append(self.safe)
        self.to = []
        if self.box.silent:
            self.box.silent -= 1
            return False
        self.say("250 taken")
        return True


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A mail server until the end of the block."""
    box = Mailbox()
    with _Tcp(("127.0.0.1", 0), type("Smtp", (_Smtp,), {"box": box})) as server:
        box.port = server.server_address[1]
        yield from _running(server, box)


@dataclass
class Receiver:
    """What came to a webhook, and how it answers. ``statuses`` are used up first; 0 hangs up without a word."""

    port: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/T0/B0/SECRET"

    @property
    def texts(self) -> list[str]:
        return [body["text"] for body in self.bodies]


class _Hook(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.receiver.bodies.append(body)
        self.receiver.paths.append(self.path)
        status = self.receiver.statuses.pop(0) if self.receiver.statuses else 200
        if not status:
            return
        answer = b"ok" if status == 200 else b"no_service"
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words: Any) -> None:
        """Nothing: the test says what matters."""


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    """A receiver until the end of the block."""
    receiver = Receiver()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Hook", (_Hook,), {"receiver": receiver})) as server:
        server.daemon_threads = True
        receiver.port = server.server_address[1]
        yield from _running(server, receiver)


def _running(server: socketserver.BaseServer, told: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
