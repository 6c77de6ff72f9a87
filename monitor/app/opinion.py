"""The second reader of the config, where there is one, and the models that it may read with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.app.config import Config

if TYPE_CHECKING:
    from monitor.model.opinion import SecondOpinion
    from monitor.opinion.port import Advisor


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

    seconds = table.timeout.total_seconds()
    if table.kind == "nli":
        return make("nli", folder=table.model, threads=table.threads, timeout=seconds)
    http = config.settings.http
    return make(
        "llm",
        model=table.model,
        url=table.url,
        clock=_clock,
        key=table.key.one if table.key else None,
        allow_private=http.allow_private,
        trust_env=http.proxy_from_environment,
        max_tokens=table.max_tokens,
        prices=(table.price_in, table.price_out),
        timeout=seconds,
    )


def _clock() -> datetime:
    return datetime.now(UTC)
