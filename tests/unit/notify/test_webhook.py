"""What is particular to webhooks; what every channel promises is under tests/contract."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from monitor.errors import NotifyError
from monitor.model.alert import Alert, Target
from monitor.model.story import Reason
from monitor.net.guard import Allow
from monitor.notify.payload import payload
from monitor.notify.webhook import WebhookChannel, retry_after
from tests.support.channels import NOW, alert, message

OLD, NEW, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "QUJD" * 8, "whsec_" + "WFla" * 8
HOOK = Target(channel="newsroom", recipient="newsroom")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def receiver(handler: Handler, **options: Any) -> AsyncIterator[WebhookChannel]:
    runner = web.AppRunner(_app(handler), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    plain: dict[str, Any] = {
        "name": "newsroom",
        "url": f"http://127.0.0.1:{port}/hook",
        "secrets": lambda: [OLD],
        "allow": Allow.parse([f"127.0.0.1:{port}"]),
        "clock": lambda: datetime.now(UTC),
    }
    channel = WebhookChannel(**(plain | options))
    yield channel
    await channel.close()
    await runner.cleanup()


def _app(handler: Handler) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    return app


def answering(status: int, **options: Any) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.Response(status=status, **options)

    return handler


async def refused(handler: Handler, **options: Any) -> NotifyError:
    async with receiver(handler, **options) as channel:
        with pytest.raises(NotifyError) as raised:
            await channel.send(message(alert()), HOOK)
    return raised.value


async def test_each_secret_of_a_rotation_signs() -> None:
    taken: list[tuple[dict[str, str], bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        taken.append((dict(request.headers), await request.read()))
        return web.Response(status=204)

    async with receiver(handler, secrets=lambda: [OLD, NEW]) as channel:
        await channel.send(message(alert()), HOOK)
    headers, body = taken[0]
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(body, headers)["data"]["alert"] == "alert-0"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(body, headers)
    assert headers["webhook-id"] == "alert-0"
    assert headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("secrets", [[], ["whsec_"], ["whsec_!"]])
async def test_a_secret_that_is_none_sends_nothing_and_loses_nothing(secrets: list[str]) -> None:
    fault = await refused(answering(204), secrets=lambda: secrets)
    assert fault.retry


async def test_without_secrets_nothing_is_signed() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert "webhook-signature" not in request.headers
        assert request.headers["webhook-id"] == "alert-0"
        return web.Response(status=200)

    async with receiver(handler, secrets=None) as channel:
        await channel.send(message(alert()), HOOK)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"location": "/elsewhere"})

    fault = await refused(handler)
    assert asked == ["/hook"]
    assert not fault.retry
    assert "redirect" in str(fault)


async def test_addresses_pass_the_guard() -> None:
    fault = await refused(answering(204), allow=None)
    assert fault.retry  # an exception in the config lets it through at the next try
    assert "not a public address (loopback)" in str(fault)


@pytest.mark.parametrize(("status", "header", "after"), [(429, "120", 120), (503, "5", 5), (503, "soon", None)])
async def test_retry_after_is_passed_on(status: int, header: str, after: int | None) -> None:
    fault = await refused(answering(status, headers={"retry-after": header}))
    assert fault.retry
    assert fault.after == (after and timedelta(seconds=after))


def test_retry_after_as_a_date() -> None:
    now = datetime(2024, 11, 11, 12, tzinfo=UTC)
    assert retry_after("Mon, 11 Nov 2024 12:10:00 GMT", now) == timedelta(minutes=10)
    assert retry_after("Mon, 11 Nov 2024 11:00:00 GMT", now) == timedelta(0)
    assert retry_after("٣", now) is None
    assert retry_after("9" * 400, now) == timedelta(seconds=10**8)
    assert retry_after(None, now) is None


async def test_a_receiver_that_hangs_is_given_up_and_tried_again() -> None:
    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    fault = await refused(handler, timeout=0.2)
    assert fault.retry
    assert "no answer within 0.2 s" in str(fault)


async def test_a_receiver_that_says_yes_and_talks_on_for_ever_has_taken_it() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(1000):
            await answer.write(b"x" * 4096)
            await asyncio.sleep(0.05)
        return answer

    async with receiver(handler, timeout=1.0) as channel:
        await channel.send(message(alert()), HOOK)


async def test_a_receiver_that_hangs_up_is_tried_again() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert (await refused(handler)).retry


async def test_what_the_receiver_says_is_shown_short_and_clean() -> None:
    fault = await refused(answering(422, text="\x1b[31mno such\r\nevent" + "x" * 10_000))
    assert "422 Unprocessable" in str(fault)
    assert "no such event" in str(fault)
    assert len(str(fault)) < 400
    assert "\x1b" not in str(fault)


async def test_retries_carry_the_same_bytes_under_the_same_id() -> None:
    taken: list[tuple[str, bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        taken.append((request.headers["webhook-id"], await request.read()))
        return web.Response(status=500)

    async with receiver(handler) as channel:
        for _ in range(2):
            with pytest.raises(NotifyError):
                await channel.send(message(alert()), HOOK)
    assert taken[0] == taken[1]


def test_the_body_is_as_interfaces_say() -> None:
    body = payload(alert())
    assert body["type"] == "claim.denied"
    assert set(body) == {"type", "timestamp", "data"}
    data = body["data"]
    assert {"alert", "reason", "claim", "event", "statement", "item", "claim_status"} <= set(data)
    assert data["claim"]["id"] == "sample-larnwick-mayor"
    assert data["claim_status"] == {"before": "reported", "after": "denied"}
    assert data["event"]["publishers"] == ["Larnwicker Bote", "North Fell Gazette", "Le Courrier du Fell"]
    assert data["statement"]["before"].endswith("Ihr Büro trat dem entgegen:")
    assert data["item"]["link"] == "https://www.example.org/larnwick/ahlgren-bleibt"
    json.dumps(body)


TYPES = {
    Reason.FIRST_CONFIRMATION: "claim.denied",  # by the event's stance, which is denial here
    Reason.FIRST_DENIAL: "claim.denied",
    Reason.SECOND_PARTY: "claim.denied",
    Reason.CORROBORATED: "claim.corroborated",
    Reason.REVIEW: "claim.review",
    Reason.AMENDED: "claim.amended",
    Reason.REVERSED: "claim.reversed",
    Reason.RETRACTED: "claim.reversed",
    Reason.FEED_FAILING: "feed.failing",
    Reason.FEED_RECOVERED: "feed.recovered",
    Reason.COVERAGE_DARK: "coverage.dark",
    Reason.TARGET_GONE: "target.gone",
    Reason.TEST: "test",
}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_type(reason: Reason) -> None:
    assert payload(alert(reason=reason))["type"] == TYPES[reason]


def test_an_alert_about_the_service_has_nulls() -> None:
    data = payload(Alert(id="s", reason=Reason.FEED_FAILING, at=NOW, title="t"))["data"]
    assert [data[key] for key in ("claim", "event", "statement", "item")] == [None] * 4
    assert data["claim_status"] == {"before": None, "after": None}
