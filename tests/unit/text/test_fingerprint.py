import subprocess
import sys

import pytest

from monitor.text.fingerprint import COPY, SKETCH, distance, fingerprint, is_copy, likeness

WIRE = (
    "Nordhaven Ports on Tuesday rejected reports that it was about to sell its main container terminal to an investor "
    'from the Gulf, calling them invented. "There are no talks, there is no buyer and there is no data room," chief '
    "executive Elin Marsh told reporters at the company’s headquarters – not for the first time. The terminal handles "
    "about a third of the country's container traffic and employs 1,900 people. Unions had threatened to strike."
)
OTHER = (
    "Gulf Anchor Fund confirmed on Thursday that it had agreed to buy the main container terminal of Nordhaven Ports, "
    "two days after the port operator had denied any talks. The contract had been signed in April, its partner said."
)


@pytest.mark.parametrize(
    "text",
    [
        WIRE,
        WIRE.upper(),
        "NORDHAVEN (AP) — " + WIRE,
        WIRE.replace('"', "”").replace("’", "'").replace("–", "--"),
        WIRE.replace(" ", "\u00a0"),
        " ".join(WIRE.split()[:25]) + " […]",
        WIRE.split(". ", 1)[1],
        WIRE.replace("Tuesday", "Wednesday").replace("invented", "fiction"),
        WIRE + " Read more. This story was supplied by an agency.",
    ],
)
def test_reprints_are_copies(text):
    assert is_copy(fingerprint(WIRE), fingerprint(text))
    assert is_copy(fingerprint(text), fingerprint(WIRE))


def test_texts_of_their_own_are_not():
    assert likeness(fingerprint(WIRE), fingerprint(OTHER)) < COPY / 3


def test_the_same_words_in_other_accents_and_scripts_of_marks():
    assert fingerprint("Élysée : « c'est faux »") == fingerprint('Elysee: "C’EST FAUX"')


def test_short_texts_are_alike_or_not():
    assert likeness(fingerprint("Call denied"), fingerprint("call denied!")) == 1
    assert likeness(fingerprint("Call denied"), fingerprint("Call confirmed")) == 0


@pytest.mark.parametrize("text", ["", "   ", "!!! … –", "\ud800"])
def test_texts_without_words_are_like_nothing(text):
    assert likeness(fingerprint(text), fingerprint(text)) == 0
    assert likeness(fingerprint(text), fingerprint(WIRE)) == 0


def test_scripts_without_spaces():
    one = fingerprint("克里姆林宫星期一否认普京与特朗普通过电话的报道,称这纯属虚构。")
    assert is_copy(one, fingerprint("(新华社)克里姆林宫星期一否认普京与特朗普通过电话的报道,称这纯属虚构!"))
    assert not is_copy(one, fingerprint("乌克兰外交部表示,基辅事先没有被告知这次通话,有关说法不属实。"))


def test_simhash_is_near_for_whole_texts_and_far_for_strangers():
    base = fingerprint(WIRE).simhash
    assert distance(base, fingerprint("NORDHAVEN (AP) — " + WIRE).simhash) < 20
    assert distance(base, fingerprint(OTHER).simhash) > 20
    assert -(1 << 63) <= base < 1 << 63


def test_long_texts_are_sampled():
    long = " ".join(f"word{n}" for n in range(5_000))
    assert len(fingerprint(long).sketch) == SKETCH
    assert is_copy(fingerprint(long), fingerprint("City (AP) - " + long))
    assert fingerprint("x" * 1_000_000).sketch


def test_the_same_in_every_process():
    code = f"from monitor.text.fingerprint import fingerprint; print(fingerprint({WIRE!r}))"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert said.stdout.strip() == str(fingerprint(WIRE))
