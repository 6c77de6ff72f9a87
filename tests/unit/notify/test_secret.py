from __future__ import annotations

import pytest

from monitor.errors import NotifyError
from monitor.notify.secret import Secret, parts, redact


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret(lambda: "hunter2hunter2", "the key")
    assert "hunter2" not in repr(secret)
    assert secret.reveal() == "hunter2hunter2"


@pytest.mark.parametrize(
    "broken", [OSError(2, "No such file"), KeyError("hunter2"), UnicodeEncodeError("ascii", "hunter2", 0, 1, "hunter2")]
)
def test_a_secret_that_cannot_be_read_says_so_and_may_be_there_later(broken: Exception) -> None:
    def read() -> str:
        raise broken

    with pytest.raises(NotifyError, match="the key cannot be read") as raised:
        Secret(read, "the key").reveal()
    assert raised.value.retry
    assert "hunter2" not in str(raised.value)
    assert Secret(read, "the key").peek() is None


def test_where_it_was_looked_for_is_said() -> None:
    def read() -> str:
        raise ValueError("the environment has no variable SMTP_PASSWORD")

    with pytest.raises(NotifyError, match="the key cannot be read: the environment has no variable SMTP_PASSWORD"):
        Secret(read, "the key").reveal()


def test_redaction_finds_secrets_as_they_are_and_in_base64() -> None:
    assert redact("535 bad hunter2, aHVudGVyMg==", ["hunter2", ""]) == "535 bad ***, ***"


def test_tokens_of_a_url_are_found() -> None:
    found = parts("https://hooks.example.org/services/T0123/abcdefghijkl?key=mnopqrstuv")
    assert {"abcdefghijkl", "mnopqrstuv"} <= set(found)
    assert "hooks.example.org" not in found
