"""`dementi try` and `why`: the whole reading of one text or item, also where nothing was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.lists import STANCES
from monitor.cli.out import console, harmless
from monitor.errors import InputError

if TYPE_CHECKING:
    from rich.text import Text

    from monitor.model.claim import Claim
    from monitor.model.opinion import Query
    from monitor.model.source import Item
    from monitor.pipeline.explain import Explanation, Line

MARKS = {"cue": "bold magenta", "event": "cyan", "negator": "bold red", "mask": "yellow", "claim": "bold green"}


@click.command("try")
@click.argument("text")
@click.option("--claim", "claim_id", metavar="ID", help="Only for this claim; else for all.")
@click.option("--second-opinion", is_flag=True, help="Ask the second reader of the config, too.")
@click.pass_obj
def try_(obj: dict[str, Any], text: str, claim_id: str | None, second_opinion: bool) -> None:
    """Judge TEXT as if it were an item's title, and print the whole reading. `-` takes the text from stdin."""
    from monitor.model.source import Item
    from monitor.text.plain import plain

    words = sys.stdin.read() if text == "-" else text
    title, _, content = plain(words).partition("\n")
    item = Item(id="try", feed="", title=title, content=content.strip() or None)
    _explain(obj, item, claim_id)
    if second_opinion:
        _ask(obj, item, claim_id)


@click.command()
@click.argument("item_id", metavar="ITEM")
@click.option("--claim", "claim_id", metavar="ID", help="Only for this claim; else for all it is about.")
@click.pass_obj
def why(obj: dict[str, Any], item_id: str, claim_id: str | None) -> None:
    """Print how a stored ITEM was read, for silence too. `dementi items --json` lists the ids."""
    from monitor import app

    config = app.load(obj["config"])
    with app.reader_of(config) as store:
        item = store.item(item_id) if store else None
        if store is None or item is None:
            raise InputError(f"there is no item {item_id!r} in the store; `dementi items --json` lists them")
        page = app.page_told(config, store, item, datetime.now(UTC))
        asked = [query for query in store.queries_of(item.id) if query.version == item.version]
    click.echo(f"{harmless(item.publisher or item.feed)}: {harmless(item.title)}\n{harmless(item.link or '')}")
    click.echo(f"full text: {harmless(page)}")
    _explain(obj, item, claim_id)
    for query in asked:
        if claim_id in (None, query.claim):
            click.echo("\n".join(harmless(line) for line in _second(query)))


def _ask(obj: dict[str, Any], item: Item, claim_id: str | None) -> None:
    """What the second reader says, whether or not it would have been asked."""
    from monitor import app

    config = app.load(obj["config"])
    for answered in app.second_opinions(config, item, _wanted(config.watch.claims, claim_id)):
        click.echo(f"\nclaim {answered.claim}")
        for line in answered.told():
            click.echo(harmless(line))


def _second(query: Query) -> Iterator[str]:
    """A question that was put to a second reader, and what came of it."""
    built_in = query.assessment.relation if query.related else "not about the claim"
    asked = f"second opinion on claim {query.claim}, asked because {query.why}"
    yield f"{asked}, doubt {query.doubt:.2f}: {query.state}" + (f": {query.error}" if query.error else "")
    yield f"  built-in: {built_in}"
    if query.opinion is None:
        return
    if not query.opinion.counts:
        yield f"  {query.opinion.by}: void: {'; '.join(query.opinion.void)}"
    for s in query.opinion.statements:
        yield f"  {query.opinion.by}: {s.stance} ({s.speaker or s.party or 'someone'}) “{s.evidence.text}”"
    if query.opinion.counts and not query.opinion.statements:
        yield f"  {query.opinion.by}: takes no stance"
    yield f"  outcome: {query.outcome}" + (", to review" if query.review else "")


def _explain(obj: dict[str, Any], item: Item, claim_id: str | None) -> None:
    from monitor import app

    config = app.load(obj["config"])
    claims = _wanted(config.watch.claims, claim_id)
    found = [e for e in app.explanations_of(item, claims) if claim_id or e.assessment]
    if not found:
        click.echo(f"about none of the {len(claims)} claims; `--claim ID` shows what is missing for one")
    for explanation in found:
        _print(explanation)


def _wanted(claims: Sequence[Claim], claim_id: str | None) -> Sequence[Claim]:
    if claim_id is None:
        return claims
    wanted = [claim for claim in claims if claim.id == claim_id]
    if not wanted:
        import difflib

        near = difflib.get_close_matches(claim_id, [claim.id for claim in claims], 1)
        raise InputError(f"there is no claim {claim_id!r}{f'; did you mean {near[0]!r}?' if near else ''}")
    return wanted


def _print(explanation: Explanation) -> None:
    if not sys.stdout.isatty():
        for line in explanation.told():
            click.echo(harmless(line))
        return
    out = console()
    for text in _pretty(explanation):
        out.print(text, soft_wrap=True)


def _pretty(explanation: Explanation) -> Iterator[Text]:
    from rich.text import Text

    yield Text(f"\n{explanation.claim.id}", "bold").append(f"  {explanation.claim.statement}", "not bold")
    missing = f"   missing: {', '.join(explanation.missing)}" if explanation.missing else ""
    about = ", ".join(explanation.kinds) or "no known kind of event"
    yield Text(
        f"{explanation.language} · {about} · match {explanation.match:.2f} of {explanation.needed:.2f} needed{missing}",
        "dim",
    )
    for line in explanation.lines:
        yield _sentence(line, explanation)
        if line.marks:
            yield Text("          " + ", ".join(f"{_cut(line, m.start, m.end)} = {m.what}" for m in line.marks), "dim")
    for gate in explanation.gates:
        sign = Text("  ✓ ", "green") if gate.passed else Text("  ✗ ", "red")
        score = "" if gate.score is None else f" {gate.score:.2f}"
        yield sign.append(f"{gate.name}{score}", "bold").append(f"  {harmless(gate.detail)}", "not bold default")
    yield from _verdict(explanation)


def _verdict(explanation: Explanation) -> Iterator[Text]:
    from rich.text import Text

    found = explanation.assessment
    if found is None:
        yield Text("→ not about the claim", "yellow")
        return
    yield Text("→ ").append(str(found.relation), STANCES.get(found.relation, "cyan"))
    for s in found.statements:
        who = harmless(s.speaker or "someone") + (f" for {harmless(s.party)}" if s.party else "")
        marks = "".join(f", {word}" for word in ("hedged", "anonymous") if getattr(s, word))
        yield (
            Text("  ")
            .append(str(s.stance), STANCES.get(s.stance, ""))
            .append(f"  {who} ({s.role}, {s.basis}{marks})  {s.confidence:.2f}  ", "not bold default")
            .append(f"“{harmless(s.evidence.text)}”", "italic")
        )


def _sentence(line: Line, explanation: Explanation) -> Text:
    """The sentence with its marks in colour, and the evidence underlined."""
    from rich.text import Text

    text = Text(f"{line.field:>8}  ", "dim").append(harmless(line.text), "not dim default")
    base = 10 - line.start
    for mark in line.marks:
        text.stylize(MARKS.get(mark.what.split(" ")[0].removesuffix("'s"), ""), base + mark.start, base + mark.end)
    for statement in explanation.assessment.statements if explanation.assessment else ():
        evidence = statement.evidence
        if evidence.field == line.field and evidence.start < line.end and line.start < evidence.end:
            text.stylize("underline", base + max(evidence.start, line.start), base + min(evidence.end, line.end))
    return text


def _cut(line: Line, start: int, end: int) -> str:
    return harmless(line.text[start - line.start : end - line.start])
