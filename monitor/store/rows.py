"""Values to rows and back, without loss.

A value's fields that are searched or listed have columns of their own; a field that has none yet goes into the JSON
column `extra`, so that a new field of the model needs no migration until something asks for it by SQL.
Times are stored in UTC as `YYYY-MM-DDTHH:MM:SS.ffffffZ`: of one width, so that they sort as text.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter

from monitor.model.alert import Alert, Delivery
from monitor.model.opinion import Opinion, Query
from monitor.model.page import Page
from monitor.model.push import Subscription
from monitor.model.source import FeedState, Item, Review
from monitor.model.story import Event, Telling
from monitor.model.verdict import Assessment, Gate, Statement

T = TypeVar("T")
Codec = tuple[Callable[[Any], Any], Callable[[Any], Any]]  # to the column's value, and back; None is never asked
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def moment(value: datetime) -> str:
    """A time as stored. Feeds print years 1 and 9999 in far zones: those end at the edge of what has a UTC."""
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        utc = _FIRST if value.year == 1 else _LAST
    return utc.isoformat(timespec="microseconds")[:26] + "Z"


def moment_or_none(value: datetime | None) -> str | None:
    return None if value is None else moment(value)


def printed(stored: str | None) -> str | None:
    """A stored time as lists print it (`model.times.stamp`)."""
    return None if stored is None else stored[:19] + "Z"


def clean(value: Any) -> Any:
    """Text that UTF-8 can hold: JSON feeds can smuggle in halves of surrogate pairs."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def dump(kind: Any, value: Any) -> str:
    """JSON of a value of the model: keys in the order of its fields, equal values give equal text."""
    return json.dumps(_adapter(kind).dump_python(value, mode="json"), ensure_ascii=False, separators=(",", ":"))


def load(kind: Any, text: str) -> Any:
    """What `dump` was given. Raises ValueError (pydantic's) where the text does not fit the model."""
    return _adapter(kind).validate_json(text)


def dump_alert(alert: Alert) -> str:
    held = _adapter(Alert).dump_python(alert, mode="json")
    if alert.second is None:  # as it was stored before there were second opinions
        held.pop("second")
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"))


def load_alert(text: str) -> Alert:
    alert: Alert = load(Alert, text)
    return alert


def dump_statements(statements: Sequence[Statement]) -> str:
    return dump(tuple[Statement, ...], tuple(statements))


def load_statements(text: str) -> tuple[Statement, ...]:
    statements: tuple[Statement, ...] = load(tuple[Statement, ...], text)
    return statements


def dump_gates(gates: Sequence[Gate]) -> str:
    return dump(tuple[Gate, ...], tuple(gates))


def load_gates(text: str) -> tuple[Gate, ...]:
    gates: tuple[Gate, ...] = load(tuple[Gate, ...], text)
    return gates


def _codec(hint: Any) -> Codec | None:
    """How a field of this type is stored; None: as it is."""
    kinds = [kind for kind in (get_args(hint) or (hint,)) if isinstance(kind, type)]
    if datetime in kinds:
        return moment, datetime.fromisoformat
    if bool in kinds:
        return int, bool
    enum = next((kind for kind in kinds if issubclass(kind, StrEnum)), None)
    return (str, enum) if enum else None


