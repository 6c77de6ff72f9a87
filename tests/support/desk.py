"""A desk in a folder of its own: config files, and the installed command run on them as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.servers import Feeds, Mailbox, Receiver, until

DEMENTI = Path(sys.executable).with_name("dementi")

CALL = """
[[claims]]
id = "call"
statement = "Donald Trump and Vladimir Putin spoke by telephone on 7 November 2024"
parties = [{ name = "Kremlin", aliases = ["Kreml", "Moscow"], speakers = ["Dmitry Peskov"] }]
"""

DENIAL = (
    "Kremlin denies phone call between Trump and Putin",
    "“There was no conversation. This is pure fiction,” Kremlin spokesman Dmitry Peskov said of the reported call "
    "between Donald Trump and Vladimir Putin.",
)


class Desk:
    """`write` its files, then call or start `dementi` on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "dementi.toml"
        self.allow: list[str] = []

    def write(
        self,
        *,
        feeds: str = "",
        claims: str = CALL,
        channels: str = "",
        routes: str = "",
        poll: str = 'every = "60s"',
        store: str = "sqlite:dementi.db",
    ) -> Desk:
        self.config.write_text(
            f'include = ["watch.toml"]\n[store]\nurl = "{store}"\n[poll]\n{poll}\n'
            f"[http]\nallow_private = {json.dumps(self.allow)}\n{channels}\n{routes}\n"
        )
        (self.folder / "watch.toml").write_text(feeds + claims)
        return self

    def feed(self, server: Feeds, path: str, *, first: bool = True, more: str = "") -> str:
        """A [[feeds]] table; `first`: what the first fetch brings alerts."""
        self.let(server.port)
        return (
            f'[[feeds]]\nurl = "{server.url(path)}"\npublisher = "Outlet {path.strip("/")}"\n'
            f"alert_on_first_fetch = {str(first).lower()}\n{more}\n"
        )

    def webhook(self, receiver: Receiver, name: str = "hook") -> str:
        self.let(receiver.port)
        (self.folder / f"{name}.key").write_text(receiver.secret + "\n")
        (self.folder / f"{name}.key").chmod(0o600)
        return (
            f'[[channels]]\nname = "{name}"\nkind = "webhook"\nurl = "{receiver.url}"\nsecret_file = "{name}.key"\n'
            f'[[routes]]\nchannels = ["{name}"]\n'
        )

    def email(self, mailbox: Mailbox, *to: str, name: str = "mail") -> str:
        return (
            f'[[channels]]\nname = "{name}"\nkind = "email"\nto = {json.dumps(to)}\nfrom = "dementi@desk.example"\n'
            f'smtp = {{ host = "127.0.0.1", port = {mailbox.port}, security = "none" }}\n'
            f'[[routes]]\nchannels = ["{name}"]\n'
        )

    def let(self, port: int) -> None:
        """Let the guard through to a server of the test. Call before `write`."""
        if (address := f"127.0.0.1:{port}") not in self.allow:
            self.allow.append(address)

    def __call__(
        self, *words: str, stdin: str | None = None, env: dict[str, str] | None = None, seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DEMENTI, "--config", self.config, *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            timeout=seconds,
            check=False,
        )

    def rows(self, *words: str) -> list[dict[str, Any]]:
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def daemon(self, env: dict[str, str] | None = None) -> Iterator[Daemon]:
        path = self.folder / f"daemon{len(list(self.folder.glob('daemon*.log')))}.log"
        with path.open("w") as log:
            process = subprocess.Popen(
                [DEMENTI, "--config", self.config, "run"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env={**os.environ, **(env or {})},
            )
        daemon = Daemon(process, path)
        try:
            yield daemon
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


class Daemon:
    """A running `dementi run`."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self._log = process, log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def says(self, words: str, seconds: float = 30) -> None:
        """Wait until the log holds these words."""
        try:
            until(lambda: words in self.log, seconds)
        except AssertionError:
            raise AssertionError(f"{words!r} is not in the log:\n{self.log}") from None

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(sign)
        return self.process.wait(30)
