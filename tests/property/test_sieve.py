"""What the sieve dismisses is what the judge would find no claim for; words are folded by the hundred as one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.entry import Entry
from monitor.feeds.sieve import READ_AHEAD, Sieve, packed
from monitor.matching.index import Index
from monitor.model.claim import Claim
from monitor.text.alike import skeleton, skeletons
from monitor.text.fold import key, keys
from monitor.text.words import spellings

WATCHED = {
    "names": [
        Claim(id="call", statement="Donald Trump and Vladimir Putin spoke by telephone on 7 November 2024"),
        Claim(id="given", statement="Selenskyj geht", about=(("Selenskyj", "Зеленський"), ("geht", "Rücktritt"))),
    ],
    "glued": [
        Claim(id="stays", statement="Ministerin Wendt tritt nicht zurück"),
        Claim(id="bare", statement="Die Geisel ist tot"),
    ],
    "excluded": [Claim(id="out", statement="Ada Hale resigned as minister", exclude=("Olympics",))],
    "odd": [Claim(id="odd", statement="🙂"), Claim(id="un", statement="UN leaves")],
    "none": [],
}
PIECES = st.sampled_from(
    [
        "Trump", "Trumps", "trump", "Трамп", "Трампа", "Putin", "Poutine", "Путін", "Pутин", "Vladimir", "Wladimir",
        "spoke", "speaks", "telephone", "Telefonat", "7", "November", "2024", "Donald", "Selenskyj", "Zelensky",
        "Зеленского", "Rücktritt", "geht", "Wendt", "Wendtnachfolge", "Ministerinnen", "zurück", "tritt", "Geiseldrama",
        "tot", "Todesfall", "Ada", "Hale", "Hales", "Heil", "resigned", "resignation", "minister", "Olympics", "UN",
        "UNO", "leaves", "🙂", "Sport", "don't", "об'єкт", "l’accord", "İstanbul", "ﬁx", "Straße", "½", "1,000", "中文",
        "日本語です", "Ⅷ", "x²", "e\u0301té", "\u200bPu\u00adtin", "العربية",
    ]
)  # fmt: skip
MARKS = st.sampled_from([" ", ", ", ". ", "\n", "\u00a0", "-", "“", "»", "'", "’", ",", ".", ""])
SOUP = st.lists(st.tuples(PIECES | st.text(max_size=6), MARKS), max_size=25).map(lambda p: "".join(map("".join, p)))
MADE = {name: (Index(claims), packed(Index(claims))) for name, claims in WATCHED.items()}


def entry(title: str, summary: str, content: str) -> Entry:
    return Entry(None, title or None, None, None, None, summary or None, content or None, None, None, "")


@pytest.mark.parametrize("name", WATCHED)
@settings(max_examples=150, deadline=None)
@given(polls=st.lists(st.lists(st.tuples(SOUP, SOUP, SOUP), max_size=4), min_size=1, max_size=3))
def test_it_dismisses_what_the_judge_would(name: str, polls: list[list[tuple[str, str, str]]]) -> None:
    index, data = MADE[name]
    assert data is not None
    sieve = Sieve(data)
    for texts in polls:  # the later ones find tokens that the sieve remembers
        spelt = [{word for text in three for word in spellings(text[:READ_AHEAD])} for three in texts]
        assert sieve.idle([entry(*three) for three in texts]) == [not index.candidates(words) for words in spelt]


def test_it_remembers_no_more_than_it_may_and_stays_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.feeds.sieve._REMEMBERED", 3)
    sieve = Sieve(MADE["names"][1] or b"")
    for _ in range(3):
        for n in range(20):
            told = [f"Word{n} other{n}", f"Trump{n} word", f"Donald Trump {n} and Vladimir Putin spoke by telephone"]
            assert sieve.idle([entry(text, "", "") for text in told]) == [True, True, False]
    assert len(sieve._idle) < 10


def test_ten_thousand_claims_are_too_many_for_every_worker_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.feeds.sieve._LARGEST", 100)
    assert packed(MADE["names"][0]) is None


@settings(max_examples=300, deadline=None)
@given(st.lists(SOUP | st.text(max_size=12), max_size=6))
def test_many_words_are_folded_as_each_of_them_is(texts: list[str]) -> None:
    words = [word for text in texts for word in spellings(text)]
    assert keys(words) == [key(word) for word in words]
    folded = [key(word) for word in words]
    assert skeletons(folded) == [skeleton(word) for word in folded]
