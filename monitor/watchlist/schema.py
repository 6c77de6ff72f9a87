"""What may stand in `[[feeds]]` and `[[claims]]`, and the values made of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from monitor.model.claim import Claim, Party
from monitor.model.source import Feed
from monitor.tomlfile.fields import Address, Day, Every, Example, Flag, Language, Name, Table, Text

_SCHEMES = {"http", "https", "file"}


def _address(value: str) -> str:
    """A feed's address: http, https, or a file that the config names."""
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError("must be one address, without blanks")
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises for what is no port
    except ValueError:
        raise ValueError("not an address: host or port cannot be read") from None
    if parts.scheme not in _SCHEMES:
        raise ValueError("must begin with https://, http:// or file:")
    if parts.scheme == "file":
        return _file_address(value)
    if not parts.hostname:
        raise ValueError("the address has no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("user and password do not belong into an address: it is shown in lists and logs")
    return value


def _file_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.netloc not in {"", "localhost"}:
        raise ValueError("a file on another host cannot be read; write file:NAME or file:///PATH")
    if not parts.path or "\0" in unquote(parts.path):
        raise ValueError("names no file; write file:NAME or file:///PATH")
    return value


def _claim_id(value: str) -> str:
    if value == "*" or value.startswith("tag:"):
        raise ValueError("must not be * or begin with tag:, these have a meaning in routes")
    return value


def _sayable(value: str) -> str:
    if sum(map(str.isalpha, value)) < 3:
        raise ValueError("says nothing that a text could be compared with")
    return value


def _party(value: Any) -> Any:
    """A bare name is a party without aliases and speakers."""
    return {"name": value} if isinstance(value, str) else value


class FeedEntry(Table):
    """One feed. Its `url` alone is enough."""

    url: Annotated[Address, AfterValidator(_address)]
    """Address of the feed: https://…, http://…, or file:NAME relative to this file."""
    publisher: Name | None = None
    """The outlet's name; else the feed's own title is shown."""
    language: Language | None = None
    """Two-letter code, where all items are in one language."""
    every: Every | None = None
    """Longest pause between two polls, from "60s"; else `[poll] every`."""
    alert_on_first_fetch: Flag = False
    """Alert also for what the feed already holds when it is first read."""
    fulltext: Flag = True
    """Pages of its items may be asked for, where `[fulltext]` is on."""

    def feed(self, folder: Path, every: timedelta) -> Feed:
        return Feed(
            url=self.url,
            publisher=self.publisher,
            language=self.language,
            every=self.every or every,
            alert_on_first_fetch=self.alert_on_first_fetch,
            path=self._path(folder),
            fulltext=self.fulltext,
        )

    def _path(self, folder: Path) -> Path | None:
        parts = urlsplit(self.url)
        return (folder / unquote(parts.path)).resolve() if parts.scheme == "file" else None


class PartyEntry(Table):
    """A person or institution whose word settles the claim."""

    name: Name
    aliases: tuple[Name, ...] = ()
    """Other names of it: "Kreml", "Moskau"."""
    speakers: tuple[Name, ...] = ()
    """People who speak for it."""

    def party(self) -> Party:
        return Party(name=self.name, aliases=self.aliases, speakers=self.speakers)


class ClaimEntry(Table):
    """One checkable statement about the world. Its `statement` alone is enough, all else sharpens it."""

    statement: Annotated[Text, AfterValidator(_sayable)]
    """The claim as one plain sentence."""
    id: Annotated[Name, AfterValidator(_claim_id)] | None = None
    """Short name, used in lists and routes; else made from the statement."""
    language: Language | None = None
    """Two-letter code of the statement; else found from it."""
    phrasings: dict[Language, tuple[Text, ...]] = Field(default_factory=dict)
    """Other ways to say it, by language."""
    about: tuple[Annotated[tuple[Name, ...], Field(min_length=1)], ...] = ()
    """Groups of names; every group must be touched by one of its names."""
    exclude: tuple[Name, ...] = ()
    """An item that holds one of these is about something else."""
    parties: tuple[Annotated[PartyEntry, BeforeValidator(_party, json_schema_input_type=str | PartyEntry)], ...] = ()
    """Whose word settles it."""
    since: Day | None = None
    """The day the claim is about; earlier items do not answer it."""
    until: Day | None = None
    """The last day whose items may answer it."""
    tags: tuple[Name, ...] = ()
    """For routes: `claims = ["tag:NAME"]`."""
    fire: tuple[Example, ...] = ()
    """Example texts that must alert; `dementi check` runs them."""
    quiet: tuple[Example, ...] = ()
    """Example texts that must not alert."""

    @field_validator("until")
    @classmethod
    def _in_order(cls, value: Any, info: ValidationInfo) -> Any:
        since = info.data.get("since")
        if value is not None and since is not None and value < since:
            raise ValueError("lies before `since`: no item could ever answer the claim")
        return value

    @field_validator("exclude")
    @classmethod
    def _possible(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        needed = {group[0].casefold() for group in info.data.get("about", ()) if len(group) == 1}
        for name in value:
            if name.casefold() in needed:
                raise ValueError(f"{name!r} is also the only name of a group in `about`: nothing could ever match")
        return value

    @field_validator("quiet")
    @classmethod
    def _undisputed(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if set(value) & set(info.data.get("fire", ())):
            raise ValueError("holds a text that also stands in `fire`")
        return value

    def claim(self) -> Claim:
        return Claim(
            id=self.id or made_id(self.statement),
            statement=self.statement,
            language=self.language,
            phrasings=self.phrasings,
            about=self.about,
            exclude=self.exclude,
            parties=tuple(entry.party() for entry in self.parties),
            since=self.since,
            until=self.until,
            tags=self.tags,
            fire=self.fire,
            quiet=self.quiet,
        )


class WatchlistFile(Table):
    """A watchlist: feeds and claims."""

    feeds: tuple[FeedEntry, ...] = ()
    claims: tuple[ClaimEntry, ...] = ()


def made_id(statement: str) -> str:
    """A readable id for a claim without one: the same for the same statement, on every machine."""
    from anyascii import anyascii

    slug = "-".join(re.findall(r"[a-z0-9]+", anyascii(statement).lower()))
    if len(slug) <= 48:
        return slug
    return f"{slug[:40].rpartition('-')[0] or slug[:40]}-{hashlib.sha256(statement.encode()).hexdigest()[:6]}"


def raw_id(entry: Mapping[str, Any]) -> str | None:
    """The id of a claim as the file has it, whatever else is wrong with it."""
    given, statement = entry.get("id"), entry.get("statement")
    if isinstance(given, str):
        return given.strip()
    return made_id(statement.strip()) if isinstance(statement, str) and given is None else None
