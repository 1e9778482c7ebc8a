from parsers.reading.lists.entries import LONGEST_MARKUP, MOST_ENTRIES, Said, clean_entries


def test_only_the_newest_of_very_many_are_read() -> None:
    """By date and not by place; in the order of the source; and it is said."""
    old = [Said(title=(f"old {n}", None), published="2020-01-01") for n in range(10)]
    new = [Said(title=(f"new {n}", None), published="2026-01-01") for n in range(MOST_ENTRIES)]
    entries, problems = clean_entries([*old, *new], "https://a.example/")

    assert [entry.title for entry in entries] == [f"new {n}" for n in range(MOST_ENTRIES)]
    assert problems == ("2010 entries, of which only the 2000 newest were read",)


def test_empty_entries_are_kept_and_named() -> None:
    """They were fetched, so they must be counted."""
    entries, problems = clean_entries([Said(guid="x"), Said(title=("a", None))], "https://a.example/")

    assert len(entries) == 2
    assert problems == ("neither title nor link nor text in entry 1",)


def test_the_first_usable_link_counts() -> None:
    """What cannot be followed is named, also where another link could."""
    (entry,), _ = clean_entries([Said(links=["", "mailto:a@b.example", "/c"])], "https://a.example/b/")

    assert entry.url == "https://a.example/c"
    assert entry.problems == ("link dropped, it is no http(s) address: mailto:a@b.example",)


def test_a_date_that_was_never_set_is_none() -> None:
    """The first moment of 1970 is what programs write for nothing; what was said stays."""
    (entry,), _ = clean_entries([Said(title=("a", None), published="1970-01-01T00:00:00Z")], "https://a.example/")

    assert (entry.published, entry.published_raw) == (None, "1970-01-01T00:00:00Z")
    assert entry.problems == ("date not readable: 1970-01-01T00:00:00Z",)


def test_overlong_fields_are_cut_and_named() -> None:
    """No field holds up the others."""
    (entry,), _ = clean_entries([Said(content=("x" * (LONGEST_MARKUP + 1), False))], "https://a.example/")

    assert len(entry.content) == LONGEST_MARKUP
    assert entry.problems == ("content of 2000001 characters, of which 2000000 were read",)


def test_only_pdfs_are_attachments() -> None:
    """By type, and enclosures by name as well, because servers give them any type."""
    files = [
        ("/1", "application/pdf", False),
        ("/2.pdf", "text/html", True),
        ("/3.pdf", "text/html", False),
        ("/4.mp3", "audio/mpeg", True),
        ("file:///5.pdf", "application/pdf", True),
        ("/1", "application/pdf", True),
    ]
    (entry,), _ = clean_entries([Said(files=files)], "https://a.example/")

    assert entry.attachments == ("https://a.example/1", "https://a.example/2.pdf")
