"""The schema's history. A migration that was released never changes; a new one is added below it.

Tables are STRICT: a value of the wrong type is refused where it is written, not found where it is read.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

schema = Migrations("dementi")


def statements(script: str) -> list[str]:
    """One by one: `executescript` would commit the transaction around the migration."""
    return [statement for part in script.split(";\n") if (statement := part.strip())]


@schema()
def first(db: Database) -> None:
    for statement in statements(FIRST):
        db.execute(statement)


@schema()
def pages(db: Database) -> None:
    for statement in statements(PAGES):
        db.execute(statement)


@schema()
def subscriptions(db: Database) -> None:
    for statement in statements(SUBSCRIPTIONS):
        db.execute(statement)


@schema()
def queries(db: Database) -> None:
    for statement in statements(QUERIES):
        db.execute(statement)


FIRST = """
CREATE TABLE feeds (
    feed INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    watched INTEGER NOT NULL DEFAULT 0,
    publisher TEXT,
    every REAL,
    next_due TEXT NOT NULL,
    first_read TEXT,
    last_tried TEXT,
    last_read TEXT,
    last_new TEXT,
    outcome TEXT,
    status INTEGER,
    error TEXT,
    failing_since TEXT,
    failures REAL NOT NULL DEFAULT 0,
    held_until TEXT,
    gone INTEGER NOT NULL DEFAULT 0,
    gap_at TEXT,
    silent_since TEXT,
    title TEXT,
    moved_to TEXT,
    moved_times INTEGER NOT NULL DEFAULT 0,
    etag TEXT,
    last_modified TEXT,
    body_hash TEXT,
    skim TEXT,
    extra TEXT
) STRICT;
CREATE INDEX feeds_due ON feeds (next_due) WHERE watched = 1 AND gone = 0;

CREATE TABLE items (
    item INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL REFERENCES feeds,
    judged TEXT,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    guid TEXT,
    canonical TEXT,
    link TEXT,
    baseline INTEGER NOT NULL,
    seen TEXT NOT NULL,
    published TEXT,
    updated TEXT,
    language TEXT,
    publisher TEXT,
    author TEXT,
    title TEXT NOT NULL,
    summary TEXT,
    content TEXT,
    extra TEXT
) STRICT;
CREATE INDEX items_feed ON items (feed, seen);
CREATE INDEX items_seen ON items (seen);
CREATE INDEX items_unjudged ON items (seen) WHERE judged IS NULL;

CREATE TABLE item_versions (
    item INTEGER NOT NULL REFERENCES items,
    feed INTEGER NOT NULL REFERENCES feeds,
    judged TEXT,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    guid TEXT,
    canonical TEXT,
    link TEXT,
    baseline INTEGER NOT NULL,
    seen TEXT NOT NULL,
    published TEXT,
    updated TEXT,
    language TEXT,
    publisher TEXT,
    author TEXT,
    title TEXT NOT NULL,
    summary TEXT,
    content TEXT,
    extra TEXT,
    PRIMARY KEY (item, version)
) STRICT;
CREATE INDEX item_versions_feed ON item_versions (feed, seen);

CREATE TABLE assessments (
    item INTEGER NOT NULL REFERENCES items,
    version INTEGER NOT NULL,
    claim TEXT NOT NULL,
    rules TEXT NOT NULL,
    at TEXT NOT NULL,
    relation TEXT NOT NULL,
    match REAL NOT NULL,
    statements TEXT NOT NULL,
    gates TEXT NOT NULL,
    PRIMARY KEY (item, version, claim)
) STRICT, WITHOUT ROWID;
CREATE INDEX assessments_claim ON assessments (claim);

CREATE TABLE claims (
    claim INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    watched INTEGER NOT NULL DEFAULT 0,
    statement TEXT NOT NULL,
    definition TEXT NOT NULL,
    caught_up INTEGER NOT NULL DEFAULT 0,
    first_seen TEXT NOT NULL,
    status TEXT NOT NULL,
    changed TEXT NOT NULL
) STRICT;
CREATE INDEX claims_changed ON claims (changed);

CREATE TABLE claim_turns (
    turn INTEGER PRIMARY KEY,
    claim INTEGER NOT NULL REFERENCES claims,
    at TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
) STRICT;
CREATE INDEX claim_turns_claim ON claim_turns (claim);