class Shape(Generic[T]):
    """How a dataclass lies in a table: the named columns, then `extra`."""

    def __init__(
        self,
        kind: type[T],
        columns: Sequence[str],
        *,
        apart: Sequence[str] = (),
        codecs: Mapping[str, Codec] | None = None,
    ) -> None:
        """`apart`: fields that the table keeps elsewhere; `decode` takes them by name."""
        hints = get_type_hints(kind)
        found = {name: (codecs or {}).get(name) or _codec(hints[name]) for name in columns}
        self.kind = kind
        self.columns = (*columns, "extra")
        self._get = attrgetter(*columns)
        self._encoders = [(i, c[0]) for i, name in enumerate(columns) if (c := found[name])]
        self._decoders = [(i, c[1]) for i, name in enumerate(columns) if (c := found[name])]
        fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # a dataclass
        self._rest = {name: hints[name] for name in fields if name not in columns and name not in apart}
        self._defaults = {name: _default(fields[name]) for name in self._rest}

    def names(self, prefix: str = "") -> str:
        """The columns, for a SELECT or an INSERT."""
        return ", ".join(prefix + name for name in self.columns)

    def encode(self, value: T) -> tuple[Any, ...]:
        row = list(self._get(value))
        for i, encode in self._encoders:
            if row[i] is not None:
                row[i] = encode(row[i])
        row.append(self._dump_extra(value))
        return tuple(row)

    def decode(self, row: Sequence[Any], **apart: Any) -> T:
        """The value of a row that begins with these columns."""
        values = list(row[: len(self.columns)])
        for i, decode in self._decoders:
            if values[i] is not None:
                values[i] = decode(values[i])
        extra = values.pop()
        named = dict(zip(self.columns, values, strict=False))
        return self.kind(**named, **(self._load_extra(extra) if extra else {}), **apart)

    def _dump_extra(self, value: T) -> str | None:
        extra = {
            name: _adapter(hint).dump_python(held, mode="json")
            for name, hint in self._rest.items()
            if (held := getattr(value, name)) != self._defaults[name]
        }
        return json.dumps(extra, ensure_ascii=False, separators=(",", ":")) if extra else None

    def _load_extra(self, extra: str) -> dict[str, Any]:
        # Names that the model has dropped since are left behind.
        held = json.loads(extra)
        return {name: _adapter(self._rest[name]).validate_python(held[name]) for name in held if name in self._rest}


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


FEED_STATE = Shape(
    FeedState,
    (
        *("url", "next_due", "first_read", "last_tried", "last_read", "last_new", "outcome", "status", "error"),
        *("failing_since", "failures", "held_until", "gone", "gap_at", "silent_since", "title"),
        *("moved_to", "moved_times", "etag", "last_modified", "body_hash", "skim"),
    ),
)
ITEM = Shape(
    Item,
    (
        *("id", "version", "digest", "guid", "canonical", "link", "baseline", "seen", "published", "updated"),
        *("language", "publisher", "author", "title", "summary", "content"),
    ),
    apart=("feed",),
)
EVENT = Shape(
    Event,
    (
        *("id", "claim", "stance", "party", "party_name", "speaker", "role", "basis", "first_seen", "last_seen"),
        *("confidence", "evidence", "baseline", "retracted"),
    ),
    apart=("tellings",),
)
TELLING = Shape(
    Telling,
    ("item", "publisher", "language", "at", "title", "link", "fingerprint", "copy"),
    # SQLite's integers are signed: 64 bits of a fingerprint are kept as hexadecimal text.
    codecs={"fingerprint": (lambda number: format(number, "x"), lambda text: int(text, 16))},
)
DELIVERY = Shape(
    Delivery,
    ("id", "message", "due", "state", "attempts", "first_tried", "settled", "error", "digest"),
    apart=("alert", "target"),
)
SUBSCRIPTION = Shape(
    Subscription,
    (
        *("feed", "hub", "topic", "token", "secret", "due", "state", "attempts", "lease_until", "asked", "error"),
        *("pushes", "last_push"),
    ),
)
QUERY = Shape(
    Query,
    (
        *(
            "id",
            "item",
            "version",
            "claim",
            "why",
            "doubt",
            "made",
            "due",
            "state",
            "attempts",
            "asked",
            "settled",
            "key",
        ),
        *("assessment", "opinion", "outcome", "contested", "review", "error"),
    ),
    codecs={
        "assessment": (lambda value: dump(Assessment, value), lambda text: load(Assessment, text)),
        "opinion": (lambda value: dump(Opinion, value), lambda text: load(Opinion, text)),
    },
)
PAGE = Shape(
    Page,
    (
        *("url", "host", "state", "due", "made", "attempts", "asked", "status", "error", "final_url", "text"),
        "reviews",
    ),
    codecs={
        "reviews": (
            lambda reviews: dump(tuple[Review, ...], reviews),
            lambda text: load(tuple[Review, ...], text),
        )
    },
)
