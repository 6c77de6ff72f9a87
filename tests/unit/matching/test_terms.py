"""The quick look at an item's words finds what a close look at each of them finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.terms import Terms
from monitor.text.fold import key
from monitor.text.words import spellings, words

NAMES = ("Putin", "Trump", "Кремль", "Øre", "Li", "Lodz", "Macron")
WORDS = ("phone", "call", "telefonat", "говорил", "of")
INFLECTED = (
    "Poutine",
    "PUTIN",
    "putin",
    "Trumps",
    "phoned",
    "Телефонатгерюхт",
    "Путина",
    "lodz",
    "Łódź",
    "don't",
    "Li",
)
TEXTS = st.lists(
    st.sampled_from((*NAMES, *WORDS, *INFLECTED))
    | st.text("aeiouptnrsPTLØéй'’`-1.,", min_size=1, max_size=8)
    | st.text()
)


def terms(*, glue: bool) -> Terms:
    made = Terms()
    made.glue = glue
    for words_, name in ((NAMES, True), (WORDS, False)):
        for word in words_:
            made.number(key(word), name=name)
    return made


PLAIN, GLUED = terms(glue=False), terms(glue=True)  # kept over all examples: what they remember is under test, too


@given(TEXTS, st.booleans())
def test_the_quick_look_misses_nothing(parts: list[str], glue: bool) -> None:
    text = " ".join(parts)
    for made in ((GLUED if glue else PLAIN), terms(glue=glue)):
        closely = {number for word in words(text) for number in made.touched(word)}
        assert made.touched_by(spellings(text)) == closely
        assert made.touched_by(spellings(text)) == closely


def test_a_term_that_comes_later_is_found_all_the_same() -> None:
    made = terms(glue=False)
    assert made.touched_by({"Zagreb"}) == set()
    number = made.number("zagreb", name=True)
    assert made.touched_by({"Zagreb", "Zagrebs"}) == {number}


def test_what_is_remembered_is_bounded() -> None:
    made = terms(glue=False)
    for n in range(50):
        made.touched_by({f"Word{n}x{m}" for m in range(1_000)} | {f"phone{n}x{m}" for m in range(1_000)})
    assert len(made._idle) <= 40_000
    assert len(made._as_written) <= 40_001


@given(TEXTS, st.booleans(), st.sets(st.integers(0, len(NAMES) + len(WORDS) - 1)))
def test_a_claims_own_terms_are_found_as_among_all(parts: list[str], glue: bool, own: set[int]) -> None:
    made = GLUED if glue else PLAIN
    for word in words(" ".join(parts)):
        assert made.touched_of(word, own) == own.intersection(made.touched(word))


STEMS = st.text("abs", min_size=1, max_size=12)


@given(st.lists(STEMS, min_size=1, max_size=12), st.lists(STEMS, min_size=1, max_size=12), st.booleans())
def test_looking_a_word_up_finds_what_comparing_it_with_every_term_finds(keys: list[str], texts: list[str], glue: bool):
    made = Terms()
    made.glue = glue
    numbers = {made.number(spelt, name=n % 2 == 0) for n, spelt in enumerate(keys)}
    for word in (w for text in texts for w in words(f"{text} {text.capitalize()}")):
        assert set(made.touched(word)) == made.touched_of(word, numbers)
