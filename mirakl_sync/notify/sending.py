"""The two ways out of the house: a mail server, and an address that takes ``{"text": …}`` (Slack and its like)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from mirakl_sync.errors import Misconfigured, Refused, Unavailable
from mirakl_sync.http.client import HttpTransport, Timeouts
from mirakl_sync.http.contract import Operation

_PORTS = {"smtp": 25, "smtps": 465}
_POST = Operation("message", writes=True)
# Slack answers the word "ok".
_ANY = {"Accept": "text/plain, */*"}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave. ``mail_id`` is the same however often it is sent."""

    subject: str
    body: str
    mail_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class MailServer:
    """``url`` is smtp://user:password@host:587 (encrypted when offered) or smtps://host."""

    url: str = field(repr=False)
    sender: str = ""
    timeout: float = 30.0


def send_mail(server: MailServer, to: str, message: Outgoing) -> None:
    """Hand a mail to the server, once, for one address.

    ``Refused`` when the server will not have it, ``Misconfigured`` when it does not know us, ``Unavailable``
    otherwise; with ``outcome_unknown`` the mail may be on its way, and sending it again with the same id is harmless.
    """
    parts = address_of(server)
    mail = _mail(server.sender, to, message)
    handed_over = False
    with _errors(parts.hostname or "", lambda: handed_over), _connected(server, parts) as door:
        _log_in(door, parts)
        handed_over = True
        door.send_message(mail, server.sender, [to])


def send_webhook(url: str, name: str, message: Outgoing, *, timeout: float = 30.0) -> None:
    """Post a message as ``{"text": …}``. The address is a secret: no error and no log repeats it.

    Raises what ``http.client`` raises; any 2xx is an arrival.
    """
    transport = HttpTransport(
        url, name=name, timeouts=Timeouts(connect=min(5.0, timeout), total=timeout), secret_address=True
    )
    try:
        text = f"*{' '.join(message.subject.split())}*\n{message.body}"
        transport.call(_POST, "POST", "", json={"text": text}, headers=_ANY)
    finally:
        transport.close()


def address_of(server: MailServer) -> SplitResult:
    """The server's address in parts; ``Misconfigured`` when it is none, or there is no sender."""
    try:
        parts = urlsplit(server.url)
        good = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not server.url:
        raise Misconfigured("There is no mail server to send by.", way_out="Set MIRAKL_SYNC_SMTP_URL.")
    if not good:
        raise Misconfigured(
            "MIRAKL_SYNC_SMTP_URL is no address of a mail server.",
            way_out="Write smtp://user:password@host:587 or smtps://user:password@host.",
        )
    if "@" not in server.sender:
        raise Misconfigured("Mails have no sender.", way_out="Set MIRAKL_SYNC_MAIL_FROM to an address of yours.")
    return parts


def _mail(sender: str, to: str, message: Outgoing) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, " ".join(message.subject.split())
    mail["Date"], mail["Message-ID"] = format_datetime(message.made_at), message.mail_id
    # no holiday notes in answer to a machine (RFC 3834)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


@contextmanager
def _connected(server: MailServer, parts: SplitResult) -> Iterator[smtplib.SMTP]:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if parts.scheme == "smtps":
        door: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=server.timeout, context=ssl.create_default_context())
    else:
        door = smtplib.SMTP(host, port, timeout=server.timeout)
    try:
        yield door
    except BaseException:
        door.close()
        raise
    # what is said after the mail was taken changes nothing any more
    try:
        door.quit()
    except (smtplib.SMTPException, OSError):
        door.close()


def _log_in(door: smtplib.SMTP, parts: SplitResult) -> None:
    door.ehlo_or_helo_if_needed()
    encrypted = parts.scheme == "smtps"
    if not encrypted and door.has_extn("starttls"):
        door.starttls(context=ssl.create_default_context())
        door.ehlo()
        encrypted = True
    if not parts.username:
        return
    if not encrypted and not _is_here(parts.hostname or ""):
        raise Misconfigured(
            f"The mail server {parts.hostname} offers no encryption, and a password is not sent without.",
            way_out="Use smtps://, or a server that offers STARTTLS.",
        )
    door.login(unquote(parts.username), unquote(parts.password or ""))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _errors(host: str, handed_over: Callable[[], bool]) -> Iterator[None]:
    """The library's errors as ours; never with the address, which holds the password."""
    place = f"The mail server {host}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise Misconfigured(
            f"{place} does not know our name or password ({error.smtp_code}).", way_out="Check MIRAKL_SYNC_SMTP_URL."
        ) from None
    except UnicodeError:
        raise Misconfigured(
            "The mail server's name or password has more than plain letters, which cannot be sent.",
            way_out="Choose another password for MIRAKL_SYNC_SMTP_URL.",
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _refused(f"{place} does not take mail for this address", code, said) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(f"{place} did not take the mail", error.smtp_code, error.smtp_error) from None
    except ssl.SSLError:
        raise Unavailable(f"The encrypted connection to the mail server {host} failed.") from None
    except (smtplib.SMTPException, OSError) as error:
        unknown = handed_over()
        doubt = "; the mail may be on its way all the same" if unknown else ""
        words = f"{place} did not answer ({type(error).__name__}){doubt}."
        raise Unavailable(words, outcome_unknown=unknown) from None


def _refused(words: str, code: int, theirs: bytes | str) -> Refused | Unavailable:
    said = theirs.decode("utf-8", "replace") if isinstance(theirs, bytes) else theirs
    sentence = f"{words}: {code} {' '.join(said.split())[:200]}"
    # 4xx: not now (greylisting, a full box); 5xx: never
    return Refused(sentence, status=code) if code >= 500 else Unavailable(sentence)
