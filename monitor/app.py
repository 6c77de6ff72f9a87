"""The one place where adapters are named and joined. Everything above asks here, everything below is a stranger to it.

Imports are made where they are used: a list must not pay for the reading, nor a reading for the channels.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.errors import ConfigError, Fault
from monitor.model.alert import Message, Target

if TYPE_CHECKING:
    from monitor.engine.local import LocalEngine
    from monitor.feeds.discover import Found
    from monitor.feeds.port import Reading
    from monitor.feeds.source import FeedSource
    from monitor.model.claim import Claim, Watch
    from monitor.model.route import Silence
    from monitor.model.source import Feed, Item
    from monitor.notify.port import Notifier
    from monitor.notify.route import Plan
    from monitor.pipeline.explain import Explanation
    from monitor.pipeline.setup import Read, Setup
    from monitor.settings import Settings
    from monitor.store.sqlite import SqliteStore
    from monitor.tomlfile.document import Document
    from monitor.watchlist.write import Written

T = TypeVar("T")
Progress = Callable[[Sequence[T]], Iterable[T]]  # goes through a sequence, and may show how far it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Everything that the config files say, after all checks."""

    file: Path
    settings: Settings
    watch: Watch
    documents: tuple[Document, ...]  # the files themselves: to name a line in them


# ---------------------------------------------------------------- files


def load(given: Path | None) -> Config:
    """Read the config and all it includes. Raises ConfigError with every fault of every file."""
    from monitor.settings import find, name_faults, read_settings
    from monitor.tomlfile.document import in_order
    from monitor.watchlist.load import EVERY, SECTIONS, join, names

    path = find(given, os.environ, Path.cwd())
    read = read_settings(path)
    own = read.document.only(SECTIONS)
    documents = (own, *read.included)
    every = read.settings.poll.every if read.settings else EVERY
    watch, faults = join(documents, every)
    faults = [*read.faults, *faults, *name_faults(read.document, *names(documents))]
    if faults or read.settings is None:
        raise ConfigError(in_order(faults, documents))
    watch = _with_search_feeds(watch, read.settings)
    return Config(file=path, settings=read.settings, watch=watch, documents=documents)


def _with_search_feeds(watch: Watch, settings: Settings) -> Watch:
    """What `[search]` adds; a feed that the watchlist names itself stays as it is."""
    if not settings.search.engines:
        return watch
    from monitor.feeds.search import feeds_of_claims

    own = {feed.url for feed in watch.feeds}
    made = feeds_of_claims(watch.claims, settings.search.engines, settings.search.languages)
    return replace(watch, feeds=(*watch.feeds, *(feed for feed in made if feed.url not in own)))


def loader(given: Path | None) -> Callable[[], Config]:
    """Reads the config anew at each call; the search is for the file that was found first."""
    from monitor.settings import find

    path = find(given, os.environ, Path.cwd()).absolute()
    return lambda: load(path)


def load_watchlist(path: Path) -> Watch:
    """One watchlist file. Raises ConfigError."""
    from monitor.watchlist.load import load_watchlist as read

    return read(path)


def write_starter(folder: Path) -> list[Path]:
    """A commented config to start from; raises ConfigError where something of it is there already."""
    from monitor.settings.starter import write

    return write(folder)


def check_secrets(config: Config) -> None:
    """Look at every secret that a channel names. Raises ConfigError with all that are missing or of no use."""
    from monitor.settings import secret_faults

    if faults := secret_faults(config.settings, config.documents[0]):
        raise ConfigError(faults)


def check_examples(config: Config, progress: Progress[Claim] = lambda claims: claims) -> None:
    """Run the claims' own examples. Raises ConfigError with every one that the reading does not bear out."""
    from monitor.pipeline.examples import failures

    claims = [claim for claim in config.watch.claims if claim.fire or claim.quiet]
    if not claims:
        return
    read = reading_of(config.watch.claims)
    faults = [
        _example_fault(config, failure.claim, failure.key, failure.index, failure.found)
        for claim in progress(claims)
        for failure in failures([claim], read)
    ]
    if faults:
        raise ConfigError(faults)


def _example_fault(config: Config, claim: str, key: str, index: int, found: str) -> Fault:
    from monitor.watchlist.schema import raw_id

    should = "must alert, and does not" if key == "fire" else "must not alert, and does"
    for document in config.documents:
        for position, entry in enumerate(document.data.get("claims", ())):
            if raw_id(entry) == claim:
                text = entry[key][index]
                return document.fault(("claims", position, key, index), f"“{text[:100]}” {should}: {found}")
    raise LookupError(claim)


