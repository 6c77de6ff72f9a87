import pytest

from monitor.lexicon.numbers import grouped, quantities
from monitor.lexicon.passage import quotations, read
from monitor.lexicon.tables import tables
from monitor.text.sentences import dateline, sentences


@pytest.mark.parametrize(
    ("text", "value"),
    [("8,000", 8000), ("8.000", 8000), ("4,1", 4.1), ("4.1", 4.1), ("1.234.567", 1234567), ("12", 12)],
)
def test_groupings(text, value):
    assert grouped(text) == value


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("de", "rund 4,1 Millionen Kunden und 8 000 Stellen", [4_100_000, 8000]),
        ("en", "More than three hundred people died in 2024", [300, 2024]),
        ("de", "Millionen Kundendaten", []),
        ("de", "ein Mann", []),
    ],
)
def test_quantities(language, text, values):
    passage = read([("title", text)], tables(language))
    assert [q.value for s in passage.sentences for q in quantities(s, passage.tables)] == values


def test_more_than_is_heard():
    passage = read([("title", "More than 300 people died")], tables("en"))
    assert quantities(passage.sentences[0], passage.tables)[0].more


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Das sagte Dr. Müller am 12. November. Er ging.", 2),
        ("„Es gab kein Gespräch.“ Peskow schwieg.", 2),
        ("U.S. officials spoke. Nobody came!", 2),
        ("Один. Два? Три", 3),
        ("", 0),
    ],
)
def test_sentences(text, count):
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("WASHINGTON (dpa) - Der", "Der"),
        ("MOSCOW, Nov 11 - The", "The"),
        ("ÖVP und FPÖ – nein", "ÖVP"),
        ("NATO: x", "NATO"),
    ],
)
def test_datelines(text, begins):
    assert text[dateline(text) :].startswith(begins)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("„Nein“, sagte er", ["Nein"]),
        ("«Нет», сказал он", ["Нет"]),
        ('"No," he said', ["No,"]),
        ("Zij zei: 'Dat is onzin'", ["Dat is onzin"]),
        ("Hale's agent's word", []),
        ("„offen", []),
    ],
)
def test_quotations(text, quoted):
    assert [text[a:b] for a, b in quotations(text)] == quoted
