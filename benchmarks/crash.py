"""kill -9 at every step between fetch and settled delivery: what is lost, what is said twice?

A real daemon watches a real feed server and tells a webhook receiver and a mail server, both of which know the ids of
what they took. Items keep appearing; the daemon is killed, by chance or just where it hurts, and started again. At
the end it may drain. The last line is `kills N lost N repeated N`:

    lost        an answer that a target was never told
    repeated    an answer that a target was told under another id than before (the same id again is no repetition:
                that is what ids are for)

    python -m benchmarks.crash --kills 300
"""

from __future__ import annotations

import argparse
import random
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from tests.support.desk import DEMENTI, Desk
from tests.support.feeds import rss
from tests.support.servers import Answer, Feeds, Mailbox, Receiver, running, until

Answered = tuple[str, str, str]  # claim, "confirms" or "denies", party

PATIENCE = 8.0  # seconds for a step to come; then the kill is one by chance
START = 3.0  # seconds within which a kill by chance falls: start-up, first poll, first deliveries
BURST = 45  # answers in the feeds of some rounds: more than the rate guard tells one by one
DRAIN = 150.0  # seconds for the last run: every feed is asked again within one minute
ALIKE = 72  # percent from which two names count as spellings of one
NUCLEI = ("a", "e", "i", "o", "u", "ai", "au", "ei", "ie", "oa", "oo", "ou", "al", "en", "in", "or", "us")
# As mails tell it: the claim once, an answer a line.
CLAIM = re.compile(r"(?:Claim: )?Minister (\w+ \w+) resigns(?: ·.*)?")
ANSWER = re.compile(
    r"(?:[A-Z]+ · )?(?:Reversal: )?Minister (\w+ \w+) (?:\([^)]*\) )?(?:now )?(den|confirm)(?:ie|e)?[sd]\b.*"
)


def names(many: int) -> list[str]:
    """Ministers that nobody mixes up: no two first or last names are alike."""
    chance, found = random.Random(7), list[str]()
    while len(found) < 2 * many:
        word = "".join(chance.choice("bdfghklmnprstvz") + chance.choice(NUCLEI) for _ in range(3)) + chance.choice(
            "kmnrt"
        )
        if process.extractOne(word, found, scorer=fuzz.ratio, score_cutoff=ALIKE) is None:
            found.append(word)
    return [f"{first.capitalize()} {last.capitalize()}" for first, last in zip(found[::2], found[1::2], strict=True)]


@dataclass
class Story:
    """What the outlets print, round by round, and which answers that amounts to."""

    rounds: int
    size: int = 2  # new denials a round
    expected: set[Answered] = field(default_factory=set)

    def __post_init__(self) -> None:
        bursts = self.rounds // 25 + 1
        self.names = names(self.rounds * self.size + bursts * BURST)
        self._fresh = iter(self.names)
        self._denied: list[str] = []
        self._taken_back: set[str] = set()

    @property
    def claims(self) -> str:
        rows = (f'[[claims]]\nid = "{name}"\nstatement = "Minister {name} resigns"\n' for name in self.names)
        return "".join(rows)

    def next(self, number: int, chance: random.Random) -> list[tuple[str, str]]:
        """(guid, title) of what appears in this round."""
        fresh = [next(self._fresh) for _ in range(BURST if number % 25 == 12 else self.size)]
        titles = [self._says(name, "denies") for name in fresh]
        if self._denied:
            titles.append(self._says(chance.choice(self._denied), "denies"))  # a reprint
        if number % 3 == 2 and (left := [n for n in self._denied if n not in self._taken_back]):
            turned = chance.choice(left)
            self._taken_back.add(turned)
            titles.append(self._says(turned, "confirms"))
        self._denied += fresh
        titles.append(f"Weather report number {number}")
        return [(f"r{number}-{n}", title) for n, title in enumerate(titles)]

    def _says(self, name: str, verb: str) -> str:
        self.expected.add((name, verb, name))
        return f"Minister {name} {verb} resignation"


class Post(Mailbox):
    """A mail server that knows the Message-IDs it took."""

    def __init__(self) -> None:
        self.hook: Callable[[], object] = lambda: None  # called after a mail was taken, before that is said
        super().__init__()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        said = await super().handle_DATA(server, session, envelope)
        self.hook()
        return said

    def told(self) -> dict[Answered, set[str]]:
        found: dict[Answered, set[str]] = defaultdict(set)
        for mail in list(self.mails):
            body = mail.get_body(("plain",))
            for answer in _answers(body.get_content() if body else ""):
                found[answer].add(str(mail["Message-ID"]))
        return found


def _answers(text: str) -> Iterator[Answered]:
    lines = re.sub(r"\n  +", " ", text).splitlines()  # unfolded
    claim = next((match[1] for line in lines if (match := CLAIM.fullmatch(line))), "")
    for line in lines:
        if match := CLAIM.fullmatch(line):
            claim = match[1]
        elif match := ANSWER.fullmatch(line):
            yield claim, {"den": "denies", "confirm": "confirms"}[match[2]], match[1]


