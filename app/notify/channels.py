"""How a mail leaves: into a folder (the default), or to an SMTP server."""

import os
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.core.config import Settings

TIMEOUT = 10.0
"""Seconds that the server may take for one step of the conversation."""
PORTS = {"smtp": 25, "smtps": 465}
LOCAL = ("localhost", "127.0.0.1", "::1")
ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
LONGEST = 254


class Refused(Exception):
    """The receiver will never take this mail."""


class Deferred(Exception):
    """Not now; the mail may go through later."""


class Unreachable(Deferred):
    """There is no talking to the server at present, whatever the mail."""


class Channel(Protocol):
    """`send` raises Refused, Deferred or Unreachable; the same token again means the same mail again."""

    def send(self, message: EmailMessage, *, sender: str, to: str, token: str) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Folder:
    """One file a mail, named by its token: a mail sent twice is there once."""

    path: Path

    def send(self, message: EmailMessage, *, sender: str, to: str, token: str) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            part = self.path / f".{token}.{os.getpid()}"
            with part.open("wb") as file:
                file.write(bytes(message))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path / f"{token}.eml")
        except OSError as error:
            raise Unreachable(f"{self.path}: {error.strerror or error}") from None

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True)
class Server:
    """`tls`: encrypted from the first byte; else as soon as the server offers it."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str = field(default="", repr=False)


def read_server(url: str) -> Server:
    """`smtp://user:password@host:port` or `smtps://…`; raises ValueError in words."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("WANGGE_SMTP_URL is smtp://user:password@host:port or smtps://…")
    user = unquote(parts.username) if parts.username else None
    port = parts.port or (587 if user and parts.scheme == "smtp" else PORTS[parts.scheme])
    return Server(parts.hostname, port, parts.scheme == "smtps", user, unquote(parts.password or ""))


@dataclass
class Smtp:
    """One conversation for many mails; opened with the first, opened again after a failure."""

    server: Server
    _client: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, *, sender: str, to: str, token: str) -> None:
        client = self._connected()
        try:
            client.send_message(message, sender, [to])
        except smtplib.SMTPRecipientsRefused as error:
            raise _answered(*next(iter(error.recipients.values()))) from None
        except smtplib.SMTPDataError as error:
            raise _answered(error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Deferred(_in_words(error)) from None

    def _connected(self) -> smtplib.SMTP:
        if self._client is None:
            try:
                self._client = _open(self.server)
            except (OSError, smtplib.SMTPException) as error:
                raise Unreachable(f"{self.server.host}: {_in_words(error)}") from None
        return self._client

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _open(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        _introduce(client, server, context)
    except BaseException:
        client.close()
        raise
    return client


def _introduce(client: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    """Encrypt where the server can; a password is sent over an encrypted line only."""
    client.ehlo()
    if not server.tls and client.has_extn("starttls"):
        client.starttls(context=context)
    if server.user is not None:
        if not isinstance(client.sock, ssl.SSLSocket) and server.host not in LOCAL:
            raise smtplib.SMTPException("the server offers no encryption, so no password is sent to it")
        client.login(server.user, server.password)


def _answered(code: int, said: bytes | str) -> Exception:
    """5xx is for good, 4xx for now."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return (Refused if 500 <= code < 600 else Deferred)(f"{code} {text}")


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_answered(error.smtp_code, error.smtp_error))
    return f"{type(error).__name__}: {error}".rstrip(": ")


def is_address(text: str) -> bool:
    return len(text) <= LONGEST and ADDRESS.fullmatch(text) is not None


def open_channel(settings: Settings) -> Channel:
    """What this installation sends mail by; raises ValueError in words for settings that cannot be."""
    if not is_address(settings.mail_from):
        raise ValueError("WANGGE_MAIL_FROM is a mail address such as wangge@example.org")
    if settings.smtp_url:
        return Smtp(read_server(settings.smtp_url))
    return Folder(settings.mail_folder or settings.instance / "mail")
