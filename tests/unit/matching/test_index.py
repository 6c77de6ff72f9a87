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


CROWD = [Claim(id=str(n), statement=f"Quentin{n} grumbles that widget{n} hums near town{n}") for n in range(600)]
HUMS = Claim(id="hums", statement="Quennerstad grumbles about purple plastic gadgets", language="en")
QUITS = Claim(id="quits", statement="Quennerstad resigns", language="en")


def test_on_a_short_list_a_rare_name_alone_is_looked_at() -> None:
    assert found([HUMS, QUITS], "Quennerstad opens a museum") == {"hums", "quits"}


def test_on_a_long_list_a_claim_of_no_kind_of_event_wants_its_own_words() -> None:
    claims = [HUMS, QUITS, *CROWD]
    assert found(claims, "Quennerstad opens a museum") == {"quits"}
    assert found(claims, "Why purple plastic gadgets made Quennerstad grumble") == {"hums", "quits"}


def test_on_a_long_list_the_words_stand_in_one_sentence() -> None:
    index = Index([HUMS, QUITS, *CROWD])
    told = [{"Quennerstad", "likes", "purple"}, {"Gadgets", "sell", "well"}, {"Plastic", "is", "cheap"}]
    candidates = index.candidates(set().union(*told))
    names = [index.compiled[n].claim.id for n, _ in index.near(candidates, told)]
    assert names == ["quits"]
    assert {n for n, _ in index.near(candidates, [set().union(*told)])} == {n for n, _ in candidates} == {0, 1}
