"""What may stand in dementi.toml beside feeds and claims."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, ValidationInfo, field_validator, model_validator

from monitor.model.route import QuietHours, Route
from monitor.model.story import Reason
from monitor.model.verdict import Role, Stance
from monitor.net.guard import Allow
from monitor.settings.channels import Channel, is_loopback
from monitor.settings.fulltext import FullTextTable
from monitor.settings.opinion import Opinion
from monitor.settings.websub import WebSubTable
from monitor.tomlfile.fields import Clock, Every, Flag, Name, Span, Table, Text, Zone, folder_of

_POSTGRES = ("postgresql://", "postgres://")
_MAX_GROUP_WAIT = timedelta(hours=1)  # longer is what `digest` is for


def _store(value: str, info: ValidationInfo) -> str:
    if value == "sqlite::memory:":
        return value
    if value.startswith(_POSTGRES):
        if not urlsplit(value).path.strip("/"):
            raise ValueError("names no database: write postgresql://HOST/DATABASE")
        return value
    kind, _, path = value.partition(":")
    if kind != "sqlite" or not path:
        raise ValueError('must be "sqlite:FILE" or "postgresql://…"')
    if path.startswith("//"):
        raise ValueError("write sqlite:FILE, or sqlite:/PATH for an absolute path, without //")
    return f"sqlite:{(folder_of(info) / path).resolve()}"


def _allowed(value: str) -> str:
    Allow.parse([value])
    return value


def _listen(value: str) -> str:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(\d{1,5})", value)
    if found is None or int(found[2]) > 65_535:
        raise ValueError('must be host and port, like "127.0.0.1:8321"')
    if not is_loopback(found[1]):
        raise ValueError("would show the page to others without a login; listen on 127.0.0.1, behind a proxy that asks")
    return value


def _short(value: timedelta) -> timedelta:
    if value > _MAX_GROUP_WAIT:
        raise ValueError('must be "1h" or less; use `digest` to collect for longer')
    return value


class StoreTable(Table):
    """Where everything is kept."""

    url: Annotated[str, Field(repr=False, validate_default=True), AfterValidator(_store)] = "sqlite:dementi.db"
    """`sqlite:FILE`, relative to this file."""


class PollTable(Table):
    """How feeds are asked."""

    every: Every = timedelta(minutes=10)
    """Longest pause between two polls of a feed, from "60s"; a feed may say otherwise."""
    concurrency: Annotated[StrictInt, Field(ge=1, le=1_000)] = 64
    """Feeds asked side by side."""
    per_host: Annotated[StrictInt, Field(ge=1, le=100)] = 2
    """Requests side by side to one host."""


class HttpTable(Table):
    """How dementi goes out."""

    allow_private: tuple[Annotated[str, AfterValidator(_allowed)], ...] = ()
    """Addresses the guard lets through: "127.0.0.1:8099", "10.1.0.0/16"."""
    contact: Name | None = None
    """Page or mail address that the User-Agent names, so that an outlet can reach you."""
    proxy_from_environment: Flag = False
    """Use HTTP_PROXY, HTTPS_PROXY and NO_PROXY."""


class SearchTable(Table):
    """Search feeds made for each claim, for what is printed by outlets that nobody subscribed to. Off by default."""

    engines: tuple[Literal["google-news", "bing-news", "gdelt"], ...] = ()
    """Which services are asked, every half hour. GDELT takes one question in five seconds."""
    languages: tuple[Literal["de", "en", "fr", "es", "it", "nl", "pl", "pt", "ru", "uk", "cs"], ...] = ()
    """In which languages; each claim's own, and those of its phrasings, if left out."""


class WebTable(Table):
    """The web page."""

    listen: Annotated[Name, AfterValidator(_listen)]
    """Host and port: "127.0.0.1:8321"."""


class QuietTable(Table):
    """A daily span in which messages are held, not dropped."""

    start: Annotated[Clock, Field(alias="from")]
    end: Annotated[Clock, Field(alias="to")]
    zone: Zone
    """IANA name, like Europe/Berlin."""

    @model_validator(mode="after")
    def _span(self) -> QuietTable:
        if self.start == self.end:
            raise ValueError("from and to are the same: that would be never, or always")
        return self

    def covers(self, moment: time) -> bool:
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


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
    min_confidence: Annotated[StrictFloat, Field(ge=0, le=1, allow_inf_nan=False)] = 0.6
    repeat: Every | None = None
    """Say it again after this, until somebody runs `dementi ack ALERT`. Not for webhooks."""
    group_wait: Annotated[Span, AfterValidator(_short)] = timedelta(0)
    """Alerts that arise within such a span go out as one message, at its end."""
    quiet_hours: QuietTable | None = None
    digest: Clock | None = None
    """Time of the one message a day that replaces the immediate ones."""
    zone: Zone | None = None
    """Time zone of `digest`; else that of quiet_hours, else UTC."""

    @field_validator("zone")
    @classmethod
    def _of_a_digest(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("digest", ...) is None:
            raise ValueError("is the zone of `digest`, and there is none; quiet_hours has a zone of its own")
        return value

    @model_validator(mode="after")
    def _sendable(self) -> RouteTable:
        quiet = self.quiet_hours
        if quiet and self.digest and self.zone in {None, quiet.zone} and quiet.covers(self.digest):
            raise ValueError(f"the digest at {self.digest:%H:%M} falls into the quiet hours")
        return self

    def route(self) -> Route:
        quiet = self.quiet_hours
        return Route(
            channels=self.channels,
            claims=self.claims,
            stances=tuple(map(Stance, self.stances)),
            reasons=self.reasons,
            roles=self.roles,
            min_confidence=self.min_confidence,
            repeat=self.repeat,
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
    search: SearchTable = SearchTable()
    fulltext: FullTextTable = FullTextTable()
    channels: tuple[Channel, ...] = ()
    """Where alerts go. Without any: to the console."""
    routes: tuple[RouteTable, ...] = ()
    """Without any, every channel gets every alert."""
    web: WebTable | None = None
    websub: WebSubTable | None = None
    second_opinion: Opinion | None = None
    """A model that reads again what the built-in reading is not sure of. Off by default."""

    @model_validator(mode="before")
    @classmethod
    def _never_mute(cls, data: Any) -> Any:
        """A config that names no channel or no route still tells its alerts. The default store is relative to the
        file, too, so it has to be validated like a given one.
        """
        if not isinstance(data, dict):
            return data
        data = {"store": {}, "channels": [{"name": "console", "kind": "console"}], **data}
        listed = data["channels"] if isinstance(data["channels"], list) else []
        named = [channel["name"] for channel in listed if isinstance(channel, dict) and "name" in channel]
        return {"routes": [{"channels": named}], **data} if named else data
