"""Whose turn it is: so many requests in all, so many to one host, and a pause between two where a host asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

__all__ = ["PACES", "Gate"]

# Host -> seconds between the beginnings of two requests.
# GDELT: "please limit requests to one every 5 seconds" (what its DOC 2.0 API answers to more).
PACES: Mapping[str, float] = MappingProxyType({"api.gdeltproject.org": 5.0})


class Gate:
    """At most `per_host` turns at one host and `concurrency` in all. The host's turn comes first: whoever waits for a
    slow host must not hold a place that others could use.
    """

    def __init__(self, concurrency: int, per_host: int, paces: Mapping[str, float] = PACES) -> None:
        """`paces`: hosts that take one request at a time, with so many seconds between their beginnings."""
        self.waiting = 0  # turns that wait for their host, and for nothing else
        self._all = asyncio.Semaphore(concurrency)
        self._per_host = per_host
        self._paces = paces
        self._next: dict[str, float] = {}  # host with a pace -> when it may be asked again, by the loop's clock
        self._hosts: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for it, and hold it until the end of the block."""
        gate = self._enter(host)
        self.waiting += 1
        waits = True
        try:
            async with gate:
                await self._spaced(host)
                self.waiting -= 1
                waits = False
                async with self._all:
                    self._begun(host)
                    yield
        finally:
            self.waiting -= waits
            self._leave(host)

    def _enter(self, host: str) -> asyncio.Semaphore:
        gate, users = self._hosts.get(host) or (asyncio.Semaphore(1 if host in self._paces else self._per_host), 0)
        self._hosts[host] = (gate, users + 1)
        return gate

    def _leave(self, host: str) -> None:
        gate, users = self._hosts[host]
        if users == 1:
            del self._hosts[host]
        else:
            self._hosts[host] = (gate, users - 1)

    async def _spaced(self, host: str) -> None:
        if host in self._next:
            await asyncio.sleep(self._next[host] - asyncio.get_running_loop().time())

    def _begun(self, host: str) -> None:
        if host in self._paces:
            self._next[host] = asyncio.get_running_loop().time() + self._paces[host]
