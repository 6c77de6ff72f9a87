"""Make the README's pictures from real output: a mail as it arrived over SMTP, the console as it was printed.

    python benchmarks/pictures.py [--dark]      needs Chromium and the development dependencies

Both show the bundled story, run by the installed command.
"""

from __future__ import annotations

import argparse
import html
import io
import re
import shutil
import subprocess
import sys
import tempfile
from email.message import EmailMessage
from pathlib import Path

from rich.console import Console

from monitor.model.alert import Alert, Target
from monitor.notify.console import show
from monitor.notify.view import view
from monitor.store.sqlite import open_store

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.support.servers import Mailbox

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
CLAIM = "trump-putin-call"
CONFIG = """include = ["demo/story.toml"]
[[channels]]
name = "desk"
kind = "email"
zone = "Europe/Berlin"
to = ["desk@example.org"]
from = "dementi <dementi@example.org>"
smtp = {{ host = "127.0.0.1", port = {port} }}
[[routes]]
channels = ["desk"]
"""


def run_demo(folder: Path) -> tuple[EmailMessage, list[Alert]]:
    """The bundled story through the installed command: the mail on the call as it arrived, and all alerts."""
    shutil.copytree(ROOT / "config" / "demo", folder / "demo")
    mailbox = Mailbox()
    try:
        config = folder / "dementi.toml"
        config.write_text(CONFIG.format(port=mailbox.port), encoding="utf-8")
        command = [Path(sys.executable).with_name("dementi"), "--config", config, "run", "--once"]
        subprocess.run(command, check=True)
    finally:
        mailbox.close()
    store = open_store(f"sqlite:{folder / 'dementi.db'}", readonly=True)
    alerts = [store.alert(row["alert"]) for row in store.list_deliveries()]
    store.close()
    mails = [mail for mail in mailbox.mails if "spoke by telephone" in mail["Subject"]]
    return mails[0], [alert for alert in alerts if alert]


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
    with tempfile.TemporaryDirectory() as folder:
        mail, alerts = run_demo(Path(folder))
    body = mail.get_body(("html",))
    assert isinstance(body, EmailMessage)
    for name, width in (("mail", 700), ("mail-phone", 360)):
        photograph(body.get_content(), PICTURES / f"{name}.png", width, dark=dark)
    console = Console(record=True, width=96, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    target = Target(channel="terminal", recipient="terminal")
    show([view(alert, target, "Europe/Berlin") for alert in alerts], console)
    # rich names a font of a stranger's server in it: the reader's own will do.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="dementi run"), flags=re.DOTALL)
    (PICTURES / "console.svg").write_text(picture, encoding="utf-8")
    print(f"{mail['Subject']}\n{', '.join(sorted(each.name for each in PICTURES.glob('*.*g')))}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--dark", action="store_true", help="as a reader with a dark desktop sees it")
    main(dark=arguments.parse_args().dark)
