from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.page import LONGEST, Page, PageState, with_page, without_reviews
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


def test_the_headline_is_not_said_twice() -> None:
    assert with_page(item(), page("A  headline\nOne.")).content == "One."
    assert with_page(item(), page("A headline")).content == "A headline"
    assert with_page(item(), page("A headline and more\nOne.")).content == "A headline and more\nOne."


def test_what_the_feed_gave_stays_unless_the_page_has_it_too() -> None:
    assert (
        with_page(item("The feed's own words."), page("Other words.")).content == "The feed's own words.\nOther words."
    )
    assert with_page(item("One.\n Two …"), page("One. Two. Three.")).content == "One.\n Two …\nOne. Two. Three."
    assert with_page(item("One. Two."), page("One.  Two. Three.")).content == "One.  Two. Three."


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


def test_a_text_without_end_is_cut_and_reviews_are_not() -> None:
    told = with_page(item("x" * LONGEST), page("y" * LONGEST, Review(claim="c", rating="False")))
    assert told.content is not None
    assert len(told.content) < LONGEST + 100
    (review,) = told.reviews
    assert told.content[review.start : review.end] == "False"
