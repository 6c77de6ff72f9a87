"""A text cut into sentences, by rules that suit news: initials, abbreviations and ordinals hold together."""

from __future__ import annotations

import re

LONGEST = 1500  # characters; a text without sentence ends is cut here
# An end: . ! ? … with what closes a quotation, white space, then something that can open a sentence; or a line break.
_END = re.compile(
    r"(?:[.!?…]+|[。！？])[\"'”“»’)\]]*(?=\s+[\"'„“«‘(\[¿¡–—-]*[^\W_a-zà-öø-ÿа-яёіїєґ])|[。！？]|\n\s*\n|\n"
)
_ABBREVIATED = re.compile(
    r"(?:^|[\s(„“«\"'])(?:[^\W\d_]|[A-Z](?:\.[A-Z])+|mr|mrs|ms|dr|prof|st|sen|rep|gov|gen|col|lt|sgt|jr|sr|vs|no|nr|inc|corp|ltd|co"
    r"|u\.s|u\.k|a\.m|p\.m|bzw|ca|etc|usw|z\.b|d\.h|u\.a|v\.a|geb|ing|mag|mio|mrd|tel|str|hl|abs|art|evtl|ggf|sog|jan|feb|aug"
    r"|sept|okt|oct|nov|dez|dec|mme|mlle|mm|m|sig|sigg|on|dott|avv|sr|sra|srta|dña|ud|uds|ee|uu|núm|pág|dhr|mevr|mw|drs|ir|mln"
    r"|mld|tys|ul|woj|płk|gen|min|im|r|w|tzn|tzw|np|т|г|им|ул|гг|руб|тыс|млн|млрд|чел|св|т\.е|т\.д|грн|р|вул|ім|обл|tzv|např|č"
    r"|t\.ex|bl\.a|s\.k)\.$",
    re.IGNORECASE,
)


# WASHINGTON (dpa) - · BOGOTÁ (Efe). · MOSCOW, Nov 11 - · КИЇВ, 12 листопада —
_DATELINE = re.compile(
    r"^[^\W\d_a-zà-öø-ÿа-яёіїєґ]{3,}(?:[/ -][^\W\d_a-zà-öø-ÿа-яёіїєґ]{2,})*(?:, [^()\n.:–—!?]{3,20})?"
    r"(?:\s*\([^()\n]{2,30}\)\s*[-–—.:]?|\s[-–—](?=\s)|[.](?=\s\S))\s*"
)


def dateline(text: str) -> int:
    """Where a text begins after its dateline, in characters."""
    match = _DATELINE.match(text)
    return match.end() if match else 0


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, white space trimmed, in order."""
    spans: list[tuple[int, int]] = []
    start = dateline(text)
    for match in _END.finditer(text, start):
        end = match.end()
        if match.group()[0] == "." and _goes_on(text, start, match.start()):
            continue
        spans += _trimmed(text, start, end)
        start = end
    spans += _trimmed(text, start, len(text))
    return spans


def _goes_on(text: str, start: int, dot: int) -> bool:
    """The full stop belongs to an abbreviation, an initial or an ordinal number."""
    before = text[max(start, dot - 14) : dot + 1]
    if re.search(r"(?:^|[\s(])\d{1,2}\.$", before):
        return True
    return bool(_ABBREVIATED.search(before))


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    spans = []
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        spans.append((start, cut))
        start = cut + 1
    if end > start:
        spans.append((start, end))
    return spans
