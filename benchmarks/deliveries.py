"""How many alerts a second reach a local webhook receiver and a local SMTP server.

The receivers run in a process of their own; the webhook's verifies every signature.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from monitor.model.alert import Message, Target
from monitor.model.story import Reason
from monitor.net.guard import Allow
from monitor.notify.email import EmailChannel
from monitor.notify.sample import sample_alert
from monitor.notify.webhook import WebhookChannel

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of this benchmark


def receivers(ports: Connection) -> None:
    """Process of its own: tells its two ports, then answers until it is ended."""
    from aiohttp import web
    from aiosmtpd.smtp import SMTP
    from standardwebhooks import Webhook

    async def hook(request: web.Request) -> web.Response:
        Webhook(SECRET).verify(await request.read(), dict(request.headers))
        return web.Response(status=204)

    class Mailbox:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
            return "250 OK"

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/hook", hook)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(lambda: SMTP(Mailbox(), loop=loop), "127.0.0.1", 0)
        ports.send((runner.addresses[0][1], smtp.sockets[0].getsockname()[1]))
        await asyncio.Event().wait()

    asyncio.run(serve())


async def rate(send: Callable[[Message], Awaitable[None]], count: int, slots: int) -> float:
    """Messages a second, `slots` of them under way at once."""
    now = datetime.now(UTC)
    plain = sample_alert(now, Reason.FIRST_DENIAL)
    waiting = [Message(id=f"a{n}", alerts=(replace(plain, id=f"a{n}"),)) for n in range(count)]
    begun = time.perf_counter()

    async def worker() -> None:
        while waiting:
            await send(waiting.pop())

    await asyncio.gather(*(worker() for _ in range(slots)))
    return count / (time.perf_counter() - begun)


async def main(count: int, slots: int, hook_port: int, smtp_port: int) -> None:
    def clock() -> datetime:
        return datetime.now(UTC)

    hook = WebhookChannel(
        name="hook",
        url=f"http://127.0.0.1:{hook_port}/hook",
        secrets=lambda: [SECRET],
        allow=Allow.parse([f"127.0.0.1:{hook_port}"]),
        clock=clock,
    )
    desk = EmailChannel(
        name="desk", to=["desk@example.org"], sender="d@example.org", host="127.0.0.1", port=smtp_port, clock=clock
    )
    to_hook, to_desk = Target(channel="hook", recipient="hook"), Target(channel="desk", recipient="desk@example.org")
    hooks = await rate(lambda message: hook.send(message, to_hook), count, slots)
    mails = await rate(lambda message: desk.send(message, to_desk), count // 5, slots)
    await hook.close()
    await desk.close()
    print(f"webhook {hooks:.0f}/s, mail {mails:.0f}/s ({count} and {count // 5} messages, {slots} at once)")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--slots", type=int, default=8, help="messages under way at once, as in the pipeline")
    asked = arguments.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=receivers, args=(there,), daemon=True)
    server.start()
    asyncio.run(main(asked.count, asked.slots, *here.recv()))
    server.terminate()
