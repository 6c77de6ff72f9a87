from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.page import LONGEST, Page, PageState, with_page, without_page, without_reviews
from monitor.model.source import Item, Review

NOW = datetime(2024, 11, 7, 12, 0, tzinfo=UTC)
URL = "https://outlet.example/1"


def page(text: str | None, *reviews: Review) -> Page:
    state = PageState.FETCHED
    return Page(url=URL, host="outlet.example", state=state, due=NOW, made=NOW, text=text, reviews=reviews)


def item(content: str | None = None, title: str = "A headline") -> Item:
    return Item(id="i", feed="f", title=title, summary="A teaser", content=content, digest="d", version=3)


def test_the_text_of_the_page_is_the_content_of_the_same_item() -> None:
    told = with_page(item(), page("One.\nTwo."))
    assert (told.content, told.page, told.digest, told.version, told.summary) == ("One.\nTwo.", URL, "d", 3, "A teaser")


def test_what_the_item_says_already_is_not_said_twice() -> None:
    assert with_page(item(), page("A  headline\nOne.")).content == "One."
    assert with_page(item(), page("A headline and more\nOne.")).content == "A headline and more\nOne."
    told = with_page(item("One.\n Two …"), page("A headline\nOne.\nTwo. Three."))
    assert (told.content, told.own) == ("One.\n Two …\nTwo. Three.", 11)
    told = with_page(item("The feed's own words."), page("Other words."))
    assert (told.content, told.own) == ("The feed's own words.\nOther words.", 21)


def test_the_page_can_be_taken_away_again() -> None:
    for own in (None, "The feed's own words.\n"):
        told = with_page(item(own), page("Other words.", Review(claim="c", rating="False")))
        assert told != item(own)
        assert without_page(told) == item(own)
    assert without_page(item("x")) == item("x")


def test_a_page_of_reviews_only_leaves_the_feeds_words() -> None:
    told = with_page(item("Own."), page(None, Review(claim="It rained", rating="False")))
    assert told.content == "Own.\noutlet.example, “It rained”: False"
    assert without_reviews(told).content == "Own."
    assert without_reviews(with_page(item(), page(None, Review(claim="c", rating="r")))).content is None
    assert with_page(item(), page(None)).content is None


REVIEWS = st.builds(
    Review, claim=st.text(max_size=40), rating=st.text(min_size=1, max_size=20), author=st.none() | st.text(max_size=9)
)


@given(st.none() | st.text(max_size=99), st.none() | st.text(max_size=99), st.lists(REVIEWS, max_size=4))
def test_ratings_stand_where_reviews_say(own: str | None, text: str | None, reviews: list[Review]) -> None:
    told = with_page(item(own), page(text, *reviews))
    content = told.content or ""
    assert [content[review.start : review.end] for review in told.reviews] == [review.rating for review in reviews]
    assert [review.claim in content[review.at : review.start] for review in told.reviews] == [True] * len(reviews)
    left = without_reviews(told)
    assert left.reviews == ()
    assert content.startswith(left.content or "")
    assert without_page(told) == item(own or None)


def test_a_text_without_end_is_cut_and_reviews_are_not() -> None:
    told = with_page(item("x" * LONGEST), page("y" * LONGEST, Review(claim="c", rating="False")))
    assert told.content is not None
    assert len(told.content) < LONGEST + 100
    (review,) = told.reviews
    assert told.content[review.start : review.end] == "False"
