"""Channels with a real target on loopback each: what the contract suite asks of every kind of channel."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult
from standardwebhooks import Webhook

from monitor.model.alert import Alert, Message, Target
from monitor.model.story import Reason
from monitor.net.guard import Allow
from monitor.notify.port import Notifier
from monitor.notify.registry import make
from monitor.notify.sample import sample_alert

NOW = datetime.now(UTC).replace(microsecond=0)  # near the true time: receivers of signed webhooks insist on it
SECRETS = ("correct-horse-battery", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "path-token-XYZZY")


def alert(title: str | None = None, reason: Reason = Reason.FIRST_DENIAL, number: int = 0, **changes: Any) -> Alert:
    """An alert of a claim; `title` stands everywhere where a feed's text stands."""
    made = replace(sample_alert(NOW, reason), id=f"alert-{number}", **changes)
    if title is None:
        return made
    assert made.item is not None
    assert made.event is not None
    assert made.statement is not None
    words = replace(made.statement.evidence, text=title, field="title", start=0, end=len(title))
    telling = replace(made.event.tellings[0], title=title, publisher=title)
    return replace(
        made,
        title=title,
        item=replace(made.item, title=title, summary=title, content=title, publisher=title, author=title),
        event=replace(made.event, evidence=title, speaker=title, party_name=title, tellings=(telling,)),
        statement=replace(made.statement, evidence=words, speaker=title, party=title),
    )


def message(*alerts: Alert, digest: bool = False) -> Message:
    return Message(id=alerts[0].id if len(alerts) == 1 else "fold-1", alerts=alerts, digest=digest)


@dataclass
class Rig:
    """A channel and its target."""

    kind: str
    channel: Notifier
    faults: dict[str, tuple[bool, bool]] = field(default_factory=dict)  # fault -> (retry, gone)
    set_fault: Callable[[str | None], None] = lambda _: None
    ids: Callable[[], list[str]] = list  # how a receiver knows the messages it took apart
    texts: Callable[[], list[str]] = list  # what the receiver shows of them

    def target(self) -> Target:
        return Target(channel=self.channel.name, recipient=self.channel.recipients()[0])


# -- email


class MailServer:
    """Scripted SMTP: `fault` answers at its step; logins are asked for."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.fault: str | None = None
        self.connections = 0

    answers = {  # noqa: RUF012 - a table
        "mailbox busy": ("RCPT", "450 4.2.0 mailbox busy"),
        "no such mailbox": ("RCPT", "550 5.1.1 no such user, password was correct-horse-battery"),
        "greylisted": ("DATA", "451 4.7.1 try later"),
        "spam": ("DATA", "554 5.7.1 spam"),
        "shutting down": ("MAIL", "421 4.3.2 shutting down"),
        "sender refused": ("MAIL", "553 5.1.8 sender unknown"),
        "full": ("DATA", "452 4.3.1 no space"),
    }

    def _answer(self, step: str) -> str | None:
        at, text = self.answers.get(self.fault or "", ("", ""))
        return text if at == step else None

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self._answer("MAIL") or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if answer := self._answer("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if answer := self._answer("DATA"):
            return answer
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.raw.append(envelope.content)
        self.mails.append(mail)
        return "250 OK"

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, host: str, responses: list[str]) -> list[str]:  # noqa: N802
        self.connections += 1
        session.host_name = host
        return responses

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        wrong = self.fault == "login refused"
        return AuthResult(success=not wrong and data.password == SECRETS[0].encode(), handled=False)


@asynccontextmanager
async def email_rig(tmp_path: Path) -> AsyncIterator[Rig]:
    server = MailServer()
    async with (
        smtp_server(server, authenticator=server.authenticate, auth_required=True, auth_require_tls=False) as port,
        mail_rig(server, port) as rig,
    ):
        yield rig


@asynccontextmanager
async def smtp_server(handler: Any, **options: Any) -> AsyncIterator[int]:
    """aiosmtpd on a free port of loopback, in this loop; `options` are those of `aiosmtpd.smtp.SMTP`."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@asynccontextmanager
async def mail_rig(server: MailServer, port: int) -> AsyncIterator[Rig]:
    channel = make(
        "email",
        name="desk",
        to=["Desk <desk@example.org>"],
        sender="dementi <dementi@example.org>",
        host="127.0.0.1",
        port=port,
        username="dementi",
        password=lambda: SECRETS[0],
        clock=lambda: NOW,
        timeout=5,
    )
    faults = {name: (not text.startswith("5"), False) for name, (_, text) in server.answers.items()}
    yield Rig(
        kind="email",
        channel=channel,
        faults={**faults, "login refused": (True, False)},
        set_fault=lambda fault: setattr(server, "fault", fault),
        ids=lambda: [mail["Message-ID"] for mail in server.mails],
        texts=lambda: [text for mail in server.mails for text in _parts(mail)],
    )
    await channel.close()


