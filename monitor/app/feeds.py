"""What reads feeds, and where feeds come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.app.config import Config
from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from monitor.feeds.discover import Found
    from monitor.feeds.source import FeedSource
    from monitor.model.source import Feed
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
    )


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
