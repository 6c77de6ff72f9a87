"""What may stand in dementi.toml beside feeds and claims."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from monitor.model.route import QuietHours, Route
from monitor.model.story import Reason
from monitor.model.verdict import Role, Stance
from monitor.net.guard import Allow
from monitor.settings.secrets import SecretSource, webhook_secrets
from monitor.tomlfile.fields import Clock, Every, Flag, Name, Span, Table, Text, Zone


def _folder(info: ValidationInfo) -> Path:
    """The folder of the file that is read: `tomlfile.check` names it."""
    folder: Path = (info.context or {}).get("folder", Path())
    return folder


def _store(value: str, info: ValidationInfo) -> str:
    if value == "sqlite::memory:" or value.startswith(("postgresql://", "postgres://")):
        return value
    kind, _, path = value.partition(":")
    if kind != "sqlite" or not path:
        raise ValueError('must be "sqlite:FILE" or "postgresql://…"')
    return f"sqlite:{(_folder(info) / path).resolve()}"


def _path(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be the name of a file, in quotes")
    return _folder(info) / value


def _allowed(value: str) -> str:
    Allow.parse([value])
    return value


def _hook(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that begins with https:// (or http://)")
    return value


def _mail(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not (at and local.strip() and domain.strip("> ")) or "\n" in value:
        raise ValueError("must be a mail address, like desk@example.org")
    return value


FilePath = Annotated[Path, BeforeValidator(_path, json_schema_input_type=str)]
Mail = Annotated[Name, AfterValidator(_mail)]


class StoreTable(Table):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(_store), Field(validate_default=True)] = "sqlite:dementi.db"
    """`sqlite:FILE`, relative to this file."""


class PollTable(Table):
    """How feeds are asked."""

    every: Every = timedelta(minutes=10)
    """Longest pause between two polls of a feed, from "60s"; a feed may say otherwise."""
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = 64
    """Feeds asked side by side."""
    per_host: Annotated[int, Field(ge=1, le=100)] = 2
    """Requests side by side to one host."""


class HttpTable(Table):
    """How dementi goes out."""

    allow_private: tuple[Annotated[str, AfterValidator(_allowed)], ...] = ()
    """Addresses the guard lets through: "127.0.0.1:8099", "10.1.0.0/16"."""
    contact: Name | None = None
    """Page or mail address that the User-Agent names, so that an outlet can reach you."""
    proxy_from_environment: Flag = False
    """Use HTTP_PROXY, HTTPS_PROXY and NO_PROXY."""


class WebTable(Table):
    """The web page."""

    listen: Name
    """Host and port: "127.0.0.1:8321"."""


class SmtpTable(Table):
    """How mail is handed over."""

    host: Name = "localhost"
    port: Annotated[int, Field(ge=1, le=65_535)] = 25
    security: Literal["none", "starttls", "tls"] = "none"
    username: Name | None = None
    password_file: FilePath | None = None
    """File whose first line is the password."""
    password_env: Name | None = None
    """Environment variable that holds it."""
    password_credential: Name | None = None
    """systemd credential that holds it."""

    @model_validator(mode="after")
    def _both(self) -> SmtpTable:
        given = [self.password_file, self.password_env, self.password_credential]
        if (self.username is None) != (not any(given)):
            raise ValueError("username and a password (password_file, _env or _credential) go together")
        if sum(map(bool, given)) > 1:
            raise ValueError("one of password_file, password_env and password_credential is enough")
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
    """Mail to one or more people."""

    kind: Literal["email"]
    to: Annotated[tuple[Mail, ...], Field(min_length=1)]
    sender: Annotated[Mail, Field(alias="from")]
    smtp: SmtpTable = SmtpTable()


class WebhookTable(ChannelTable):
    """A signed POST for each alert (Standard Webhooks)."""

    kind: Literal["webhook"]
    url: Annotated[str, AfterValidator(_hook)]
    secret_file: FilePath | None = None
    """File with `whsec_…`, one a line: several are a rotation."""
    secret_env: Name | None = None
    secret_credential: Name | None = None

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
    url_file: FilePath | None = None
    """File whose first line is the Apprise URL; it holds tokens, so it does not stand here."""
    url_env: Name | None = None
    url_credential: Name | None = None

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
    keep: Annotated[int, Field(ge=1, le=10_000)] = 100
    """How many alerts it holds."""


Channel = Annotated[EmailTable | WebhookTable | AppriseTable | ConsoleTable | AtomTable, Field(discriminator="kind")]


class QuietTable(Table):
    """A daily span in which messages are held, not dropped."""

    start: Annotated[Clock, Field(alias="from")]
    end: Annotated[Clock, Field(alias="to")]
    zone: Zone

    @model_validator(mode="after")
    def _span(self) -> QuietTable:
        if self.start == self.end:
            raise ValueError("from and to are the same: that would be never, or always")
        return self


class RouteTable(Table):
    """Which alerts go to which channels, and when."""

    channels: Annotated[tuple[Name, ...], Field(min_length=1)]
    claims: Annotated[tuple[Name, ...], Field(min_length=1)] = ("*",)
    """Ids, "tag:NAME", or "*"."""
    stances: Annotated[tuple[Literal["confirms", "denies"], ...], Field(min_length=1)] = ("confirms", "denies")
    reasons: tuple[Reason, ...] = ()
    """Only these; if left out all but "corroborated"."""
    roles: tuple[Role, ...] = ()
    """Only answers of these: party, authority, outlet, other, unnamed."""
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.6
    group_wait: Span = timedelta(0)
    """Alerts that arise within such a span go out as one message, at its end."""
    quiet_hours: QuietTable | None = None
    digest: Clock | None = None
    """Time of the one message a day that replaces the immediate ones."""
    zone: Zone | None = None
    """Time zone of `digest`; else that of quiet_hours, else UTC."""

    def route(self) -> Route:
        quiet = self.quiet_hours
        return Route(
            channels=self.channels,
            claims=self.claims,
            stances=tuple(map(Stance, self.stances)),
            reasons=self.reasons,
            roles=self.roles,
            min_confidence=self.min_confidence,
            group_wait=self.group_wait,
            quiet_hours=QuietHours(start=quiet.start, end=quiet.end, zone=quiet.zone) if quiet else None,
            digest=self.digest,
            digest_zone=self.zone or (quiet.zone if quiet else "UTC"),
        )


class Settings(Table):
    """dementi.toml, without its feeds and claims."""

    include: tuple[Text, ...] = ()
    """Watchlist files, relative to this file; patterns with * are allowed."""
    store: StoreTable = Field(default_factory=lambda: StoreTable.model_construct(url=""))
    poll: PollTable = PollTable()
    http: HttpTable = HttpTable()
    channels: tuple[Channel, ...] = ()
    routes: tuple[RouteTable, ...] = ()
    web: WebTable | None = None

    @model_validator(mode="before")
    @classmethod
    def _has_a_store(cls, data: Any) -> Any:
        """The default store is relative to the file, too: it has to be validated like a given one."""
        return {"store": {}, **data} if isinstance(data, dict) else data
