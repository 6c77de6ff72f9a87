"""What reads feeds, and where feeds come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.app.config import Config
from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from monitor.feeds.discover import Found
    from monitor.feeds.port import PageReader
    from monitor.feeds.source import FeedSource
    from monitor.feeds.websub import Callback, HubClient, Listener
    from monitor.model.source import Feed, Item
    from monitor.pipeline.fulltext import PageLimits
    from monitor.store.port import Store
    from monitor.watchlist.write import Written


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
        hubs=settings.websub is not None,
    )


def check_extras(config: Config) -> None:
    """Look whether what the config switches on is installed. Raises ConfigError."""
    from monitor.feeds.fulltext import available

    if config.settings.fulltext.enabled and not available():
        message = "needs the extra: pip install 'dementi[fulltext]'"
        raise ConfigError([config.documents[0].fault(("fulltext", "enabled"), message)])


def pages_of(config: Config) -> PageReader | None:
    """What reads pages of items; None where the config asks for none. Raises ConfigError without the extra."""
    table, http = config.settings.fulltext, config.settings.http
    if not table.enabled:
        return None
    check_extras(config)
    from monitor.feeds.fulltext import FullText

    return FullText(
        allow=http.allow_private,
        timeout=table.timeout.total_seconds(),
        max_bytes=table.max_bytes,
        contact=http.contact,
        trust_env=http.proxy_from_environment,
    )


def asker_of(config: Config) -> HubClient | None:
    """What asks hubs for subscriptions; None where the config wants none."""
    table, http = config.settings.websub, config.settings.http
    if table is None:
        return None
    from monitor.feeds.websub import HubClient

    return HubClient(
        allow=http.allow_private,
        contact=http.contact,
        trust_env=http.proxy_from_environment,
        callback_url=table.callback_url,
    )


def listening_of(config: Config) -> Callable[[Callback], Awaitable[Listener]] | None:
    """What opens the address that hubs send to."""
    table = config.settings.websub
    if table is None:
        return None
    address = table.address

    async def open_(callback: Callback) -> Listener:
        from monitor.feeds.websub import Listener

        listener = Listener(callback, *address)
        try:
            await listener.open()
        except OSError as fault:
            message = f"cannot be listened on: {fault.strerror or fault}"
            raise ConfigError([config.documents[0].fault(("websub", "listen"), message)]) from None
        return listener

    return open_


def page_limits_of(config: Config) -> PageLimits:
    from monitor.pipeline.fulltext import PageLimits

    table = config.settings.fulltext
    return PageLimits(per_hour=table.per_hour, per_host_delay=table.per_host_delay, max_age=table.max_age)


def page_told(config: Config, store: Store, item: Item, now: datetime) -> str:
    """What became of the page behind a stored item, or why it is not asked for."""
    from monitor.pipeline.fulltext import Wishes
    from monitor.pipeline.fulltext_lines import page_line

    wishes = None
    if config.settings.fulltext.enabled:
        wishes = Wishes({feed.url: feed for feed in config.watch.feeds}, page_limits_of(config))
    return page_line(item, store.page_of(item.id), store.assessments_of(item.id), wishes, now)


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
