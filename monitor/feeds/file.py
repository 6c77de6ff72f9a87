"""Feeds that are files: only those that the config itself names, and only real files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from monitor.errors import FeedError
from monitor.feeds.http import Page

__all__ = ["read_file"]


def read_file(path: Path, most: int) -> Page:
    """The file as if a server had sent it. Blocks; raises FeedError for what is missing, too large or no file."""
    try:
        # Opening a pipe would wait for its other end, and a device may do anything.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise FeedError("error", f"{path}: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FeedError("error", f"{path}: not a file")
    with os.fdopen(handle, "rb") as file:
        body = file.read(most + 1)
    if len(body) > most:
        raise FeedError("error", f"{path}: larger than {most // 1_000_000} MB")
    return Page(status=0, url=path.resolve().as_uri(), body=body)
