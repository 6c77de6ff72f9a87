"""The second reader of the config, where there is one, and the models that it may read with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.app.config import Config

if TYPE_CHECKING:
    from monitor.model.opinion import Question, SecondOpinion
    from monitor.opinion.catalogue import Entry
    from monitor.opinion.manifest import Manifest
    from monitor.opinion.port import Advisor
    from monitor.opinion.sample import Sample


def policy_of(config: Config) -> SecondOpinion | None:
    """When a second reader is asked, and what its answer may do; None where `[second_opinion]` is absent."""
    table = config.settings.second_opinion
    return table.policy() if table else None


def advisor_of(config: Config) -> Advisor | None:
    """The second reader; None where `[second_opinion]` is absent, and then nothing of it is imported.

    Raises ConfigError where an extra is not installed or the model's folder lacks a file. Dials and loads nothing yet.
    """
    table = config.settings.second_opinion
    if table is None:
        return None
    from monitor.opinion.registry import make

    with _faults_of(config):
        return make(table.kind, **_options(config, table))


def check_opinion(config: Config) -> SecondOpinion | None:
    """The policy, where the second reader has what it needs; nothing is asked. Raises ConfigError where it has not."""
    advisor = advisor_of(config)
    if advisor is not None:
        asyncio.run(advisor.close())
    return policy_of(config)


def _options(config: Config, table: Any) -> dict[str, Any]:
    """The table as the second reader's own arguments: what a new kind adds a line to."""
    seconds = table.timeout.total_seconds()
    if table.kind == "nli":
        return {"folder": table.model, "threads": table.threads, "timeout": seconds}
    http = config.settings.http
    return {
        "model": table.model,
        "url": table.url,
        "clock": _clock,
        "key": table.key.one if table.key else None,
        "allow_private": http.allow_private,
        "trust_env": http.proxy_from_environment,
        "max_tokens": table.max_tokens,
        "prices": (table.price_in, table.price_out),
        "timeout": seconds,
    }


@contextmanager
def _faults_of(config: Config) -> Iterator[None]:
    """What an adapter lacks is a fault of the config, and has a line there."""
    from monitor.errors import ConfigError

    try:
        yield
    except ConfigError as fault:
        document = config.documents[0]
        key = "model" if config.settings.second_opinion and config.settings.second_opinion.kind == "nli" else "kind"
        raise ConfigError([document.fault(("second_opinion", key), f.message) for f in fault.faults]) from None


# ---------------------------------------------------------------- models


def reader_in(folder: Path) -> Advisor:
    """A second reader with the inference model in a folder, without a config. Raises ConfigError."""
    from monitor.opinion.registry import make

    return make("nli", folder=folder, timeout=600.0)


def known_models() -> Sequence[Entry]:
    """Inference models that `fetch_model` knows by name."""
    from monitor.opinion.catalogue import entries

    return entries()


def fetch_model(
    name: str, target: Path, revision: str | None, tell: Callable[[str], None] = lambda _: None, hub: Any = None
) -> Manifest:
    """Make a model's folder. Raises InputError, OpinionError, or ConfigError where an extra is not installed."""
    from monitor.opinion.catalogue import entry
    from monitor.opinion.fetch import fetch

    return fetch(entry(name, revision), target, _clock(), hub, tell)


def verify_model(folder: Path) -> tuple[Manifest, list[str]]:
    """What the folder was made of, and what differs from it now. Raises InputError."""
    from monitor.opinion.manifest import verify

    return verify(folder)


def sample_questions() -> list[tuple[Sample, Question]]:
    """Invented news to try a second reader with, each with what the built-in reading says of it."""
    from monitor.app.reading import reading_of
    from monitor.opinion.sample import CLAIM, questions

    read = reading_of([CLAIM])
    return questions(lambda item: next(iter(read(item)), None))


def _clock() -> datetime:
    return datetime.now(UTC)
