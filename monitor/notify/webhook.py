"""Webhooks, signed as Standard Webhooks asks (https://www.standardwebhooks.com): one POST an alert."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientResponse, ClientSession
from standardwebhooks import Webhook

from monitor import __version__
from monitor.errors import NotifyError, Refused
from monitor.model.alert import Alert, Message, Target
from monitor.net.dial import guarded_connector
from monitor.net.guard import Allow
from monitor.net.retry_after import retry_after as asked_pause
from monitor.notify.payload import body
from monitor.notify.secret import Secret, parts, redact

# Answers after which the same message may be taken later; all 5xx are such too.
_RETRY = frozenset({408, 425, 429})
_GONE = 410
_READ = 2048  # bytes of an answer's body that are looked at; it is told to people, never acted upon
_CONNECTIONS = 32
_ANY = timedelta(seconds=10**8)  # three years: nothing is cut off here
_KEPT = 4.0  # seconds a connection is kept unused: many servers hang up after 5, and a POST on the way then is lost


class WebhookChannel:
    """Posts to one URL. Redirects are not followed, addresses pass the guard."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        clock: Callable[[], datetime],
        secrets: Callable[[], Sequence[str]] | None = None,
        allow: Allow | None = None,
        timeout: float = 15.0,
    ) -> None:
        """`secrets` gives `whsec_…` strings; during a rotation several, and each signs. None: nothing is signed.

        `timeout` in seconds, from the call to the end of the answer.
        """
        self.name = name
        self._clock, self._allow, self._timeout = clock, allow or Allow(), timeout
        self._url = Secret(lambda: url, f"the URL of channel {name}")
        self._host = urlsplit(url).hostname or "?"  # all that errors may show of the URL: paths hold tokens
        self._secrets = Secret(secrets, f"the signing secret of channel {name}") if secrets else None
        self._session: ClientSession | None = None

    def __repr__(self) -> str:
        return f"WebhookChannel({self.name!r}, {self._host})"

    def recipients(self) -> tuple[str, ...]:
        return (self.name,)

    async def send(self, message: Message, target: Target) -> None:  # noqa: ARG002 - one URL, one recipient
        """Raises NotifyError: 5xx, 408, 425, 429, timeouts and connections may be tried again; 410 says gone."""
        for alert in message.alerts:
            await self._post(alert)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, alert: Alert) -> None:
        url, secrets = self._url.reveal(), self._secrets.reveal() if self._secrets else ()
        data = body(alert)
        headers = self._headers(alert.id, data, secrets)
        try:
            async with self._open().post(url, data=data, headers=headers, allow_redirects=False) as answer:
                await self._judge(answer, (*parts(url), *secrets))
        except Refused as fault:  # nothing was sent; the config may be mended, a name server may come to its senses
            raise self._error(str(fault), retry=True) from None
        except aiohttp.InvalidURL:
            raise self._error("the URL is not one", retry=False) from None
        except TimeoutError:
            raise self._error(f"no answer within {self._timeout:g} s", retry=True) from None
        except (aiohttp.ClientError, OSError) as fault:
            raise self._error(redact(_said(fault), (*parts(url), *secrets)), retry=True) from None

    def _headers(self, alert_id: str, data: bytes, secrets: Sequence[str]) -> dict[str, str]:
        at = self._clock().astimezone(UTC)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": f"dementi/{__version__}",
            "webhook-id": alert_id,
            "webhook-timestamp": str(int(at.timestamp())),
        }
        if secrets:
            headers["webhook-signature"] = self._sign(alert_id, at, data.decode(), secrets)
        return headers

    def _sign(self, alert_id: str, at: datetime, data: str, secrets: Sequence[str]) -> str:
        try:
            return " ".join(Webhook(secret).sign(alert_id, at, data) for secret in secrets)
        except (ValueError, RuntimeError):
            raise self._error("a signing secret is not base64 (whsec_…)", retry=True) from None
        except Exception as fault:  # noqa: BLE001 - its own errors, for an empty secret, are not exported
            raise self._error(f"cannot be signed: {type(fault).__name__}", retry=True) from None

    async def _judge(self, answer: ClientResponse, secrets: Sequence[str]) -> None:
        """Return where the message was taken."""
        status = answer.status
        said = await self._read(answer)
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            where = urlsplit(answer.headers.get("location", "")).hostname or "another place"
            text = f"{status}, a redirect to {redact(where, secrets)}; not followed: put the new URL into the config"
            raise self._error(text, retry=False)
        text = f"{status} {redact(answer.reason or '', secrets)}"
        if said:
            text += f": {redact(said, secrets)}"
        raise self._error(
            text,
            retry=status >= 500 or status in _RETRY,
            after=retry_after(answer.headers.get("retry-after"), self._clock()),
            gone=status == _GONE,
        )

    async def _read(self, answer: ClientResponse) -> str:
        """The beginning of the answer's body. Reading it to its end keeps the connection for the next message."""
        try:
            return (await answer.content.read(_READ)).decode("utf-8", "replace")
        except (aiohttp.ClientError, OSError, TimeoutError):
            return ""  # the status was read: that decides, not what came after it

    def _open(self) -> ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=guarded_connector(self._allow, limit=_CONNECTIONS, keepalive_timeout=_KEPT),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # an answer must not cost more than what is read of it
            )
        return self._session

    def _error(self, text: str, *, retry: bool, after: timedelta | None = None, gone: bool = False) -> NotifyError:
        return NotifyError(f"{self.name}: {self._host}: {text}", retry=retry, after=after, gone=gone)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """See `net.retry_after`. How long a message waits at all is not this channel's to say (`notify.retry`)."""
    return asked_pause(value, now, longest=_ANY)


def _said(fault: Exception) -> str:
    """What a foreign error says, for people."""
    if isinstance(fault, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted"
    if isinstance(fault, aiohttp.ClientConnectorError):
        return f"cannot be reached: {fault.strerror or fault.os_error}"
    if isinstance(fault, aiohttp.ServerDisconnectedError):
        return "hung up without an answer"
    return f"{type(fault).__name__}: {fault}"