# ---------------------------------------------------------------- reading


def reading_of(claims: Sequence[Claim]) -> Read:
    """What one item says of these claims."""
    from monitor.pipeline.judge import Judge

    return Judge(claims).judge_item


def explanations_of(item: Item, claims: Sequence[Claim]) -> list[Explanation]:
    """How one item is read for each of these claims, step by step."""
    from monitor.pipeline.explain import explain
    from monitor.pipeline.judge import Judge

    judge = Judge(claims)
    return [explain(item, claim, judge) for claim in claims]


def read_feed_file(path: Path) -> Reading:
    """Items of a feed file, as the poller would read them."""
    from monitor.model.source import Feed, Known

    async def nothing() -> Known:
        return Known()

    feed = Feed(url=path.absolute().as_uri(), path=path.absolute())

    async def read() -> Reading:
        source = source_of(None)
        try:
            return await source.read(feed, None, datetime.now(UTC), nothing)
        finally:
            await source.close()

    return asyncio.run(read())


def watched_feeds(given: Path | None) -> tuple[Feed, ...]:
    """What the config watches; nothing where none was named and none is found. Raises ConfigError for a bad one."""
    from monitor.settings import find

    try:
        find(given, os.environ, Path.cwd())
    except ConfigError:
        return ()
    return load(given).watch.feeds


def feeds_from_opml(body: bytes, watched: Sequence[Feed]) -> Written:
    """Feeds of another reader as a watchlist, without those that are watched. Raises InputError for what is no OPML."""
    from monitor.feeds.opml import import_opml
    from monitor.watchlist.write import write_feeds

    return write_feeds(import_opml(body), watched)


def feeds_as_opml(feeds: Iterable[Feed]) -> bytes:
    """What another reader takes over."""
    from monitor.feeds.opml import export_opml

    return export_opml(feeds)


async def find_feeds(url: str, source: FeedSource, now: datetime) -> tuple[Found, ...]:
    """The feeds of a web page. Raises FeedError where it cannot be fetched."""
    from monitor.feeds.discover import find

    return await find(url, source, now)


# ---------------------------------------------------------------- store


@contextmanager
def store_of(config: Config) -> Iterator[SqliteStore]:
    """The store, held for us alone as a daemon. Raises StoreLocked where another daemon has it."""
    from monitor.store.connection import path_of
    from monitor.store.lock import hold
    from monitor.store.sqlite import open_store

    url = store_url(config)
    with hold(path_of(url), datetime.now(UTC)):
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def writer_of(config: Config) -> Iterator[SqliteStore]:
    """The store for one small change beside a running daemon."""
    from monitor.store.sqlite import open_store

    store = open_store(store_url(config))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def reader_of(config: Config) -> Iterator[SqliteStore | None]:
    """The store for looking at; None where nothing was stored yet."""
    from monitor.store.connection import MEMORY, path_of
    from monitor.store.sqlite import open_store

    path = path_of(store_url(config))
    if path == MEMORY or not Path(path).exists():
        yield None
        return
    store = open_store(store_url(config), readonly=True)
    try:
        yield store
    finally:
        store.close()


def store_url(config: Config) -> str:
    """Address of the store. Raises ConfigError for one that no adapter knows."""
    url = config.settings.store.url
    if not url.startswith("sqlite:"):
        message = "this dementi keeps its store in SQLite only: write sqlite:FILE"
        raise ConfigError([Fault(file=str(config.file), line=None, path="store.url", message=message)])
    return url


# ---------------------------------------------------------------- feeds and channels


def source_of(config: Config | None, allow: Sequence[str] = ()) -> FeedSource:
    """What reads feeds; `allow` adds to the config's exceptions. Raises ConfigError for one that means nothing."""
    from monitor.feeds.source import FeedSource

    if config is None:
        try:
            return FeedSource(allow=allow, per_host=16)
        except ValueError as fault:
            raise ConfigError([Fault(file="--allow", line=None, path="", message=str(fault))]) from fault
    settings = config.settings
    return FeedSource(
        allow=(*settings.http.allow_private, *allow),
        concurrency=settings.poll.concurrency,
        per_host=settings.poll.per_host,
        contact=settings.http.contact,
        trust_env=settings.http.proxy_from_environment,
    )


def notifiers_of(config: Config) -> dict[str, Notifier]:
    """The channels, by name."""
    from monitor.notify.registry import make

    return {channel.name: make(channel.kind, **_options(channel, config)) for channel in config.settings.channels}


