"""Mail over SMTP: one transaction a recipient, over a connection that is kept while there is something to send."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from monitor.errors import NotifyError
from monitor.model.alert import Message, Target
from monitor.notify.mime import address, compose
from monitor.notify.render import render
from monitor.notify.secret import Secret, redact

Security = Literal["none", "starttls", "tls"]
IDLE = 20.0  # seconds after which a kept connection is asked whether it still stands
# Refusals that are about our login, not about the message (RFC 4954): a mended password shall still deliver it.
_LOGIN = frozenset({530, 534, 535, 538})


class EmailChannel:
    """Sends each message to one recipient at a time, so that each recipient has an outcome of its own."""

    def __init__(
        self,
        *,
        name: str,
        to: Sequence[str],
        sender: str,
        host: str,
        clock: Callable[[], datetime],
        port: int = 25,
        security: Security = "none",
        username: str | None = None,
        password: Callable[[], str] | None = None,
        zone: str = "UTC",
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`sender` and `to` are addresses, with or without a name; `zone` (IANA) is the clock of times in the text.

        Certificates are always verified; `tls` replaces whom the system trusts. `timeout` is in seconds, a step.
        """
        self.name = name
        self._to, self._sender, self._zone, self._clock = tuple(to), sender, zone, clock
        self._host, self._port, self._security, self._tls = host, port, security, tls
        self._username, self._timeout = username, timeout
        self._password = Secret(password, f"the SMTP password of channel {name}") if password else None
        self._line = asyncio.Lock()  # one connection, one transaction at a time
        self._smtp: SMTP | None = None
        self._used = 0.0  # when the connection was last used, by the loop's clock
        self._outages = 0  # failed attempts to connect
        self._outage: NotifyError | None = None  # the last of them

    def __repr__(self) -> str:
        return f"EmailChannel({self.name!r}, {self._host}:{self._port})"

    def recipients(self) -> tuple[str, ...]:
        return self._to

    async def send(self, message: Message, target: Target) -> None:
        """Raises NotifyError: 4xx, timeouts, failures to connect or log in may be tried again, other 5xx may not."""
        mail = self._compose(message, target)
        outages = self._outages
        async with self._line:
            if self._outages > outages and self._outage is not None:
                # Who waited while the server could not be reached need not find that out again, one timeout each.
                raise self._outage
            smtp = await self._connection()
            try:
                await self._transact(smtp, mail, address(target.recipient).addr_spec)
            except BaseException:
                self._drop()  # a new connection is cheaper than an unclear state
                raise

    async def close(self) -> None:
        async with self._line:
            if self._smtp is not None and self._smtp.is_connected:
                try:
                    async with asyncio.timeout(2):
                        await self._smtp.quit()
                except (OSError, TimeoutError, SMTPException):
                    pass  # hanging up without a word is allowed
            self._drop()

    def _compose(self, message: Message, target: Target) -> EmailMessage:
        rendered = render(message, target, self._zone)
        try:
            return compose(
                rendered,
                message,
                channel=self.name,
                sender=self._sender,
                recipient=target.recipient,
                at=self._clock(),
            )
        except ValueError as fault:
            raise NotifyError(f"{self.name}: {fault}", retry=False) from None

    # -- the connection

    async def _connection(self) -> SMTP:
        """The kept connection, or a new one that is logged in."""
        if self._smtp is not None and await self._stands(self._smtp):
            return self._smtp
        self._drop()
        try:
            self._smtp = await self._dial()
        except NotifyError as fault:
            self._outages += 1
            self._outage = fault
            raise
        return self._smtp

    async def _stands(self, smtp: SMTP) -> bool:
        if not smtp.is_connected:
            return False
        if asyncio.get_running_loop().time() - self._used < IDLE:
            return True
        try:
            await smtp.noop(timeout=5)
        except (OSError, SMTPException):
            return False
        return True

    async def _dial(self) -> SMTP:
        password = self._password.reveal() if self._password else None
        smtp = SMTP(
            hostname=self._host,
            port=self._port,
            timeout=self._timeout,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls,
        )
        try:
            await self._log_in(smtp, password)
        except SMTPAuthenticationError as fault:
            raise self._error(f"login refused: {fault.code} {fault.message}") from None
        except SMTPResponseException as fault:
            raise self._error(f"not ready: {fault.code} {fault.message}") from None
        except (OSError, ValueError, SMTPException) as fault:
            raise self._error(_said(fault)) from None
        return smtp

    async def _log_in(self, smtp: SMTP, password: str | None) -> None:
        try:
            await smtp.connect()
            if self._username is not None and password is not None:
                await smtp.login(self._username, password)
        except BaseException:
            smtp.close()
            raise

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    # -- one mail

    async def _transact(self, smtp: SMTP, mail: EmailMessage, recipient: str) -> None:
        try:
            await smtp.send_message(mail, sender=address(self._sender).addr_spec, recipients=[recipient])
        except SMTPRecipientsRefused as fault:
            raise self._refused(fault.recipients[0].code, fault.recipients[0].message, f"{recipient} refused") from None
        except SMTPResponseException as fault:
            raise self._refused(fault.code, fault.message, "message refused") from None
        except (SMTPNotSupported, ValueError) as fault:
            raise self._error(_said(fault), retry=False) from None
        except (OSError, SMTPException) as fault:
            raise self._error(_said(fault)) from None
        self._used = asyncio.get_running_loop().time()

    def _refused(self, code: int, answer: str, what: str) -> NotifyError:
        return self._error(f"{what}: {code} {answer}", retry=code < 500 or code in _LOGIN)

    def _error(self, text: str, *, retry: bool = True) -> NotifyError:
        password = self._password.peek() if self._password else None
        secrets = [password, f"\0{self._username}\0{password}"] if password else []
        return NotifyError(f"{self.name}: {self._host}:{self._port}: {redact(text, secrets)}", retry=retry)


def _said(fault: Exception) -> str:
    """What a foreign error says, for people."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {fault.verify_message}"
    if isinstance(fault, TimeoutError):
        return f"no answer in time ({str(fault) or 'connection timed out'})"
    return str(fault) or type(fault).__name__
