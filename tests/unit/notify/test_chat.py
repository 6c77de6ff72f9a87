"""What is particular to chat services; what every channel promises is under tests/contract."""

from __future__ import annotations

import sys

import pytest

from monitor.errors import ConfigError, NotifyError
from monitor.notify.chat import AppriseChannel, chat_text
from tests.support.channels import DESK, alert, message


@pytest.mark.parametrize("markdown", [True, False])
@pytest.mark.parametrize("mention", ["@everyone", "@here", "<!channel>", "<@U024BE7LH>", "<#C024BE7LR>", "<users/all>"])
def test_mentions_reach_nobody(mention: str, markdown: bool) -> None:
    title, body = chat_text(message(alert(f"He denied it {mention}")), DESK, "UTC", markdown=markdown)
    assert mention not in title
    assert mention not in body
    assert mention in f"{title}{body}".replace("\u2060", "").replace("\\", "")


def test_markdown_is_escaped_where_a_service_would_read_it() -> None:
    _, body = chat_text(message(alert("[click](http://evil.example) **x** `y` ||z||")), DESK, "UTC", markdown=True)
    assert "\\[click\\]\\(http" in body
    assert "\\*\\*x\\*\\*" in body
    _, plain = chat_text(message(alert("a * b")), DESK, "UTC", markdown=False)
    assert "a * b" in plain


def test_the_link_stays_whole() -> None:
    for markdown in (True, False):
        _, body = chat_text(message(alert()), DESK, "UTC", markdown=markdown)
        assert body.splitlines()[-1] == "https://www.example.org/larnwick/ahlgren-bleibt"


def test_a_long_fold_says_how_many_more() -> None:
    _, body = chat_text(message(*(alert(number=number) for number in range(25))), DESK, "UTC", markdown=False)
    assert body.endswith("… and 5 more: dementi events")


async def test_a_url_that_is_none_of_apprises_is_refused_without_showing_it() -> None:
    channel = AppriseChannel(name="chat", url=lambda: "nonsense://hunter2hunter2@x")
    with pytest.raises(NotifyError, match="Apprise does not know") as raised:
        await channel.send(message(alert()), DESK)
    assert not raised.value.retry
    assert "hunter2" not in str(raised.value)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"pip install 'dementi\[apprise\]'"):
        AppriseChannel(name="chat", url=lambda: "json://localhost")
