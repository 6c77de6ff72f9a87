"""A small WebSub hub: takes subscriptions, asks back, sends what is published, signed."""

from __future__ import annotations

import hashlib
import hmac
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode


class Hub:
    """`lease`: seconds it grants. `denies`: it says no. `deaf`: it takes subscriptions and never asks back."""

    def __init__(self) -> None:
        self.lease, self.denies, self.deaf = 864_000, False, False
        self.asked: list[dict[str, str]] = []
        self.verified: dict[str, dict[str, str]] = {}  # topic -> the form of its subscription
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                outer.asked.append(form)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if not outer.deaf:
                    threading.Thread(target=outer.ask_back, args=(form,), daemon=True).start()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def ask_back(self, form: dict[str, str], **changes: str) -> tuple[int, str]:
        """Status and text of the callback's answer; a right one makes the subscription."""
        mode = "denied" if self.denies else "subscribe"
        query = {"hub.mode": mode, "hub.topic": form["hub.topic"], "hub.challenge": "chal lenge/1"}
        query |= {"hub.lease_seconds": str(self.lease)} | changes
        status, text = self._request(f"{form['hub.callback']}?{urlencode(query)}")
        if mode == "subscribe" and (status, text) == (200, query["hub.challenge"]) and not changes:
            self.verified[form["hub.topic"]] = form
        return status, text

    def publish(self, topic: str, body: bytes, *, secret: str | None = None, content_type: str = "text/xml") -> int:
        """Send to the subscriber of a topic, signed with its secret or another; the status of its answer."""
        form = self.verified[topic]
        key = form["hub.secret"] if secret is None else secret
        signature = f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"
        headers = {"Content-Type": content_type, "X-Hub-Signature": signature}
        return self._request(form["hub.callback"], body, headers)[0]

    def _request(self, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
        request = urllib.request.Request(url, body, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