CREATE TABLE events (
    event INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    claim TEXT NOT NULL,
    stance TEXT NOT NULL,
    party TEXT NOT NULL,
    party_name TEXT,
    speaker TEXT,
    role TEXT NOT NULL,
    basis TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    confidence REAL NOT NULL,
    evidence TEXT NOT NULL,
    baseline INTEGER NOT NULL,
    retracted TEXT,
    extra TEXT,
    publishers TEXT NOT NULL DEFAULT '[]',
    own_words INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX events_claim ON events (claim);
CREATE INDEX events_first_seen ON events (first_seen);

CREATE TABLE tellings (
    event INTEGER NOT NULL REFERENCES events,
    position INTEGER NOT NULL,
    item TEXT NOT NULL,
    publisher TEXT NOT NULL,
    language TEXT,
    at TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT,
    fingerprint TEXT NOT NULL,
    copy INTEGER NOT NULL,
    extra TEXT,
    PRIMARY KEY (event, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX tellings_item ON tellings (item);

CREATE TABLE alerts (
    alert INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    claim TEXT,
    event TEXT,
    item TEXT,
    title TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_event ON alerts (event) WHERE event IS NOT NULL;

CREATE TABLE deliveries (
    delivery INTEGER PRIMARY KEY,
    alert INTEGER NOT NULL REFERENCES alerts,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    message TEXT NOT NULL,
    due TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_tried TEXT,
    settled TEXT,
    error TEXT,
    digest INTEGER NOT NULL,
    extra TEXT,
    UNIQUE (alert, channel, recipient)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (due) WHERE state = 'pending';
CREATE INDEX deliveries_channel_due ON deliveries (channel, due) WHERE state = 'pending';

CREATE TABLE gone_targets (
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    at TEXT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (channel, recipient)
) STRICT, WITHOUT ROWID;

CREATE TABLE silences (
    silence INTEGER PRIMARY KEY,
    claims TEXT NOT NULL,
    made TEXT NOT NULL,
    until TEXT NOT NULL,
    author TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
CREATE INDEX silences_until ON silences (until);

CREATE INDEX deliveries_sent ON deliveries (channel, settled) WHERE state = 'sent';

CREATE TABLE marks (
    mark INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    verdict TEXT NOT NULL,
    alert TEXT,
    item TEXT,
    claim TEXT,
    note TEXT NOT NULL
) STRICT;
"""

PAGES = """
CREATE TABLE pages (
    page INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    due TEXT NOT NULL,
    made TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    asked TEXT,
    status INTEGER,
    error TEXT,
    final_url TEXT,
    text TEXT,
    reviews TEXT NOT NULL,
    extra TEXT,
    baseline INTEGER NOT NULL,
    match REAL NOT NULL
) STRICT;
CREATE INDEX pages_pending ON pages (host, baseline, match) WHERE state = 'pending';
CREATE INDEX pages_asked ON pages (asked) WHERE asked IS NOT NULL;

CREATE TABLE page_items (
    item INTEGER PRIMARY KEY REFERENCES items,
    page INTEGER NOT NULL REFERENCES pages,
    baseline INTEGER NOT NULL,
    waits INTEGER NOT NULL
) STRICT;
CREATE INDEX page_items_page ON page_items (page) WHERE waits = 1;
"""

SUBSCRIPTIONS = """
CREATE TABLE subscriptions (
    subscription INTEGER PRIMARY KEY,
    feed TEXT NOT NULL UNIQUE,
    hub TEXT NOT NULL,
    topic TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    due TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until TEXT,
    asked TEXT,
    error TEXT,
    pushes INTEGER NOT NULL,
    last_push TEXT,
    extra TEXT
) STRICT;
CREATE INDEX subscriptions_due ON subscriptions (due);
"""

QUERIES = """
CREATE TABLE queries (
    query INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    item TEXT NOT NULL,
    version INTEGER NOT NULL,
    claim TEXT NOT NULL,
    why TEXT NOT NULL,
    doubt REAL NOT NULL,
    made TEXT NOT NULL,
    due TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    asked TEXT,
    settled TEXT,
    key TEXT NOT NULL,
    assessment TEXT NOT NULL,
    opinion TEXT,
    outcome TEXT,
    contested INTEGER NOT NULL,
    review INTEGER NOT NULL,
    error TEXT,
    extra TEXT,
    seconds REAL,
    cost REAL
) STRICT;
CREATE INDEX queries_waiting ON queries (due) WHERE state = 'waiting';
CREATE INDEX queries_item ON queries (item);
CREATE INDEX queries_key ON queries (key) WHERE state = 'answered';
CREATE INDEX queries_asked ON queries (asked) WHERE asked IS NOT NULL;
"""
