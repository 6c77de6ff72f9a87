"""The service: one config at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.app.channels import notifiers_of
from monitor.app.config import Config, check_secrets
from monitor.app.feeds import asker_of, listening_of, page_limits_of, pages_of, source_of
from monitor.app.opinion import advisor_of, policy_of
from monitor.app.reading import reading_of

if TYPE_CHECKING:
    from monitor.engine.apart import ApartEngine
    from monitor.pipeline.second import SecondReader
    from monitor.pipeline.setup import Setup


@contextmanager
def engine() -> Iterator[ApartEngine]:
    from monitor.engine.apart import ApartEngine

    made = ApartEngine()
    try:
        yield made
    finally:
        made.close()


def set_up(config: Config) -> Setup:
    """One config at work. Raises ConfigError where a channel lacks what it needs. Runs no examples."""
    from monitor.engine.memory import give_back
    from monitor.pipeline.rule import Desk
    from monitor.pipeline.setup import Setup
    from monitor.pipeline.version import RULES_VERSION

    check_secrets(config)
    pages = pages_of(config)
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
        sieve=read.sieve,
        source=source_of(config),
        notifiers=notifiers,
        desk=desk,
        concurrency=config.settings.poll.concurrency,
        per_host=config.settings.poll.per_host,
        pages=pages,
        asker=asker_of(config),
        listen=listening_of(config),
        page_limits=page_limits_of(config),
        second=second_of(config),
    )


def second_of(config: Config) -> SecondReader | None:
    """The second reader of the config at work; None where `[second_opinion]` is absent: nothing of it is imported then.

    Raises ConfigError where it lacks what it needs.
    """
    options, advisor = policy_of(config), advisor_of(config)
    if options is None or advisor is None:
        return None
    from monitor.pipeline.second import SecondReader
    from monitor.pipeline.second_see import Seer

    return SecondReader(options=options, advisor=advisor, seer=Seer(config.watch.claims))
