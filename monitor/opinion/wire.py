"""One request to an endpoint that speaks OpenAI's protocol. Hosted or local; hostile in any case.

Redirects are not followed, answers are read to a limit and no further, and nothing that the endpoint says gets into an
error but its status and the code of its fault: it may repeat the question, and with it what a feed wrote.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from monitor import __version__
from monitor.errors import OpinionError, Refused
from monitor.net.dial import guarded_connector
from monitor.net.guard import Allow
from monitor.net.retry_after import retry_after

_LARGEST = 512 * 1024  # bytes of an answer
_CONNECTIONS = 8
_KEPT = 4.0  # seconds a connection is kept unused
_LATER = frozenset({408, 409, 425, 429})  # asking again may help; so it may after all 5xx
_SHAPE = frozenset({400, 422})  # the request is not as this endpoint wants it
_NEAR = (".local", ".lan", ".internal", ".home.arpa", ".localhost")


@dataclass(frozen=True, slots=True)
class Misshapen:
    """The endpoint does not take the request in this form."""

    status: int
    complaint: str  # lower case; to look for names of parameters in, never to be shown


class Endpoint:
    """Posts to one URL."""

    def __init__(
        self,
        *,
        url: str,
        clock: Callable[[], datetime],
        key: Callable[[], str] | None = None,
        allow_private: Sequence[str] = (),
        trust_env: bool = False,
        timeout: float = 20.0,
    ) -> None:
        """`url`: up to /v1, or the whole. An address on this machine or in the local network is allowed by being named.

        `key` gives the key, read anew for every request; it raises ValueError where it cannot be read. `timeout` in
        seconds, of one request.
        """
        parts = urlsplit(url)
        self.host = parts.hostname or "?"  # all that errors may show of the URL
        self._url = address(url)
        self._clock, self._key, self._timeout = clock, key, timeout
        near = _near(self.host)
        named = [f"[{self.host}]" if ":" in self.host else self.host] if near else []
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._allow = Allow.parse([*allow_private, *(f"{host}:{port}" for host in named)])
        self._trust_env = trust_env and not near
        self._session: aiohttp.ClientSession | None = None

    async def post(self, data: dict[str, Any]) -> dict[str, Any] | Misshapen:
        """The answer. Raises OpinionError: lasting where the endpoint, the model or the key is refused."""
        try:
            async with self._open().post(
                self._url, json=data, headers=self._headers(), allow_redirects=False
            ) as answer:
                return await self._judge(answer)
        except Refused as fault:
            raise self._error(str(fault), lasting=True) from None
        except (aiohttp.InvalidURL, UnicodeError):
            raise self._error("the URL is not one", lasting=True) from None
        except TimeoutError:
            raise self._error(f"no answer within {self._timeout:g} s") from None
        except (aiohttp.ClientError, OSError) as fault:
            raise self._error(_said(fault)) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _headers(self) -> dict[str, str]:
        headers = {"user-agent": f"dementi/{__version__}", "accept": "application/json", "accept-encoding": "identity"}
        if self._key is None:
            return headers
        try:
            key = self._key().strip()
        except (LookupError, OSError, ValueError):
            raise self._error("the key cannot be read") from None
        if not key or not key.isascii() or not key.isprintable():
            raise self._error("the key is no text of one line", lasting=True)
        return headers | {"authorization": f"Bearer {key}"}

    async def _judge(self, answer: aiohttp.ClientResponse) -> dict[str, Any] | Misshapen:
        status = answer.status
        if 300 <= status < 400:
            raise self._error(f"{status}, a redirect; not followed: put the new URL into the config", lasting=True)
        read = await self._read(answer)
        if 200 <= status < 300:
            return self._table(read)
        if status in _SHAPE:
            return Misshapen(status, read[:4096].decode("utf-8", "replace").lower())
        raise self._refusal(answer, read)

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        held = bytearray()
        async for piece in answer.content.iter_any():
            held += piece
            if len(held) > _LARGEST:
                answer.close()
                raise self._error("its answer does not end")
        return bytes(held)

    def _table(self, read: bytes) -> dict[str, Any]:
        try:
            data = json.loads(read)
        except (ValueError, RecursionError):
            raise self._error("its answer is not JSON") from None
        if not isinstance(data, dict):
            raise self._error("its answer is not of OpenAI's protocol")
        return data

    def _refusal(self, answer: aiohttp.ClientResponse, read: bytes) -> OpinionError:
        status = answer.status
        code = fault_code(read)
        pause = retry_after(answer.headers.get("retry-after"), self._clock())
        text = f"{status}{f' {code}' if code else ''}{_HINTS.get(status, '')}"
        lasting = status < 500 and status not in _LATER
        return OpinionError(f"{self.host}: {text}", lasting=lasting, retry_after=pause)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=guarded_connector(self._allow, limit=_CONNECTIONS, keepalive_timeout=_KEPT),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # an answer must not cost more than what is read of it
                trust_env=self._trust_env,
            )
        return self._session

    def _error(self, text: str, *, lasting: bool = False) -> OpinionError:
        return OpinionError(f"{self.host}: {text}", lasting=lasting)


_HINTS = {
    401: ": the key is not accepted",
    402: ": it wants to be paid",
    403: ": the key may not do this",
    404: ": no such address or model",
}


def address(url: str) -> str:
    """Where chats are posted to: `…/v1`, `…/v1/` and `…/v1/chat/completions` are the same."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = f"{path or '/v1'}/chat/completions"
    return parts._replace(path=path, fragment="").geturl()


def fault_code(read: bytes) -> str:
    """The code of a fault ("model_not_found"), where it is one: a short name, not a sentence."""
    try:
        fault = json.loads(read)["error"]
        found = fault.get("code") or fault.get("type")
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) and re.fullmatch(r"[a-z][a-z_]{2,40}", found) else ""


def _near(host: str) -> bool:
    """The machine itself or one in the local network, as the address says: a private number, a name that is only local.

    The config names it, so it is meant. Public names keep being guarded: they may come to point elsewhere.
    """
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_NEAR)
    return number.is_loopback or (number.is_private and not number.is_link_local)


def _said(fault: Exception) -> str:
    if isinstance(fault, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted"
    if isinstance(fault, aiohttp.ClientConnectorError):
        return f"cannot be reached: {(fault.strerror or type(fault.os_error).__name__).lower()}"
    if isinstance(fault, aiohttp.ServerDisconnectedError):
        return "hung up without an answer"
    return f"its answer is broken: {type(fault).__name__}"
