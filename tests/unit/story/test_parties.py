import pytest

from monitor.model.claim import Claim, Party
from monitor.model.verdict import Basis, Role
from monitor.story.parties import ANONYMOUS, NOBODY, folded, is_person, voice_of
from tests.unit.story.stories import item, statement, table

CLAIM = Claim(
    id="c",
    statement="s",
    parties=(
        Party(name="Kremlin", aliases=("Kreml", "Moskau"), speakers=("Dmitri Peskow",)),
        Party(name="Desmond Hale"),
        Party(name="Hale's family"),
        Party(name="Iran's foreign ministry"),
        Party(name="Oman's foreign ministry"),
        Party(name="government"),
        Party(name="UN"),
        Party(name="Banca Meridiana"),
    ),
)


@pytest.mark.parametrize("case", table("parties")["cases"], ids=lambda c: f"{c.get('party')}-{c.get('speaker')}")
def test_one_key_for_a_party_however_it_is_spelt(case):
    said = statement(party=case.get("party"), speaker=case.get("speaker"), anonymous=case.get("anonymous", False))
    voice = voice_of(said, item("i"), CLAIM)
    assert voice.key == case["key"]


def test_insiders_and_nobody_are_not_on_the_record():
    assert not voice_of(statement(party=None, anonymous=True), item("i"), CLAIM).named
    assert not voice_of(statement(party=None), item("i"), CLAIM).named
    assert not voice_of(statement(party="Kremlin", anonymous=True), item("i"), CLAIM).named
    assert voice_of(statement(party="Kremlin"), item("i"), CLAIM).named


def test_an_outlet_stands_behind_what_it_shows():
    shown = statement(party=None, basis=Basis.SHOWN, role=Role.OUTLET)
    assert voice_of(shown, item("i", "TruthLine"), CLAIM).key == "truthline"
    assert voice_of(shown, item("i", publisher=None), CLAIM).key == NOBODY
    asserted = statement(party=None, basis=Basis.ASSERTED, role=Role.UNNAMED)
    assert voice_of(asserted, item("i", "TruthLine"), CLAIM).key == NOBODY
    assert voice_of(statement(party=None, speaker="insiders", anonymous=True), item("i"), CLAIM).key == ANONYMOUS


@pytest.mark.parametrize(
    ("speaker", "person"),
    [
        ("Dmitri Peskow", True),
        ("Песков", True),
        ("the spokesman", False),
        ("Regierungssprecher", False),
        ("Kreml", False),
        ("The Kremlin", False),
        ("der US-Präsident", False),
        ("Le Pen", True),
        (None, False),
    ],
)
def test_persons_are_told_from_institutions_and_roles(speaker, person):
    assert is_person(speaker, "Kremlin", CLAIM) is person


def test_keys_of_odd_names():
    assert folded("") == ""
    assert folded("!!!") == ""
    assert folded("the") == "the"
    assert folded("Élysée") == "elysee"
