"""Everything the service works with that a reload replaces, made by `app` from the config."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.feeds.port import PageReader, Source
from monitor.feeds.websub import Callback, Listener
from monitor.model.claim import Claim, Watch
from monitor.model.source import Feed, Item
from monitor.model.verdict import Assessment
from monitor.notify.port import Notifier
from monitor.pipeline.fulltext import PageLimits
from monitor.pipeline.rule import Desk, Judged
from monitor.pipeline.websub import HubAsker

if TYPE_CHECKING:  # of a second reader nothing is imported where there is none
    from monitor.pipeline.second import SecondReader

log = logging.getLogger(__name__)
Read = Callable[[Item], Sequence[Assessment]]  # what one item says of the claims it is about


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """One config at work."""

    watch: Watch
    read: Read  # against all claims
    reader_of: Callable[[Sequence[Claim]], Read]  # a reading of some claims only
    rules: str  # version of the reading
    sieve: Callable[[], bytes | None] | None = None  # what dismisses items for the source (`feeds.sieve`); may be slow
    source: Source
    notifiers: Mapping[str, Notifier]  # channel name -> channel
    desk: Desk
    concurrency: int  # polls side by side
    per_host: int = 2  # of one host
    pages: PageReader | None = None  # reads pages of items; None: they are not asked for
    asker: HubAsker | None = None  # asks hubs; None: nothing is subscribed to
    listen: Callable[[Callback], Awaitable[Listener]] | None = None  # opens the callback's address. Raises ConfigError
    page_limits: PageLimits = field(default_factory=PageLimits)
    second: SecondReader | None = None  # gives second opinions; None: the built-in reading stands alone

    @property
    def feeds(self) -> dict[str, Feed]:
        return {feed.url: feed for feed in self.watch.feeds}

    @property
    def claims(self) -> dict[str, Claim]:
        return {claim.id: claim for claim in self.watch.claims}

    async def close(self) -> None:
        """Let go of connections and worker processes."""
        await self.source.close()
        if self.pages is not None:
            await self.pages.close()
        if self.second is not None:
            await self.second.close()
        for notifier in self.notifiers.values():
            await notifier.close()


def read_all(read: Read, items: Sequence[Item]) -> list[Judged]:
    """Judge a batch. An item that breaks the reading is set aside with a word in the log; the others are judged."""
    judged: list[Judged] = []
    for item in items:
        try:
            judged.append((item, read(item)))
        except Exception as fault:
            log.error("item %s could not be judged: %s: %s", item.id, type(fault).__name__, fault)  # noqa: TRY400 - said
            log.debug("judging %s", item.id, exc_info=fault)
            judged.append((item, ()))
    return judged
