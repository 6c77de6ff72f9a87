from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from monitor.model.alert import Alert, Message, Past, Target
from monitor.model.story import Reason
from monitor.model.verdict import Basis, Role, Stance
from monitor.notify.render import Rendered, render
from monitor.notify.sample import sample_alert
from monitor.notify.view import news, subject, view

NOW = datetime(2024, 11, 11, 9, 12, tzinfo=UTC)
DESK = Target(channel="desk", recipient="desk@example.org")


def alert(reason: Reason = Reason.FIRST_DENIAL, number: int = 0, **event: object) -> Alert:
    made = sample_alert(NOW + timedelta(minutes=number), reason)
    assert made.event is not None
    return replace(made, id=f"a{number}", event=replace(made.event, **event))  # type: ignore[arg-type]


def laid_out(*alerts: Alert, digest: bool = False) -> Rendered:
    return render(Message(id="m", alerts=alerts, digest=digest), DESK, "Europe/Berlin")


def test_the_first_two_lines_answer_who_what_which_claim_since_when() -> None:
    first, second = laid_out(alert()).text.splitlines()[:2]
    assert first.startswith("Mayor's office (Jonas Weir) denies: „Frau Ahlgren tritt nicht zurück“")
    assert second == (
        "Claim: Mayor Ahlgren of Larnwick resigns · now denied, was reported · since 11 Nov 2024, 10:08 CET"
    )


def test_text_and_html_hold_all_that_is_promised() -> None:
    made = laid_out(alert())
    for needed in (
        "Ihr Büro trat dem entgegen:",  # the sentence before
        "am Mittag. Sie leite die Sitzung",  # and after
        "Larnwicker Bote, 11 Nov 2024, 10:08 CET",
        "https://www.example.org/larnwick/ahlgren-bleibt",
        "reported → denied",
        "3 items of 3 outlets, 2 in own words, leaning on NFN",
        "It is the first denial of this claim.",
        "To hear less",
        "Alert a0, claim sample-larnwick-mayor",
        "11 Nov 2024, 10:12 CET",
    ):
        assert needed in " ".join(made.text.replace("\n> ", " ").split())
        assert needed in " ".join(_Text.of(made.html).split()) or needed.startswith("https")
    assert 'href="https://www.example.org/larnwick/ahlgren-bleibt"' in made.html


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (alert(), "[Mayor's office (Jonas Weir) denies] Mayor Ahlgren of Larnwick resigns"),
        (
            alert(Reason.TEST),
            "[Test, this did not happen: Mayor's office (Jonas Weir) denies] Mayor Ahlgren of Larnwick resigns",
        ),
        (
            replace(alert(), title="Reversal: A [B] now denies: Mayor Ahlgren of Larnwick resigns"),
            "[Reversal: A (B) now denies] Mayor Ahlgren of Larnwick resigns",
        ),
        (
            Alert(id="s", reason=Reason.FEED_FAILING, at=NOW, title="Bote cannot be read"),
            "[FEED FAILING] Bote cannot be read",
        ),
    ],
    ids=str,
)
def test_subjects(made: Alert, expected: str) -> None:
    assert subject(made) == expected


UNTITLED = [
    (alert(), "Mayor's office (Jonas Weir) denies"),
    (alert(stance=Stance.CONFIRMS), "Mayor's office (Jonas Weir) confirms"),
    (alert(Reason.REVERSED, stance=Stance.CONFIRMS), "Mayor's office (Jonas Weir) now confirms, reversing itself"),
    (alert(Reason.RETRACTED), "Mayor's office (Jonas Weir) denial retracted"),
    (alert(Reason.CORROBORATED), "Mayor's office (Jonas Weir) denial corroborated"),
    (alert(party_name=None, speaker=None), "An unnamed source denies"),
    (alert(named=False), "An anonymous source for Mayor's office denies"),
    (alert(party_name=None, speaker=None, basis=Basis.SHOWN, role=Role.OUTLET), "Larnwicker Bote shows it to be false"),
]


@pytest.mark.parametrize(("made", "expected"), UNTITLED, ids=[expected for _, expected in UNTITLED])
def test_a_title_that_does_not_name_the_claim_is_made_up_for(made: Alert, expected: str) -> None:
    assert news(replace(made, title="something else")) == expected


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words(reason: Reason) -> None:
    for made in (alert(reason), Alert(id="s", reason=reason, at=NOW, title="t")):
        rendered = laid_out(made)
        assert "{" not in rendered.subject
        assert made.reason in (Reason.REVERSED, Reason.RETRACTED) or not rendered.urgent


