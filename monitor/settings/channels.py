"""What may stand in `[[channels]]`: one table a kind, told apart by `kind`."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictInt, model_validator

from monitor.settings.secrets import (
    CredentialName,
    SecretFile,
    SecretSource,
    VariableName,
    webhook_secrets,
)
from monitor.tomlfile.fields import FilePath, Name, Table, Zone

SMTP_PORTS = {"none": 25, "starttls": 587, "tls": 465}  # RFC 5321, RFC 6409, RFC 8314


def web_address(value: str) -> str:
    """An http(s) address without a login: addresses are shown in lists and logs."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises for what is no port
    except ValueError:
        raise ValueError("not an address: host or port cannot be read") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", value):
        raise ValueError("must be an address that begins with https:// (or http://)")
    if parts.username is not None or parts.password is not None:
        raise ValueError("user and password do not belong into an address")
    return value


def is_loopback(host: str) -> bool:
    """The host is the machine itself, by name or number."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


_MAILBOX = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+")


def _mail(value: str) -> str:
    """`user@host` or `Name <user@host>`: narrower than RFC 5322, as wide as what people have."""
    address = found[1] if (found := re.fullmatch(r"[^<>]*<([^<>]+)>", value)) else value
    if _MAILBOX.fullmatch(address) is None:
        raise ValueError("must be a mail address, like desk@example.org")
    return value


def _once(value: tuple[str, ...]) -> tuple[str, ...]:
    """A recipient who is named twice gets one mail."""
    return tuple(dict.fromkeys(value))


Mail = Annotated[Name, AfterValidator(_mail)]


class SmtpTable(Table):
    """How mail is handed over."""

    host: Name = "localhost"
    port: Annotated[StrictInt, Field(ge=1, le=65_535)] = 25
    """Else 25, with starttls 587, with tls 465."""
    security: Literal["none", "starttls", "tls"] = "none"
    """"none" is for a server on this machine or in a network you trust."""
    username: Name | None = None
    password_file: SecretFile | None = None
    """File whose first line is the password."""
    password_env: VariableName | None = None
    """Environment variable that holds it."""
    password_credential: CredentialName | None = None
    """systemd credential that holds it."""

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, data: Any) -> Any:
        security = data.get("security") if isinstance(data, dict) else None
        return {"port": SMTP_PORTS[security], **data} if isinstance(security, str) and security in SMTP_PORTS else data

    @model_validator(mode="after")
    def _login(self) -> SmtpTable:
        given = [self.password_file, self.password_env, self.password_credential]
        if (self.username is None) != (not any(given)):
            raise ValueError("username and a password (password_file, _env or _credential) go together")
        if sum(map(bool, given)) > 1:
            raise ValueError("one of password_file, password_env and password_credential is enough")
        if self.username is not None and self.security == "none" and not is_loopback(self.host):
            raise ValueError('would send the password unprotected; set security = "starttls" or "tls"')
        return self

    @property
    def password(self) -> SecretSource | None:
        return SecretSource.of("password", self.password_file, self.password_env, self.password_credential)


class ChannelTable(Table):
    """What all channels have."""

    name: Name
    """Routes call it so."""
    zone: Zone = "UTC"
    """Time zone of the times in messages (IANA name)."""


class EmailTable(ChannelTable):
    """Mail to one or more people; each is told, and tried again, on their own."""

    kind: Literal["email"]
    to: Annotated[tuple[Mail, ...], Field(min_length=1), AfterValidator(_once)]
    sender: Annotated[Mail, Field(alias="from")]
    smtp: SmtpTable = SmtpTable()


class WebhookTable(ChannelTable):
    """A signed POST for each alert (Standard Webhooks)."""

    kind: Literal["webhook"]
    url: Annotated[str, Field(repr=False, max_length=4_000), AfterValidator(web_address)]  # may hold a token
    secret_file: SecretFile | None = None
    """File with `whsec_…`, one a line: several are a rotation."""
    secret_env: VariableName | None = None
    secret_credential: CredentialName | None = None

    @model_validator(mode="after")
    def _one(self) -> WebhookTable:
        if sum(map(bool, (self.secret_file, self.secret_env, self.secret_credential))) > 1:
            raise ValueError("one of secret_file, secret_env and secret_credential is enough")
        return self

    @property
    def secret(self) -> SecretSource | None:
        return SecretSource.of("secret", self.secret_file, self.secret_env, self.secret_credential, webhook_secrets)


class AppriseTable(ChannelTable):
    """Any service that Apprise knows: Slack, Teams, Telegram, Matrix, ntfy … (extra `apprise`)."""

    kind: Literal["apprise"]
    url_file: SecretFile | None = None
    """File whose first line is the Apprise URL; it holds tokens, so it does not stand here."""
    url_env: VariableName | None = None
    url_credential: CredentialName | None = None

    @model_validator(mode="after")
    def _one(self) -> AppriseTable:
        if sum(map(bool, (self.url_file, self.url_env, self.url_credential))) != 1:
            raise ValueError("needs one of url_file, url_env and url_credential")
        return self

    @property
    def url(self) -> SecretSource:
        source = SecretSource.of("url", self.url_file, self.url_env, self.url_credential)
        assert source is not None, "the validator asked for one"  # noqa: S101 - says what holds, to the type checker
        return source


class ConsoleTable(ChannelTable):
    """Standard output."""

    kind: Literal["console"]


class AtomTable(ChannelTable):
    """An Atom feed of alerts, written to a file."""

    kind: Literal["atom"]
    path: FilePath
    keep: Annotated[StrictInt, Field(ge=1, le=10_000)] = 100
    """How many alerts it holds."""


Channel = Annotated[EmailTable | WebhookTable | AppriseTable | ConsoleTable | AtomTable, Field(discriminator="kind")]
