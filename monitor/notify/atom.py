"""The latest alerts as an Atom feed in a file (RFC 4287), for whoever reads dementi with a feed reader."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from monitor.errors import NotifyError
from monitor.model.alert import Alert, Message, Target
from monitor.model.times import stamp
from monitor.notify.render import text_lines
from monitor.notify.view import subject, view

_ATOM = "http://www.w3.org/2005/Atom"
_TAG = f"{{{_ATOM}}}"


class AtomChannel:
    """Keeps the last `keep` alerts in the file, newest first; the file is replaced whole, never half-written."""

    def __init__(
        self, *, name: str, path: Path, clock: Callable[[], datetime], keep: int = 100, zone: str = "UTC"
    ) -> None:
        """`zone` (IANA) is the clock of times in the text."""
        self.name = name
        self._path, self._clock, self._keep, self._zone = path, clock, keep, zone
        self._turn = asyncio.Lock()  # reading and replacing the file is one step

    def __repr__(self) -> str:
        return f"AtomChannel({self.name!r}, {str(self._path)!r})"

    def recipients(self) -> tuple[str, ...]:
        return (self.name,)

    async def send(self, message: Message, target: Target) -> None:
        """Raises NotifyError where the file cannot be written; it may be tried again. An alert twice is one entry."""
        fresh = [_entry(alert, target, self._zone) for alert in sorted(message.alerts, key=lambda each: each.at)]
        async with self._turn:
            try:
                await asyncio.to_thread(self._replace, fresh)
            except OSError as fault:
                raise NotifyError(f"{self.name}: {self._path}: {fault.strerror or fault}", retry=True) from None

    async def close(self) -> None:
        pass

    def _replace(self, fresh: list[ET.Element]) -> None:
        ids = {entry.findtext(f"{_TAG}id") for entry in fresh}
        kept = [entry for entry in self._entries() if entry.findtext(f"{_TAG}id") not in ids]
        feed = self._feed([*reversed(fresh), *kept][: self._keep])
        write_whole(self._path, ET.tostring(feed, encoding="utf-8", xml_declaration=True))

    def _entries(self) -> list[ET.Element]:
        """What the file holds; nothing where there is none yet, or somebody broke it: it is a copy of the store's."""
        with suppress(FileNotFoundError, ET.ParseError):
            return ET.parse(self._path).getroot().findall(f"{_TAG}entry")  # noqa: S314 - our own file
        return []

    def _feed(self, entries: list[ET.Element]) -> ET.Element:
        feed = ET.Element(f"{_TAG}feed")
        _add(feed, "id", f"urn:dementi:alerts:{self.name}")
        _add(feed, "title", f"dementi: {self.name}")
        _add(feed, "updated", stamp(self._clock()) or "")
        _add(_add(feed, "author"), "name", "dementi")
        feed.extend(entries)
        return feed


def _entry(alert: Alert, target: Target, zone: str) -> ET.Element:
    shown = view(alert, target, zone)
    entry = ET.Element(f"{_TAG}entry")
    _add(entry, "id", f"urn:dementi:alert:{alert.id}")
    _add(entry, "title", subject(alert))
    _add(entry, "updated", stamp(alert.at) or "")
    if shown.link:
        _add(entry, "link").set("href", shown.link)
    if shown.claim_id:
        _add(entry, "category").set("term", shown.claim_id)
    _add(entry, "content", "\n".join(text_lines([shown]))).set("type", "text")
    return entry


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, f"{_TAG}{name}")
    child.text = text
    return child


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file in one step, readable by everybody the umask lets read. Raises OSError; the old one stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


ET.register_namespace("", _ATOM)
