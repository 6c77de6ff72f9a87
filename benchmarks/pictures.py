"""Make the README's pictures from real output: a mail as it arrived over SMTP, the console as it was printed.

    python benchmarks/pictures.py [--dark]      needs Chromium and the development dependencies

The alert is told in our own words after the events of 8 to 11 November 2024.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import io
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from monitor.model.alert import Alert, Message, Target
from monitor.model.claim import Claim
from monitor.model.story import Reason
from monitor.notify.console import show
from monitor.notify.email import EmailChannel
from monitor.notify.sample import sample_alert
from monitor.notify.view import view
from rich.console import Console

PICTURES = Path(__file__).parents[1] / "docs/pictures"
NOW = datetime(2024, 11, 11, 9, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"
DESK = Target(channel="desk", recipient="desk@example.org")
TEXT = (
    "Der Kreml weist Berichte über ein Telefonat des russischen Präsidenten mit dem künftigen US-Präsidenten zurück. "
    "„Es gab kein Gespräch, das ist frei erfunden“, sagte Sprecher Dmitri Peskow am Montag in Moskau. "
    "Am Sonntag hatte eine Zeitung in Washington von einem Anruf am 7. November geschrieben."
)
WORDS = "„Es gab kein Gespräch, das ist frei erfunden“, sagte Sprecher Dmitri Peskow"
OUTLETS = (
    "Abendblick",
    "Courrier du Port",
    "The Harbour Post",
    "Nordkurier am Sund",
    "Il Faro",
    "Новости Порта",
    "Puls",
)


def alert() -> Alert:
    """The first denial, by Dmitri Peskow for the Kremlin."""
    plain = sample_alert(NOW, Reason.FIRST_DENIAL)
    assert plain.event is not None
    assert plain.item is not None
    assert plain.statement is not None
    statement = "Donald Trump and Vladimir Putin spoke by telephone on 7 November 2024"
    words = replace(plain.statement.evidence, text=WORDS, start=TEXT.index(WORDS), end=TEXT.index(WORDS) + len(WORDS))
    tellings = tuple(
        replace(plain.event.tellings[0], item=str(n), publisher=name, copy=n > 2, origin="Interfax" if n % 3 else None)
        for n, name in enumerate(OUTLETS)
    )
    who: dict[str, Any] = {"speaker": "Dmitri Peskow"}
    return replace(
        plain,
        id="5f0c2ad94e1b",
        title=f"Kremlin (Dmitri Peskow) denies: {statement}",
        claim=Claim(id="trump-putin-call", statement=statement, tags=("russia",)),
        event=replace(plain.event, tellings=tellings, party_name="Kremlin", evidence=WORDS, **who),
        statement=replace(plain.statement, evidence=words, party="Kremlin", **who),
        item=replace(
            plain.item,
            title="Kreml nennt Bericht über Telefonat mit Trump frei erfunden",
            content=TEXT,
            publisher=OUTLETS[0],
            link="https://www.abendblick.example/politik/kreml-telefonat",
            published=NOW - timedelta(minutes=3),
        ),
    )


async def mailed(said: Alert) -> EmailMessage:
    """The mail as an SMTP server on loopback took it."""
    taken: list[bytes] = []

    class Mailbox:
        async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802 - aiosmtpd's name
            taken.append(arguments[2].content)  # the envelope
            return "250 OK"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Mailbox(), loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = EmailChannel(
        name="desk",
        to=[DESK.recipient],
        sender="dementi <dementi@example.org>",
        host="127.0.0.1",
        port=port,
        clock=lambda: NOW,
        zone=ZONE,
    )
    await channel.send(Message(id=said.id, alerts=(said,)), DESK)
    await channel.close()
    server.close()
    mail = message_from_bytes(taken[0], policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def photograph(page: str, picture: Path, width: int, *, dark: bool) -> None:
    """The page at this width, at its whole height; Chromium makes no window narrower than 500."""
    canvas = max(width, 500)
    backdrop = "#0c111d" if dark else "#f2f4f7"
    frame = (
        f'<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;text-align:center;background:{backdrop}">'
        f'<iframe style="border:0;width:{width}px;height:100vh" srcdoc="{html.escape(page)}" '
        "onload=\"document.title='height='+this.contentDocument.body.scrollHeight\"></iframe>"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "mail.html")
        file.write_text(frame, encoding="utf-8")
        found = re.search(
            r"height=(\d+)", chromium(folder, file, f"--window-size={canvas},400", "--dump-dom", dark=dark)
        )
        height = int(found[1]) if found else 900
        chromium(
            folder,
            file,
            f"--window-size={canvas},{height}",
            f"--screenshot={picture}",
            "--force-device-scale-factor=1.5",
            "--hide-scrollbars",
            dark=dark,
        )


def chromium(folder: str, file: Path, *options: str, dark: bool) -> str:
    command = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if command is None:
        raise SystemExit("Chromium is not installed")
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update", f"--user-data-dir={folder}/profile"]
    quiet += ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run([command, *quiet, *options, file.as_uri()], capture_output=True, text=True, check=True)
    return done.stdout


def main(*, dark: bool) -> None:
    said = alert()
    mail = asyncio.run(mailed(said))
    body = mail.get_body(("html",))
    assert body is not None
    for name, width in (("mail", 700), ("mail-phone", 360)):
        photograph(body.get_content(), PICTURES / f"{name}.png", width, dark=dark)
    console = Console(record=True, width=88, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    show([view(said, Target(channel="console", recipient="console"), ZONE)], console)
    # rich names a font of a stranger's server in it: the reader's own will do.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="dementi run"), flags=re.DOTALL)
    (PICTURES / "console.svg").write_text(picture, encoding="utf-8")
    print(f"{mail['Subject']}\n{', '.join(sorted(each.name for each in PICTURES.glob('*.*g')))}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--dark", action="store_true", help="as a reader with a dark desktop sees it")
    main(dark=arguments.parse_args().dark)
