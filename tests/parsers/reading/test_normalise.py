from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.configured import Source
from parsers.model import Entry, Item, Page
from parsers.reading.normalise import entry_key, entry_sha256, make_item

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
DAY = datetime(2026, 7, 3, 15, 4, tzinfo=UTC)
SOURCE = Source(
    id="example",
    name="Example",
    url="https://a.example/feed",
    form="feed",
    language="en",
    country="BE",
    publisher_type="press",
    family="example",
    weight=3,
    status="seen working",
)
ENTRY = Entry(
    guid="g-1",
    url="https://www.a.example/one?utm_source=rss",
    title="Ministers agree on joint buying",
    summary="Twelve states will buy together. More follows.",
    published=DAY,
)
ARTICLE = ("The ministers of twelve states agreed on Monday to buy together. " * 20).strip()


def item(entry: Entry = ENTRY, page: Page | None = None) -> Item:
    return make_item(entry, page, SOURCE, NOW)


def page(text: str = ARTICLE, **fields: Any) -> Page:
    return Page(**{"url": "https://a.example/one", "title": "Page title", **fields}, text=text)


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        (ENTRY, "g-1 a.example/one"),
        (replace(ENTRY, guid="http://a.example/one#0"), "a.example/one"),
        (replace(ENTRY, url=None), "g-1"),
        (replace(ENTRY, guid=None), "a.example/one"),
    ],
)
def test_keys_in_their_order(entry: Entry, key: str) -> None:
    """Guid and link, a guid that is the link, guid, link."""
    assert entry_key(entry) == key


def test_without_guid_and_link_title_and_date_make_the_key() -> None:
    """The same tomorrow; another title or day is another article."""
    bare = replace(ENTRY, guid=None, url=None)

    assert entry_key(bare) == entry_key(replace(bare, summary="changed"))
    assert len({entry_key(bare), entry_key(replace(bare, title="x")), entry_key(replace(bare, published=None))}) == 3


def test_a_shared_guid_with_another_link_is_another_article() -> None:
    """A guid that is used again never overwrites what had it before; the same guid with a new title does change it."""
    assert item().id != item(replace(ENTRY, url="https://a.example/two")).id

    changed = item(replace(ENTRY, title="Corrected title"))
    assert changed.id == item().id
    assert changed.content_sha256 != item().content_sha256


def test_fetch_noise_changes_nothing() -> None:
    """Session guids, trackers, http, the time of the request and our own problems are not what the source said."""
    again = replace(
        ENTRY, guid="session-2", url="http://a.example/one?utm_source=mail", updated=NOW, problems=("something",)
    )

    assert entry_sha256(again) == entry_sha256(ENTRY)
    for field in ({"title": "x"}, {"summary": "x"}, {"content": "x"}, {"published": NOW}, {"tags": ("x",)}):
        assert entry_sha256(replace(ENTRY, **field)) != entry_sha256(ENTRY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "page_", "text", "origin"),
    [
        (ENTRY, None, ENTRY.summary, "feed"),
        (replace(ENTRY, content=ARTICLE), None, ARTICLE, "feed"),
        (ENTRY, page(), ARTICLE, "page"),
        (ENTRY, page(pages=4), ARTICLE, "pdf"),
        (ENTRY, page("Please enable JavaScript."), ENTRY.summary, "feed"),
        (replace(ENTRY, content=ARTICLE), page(ARTICLE[:300]), ARTICLE, "feed"),
        (replace(ENTRY, content=ARTICLE), page(ARTICLE[:-100]), ARTICLE[:-100], "page"),
        (replace(ENTRY, summary=""), None, ENTRY.title, "title"),
        (replace(ENTRY, summary=""), page("Subscribe to read on."), ENTRY.title, "title"),
        (replace(ENTRY, summary=f"{ENTRY.title}  Example Times"), None, ENTRY.title, "title"),
    ],
)
def test_the_longest_honest_text(entry: Entry, page_: Page | None, text: str, origin: str) -> None:
    """The page, unless it is a stub or far shorter than the feed; what repeats the title is no text."""
    made = item(entry, page_)

    assert (made.text, made.text_origin) == (text, origin)


@pytest.mark.parametrize("problem", ["paywall stub", "consent or login page", "soft 404", "needs javascript"])
def test_a_notice_is_no_article(problem: str) -> None:
    """However long the notice is, the feed's words serve, and the item says why."""
    made = item(page=page(problems=(problem,)))

    assert (made.text, made.text_origin, made.problems) == (ENTRY.summary, "feed", (problem,))
    assert item(page=page(problems=("truncated by parser",))).text == ARTICLE


