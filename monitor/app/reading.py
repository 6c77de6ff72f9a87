"""Reading one item, one feed file, and a claim's own examples."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from monitor.app.config import Config
from monitor.app.feeds import source_of
from monitor.errors import ConfigError, Fault

if TYPE_CHECKING:
    from monitor.engine.port import Engine
    from monitor.feeds.port import Reading
    from monitor.model.claim import Claim
    from monitor.model.source import Item
    from monitor.pipeline.examples import Failure
    from monitor.pipeline.explain import Explanation
    from monitor.pipeline.reader import Reader
    from monitor.pipeline.setup import Read

T = TypeVar("T")
Progress = Callable[[Sequence[T]], Iterable[T]]  # goes through a sequence, and may show how far it is


def reading_of(claims: Sequence[Claim]) -> Reader:
    """What one item says of these claims."""
    from monitor.pipeline.reader import Reader

    return Reader(claims)


def explanations_of(item: Item, claims: Sequence[Claim]) -> list[Explanation]:
    """How one item is read for each of these claims, step by step."""
    from monitor.pipeline.explain import explain
    from monitor.pipeline.reviews import ReviewingJudge

    judge = ReviewingJudge(claims)
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


def check_examples(config: Config, progress: Progress[Claim] = lambda claims: claims) -> None:
    """Run the claims' own examples. Raises ConfigError with every one that the reading does not bear out."""
    from monitor.pipeline.examples import failures

    claims = _with_examples(config)
    read = reading_of(config.watch.claims)
    _refuse(config, [failure for claim in progress(claims) for failure in failures([claim], read)])


async def check_examples_apart(config: Config, engine: Engine, read: Read) -> None:
    """The same where the engine computes: this process then needs no tables. Raises WorkLost, too."""
    from monitor.pipeline.examples import all_failures

    if claims := _with_examples(config):
        _refuse(config, await engine.think(all_failures, claims, read))


def _with_examples(config: Config) -> list[Claim]:
    return [claim for claim in config.watch.claims if claim.fire or claim.quiet]


def _refuse(config: Config, failures: Sequence[Failure]) -> None:
    if failures:
        raise ConfigError([_example_fault(config, failure) for failure in failures])


def _example_fault(config: Config, failure: Failure) -> Fault:
    from monitor.watchlist.schema import raw_id

    should = "must alert, and does not" if failure.key == "fire" else "must not alert, and does"
    for document in config.documents:
        for position, entry in enumerate(document.data.get("claims", ())):
            if raw_id(entry) == failure.claim:
                path = ("claims", position, failure.key, failure.index)
                return document.fault(path, f"“{failure.text[:100]}” {should}: {failure.found}")
    raise LookupError(failure.claim)
