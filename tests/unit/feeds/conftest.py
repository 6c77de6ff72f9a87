"""A real HTTP server on loopback that answers by script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet</title><link>https://outlet.example/</link>{}</channel></rss>'


def item(number: int | str, title: str | None = None, text: str = "Some words about it.", **more: str) -> str:
    fields = {
        "title": title if title is not None else f"Report {number}",
        "link": f"https://outlet.example/{number}",
        "guid": f"id-{number}",
        "description": text,
        **more,
    }
    return "<item>" + "".join(f"<{key}>{value}</{key}>" for key, value in fields.items() if value) + "</item>"


def rss(*items: str) -> bytes:
    return RSS.format("".join(items)).encode()


Answer = web.StreamResponse | tuple[int, bytes, dict[str, str]]


@dataclass
class Site:
    """Answers of each path in turn, the last one for ever; remembers what it was asked."""

    port: int = 0
    answers: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def allow(self) -> list[str]:
        return [f"127.0.0.1:{self.port}"]

    def serve(self, path: str, *answers: bytes | tuple[int, bytes, dict[str, str]] | Callable[..., Any]) -> str:
        self.answers[path] = [(200, a, {}) if isinstance(a, bytes) else a for a in answers]
        return self.url(path)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append((request.path, dict(request.headers)))
        script = self.answers.get(request.path)
        if not script:
            return web.Response(status=404)
        answer = script.pop(0) if len(script) > 1 else script[0]
        if callable(answer):
            answered: web.StreamResponse = await answer(request)
            return answered
        status, body, headers = answer
        return web.Response(status=status, body=body, headers={"Content-Type": "application/rss+xml", **headers})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    runner = web.ServerRunner(web.Server(site.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()