def test_a_stub_is_named() -> None:
    """Nothing is left out in silence."""
    assert item(page=page("Stub.")).problems == ("the page gave only 5 characters of text, which were not used",)


@pytest.mark.parametrize(
    ("entry", "page_", "title"),
    [
        (ENTRY, page(), ENTRY.title),
        (replace(ENTRY, title=""), page(), "Page title"),
        (
            replace(ENTRY, title=""),
            page(title=None),
            "The ministers of twelve states agreed on Monday to buy together.",
        ),
        (replace(ENTRY, title="", summary=""), None, "https://www.a.example/one"),
        (replace(ENTRY, title="", summary="", url=None), None, "untitled"),
    ],
)
def test_a_title_is_always_found(entry: Entry, page_: Page | None, title: str) -> None:
    """Feed, page, beginning of the text, address, a word that says so."""
    assert item(entry, page_).title == title


def test_an_address_is_no_text() -> None:
    """Words in an address must not be judged as if somebody had written them."""
    made = item(replace(ENTRY, title="", summary=""))

    assert (made.text, made.text_origin, made.language) == ("", "title", "en")


@pytest.mark.parametrize(
    ("published", "updated", "on_page", "expected"),
    [
        (DAY, NOW, NOW, DAY),
        (None, DAY, NOW, DAY),
        (None, None, DAY.astimezone(timezone(timedelta(hours=2))), DAY),
        (None, None, DAY.replace(tzinfo=None), DAY),
        (None, None, None, None),
        (datetime(2999, 1, 1, tzinfo=UTC), None, None, datetime(2999, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates_come_from_the_source_or_not_at_all(
    published: datetime | None, updated: datetime | None, on_page: datetime | None, expected: datetime | None
) -> None:
    """Feed, then page, never the time of the fetch; a date in the future stays for others to judge."""
    made = item(replace(ENTRY, published=published, updated=updated), page(published=on_page))

    assert made.published == expected
    assert made.published is None or made.published.tzinfo is UTC


@pytest.mark.parametrize(
    ("entry", "page_", "summary"),
    [
        (ENTRY, page(), ENTRY.summary),
        (replace(ENTRY, summary=""), page("First sentence. " + ARTICLE), None),
        (replace(ENTRY, summary="word " * 200), None, "word " * 79 + "…"),
        (replace(ENTRY, summary=f"{ENTRY.title}  Example Times"), None, ""),
    ],
)
def test_summaries_are_short_and_say_something(entry: Entry, page_: Page | None, summary: str | None) -> None:
    """The feed's, else the first sentences of the text, never the title again."""
    made = item(entry, page_).summary

    assert len(made) <= 400
    if summary is None:
        assert made.startswith("First sentence. The ministers")
        assert made.endswith(".")
    else:
        assert made.replace(" …", "…") == summary.replace(" …", "…")


def test_the_rest_of_an_item() -> None:
    """Canonical address, stable id, the text's own language, authors of the page where the feed has none."""
    made = item(
        page=page("Die Ministerinnen und Minister trafen sich am Montag in der Hauptstadt. " * 9, authors=("Ada",))
    )

    assert (made.url, made.language, made.authors) == ("https://www.a.example/one", "de", ("Ada",))
    assert made.id == item().id
    assert len(made.id) == 16
    assert made.first_seen == NOW
    assert make_item(ENTRY, None, replace(SOURCE, id="other"), NOW).id != made.id


ENTRIES = st.builds(
    Entry,
    guid=st.none() | st.text(max_size=10),
    url=st.none() | st.just("https://a.example/x") | st.text(max_size=10),
    title=st.text(max_size=30),
    summary=st.text(max_size=30),
    content=st.text(max_size=600),
    published=st.none() | st.datetimes(timezones=st.just(UTC)),
    updated=st.none(),
    language=st.none() | st.text(max_size=5),
)
PAGES = st.none() | st.builds(
    Page,
    url=st.none(),
    title=st.none() | st.text(max_size=10),
    text=st.text(max_size=600),
    published=st.none() | st.datetimes(timezones=st.timezones()),
)


@settings(deadline=None)
@given(ENTRIES, PAGES)
def test_make_item_never_raises_and_is_stable(entry: Entry, page_: Page | None) -> None:
    """Any entry makes the same valid item every time."""
    made = item(entry, page_)

    assert made == item(entry, page_)
    assert made.title
    assert len(made.summary) <= 400
    assert entry_sha256(entry) == entry_sha256(entry)
    assert made.published is None or made.published.tzinfo is UTC