def _options(channel: Any, config: Config) -> dict[str, Any]:
    """A channel's table as the channel's own arguments: what a new kind of channel adds a line to."""
    shared = {"name": channel.name}
    if channel.kind == "console":
        return shared | {"zone": channel.zone}
    if channel.kind == "webhook":
        from monitor.net.guard import Allow

        allow = Allow.parse(config.settings.http.allow_private)
        secrets = channel.secret.all if channel.secret else None
        return shared | {"url": channel.url, "clock": _clock, "secrets": secrets, "allow": allow}
    if channel.kind == "email":
        smtp = channel.smtp
        return shared | {
            "to": channel.to,
            "sender": channel.sender,
            "zone": channel.zone,
            "clock": _clock,
            "host": smtp.host,
            "port": smtp.port,
            "security": smtp.security,
            "username": smtp.username,
            "password": smtp.password.one if smtp.password else None,
        }
    if channel.kind == "apprise":
        return shared | {"url": channel.url.one, "zone": channel.zone}
    return shared | {"path": channel.path, "keep": channel.keep, "clock": _clock, "zone": channel.zone}


def sample_message(now: datetime) -> Message:
    """What `test-channel` sends."""
    from monitor.notify.sample import sample_alert

    alert = sample_alert(now)
    return Message(id=alert.id, alerts=(alert,))


def targets_of(notifier: Notifier) -> list[Target]:
    return [Target(channel=notifier.name, recipient=recipient) for recipient in notifier.recipients()]


def acknowledge(config: Config, alert_id: str, author: str, now: datetime) -> bool:
    """Somebody has seen the alert. False where there is none of that id."""
    from monitor.notify.retry import acknowledged

    with writer_of(config) as store, store.transaction():
        if store.alert(alert_id) is None:
            return False
        store.keep_deliveries([acknowledged(delivery, now) for delivery in store.deliveries_of(alert_id)])
        store.keep_mark("seen", author, now, alert=alert_id)
    return True


def plans_of(
    config: Config, claim_id: str, stance: str, confidence: float, now: datetime, silences: Sequence[Silence]
) -> list[tuple[int, Plan]]:
    """What each route would do with an answer to a claim found now, by the route's number. Raises InputError."""
    from monitor.errors import InputError
    from monitor.model.story import Reason
    from monitor.model.verdict import Stance
    from monitor.notify.route import plans
    from monitor.notify.sample import sample_alert

    claim = config.watch.claim(claim_id)
    if claim is None:
        raise InputError(f"there is no claim {claim_id!r}; `dementi claims` lists them")
    reason = Reason.FIRST_DENIAL if stance == Stance.DENIES else Reason.FIRST_CONFIRMATION
    sample = sample_alert(now, reason)
    event = (
        replace(sample.event, claim=claim.id, stance=Stance(stance), confidence=confidence) if sample.event else None
    )
    alert = replace(sample, claim=claim, event=event)
    routes = [route.route() for route in config.settings.routes]
    return list(enumerate(plans(alert, routes, now, silences), 1))


# ---------------------------------------------------------------- the service


@contextmanager
def engine() -> Iterator[LocalEngine]:
    from monitor.engine.local import LocalEngine

    made = LocalEngine()
    try:
        yield made
    finally:
        made.close()


def set_up(config: Config) -> Setup:
    """One config at work. Raises ConfigError where a channel lacks what it needs. Runs no examples."""
    from monitor.engine.memory import give_back
    from monitor.pipeline.judge import RULES_VERSION
    from monitor.pipeline.rule import Desk
    from monitor.pipeline.setup import Setup

    check_secrets(config)
    read = reading_of(config.watch.claims)
    give_back()  # what reading files and tables took for a moment is a third of all that the service takes
    notifiers = notifiers_of(config)
    desk = Desk(
        routes=tuple(route.route() for route in config.settings.routes),
        recipients={name: notifier.recipients() for name, notifier in notifiers.items()},
        kinds={channel.name: channel.kind for channel in config.settings.channels},
    )
    return Setup(
        watch=config.watch,
        read=read,
        reader_of=reading_of,
        rules=RULES_VERSION,
        source=source_of(config),
        notifiers=notifiers,
        desk=desk,
        concurrency=config.settings.poll.concurrency,
        per_host=config.settings.poll.per_host,
    )


def _clock() -> datetime:
    return datetime.now(UTC)
