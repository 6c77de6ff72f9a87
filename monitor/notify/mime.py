"""A message as a mail: headers that thread, name and mark it; text and HTML parts. Pure."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from re import sub

from monitor.model.alert import Message
from monitor.notify.clean import line
from monitor.notify.render import Rendered


def compose(
    rendered: Rendered, message: Message, *, channel: str, sender: str, recipient: str, at: datetime
) -> EmailMessage:
    """The mail for one recipient. The same message to the same recipient has the same Message-ID, whenever it is made.

    Raises ValueError where `sender` or `recipient` is no mail address.
    """
    source = address(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = source, address(recipient)
    # Python decodes what looks like an encoded word (RFC 2047) even when a header is set, line breaks in it included.
    mail["Subject"] = line(rendered.subject, 250).replace("=?", "= ?")
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{identity(message, recipient)}@{source.domain}>"
    if rendered.claim:
        # All mail on one claim answers one root that nobody ever sent: programs thread by it all the same (RFC 5256).
        mail["In-Reply-To"] = mail["References"] = f"<claim.{_hash(channel, rendered.claim)}@{source.domain}>"
    mail["List-Id"] = (
        f"dementi alerts <{sub('[^a-z0-9]+', '-', channel.lower()).strip('-') or 'channel'}.dementi.{source.domain}>"
    )
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notes, please
    mail["X-Auto-Response-Suppress"] = "All"  # the same to Exchange
    if rendered.urgent:
        mail["Importance"] = "high"
    # Quoted-printable passes every server as it is, and no line is longer than SMTP allows.
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return mail


def identity(message: Message, recipient: str) -> str:
    """Stable over retries, and for one alert over everything: what a server or mail program knows a mail by.

    A fold is known by the alerts in it: one that comes too late for a fold already sent is not taken for a repetition.
    """
    return "alert." + _hash(
        message.id, address(recipient).addr_spec.lower(), *sorted(each.id for each in message.alerts)
    )


def address(text: str) -> Address:
    """`Desk <desk@example.org>` or `desk@example.org`; an international domain in its ASCII form. Raises ValueError."""
    name, spec = parseaddr(text)
    user, _, domain = spec.partition("@")
    if line(text, 1000) != text or "=?" in text or not user or not domain or "@" in domain:
        raise ValueError(f"not a mail address: {line(text, 80)}")
    return Address(display_name=name, username=user, domain=domain.encode("idna").decode())


def _label(channel: str) -> str:
    """The channel's name as a label of a List-Id (RFC 2919): letters, digits, hyphens."""
    return sub("[^a-z0-9]+", "-", channel.lower()).strip("-") or "channel"


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:32]
