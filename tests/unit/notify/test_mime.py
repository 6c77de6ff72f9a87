from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from monitor.model.alert import Message
from monitor.model.story import Reason
from monitor.notify.mime import address, compose, identity
from monitor.notify.render import Rendered

NOW = datetime(2024, 11, 11, 9, 12, tzinfo=UTC)


def mail(message: Message | None = None, recipient: str = "desk@example.org", **rendered: object) -> EmailMessage:
    plain = Rendered(subject="s", text="t\n", html="<p>h</p>", urgent=False, claim="c")
    return compose(
        replace(plain, **rendered),  # type: ignore[arg-type]
        message or Message(id="m", alerts=()),
        channel="Night Desk!",
        sender="dementi <dementi@example.org>",
        recipient=recipient,
        at=NOW,
    )


def test_headers_name_thread_and_mark_the_mail() -> None:
    made = mail()
    assert made["From"] == "dementi <dementi@example.org>"
    assert made["To"] == "desk@example.org"
    assert made["Date"] == "Mon, 11 Nov 2024 09:12:00 +0000"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["List-Id"] == "dementi alerts <night-desk.dementi.example.org>"
    assert made["Message-ID"].endswith("@example.org>")
    assert made["Importance"] is None
    assert mail(urgent=True)["Importance"] == "high"
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]


def test_mails_on_one_claim_answer_one_root() -> None:
    first, second, other = mail(Message(id="1", alerts=())), mail(Message(id="2", alerts=())), mail(claim="other")
    assert first["References"] == first["In-Reply-To"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert other["References"] != first["References"]
    assert mail(claim=None)["References"] is None


def test_the_message_id_is_that_of_message_and_recipient() -> None:
    assert mail()["Message-ID"] == mail()["Message-ID"]
    assert mail(recipient="Other <other@example.org>")["Message-ID"] != mail()["Message-ID"]
    assert mail(recipient="Desk <Desk@example.org>")["Message-ID"] == mail()["Message-ID"]


def test_a_fold_with_a_latecomer_is_no_repetition() -> None:
    from tests.support.channels import alert

    one, two = alert(number=1), alert(number=2)
    early, late = (Message(id="fold", alerts=alerts) for alerts in ((one,), (one, two)))
    assert identity(early, "x@y.z") != identity(late, "x@y.z")
    assert identity(late, "x@y.z") == identity(Message(id="fold", alerts=(two, one)), "x@y.z")


@pytest.mark.parametrize("hostile", ["x\r\nBcc: a@b.c", "=?utf-8?q?=0D=0ABcc:?=", "x" * 5000, "Ж" * 5000, "\x00\x1b"])
def test_no_subject_breaks_the_headers(hostile: str) -> None:
    raw = mail(subject=hostile).as_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0]
    read = message_from_bytes(raw, policy=policy.default)
    assert read["Bcc"] is None
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert all(line[:1] in b" \t" or b":" in line for line in head.split(b"\r\n"))


def test_lines_are_7_bit_and_short_whatever_the_text() -> None:
    raw = mail(text="Пески\n" + "я" * 9000, html="<p>" + "ж" * 9000).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_texts_arrive_as_they_were() -> None:
    text = ".\nFrom here\n-- \n„Es gab kein Gespräch“\n"
    read = message_from_bytes(mail(text=text).as_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    part = read.get_body(("plain",))
    assert part is not None
    assert part.get_content().replace("\r\n", "\n") == text


def test_international_domains_are_sent_in_ascii() -> None:
    assert address("Stół <dyżur@пример.example>").addr_spec == "dyżur@xn--e1afmkfd.example"
    made = mail(recipient="Desk <desk@пример.example>")
    assert made["To"] == "Desk <desk@xn--e1afmkfd.example>"
    assert made.as_bytes().isascii()


@pytest.mark.parametrize("bad", ["", "desk", "a@b@c", "a@b\r\nBcc: x@y.z", "@example.org", "desk@"])
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="address"):
        address(bad)


def test_a_reversal_is_urgent() -> None:
    from monitor.notify.render import render
    from tests.support.channels import DESK, alert, message

    assert render(message(alert(reason=Reason.REVERSED)), DESK).urgent