class Hook(Receiver):
    """A webhook receiver that knows the ids it took."""

    def told(self) -> dict[Answered, set[str]]:
        found: dict[Answered, set[str]] = defaultdict(set)
        for body in list(self.bodies):
            data = body["data"]
            answer = data["claim"]["id"], data["event"]["stance"], data["event"]["party"].removeprefix("Minister ")
            found[answer].add(data["alert"])
        return found


class Run:
    """One life of the daemon, and its end."""

    def __init__(self, command: list[str], folder: Path, log: Path) -> None:
        self._log = log.open("a")
        self.process = subprocess.Popen(
            [*command, "--config", str(folder / "dementi.toml"), "run"],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd=folder,
        )
        self.killed = threading.Event()

    def kill(self) -> bool:
        """True: it is done."""
        self.killed.set()
        self.process.kill()
        return True

    def kill_after(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self.kill)
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._log.close()


class Bench:
    """Servers, desk and story."""

    def __init__(self, folder: Path, story: Story, servers: tuple[Feeds, Hook, Post], command: list[str]) -> None:
        self.folder, self.story, self.command = folder, story, command
        self.feeds, self.hook, self.post = servers
        self.desk = Desk(folder)
        self._tables: list[str] = []
        self._printed: dict[str, list[tuple[str, str]]] = {}
        self._channels = self.desk.webhook(self.hook) + self.desk.email(self.post, "desk@news.example")

    def publish(self, number: int, chance: random.Random) -> str:
        """Print this round's items: in a new feed, which is due at once, and some in feeds that are there already."""
        items = self.story.next(number, chance)
        path = f"/outlet{number}"
        self._printed[path] = items
        for item in items[1:]:
            if chance.random() < 0.3:
                other = chance.choice(list(self._printed))
                self._printed[other] = [item, *self._printed[other]][:60]
                self.feeds.pages[other] = rss(*self._printed[other])
        self.feeds.pages[path] = rss(*self._printed[path])
        self._tables.append(self.desk.feed(self.feeds, path))
        self.desk.write(feeds="".join(self._tables), claims=self.story.claims, channels=self._channels)
        return path

    @contextmanager
    def run(self) -> Iterator[Run]:
        run = Run(self.command, self.folder, self.folder / "daemon.log")
        try:
            yield run
        finally:
            self.hook.hook = self.post.hook = lambda: None
            self.hook.script = []
            run.close()

    def waits_for(self, question: str, run: Run) -> bool:
        """Look into the store, as fast as it goes, until the question has an answer there."""
        database = self.folder / "dementi.db"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and run.process.poll() is None:
            with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
                while time.monotonic() < end and run.process.poll() is None:
                    if store.execute(question).fetchone():
                        return True
                    time.sleep(0.0005)
            time.sleep(0.01)
        return False

    def highest(self, table: str, key: str) -> int:
        with suppress(sqlite3.Error), closing(sqlite3.connect(self.folder / "dementi.db")) as store:
            return int(store.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()[0])
        return 0

    def answers(self) -> list[dict[Answered, set[str]]]:
        return [self.hook.told(), self.post.told()]

    def complete(self) -> bool:
        return all(told.keys() >= self.story.expected for told in self.answers())


