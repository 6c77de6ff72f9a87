"""The one place where adapters are named and joined. Everything above asks here, everything below is a stranger to it.

    config ◀ feeds ◀ reading
    config ◀ stores ◀ channels        all ◀ service

Imports are made where they are used: a list must not pay for the reading, nor a reading for the channels.
"""

from monitor.app.channels import acknowledge, notifiers_of, plans_of, sample_message, targets_of
from monitor.app.config import Config, check_secrets, load, load_watchlist, loader, watched_feeds, write_starter
from monitor.app.feeds import check_extras, feeds_as_opml, feeds_from_opml, find_feeds, page_told, source_of
from monitor.app.opinion import (
    advisor_of,
    check_opinion,
    fetch_model,
    known_models,
    policy_of,
    reader_in,
    sample_questions,
    verify_model,
)
from monitor.app.reading import check_examples, check_examples_apart, explanations_of, read_feed_file, reading_of
from monitor.app.second import reckon, second_opinions
from monitor.app.service import engine, set_up
from monitor.app.stores import reader_of, store_of, store_url, writer_of

__all__ = [
    "Config",
    "acknowledge",
    "advisor_of",
    "check_examples",
    "check_examples_apart",
    "check_extras",
    "check_opinion",
    "check_secrets",
    "engine",
    "explanations_of",
    "feeds_as_opml",
    "feeds_from_opml",
    "fetch_model",
    "find_feeds",
    "known_models",
    "load",
    "load_watchlist",
    "loader",
    "notifiers_of",
    "page_told",
    "plans_of",
    "policy_of",
    "read_feed_file",
    "reader_in",
    "reader_of",
    "reading_of",
    "reckon",
    "sample_message",
    "sample_questions",
    "second_opinions",
    "set_up",
    "source_of",
    "store_of",
    "store_url",
    "targets_of",
    "verify_model",
    "watched_feeds",
    "write_starter",
    "writer_of",
]
