"""The web page behind an item: what became of asking for it, and how its text becomes part of the item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from monitor.model.source import Item, Review
from monitor.model.times import aware

LONGEST = 200_000  # characters of an item's content


class PageState(StrEnum):
    """What became of a page. The same word stands in store, log, list and `why`."""

    PENDING = "pending"  # to be asked for
    FETCHED = "fetched"
    EMPTY = "empty"  # fetched, and no text of an article in it
    REFUSED = "refused"  # robots.txt forbids it
    FAILED = "failed"  # the server, our own guard, or its HTML
    MISSED = "missed"  # too old before its turn came: more pages were wanted than the limits allow


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page, by the address that items link to."""

    url: str  # Item.link
    host: str  # lower case, with its port where it is not the usual one
    state: PageState = PageState.PENDING
    due: datetime  # when it may be asked for
    made: datetime  # when it was first wanted
    attempts: int = 0
    asked: datetime | None = None  # last time
    status: int | None = None  # HTTP
    error: str | None = None  # for people
    final_url: str | None = None  # after redirects
    text: str | None = None
    reviews: tuple[Review, ...] = ()  # fact-checks that the page's markup holds; not placed yet

    def __post_init__(self) -> None:
        aware(due=self.due, made=self.made, asked=self.asked)


def with_page(item: Item, page: Page) -> Item:
    """The item with the page's text after its own content, then a line for each of the page's reviews (`Item.reviews`).

    Digest and version stay: to the feed it is the same item. What the item says already is not said twice.
    """
    own = item.content or ""
    text = _new_lines(page.text or "", f"{item.title}\n{own}")
    content = "\n".join(part for part in (own, text) if part)[:LONGEST]
    reviews: list[Review] = []
    for review in page.reviews:
        at = len(content) + bool(content)
        head = f"{review.author or page.host}, “{review.claim}”: "
        content = f"{content}\n{head}{review.rating}" if content else head + review.rating
        start = at + len(head)
        reviews.append(replace(review, at=at, start=start, end=start + len(review.rating)))
    return replace(item, content=content or None, page=page.url, own=len(own[:LONGEST]), reviews=tuple(reviews))


def without_page(item: Item) -> Item:
    """The item as its feed gives it."""
    if item.page is None:
        return item
    return replace(item, content=(item.content or "")[: item.own] or None, page=None, own=0, reviews=())


def without_reviews(item: Item) -> Item:
    """The item as its outlet tells it: what others claimed, and the outlet rates, is not said by anybody in it."""
    if not item.reviews or item.content is None:
        return item
    told = item.content[: max(item.own, min(review.at for review in item.reviews) - 1)]
    return replace(item, content=told or None, reviews=())


def _new_lines(text: str, said: str) -> str:
    """The lines of a page that an item does not hold already, as its headline and the first paragraphs."""
    known = " ".join(said.split())
    return "\n".join(line for line in text.split("\n") if " ".join(line.split()) not in known)
