"""An aiohttp connector that dials only what the guard lets through.

Names are resolved once, each address is checked, and the very address that was checked is dialled: a name that
changes its mind between check and call (DNS rebinding) gains nothing. The last check sits where the socket is made,
so that no way into the connector passes by it.
"""

from __future__ import annotations

import socket
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.errors import Refused
from monitor.net.guard import Allow, is_numeric, refusal

if TYPE_CHECKING:
    from aiohttp.client import ClientTimeout
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

# The name whose address is being dialled by the present task. None: a proxy of the operator's own choice.
_dialled: ContextVar[str | None] = ContextVar("dialled", default="")


class _CheckedResolver(AbstractResolver):
    """Passes on only the addresses of a name that may be dialled."""

    def __init__(self, allow: Allow, resolver: AbstractResolver) -> None:
        self._allow = allow
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if _dialled.get() is None:
            return found
        reasons = [refusal(answer["host"], port, self._allow, host) for answer in found]
        fine = [answer for answer, reason in zip(found, reasons, strict=True) if reason is None]
        if found and not fine:
            raise Refused(f"{host}: {reasons[0]}")
        return fine

    async def close(self) -> None:
        await self._resolver.close()


class _GuardedConnector(aiohttp.TCPConnector):
    def __init__(self, allow: Allow, **options: Any) -> None:
        resolver = options.pop("resolver", None) or aiohttp.DefaultResolver()
        checked = _CheckedResolver(allow, resolver)
        super().__init__(resolver=checked, socket_factory=self._make_socket, **options)
        self._allow = allow
        self._checked_resolver = checked

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 (the signature of the base class)
    ) -> Connection:
        host, port = req.url.raw_host or "", req.url.port or 0
        # Through a proxy only an address in digits can be judged; the proxy itself is the operator's choice.
        reason = refusal(host, port, self._allow) if is_numeric(host) else None
        if reason is not None:
            raise Refused(reason)
        token = _dialled.set(None if req.proxy else host)
        try:
            return await super().connect(req, traces, timeout)
        finally:
            _dialled.reset(token)

    def _make_socket(self, info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        host = _dialled.get()
        reason = None if host is None else refusal(address[0], address[1], self._allow, host)
        if reason is not None:
            raise Refused(reason)
        return socket.socket(family=family, type=kind, proto=proto)

    async def close(self, **options: Any) -> None:
        await super().close(**options)
        await self._checked_resolver.close()


def guarded_connector(allow: Allow, **options: Any) -> aiohttp.TCPConnector:
    """A connector for `aiohttp.ClientSession`; `options` are those of `aiohttp.TCPConnector`.

    A request to an address that may not be dialled raises `monitor.errors.Refused`, before anything is sent.
    Redirects are dialled by the same connector, so each hop is checked. Must be made inside a running event loop.
    """
    return _GuardedConnector(allow, **options)