# -- where to kill. Each arranges one kill; True where its step came, else the caller kills.


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A life of the daemon that is about to end. `path`: the feed that is new in it."""

    bench: Bench
    run: Run
    path: str
    chance: random.Random


def by_chance(at: Moment) -> bool:
    return not at.run.killed.wait(at.chance.uniform(0, START)) and at.run.kill()


def when_asked(at: Moment) -> bool:
    """The feed was asked for, and never answered."""
    page = at.bench.feeds.pages[at.path]

    def answer(_: BaseHTTPRequestHandler) -> Answer | None:
        at.run.kill()
        return None

    at.bench.feeds.pages[at.path] = answer
    came = at.run.killed.wait(PATIENCE)
    at.bench.feeds.pages[at.path] = page
    return came


def when_served(at: Moment) -> bool:
    """The feed was served: reading, judging and storing it lie within the next tenths of a second."""
    page = at.bench.feeds.pages[at.path]
    assert isinstance(page, bytes)

    def answer(_: BaseHTTPRequestHandler) -> Answer | None:
        at.run.kill_after(at.chance.uniform(0, 0.25))
        return 200, {"Content-Type": "application/rss+xml"}, page

    at.bench.feeds.pages[at.path] = answer
    came = at.run.killed.wait(PATIENCE)
    at.bench.feeds.pages[at.path] = page
    return came


def when_stored(at: Moment) -> bool:
    """Items are stored, and not judged."""
    return at.bench.waits_for("SELECT 1 FROM items WHERE judged IS NULL", at.run) and at.run.kill()


def when_committed(at: Moment) -> bool:
    """Alerts are stored, and not sent."""
    before = at.bench.highest("deliveries", "delivery")
    asked = f"SELECT 1 FROM deliveries WHERE delivery > {before} AND state = 'pending'"
    return at.bench.waits_for(asked, at.run) and at.run.kill()


def when_refused(at: Moment) -> bool:
    """The receiver said no: 503."""
    at.bench.hook.script, before = [(503, {})], at.bench.hook.requests
    with suppress(AssertionError):
        until(lambda: at.bench.hook.requests > before, PATIENCE)
        at.run.kill_after(at.chance.uniform(0, 0.02))
    return at.run.killed.wait(1)


def when_taken(at: Moment) -> bool:
    """The receiver took it; the daemon never learns."""
    at.bench.hook.hook = _nth(at.run.kill, at.chance.randint(1, 3))
    return at.run.killed.wait(PATIENCE)


def when_answered(at: Moment) -> bool:
    """The receiver said that it took it: settling lies within the next hundredths of a second."""
    at.bench.hook.hook = lambda: at.run.kill_after(at.chance.uniform(0, 0.03))
    return at.run.killed.wait(PATIENCE)


def when_mailed(at: Moment) -> bool:
    """The mail server took it; the daemon never learns."""
    at.bench.post.hook = _nth(at.run.kill, at.chance.randint(1, 4))
    return at.run.killed.wait(PATIENCE)


def when_mail_answered(at: Moment) -> bool:
    at.bench.post.hook = lambda: at.run.kill_after(at.chance.uniform(0, 0.03))
    return at.run.killed.wait(PATIENCE)


def _nth(act: Callable[[], object], nth: int) -> Callable[[], object]:
    calls = count(1)
    return lambda: act() if next(calls) == nth else None


STEPS = (
    by_chance,
    when_asked,
    when_served,
    when_stored,
    when_committed,
    when_refused,
    when_taken,
    when_answered,
    when_mailed,
    when_mail_answered,
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the answers. `steps`: how many kills fell on which step."""

    kills: int
    lost: list[Answered]
    repeated: list[Answered]
    strange: list[Answered]  # told, though nobody printed it: names mixed up, which is the reading's fault
    steps: dict[str, int]
    again: int  # the same id taken again: harmless, and the proof that kills fell between taking and settling
    ended: int  # exit code of the last run, which is asked to end

    @property
    def good(self) -> bool:
        return not (self.lost or self.repeated or self.ended)

    def __str__(self) -> str:
        return f"kills {self.kills} lost {len(self.lost)} repeated {len(self.repeated)}"


def play(folder: Path, kills: int, *, command: list[str], seed: int = 1, say: Callable[[str], None] = print) -> Outcome:
    """Kill the daemon this often, let it drain, and count."""
    chance = random.Random(seed)
    with ExitStack() as stack:
        feeds, hook, post = (stack.enter_context(running(server)) for server in (Feeds(), Hook(), Post()))
        bench = Bench(folder, Story(kills), (feeds, hook, post), command)
        steps = Counter[str]()
        for number in range(kills):
            steps[_kill_once(bench, number, chance)] += 1
            if number % 25 == 24:
                say(f"{number + 1} kills")
        ended = _drain(bench)
        return _outcome(bench, kills, dict(steps), ended)


def _kill_once(bench: Bench, number: int, chance: random.Random) -> str:
    path = bench.publish(number, chance)
    step = STEPS[number % len(STEPS)]
    with bench.run() as run:
        came = step(Moment(bench=bench, run=run, path=path, chance=chance))
        if run.process.poll() is not None and not run.killed.is_set():
            raise SystemExit(f"the daemon ended by itself:\n{(bench.folder / 'daemon.log').read_text()[-2000:]}")
        run.kill()
        run.process.wait()
    return step.__name__ if came else "too late: by chance"


def _drain(bench: Bench) -> int:
    """The exit code of a last run that is left alone until all is told, or long enough."""
    with bench.run() as run:
        with suppress(AssertionError):
            until(bench.complete, DRAIN)
        time.sleep(3)  # what is told too often would come now
        run.process.send_signal(signal.SIGTERM)
        return run.process.wait(60)


def _outcome(bench: Bench, kills: int, steps: dict[str, int], ended: int) -> Outcome:
    expected = bench.story.expected
    lost = [answer for told in bench.answers() for answer in sorted(expected - told.keys())]
    repeated = [answer for told in bench.answers() for answer, ids in told.items() for _ in range(len(ids) - 1)]
    strange = [answer for told in bench.answers() for answer in sorted(told.keys() - expected)]
    mails = Counter(str(mail["Message-ID"]) for mail in bench.post.mails)
    again = sum(times - 1 for times in [*bench.hook.taken.values(), *mails.values()])
    return Outcome(kills=kills, lost=lost, repeated=repeated, strange=strange, steps=steps, again=again, ended=ended)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument(
        "--dementi", default=str(DEMENTI), help="the command, where it is not the installed one (a script must exec it)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder to work in that is kept")
    asked = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash-") as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        found = play(folder, asked.kills, command=shlex.split(asked.dementi), seed=asked.seed)
    for step, many in sorted(found.steps.items()):
        print(f"{many:5} {step.replace('_', ' ')}")
    for word, answers in (("lost", found.lost), ("repeated", found.repeated), ("strange", found.strange)):
        if answers:
            print(f"{word}: {', '.join(' '.join(answer) for answer in answers[:20])}")
    print(f"{found.again} messages came again under the id they had; {time.monotonic() - begun:.0f} s")
    print(found)
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
