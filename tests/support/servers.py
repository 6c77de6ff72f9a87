"""Real servers on loopback that tests talk to: feeds over HTTP, a mailbox over SMTP, a webhook receiver."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import socket
import sys
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook

Answer = tuple[int, dict[str, str], bytes]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Clients that are killed in mid-sentence are what some tests are about; other faults are shown."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


class Feeds:
    """Serves `pages`: path -> bytes (with ETag and 304), or a function of the request that answers as it likes."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Callable[[BaseHTTPRequestHandler], Answer | None]] = {}
        self.log: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or every answer waits 40 ms for the acknowledgement of its headers

            def do_GET(self) -> None:
                outer.log.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                page = outer.pages.get(self.path)
                if callable(page):
                    answer = page(self)
                    if answer is None:  # it answered by itself
                        self.close_connection = True
                        return
                    status, headers, body = answer
                elif page is None:
                    status, headers, body = 404, {}, b"nothing here"
                else:
                    tag = f'"{hashlib.sha256(page).hexdigest()[:16]}"'
                    fresh = self.headers.get("If-None-Match") == tag
                    status, headers, body = (304 if fresh else 200), {"ETag": tag}, (b"" if fresh else page)
                    headers["Content-Type"] = "application/rss+xml; charset=utf-8"
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def asked(self, path: str) -> int:
        return sum(p == path for p, _ in self.log)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Receiver:
    """A webhook receiver that verifies signatures and counts how often it took each id.

    `script`: (status, headers) answered before it begins to take messages, or a function of the request.
    """

    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # a test's own

    def __init__(self) -> None:
        self.script: list[tuple[int, dict[str, str]]] = []
        self.hook: Callable[[], object] = lambda: None  # called after a message was taken, before it is answered
        self.taken: dict[str, int] = defaultdict(int)
        self.bodies: list[dict[str, Any]] = []
        self.requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests += 1
                status, headers = outer.script.pop(0) if outer.script else (204, {})
                if status < 300:
                    Webhook(outer.secret).verify(body, {k.lower(): v for k, v in self.headers.items()})
                    outer.taken[self.headers["webhook-id"]] += 1
                    outer.bodies.append(json.loads(body))
                    outer.hook()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Mailbox:
    """An SMTP server that keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}  # recipient -> SMTP answer
        with socket.socket() as free:  # aiosmtpd's controller dials the port it was given, so 0 will not do
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self._controller.start()
        self._closed = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        mail["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.mails.append(mail)
        return "250 OK"

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._controller.stop()


@contextmanager
def running(server: Feeds | Receiver | Mailbox) -> Iterator[Any]:
    try:
        yield server
    finally:
        server.close()


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something that another process does; fails loudly, never by a slow machine's first second."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not so after {seconds} s")
        time.sleep(0.02)
