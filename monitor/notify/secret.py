"""Secrets on their way to a target: read when needed, never shown."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from monitor.errors import NotifyError
from monitor.notify.clean import line

T = TypeVar("T")


class Secret(Generic[T]):
    """What `read` gives, read anew for every use: a rotated file needs no restart. The repr shows nothing of it."""

    def __init__(self, read: Callable[[], T], what: str) -> None:
        """`what` names it in errors: "the password of channel desk".

        A plain ValueError of `read` is shown: it says where it looked, never what it found. Others are not.
        """
        self._read, self._what = read, what

    def __repr__(self) -> str:
        return f"Secret({self._what!r})"

    def reveal(self) -> T:
        """Raise NotifyError where it cannot be read or is empty: nothing is lost, it may be there at the next try."""
        try:
            value = self._read()
        except OSError as fault:
            raise NotifyError(f"{self._what} cannot be read: {fault.strerror}", retry=True) from None
        except (LookupError, ValueError) as fault:
            said = f": {line(str(fault), 200)}" if type(fault) is ValueError else ""
            raise NotifyError(f"{self._what} cannot be read{said}", retry=True) from None
        if not value:
            raise NotifyError(f"{self._what} is missing", retry=True)
        return value

    def peek(self) -> T | None:
        """What there is to hide in an error; None where it cannot be read."""
        try:
            return self.reveal()
        except NotifyError:
            return None


def parts(url: str) -> list[str]:
    """The URL and what of it may be a token or a password: long pieces between its punctuation, its host aside."""
    host = urlsplit(url).hostname
    return [url, *(piece for piece in re.split(r"[/:@?&=#]+", url) if len(piece) > 7 and piece.lower() != host)]


def redact(text: str, secrets: Iterable[str]) -> str:
    """One line of what a target answered, without any of the secrets, as they are or in base64."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
        text = text.replace(b64encode(secret.encode()).decode(), "***")
    return line(text, 200)
