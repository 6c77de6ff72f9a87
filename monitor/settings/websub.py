"""What may stand in `[websub]`."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from monitor.tomlfile.fields import Address, Name, Table


def _listen(value: str) -> str:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(\d{1,5})", value)
    if found is None or int(found[2]) > 65_535:
        raise ValueError('must be host and port, like "127.0.0.1:8322"')
    return value


def _callback(value: str) -> str:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError("not an address: host or port cannot be read") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address that hubs can reach, like https://watch.example.org/websub")
    if parts.username is not None or parts.password is not None:
        raise ValueError("user and password do not belong into an address: it is told to hubs")
    return value


class WebSubTable(Table):
    """Have hubs send what is new in feeds that name one (W3C WebSub). Without this table feeds are only asked."""

    listen: Annotated[Name, AfterValidator(_listen)]
    """Host and port that hubs' messages arrive at, mostly behind a proxy that speaks https."""
    callback_url: Annotated[Address, AfterValidator(_callback)]
    """Public address that leads there. Hubs are told addresses below it, which nobody can guess."""

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)
