from monitor.matching.index import Index
from monitor.model.claim import Claim
from monitor.text.words import words


def found(claims: list[Claim], text: str) -> set[str]:
    index = Index(claims)
    return {index.compiled[n].claim.id for n, _ in index.candidates({w.raw for w in words(text)})}


CALL = Claim(id="call", statement="Trump and Putin spoke by telephone", about=(("Trump",), ("Putin", "Kremlin")))


def test_names_meet_across_scripts_and_endings():
    assert found([CALL], "Путин и Трамп поговорили") == {"call"}
    assert found([CALL], "Poutine a parlé à Trump") == {"call"}
    assert found([CALL], "Trumps Gespräch mit Putins Sprecher") == {"call"}


def test_every_group_must_be_touched():
    assert found([CALL], "Trump spoke to reporters") == set()


def test_what_is_excluded_is_about_something_else():
    claim = Claim(id="call", statement=CALL.statement, about=CALL.about, exclude=("2025",))
    assert found([claim], "Trump and Putin spoke in 2025") == set()


def test_many_claims_and_few_find_the_same():
    few = [Claim(id="x", statement="Halvorsen Semiconductor is buying its rival Brightcore")]
    many = few + [
        Claim(id=str(n), statement=f"Firm number{n} opens plant{n} in town{n} this year") for n in range(3000)
    ]
    text = "Halvorsen Semiconductor agrees to buy rival Brightcore"
    assert "x" in found(few, text)
    assert "x" in found(many, text)
