"""The reference of webhooks shows what is really sent, and its code runs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from monitor.model.story import Reason
from monitor.notify.payload import body, payload
from monitor.notify.sample import sample_alert
from monitor.notify.words import WORDINGS

PAGE = (Path(__file__).parents[3] / "docs/reference/webhook.md").read_text()
BLOCKS = dict(re.findall(r"```(python|json)\n(.*?)```", PAGE, re.DOTALL))
ALERT = sample_alert(datetime(2024, 11, 11, 9, 12, tzinfo=UTC), Reason.FIRST_DENIAL)


def test_the_body_shown_is_the_body_sent() -> None:
    assert json.loads(BLOCKS["json"]) == payload(ALERT)


def test_the_code_shown_verifies_what_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    secret, now, sent = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.now(UTC), body(ALERT)
    headers = {
        "webhook-id": ALERT.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(ALERT.id, now, sent.decode()),
    }
    exec(BLOCKS["python"], {"secret": secret, "body": sent, "headers": headers})
    assert capsys.readouterr().out == "claim.denied Mayor Ahlgren of Larnwick resigns\n"


def test_every_type_and_reason_is_named() -> None:
    for reason, words in WORDINGS.items():
        assert f"`{reason.value}`" in PAGE
        for done in ("confirmed", "denied"):
            assert f"`{words.type.format(done=done)}`" in PAGE
