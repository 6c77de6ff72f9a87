"""What is particular to mail; what every channel promises is under tests/contract."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import NotifyError
from monitor.model.alert import Target
from monitor.notify.email import EmailChannel
from tests.support.channels import DESK, NOW, MailServer, alert, message, smtp_server


@pytest.fixture
def server() -> MailServer:
    return MailServer()


def channel(port: int, **options: Any) -> EmailChannel:
    plain: dict[str, Any] = {
        "name": "desk",
        "to": ["desk@example.org", "night@example.org"],
        "sender": "dementi@example.org",
        "host": "127.0.0.1",
        "port": port,
        "clock": lambda: NOW,
        "timeout": 5,
    }
    return EmailChannel(**(plain | options))


@asynccontextmanager
async def listening(server: MailServer, options: dict[str, Any], **smtp: Any) -> AsyncIterator[EmailChannel]:
    async with smtp_server(server, **smtp) as port:
        made = channel(port, **options)
        yield made
        await made.close()


async def test_a_batch_goes_out_over_one_connection(server: MailServer) -> None:
    async with listening(server, {}) as desk:
        await asyncio.gather(*(desk.send(message(alert(number=number)), DESK) for number in range(20)))
    assert len({mail["Message-ID"] for mail in server.mails}) == 20
    assert server.connections == 1


async def test_one_recipient_refused_and_one_accepted(server: MailServer) -> None:
    async def rcpt(server_: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("night"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    server.handle_RCPT = rcpt  # type: ignore[method-assign]
    async with listening(server, {}) as desk:
        assert desk.recipients() == ("desk@example.org", "night@example.org")
        results = await asyncio.gather(
            *(desk.send(message(alert()), Target(channel="desk", recipient=each)) for each in desk.recipients()),
            return_exceptions=True,
        )
    assert results[0] is None
    assert isinstance(results[1], NotifyError)
    assert not results[1].retry
    assert "night@example.org refused: 550 5.1.1 no such user" in str(results[1])
    assert [mail["To"] for mail in server.mails] == ["desk@example.org"]


async def test_mail_on_one_claim_is_one_thread(server: MailServer) -> None:
    async with listening(server, {}) as desk:
        for number in range(3):
            await desk.send(message(alert(number=number)), DESK)
    assert len({mail["References"] for mail in server.mails}) == 1
    assert len({mail["Message-ID"] for mail in server.mails}) == 3
    subjects = {mail["Subject"].partition("] ")[2] for mail in server.mails}
    assert subjects == {"Mayor Ahlgren of Larnwick resigns"}


async def test_nobody_there_is_found_out_once_for_all_who_wait() -> None:
    async with smtp_server(MailServer()) as port:
        pass
    desk = channel(port)
    results = await asyncio.gather(
        *(desk.send(message(alert(number=number)), DESK) for number in range(50)), return_exceptions=True
    )
    assert all(isinstance(each, NotifyError) and each.retry for each in results)
    assert desk._outages == 1
    assert f"desk: 127.0.0.1:{port}:" in str(results[0])


async def test_a_server_that_came_back_is_found_at_the_next_try(server: MailServer) -> None:
    async with smtp_server(MailServer()) as port:
        pass
    desk = channel(port)
    with pytest.raises(NotifyError):
        await desk.send(message(alert()), DESK)
    loop = asyncio.get_running_loop()
    from aiosmtpd.smtp import SMTP

    listener = await loop.create_server(lambda: SMTP(server, loop=loop), "127.0.0.1", port)
    await desk.send(message(alert()), DESK)
    await desk.close()
    listener.close()
    assert len(server.mails) == 1


async def test_a_connection_that_the_server_dropped_is_made_anew(server: MailServer) -> None:
    async with listening(server, {}, timeout=0.1) as desk:
        await desk.send(message(alert(number=1)), DESK)
        await asyncio.sleep(0.3)  # the server hangs up on idlers after 0.1 s
        with suppress(NotifyError):  # whether the loss was noticed before the send is a matter of milliseconds
            await desk.send(message(alert(number=2)), DESK)
        await desk.send(message(alert(number=2)), DESK)
    assert len({mail["Message-ID"] for mail in server.mails}) == 2


async def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(mute, "127.0.0.1", 0)
    desk = channel(listener.sockets[0].getsockname()[1], timeout=0.2)
    with pytest.raises(NotifyError) as raised:
        await desk.send(message(alert()), DESK)
    assert raised.value.retry
    await desk.close()
    listener.close()


async def test_a_send_that_is_cancelled_leaves_no_half_transaction(server: MailServer) -> None:
    slow = asyncio.Event()

    async def data(server_: Any, session: Any, envelope: Any) -> str:
        await slow.wait()
        return "250 OK"

    taken, server.handle_DATA = server.handle_DATA, data  # type: ignore[method-assign]
    async with listening(server, {}) as desk:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await desk.send(message(alert(number=1)), DESK)
        slow.set()
        server.handle_DATA = taken  # type: ignore[method-assign]
        await desk.send(message(alert(number=2)), DESK)
    assert len(server.mails) == 1


async def test_a_missing_password_says_so_and_loses_nothing(server: MailServer) -> None:
    def missing() -> str:
        raise FileNotFoundError(2, "No such file or directory", "/run/secrets/smtp")

    async with listening(server, {"username": "u", "password": missing}) as desk:
        with pytest.raises(NotifyError) as raised:
            await desk.send(message(alert()), DESK)
    assert raised.value.retry
    assert "the SMTP password of channel desk cannot be read: No such file" in str(raised.value)


async def test_a_password_changed_on_disk_is_used_at_the_next_connection(server: MailServer) -> None:
    words = iter(["wrong", "wrong", "correct-horse-battery"])
    options = {"authenticator": server.authenticate, "auth_required": True, "auth_require_tls": False}
    async with listening(server, {"username": "u", "password": lambda: next(words)}, **options) as desk:
        with pytest.raises(NotifyError, match="login refused: 535"):
            await desk.send(message(alert()), DESK)
        await desk.send(message(alert()), DESK)
    assert len(server.mails) == 1


async def test_an_address_that_is_none_is_dead_at_once(server: MailServer) -> None:
    async with listening(server, {}) as desk:
        with pytest.raises(NotifyError, match="not a mail address") as raised:
            await desk.send(message(alert()), Target(channel="desk", recipient="nobody"))
    assert not raised.value.retry


# -- TLS, with a certificate made for the test


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    pem = serialization.Encoding.PEM
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, form, none) + made.public_bytes(pem))
    return path


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def test_starttls(server: MailServer, certificate: Path) -> None:
    options = {"security": "starttls", "tls": trusting(certificate)}
    smtp = {"tls_context": server_tls(certificate), "require_starttls": True}
    async with listening(server, options, **smtp) as desk:
        await desk.send(message(alert()), DESK)
    assert len(server.mails) == 1


async def test_a_certificate_nobody_vouches_for_gets_no_mail(server: MailServer, certificate: Path) -> None:
    async with listening(server, {"security": "starttls"}, tls_context=server_tls(certificate)) as desk:
        with pytest.raises(NotifyError, match="certificate is not trusted") as raised:
            await desk.send(message(alert()), DESK)
    assert raised.value.retry
    assert server.mails == []


async def test_a_server_without_starttls_gets_no_mail_in_the_clear(server: MailServer) -> None:
    async with listening(server, {"security": "starttls"}) as desk:
        with pytest.raises(NotifyError, match=r"(?i)starttls") as raised:
            await desk.send(message(alert()), DESK)
    assert raised.value.retry
    assert server.mails == []


async def test_tls_from_the_start(server: MailServer, certificate: Path) -> None:
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: SMTP(server, loop=loop), "127.0.0.1", 0, ssl=server_tls(certificate))
    desk = channel(listener.sockets[0].getsockname()[1], security="tls", tls=trusting(certificate))
    await desk.send(message(replace(alert(), id="tls")), DESK)
    await desk.close()
    listener.close()
    assert len(server.mails) == 1
