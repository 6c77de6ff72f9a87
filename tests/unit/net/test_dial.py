"""The connector against a real server on loopback; names are answered by a resolver of the test's own."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.errors import Refused
from monitor.net.dial import guarded_connector
from monitor.net.guard import Allow


class Names(AbstractResolver):
    """Answers each name with the next address of its list."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = answers
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        rounds = self.answers[host.partition(".")[0]]
        addresses = rounds.pop(0) if len(rounds) > 1 else rounds[0]
        return [
            ResolveResult(hostname=host, host=a, port=port, family=socket.AF_INET, proto=0, flags=0) for a in addresses
        ]

    async def close(self) -> None: ...


@pytest.fixture
async def server() -> AsyncIterator[tuple[int, list[str]]]:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/away":
            return web.Response(status=302, headers={"Location": request.query["to"]})
        return web.Response(text="fine")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    yield port, asked
    await runner.cleanup()


async def get(url: str, *allow: str, **options: object) -> str:
    connector = guarded_connector(Allow.parse(allow), **options)
    async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as response:
        return await response.text()


async def test_loopback_is_refused_unless_named(server: tuple[int, list[str]]) -> None:
    port, asked = server
    with pytest.raises(Refused, match="loopback"):
        await get(f"http://127.0.0.1:{port}/")
    assert asked == []
    assert await get(f"http://127.0.0.1:{port}/", f"127.0.0.1:{port}") == "fine"


async def test_a_name_is_refused_by_what_it_resolves_to(server: tuple[int, list[str]]) -> None:
    port, asked = server
    with pytest.raises(Refused, match=r"evil\.example.*loopback"):
        await get(f"http://evil.example:{port}/", resolver=Names(evil=[["127.0.0.1"]]))
    assert asked == []


async def test_an_exception_may_name_a_host(server: tuple[int, list[str]]) -> None:
    port, _ = server
    assert await get(f"http://desk.example:{port}/", "desk.example", resolver=Names(desk=[["127.0.0.1"]])) == "fine"


async def test_only_the_permitted_addresses_of_a_name_are_dialled(server: tuple[int, list[str]]) -> None:
    port, _ = server
    names = Names(mixed=[["10.9.9.9", "127.0.0.1"]])
    assert await get(f"http://mixed.example:{port}/", f"127.0.0.1:{port}", resolver=names) == "fine"


async def test_a_rebinding_name_is_refused_at_its_second_answer(server: tuple[int, list[str]]) -> None:
    port, asked = server
    names = Names(rebind=[["127.0.0.1"], ["127.0.0.2"]])
    connector = guarded_connector(
        Allow.parse([f"127.0.0.1:{port}"]), resolver=names, use_dns_cache=False, force_close=True
    )
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get(f"http://rebind.example:{port}/first") as response:
            assert response.status == 200
        with pytest.raises(Refused):
            await session.get(f"http://rebind.example:{port}/second")
    assert asked == ["/first"]
    assert names.asked == 2


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]"])
async def test_odd_spellings_of_loopback_are_refused(server: tuple[int, list[str]], host: str) -> None:
    port, asked = server
    with pytest.raises(Refused):
        await get(f"http://{host}:{port}/", f"127.0.0.1:{port}")
    assert asked == []


async def test_redirects_are_dialled_under_the_same_guard(server: tuple[int, list[str]]) -> None:
    port, asked = server
    with pytest.raises(Refused):
        await get(f"http://127.0.0.1:{port}/away?to=http://127.0.0.2:{port}/secret", f"127.0.0.1:{port}")
    assert asked == ["/away"]
