"""Items and assessments as lines of JSON: what `dementi judge` reads and prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.errors import InputError
from monitor.model.source import Item
from monitor.model.verdict import Assessment, Statement
from monitor.pipeline.judge import Judge
from monitor.text.plain import one_line, plain

_TEXTS = ("title", "summary", "content", "link", "publisher", "language")


def read_item(row: object) -> Item:
    """An item from one decoded line. Raises InputError where it has no id, or a key holds something else than text."""
    if not isinstance(row, Mapping):
        raise InputError("not an object")
    if not isinstance(row.get("id"), str | int) or isinstance(row.get("id"), bool):
        raise InputError("no id")
    for name in _TEXTS:
        if not isinstance(row.get(name), str | None):
            raise InputError(f"{name} is no text")
    return Item(
        id=str(row["id"]),
        feed="",
        title=one_line(row.get("title") or ""),
        summary=plain(row.get("summary") or "") or None,
        content=plain(row.get("content") or "") or None,
        link=row.get("link"),
        published=_time(row.get("published")),
        publisher=row.get("publisher"),
        language=row.get("language"),
    )


def assessment_row(assessment: Assessment) -> dict[str, Any]:
    """One line of output, JSON-ready."""
    return {
        "item": assessment.item,
        "claim": assessment.claim,
        "relation": str(assessment.relation),
        "match": round(assessment.match, 3),
        "statements": [_statement_row(s) for s in assessment.statements],
    }


def judge_lines(lines: Iterable[str], judge: Judge) -> Iterator[str]:
    """JSON lines in, JSON lines out. Raises InputError with the number of the first line that is broken."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = read_item(json.loads(line))
        except (ValueError, RecursionError, InputError) as error:
            raise InputError(f"line {number}: {error}") from error
        for assessment in judge.judge_item(item):
            yield json.dumps(assessment_row(assessment), ensure_ascii=False)


def _statement_row(statement: Statement) -> dict[str, Any]:
    return {
        "stance": str(statement.stance),
        "basis": str(statement.basis),
        "speaker": statement.speaker,
        "party": statement.party,
        "role": str(statement.role),
        "evidence": statement.evidence.text,
        "field": statement.evidence.field,
        "start": statement.evidence.start,
        "end": statement.evidence.end,
        "hedged": statement.hedged,
        "anonymous": statement.anonymous,
        "confidence": statement.confidence,
    }


def _time(value: object) -> datetime | None:
    """An ISO 8601 time; one that cannot be read is as good as none, one without a zone is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