def _parts(mail: EmailMessage) -> list[str]:
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
    return [headers, *(part.get_content() for part in mail.iter_parts() if isinstance(part, EmailMessage))]


# -- webhook and chat


class HookServer:
    """Answers with the status set; keeps what it took, after verifying the signature where there is one."""

    def __init__(self, verify: bool) -> None:
        self.verify, self.status, self.headers = verify, 204, dict[str, str]()
        self.taken: list[tuple[str, dict[str, Any]]] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.status < 300:
            if self.verify:
                Webhook(SECRETS[1]).verify(body, dict(request.headers))
            self.taken.append((request.headers.get("webhook-id", ""), json.loads(body)))
        return web.Response(status=self.status, headers=self.headers, text=f"no, {SECRETS[1]}" * (self.status != 204))


@asynccontextmanager
async def hook_server(verify: bool) -> AsyncIterator[tuple[HookServer, int]]:
    server = HookServer(verify)
    app = web.Application(client_max_size=8 << 20)
    app.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server
    yield server, site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    await runner.cleanup()


HOOK_FAULTS = {
    "500": (True, False),
    "502": (True, False),
    "503": (True, False),
    "429": (True, False),
    "408": (True, False),
    "425": (True, False),
    "400": (False, False),
    "401": (False, False),
    "404": (False, False),
    "410": (False, True),
    "302": (False, False),
}


@asynccontextmanager
async def webhook_rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with hook_server(verify=True) as (server, port):
        channel = make(
            "webhook",
            name="newsroom",
            url=f"http://127.0.0.1:{port}/{SECRETS[2]}",
            secrets=lambda: [SECRETS[1]],
            allow=Allow.parse([f"127.0.0.1:{port}"]),
            clock=lambda: datetime.now(UTC),
        )
        yield Rig(
            kind="webhook",
            channel=channel,
            faults=HOOK_FAULTS,
            set_fault=lambda fault: setattr(server, "status", int(fault or 204)),
            ids=lambda: [each for each, _ in server.taken],
            texts=lambda: [json.dumps(body, ensure_ascii=False) for _, body in server.taken],
        )
        await channel.close()


@asynccontextmanager
async def apprise_rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with hook_server(verify=False) as (server, port):
        channel = make(
            "apprise",
            name="chat",
            url=lambda: f"json://dementi:{SECRETS[0]}@127.0.0.1:{port}/{SECRETS[2]}",
        )
        yield Rig(
            kind="apprise",
            channel=channel,
            faults=HOOK_FAULTS,
            set_fault=lambda fault: setattr(server, "status", int(fault or 200)),
            texts=lambda: [body["title"] + "\n" + body["message"] for _, body in server.taken],
        )


# -- console and Atom


@asynccontextmanager
async def console_rig(tmp_path: Path) -> AsyncIterator[Rig]:
    class Pipe(io.StringIO):
        broken = False

        def write(self, text: str) -> int:
            if self.broken:
                raise BrokenPipeError(32, "Broken pipe")
            return super().write(text)

    pipe = Pipe()
    yield Rig(
        kind="console",
        channel=make("console", name="console", stream=pipe),
        faults={"broken pipe": (True, False)},
        set_fault=lambda fault: setattr(pipe, "broken", fault is not None),
        texts=lambda: [pipe.getvalue()] * bool(pipe.getvalue()),
    )


@asynccontextmanager
async def atom_rig(tmp_path: Path) -> AsyncIterator[Rig]:
    path = tmp_path / "there" / "alerts.xml"

    def set_fault(fault: str | None) -> None:
        if fault:
            path.parent.rmdir()
        else:
            path.parent.mkdir(exist_ok=True)

    def entries() -> list[ET.Element]:
        return ET.parse(path).getroot().findall("{*}entry") if path.exists() else []

    path.parent.mkdir()
    yield Rig(
        kind="atom",
        channel=make("atom", name="alerts", path=path, clock=lambda: NOW),
        faults={"folder is gone": (True, False)},
        set_fault=set_fault,
        ids=lambda: [entry.findtext("{*}id", "") for entry in entries()],
        texts=lambda: ["\n".join(entry.itertext()) for entry in entries()],
    )


RIGS = {"email": email_rig, "webhook": webhook_rig, "apprise": apprise_rig, "console": console_rig, "atom": atom_rig}


def shows_secret(text: str) -> bool:
    encoded = [base64.b64encode(secret.encode()).decode().rstrip("=") for secret in SECRETS]
    return any(re.search(re.escape(secret), text) for secret in (*SECRETS, *encoded))


DESK = Target(channel="desk", recipient="desk@example.org")
