"""What every kind of channel promises, against a real target on loopback each."""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from monitor.errors import NotifyError
from monitor.notify.registry import CHANNELS
from tests.support.channels import RIGS, Rig, alert, message, shows_secret

HOSTILE = json.loads((Path(__file__).parents[1] / "cases/notify/hostile_titles.json").read_text())


@pytest.fixture(params=sorted(RIGS))
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with RIGS[request.param](tmp_path) as made:
        yield made


def test_every_registered_channel_is_under_contract() -> None:
    assert set(RIGS) == set(CHANNELS)


async def test_a_message_arrives_and_says_who_what_which_claim_and_where(rig: Rig) -> None:
    await rig.channel.send(message(alert()), rig.target())
    shown = "\n".join(rig.texts())
    for needed in (
        "Jonas Weir",
        "Frau Ahlgren tritt nicht zurück",
        "Mayor Ahlgren of Larnwick resigns",
        "ahlgren-bleibt",
    ):
        assert needed in shown


async def test_a_fold_tells_every_alert(rig: Rig) -> None:
    alerts = [alert(f"Denial number {number}", number=number) for number in range(3)]
    await rig.channel.send(message(*alerts, digest=True), rig.target())
    shown = "\n".join(rig.texts())
    assert all(f"Denial number {number}" in shown for number in range(3))


async def test_which_answers_are_worth_another_try(rig: Rig) -> None:
    assert rig.faults
    for fault, expected in rig.faults.items():
        rig.set_fault(fault)
        with pytest.raises(NotifyError) as raised:
            await rig.channel.send(message(alert()), rig.target())
        assert (fault, raised.value.retry, raised.value.gone) == (fault, *expected)
        rig.set_fault(None)
    assert rig.texts() == []


async def test_the_channel_recovers_and_ids_are_stable_over_retries(rig: Rig) -> None:
    for fault in (*rig.faults, None, None):
        rig.set_fault(fault)
        try:
            await rig.channel.send(message(alert()), rig.target())
        except NotifyError:
            rig.set_fault(None)
    assert rig.texts()
    assert len(set(rig.ids())) <= 1
    await rig.channel.send(message(alert(number=2)), rig.target())
    assert len(set(rig.ids())) in ((2,) if rig.ids() else (0,))


async def test_no_error_repr_or_log_shows_a_secret(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = [repr(rig.channel), str(vars(rig.channel))]
    for fault in rig.faults:
        rig.set_fault(fault)
        with pytest.raises(NotifyError) as raised:
            await rig.channel.send(message(alert()), rig.target())
        said += [str(raised.value), repr(raised.value), repr(raised.value.__cause__)]
        rig.set_fault(None)
    assert not [text for text in said if shows_secret(text)]
    assert all("\n" not in text and len(text) < 400 for text in said[2:])
    ours = [record for record in caplog.records if record.name != "mail.log"]  # the test's own SMTP server
    assert not [record for record in ours if shows_secret(record.getMessage())]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case["name"])
async def test_hostile_texts_are_harmless(rig: Rig, case: dict[str, str | int]) -> None:
    title = str(case["title"]) * int(case.get("repeat", 1))
    await rig.channel.send(message(alert(title)), rig.target())
    shown = rig.texts()
    assert shown
    for text in shown:
        assert len(text) < 60_000
        assert not {c for c in text if unicodedata.category(c) == "Cc"} - {"\n", "\r", "\t"}
        if rig.kind != "webhook":  # its JSON carries texts as they are, for machines
            assert not {"\u202e", "\u2067", "\u200b"} & set(text)
            assert not any(line.lower().startswith("bcc:") for line in text.splitlines())


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize("hours", [-14, 0, 14])
async def test_dates_at_the_edge_of_time_stop_nothing(rig: Rig, year: int, hours: int) -> None:
    made = alert()
    assert made.item is not None
    day = (1, 1) if year == 1 else (12, 31)
    published = datetime(year, *day, tzinfo=timezone(timedelta(hours=hours)))
    await rig.channel.send(message(replace(made, item=replace(made.item, published=published))), rig.target())
    assert rig.texts()


async def test_a_channel_may_be_closed_twice_and_unused(rig: Rig) -> None:
    await rig.channel.close()
    await rig.channel.close()