def test_a_test_says_so_before_everything_else() -> None:
    made = laid_out(sample_alert(NOW))
    assert made.text.startswith("Test, this did not happen: ")
    assert made.subject.startswith("[Test, this did not happen: ")
    assert "Nothing happened in the world" in " ".join(made.text.split())


def test_the_history_is_told_in_three_lines() -> None:
    past = tuple(Past(at=NOW - timedelta(days=9 - day), told=f"Office number {day} denied") for day in range(5))
    text = " ".join(laid_out(replace(alert(), history=past)).text.split())
    assert "Before Office number 2 denied, 4 Nov 2024, 10:12 CET; Office number 3 denied" in text
    assert "Office number 1" not in text


def test_doubts_are_said() -> None:
    made = alert(confidence=0.61, basis=Basis.ASSERTED)
    assert made.statement is not None
    made = replace(made, statement=replace(made.statement, hedged=True, anonymous=True))
    text = " ".join(laid_out(made).text.split())
    for doubt in ("nobody stands behind it", "hedged wording", "anonymous source", "61% sure"):
        assert doubt in text


def test_a_date_nobody_can_believe_is_not_since() -> None:
    made = alert()
    assert made.item is not None
    for published in (NOW - timedelta(days=20_000), NOW + timedelta(days=3)):
        told = view(replace(made, item=replace(made.item, published=published)), DESK)
        assert told.stands.endswith("since 11 Nov 2024, 09:12 UTC")


def test_a_fold_tells_all_with_their_true_times_claim_by_claim() -> None:
    other = alert(number=1)
    assert other.claim is not None
    other = replace(other, claim=replace(other.claim, id="other", statement="Another claim"))
    service = Alert(id="s", reason=Reason.FEED_FAILING, at=NOW, title="Bote cannot be read", detail="404\nsince 08:00")
    made = laid_out(alert(number=5), other, alert(Reason.REVERSED, number=0), service)
    assert made.subject == "[Held for you] 4 alerts on 2 claims: 1 reversed, 2 denied, 1 feed failing"
    assert made.claim is None
    assert made.urgent
    assert "Found between 11 Nov 2024, 10:12 CET and 11 Nov 2024, 10:17 CET" in made.text
    parts = (
        "Mayor Ahlgren of Larnwick resigns\n---",
        "REVERSED",
        "10:17 CET\n",
        "Another claim\n---",
        "About the service",
    )
    order = [made.text.rindex(part) for part in parts]
    assert order == sorted(order)
    assert made.text.count(parts[0]) == 1
    assert "404" in made.html


def test_a_digest_on_one_claim_stays_in_its_thread() -> None:
    made = laid_out(alert(number=0), alert(number=1), digest=True)
    assert made.subject.startswith("[Digest] 2 alerts on 1 claim: 2 denied")
    assert made.claim == "sample-larnwick-mayor"


def test_a_hundred_alerts_stay_below_what_gmail_shows() -> None:
    made = laid_out(*(alert(number=number) for number in range(100)))
    assert len(made.html.encode()) < 102_000
    assert made.html.count("DENIED") == 100
    assert made.text.count("DENIED") == 100


def test_html_escapes_what_feeds_say() -> None:
    hostile = '<script>alert(1)</script>" onload="x\' <img src=x>'
    made = alert(evidence=hostile, speaker=hostile, party_name=hostile)
    assert made.item is not None
    html = laid_out(replace(made, item=replace(made.item, title=hostile, link='javascript:alert("x")'))).html
    tags = _Text.tags(html)
    assert "script" not in tags
    assert "img" not in tags
    assert "javascript:" not in html
    assert "&lt;script&gt;" in html


def test_lines_of_the_text_are_fit_for_every_mail_program() -> None:
    lines = laid_out(alert()).text.splitlines()
    assert all(len(line) <= 76 or "https://" in line for line in lines[2:])


class _Text(HTMLParser):
    """What a reader of the HTML sees, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @classmethod
    def _read(cls, html: str) -> _Text:
        reader = cls()
        reader.feed(html)
        return reader

    @classmethod
    def of(cls, html: str) -> str:
        return "".join(cls._read(html).text)

    @classmethod
    def tags(cls, html: str) -> list[str]:
        return cls._read(html).seen
