import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.reading.plain import decode, looks_like_html, one_line, plain, shorten, undo_double_encoding

MARKUP = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<br>",
                "<!--",
                "-->",
                "<script>",
                "&amp;",
                "&#0;",
                "&#xD800;",
                "\n\n",
                "<td>",
                "<?xml ?>",
                "<![CDATA[",
            ]
        ),
    )
).map("".join)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One<p>Two</p>three</div>", "One\n\nTwo\n\nthree"),
        ("one<br>line<br><br>next", "one line\n\nnext"),
        ("<ul><li>a<li>b</ul>tail <b>bo</b>ld", "a\n\nb\n\ntail bold"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<p>a\n   b&nbsp;c\td</p>", "a b c d"),
        ("<style>p{}</style><p>x</p><script>alert('<p>y</p>')</script><!-- z -->", "x"),
        ('<?xml version="1.0"?><p>x</p>', "x"),
        ("first\nline\n \n\nsecond  paragraph", "first line\n\nsecond paragraph"),
    ],
)
def test_paragraphs_and_white_space(markup: str, text: str) -> None:
    """Blocks become paragraphs with one blank line between them, everything else one space."""
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("AT&amp;T", "AT&T"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;script&gt;", "<script>"),
        ("<p>&amp;amp;</p>", "&amp;"),
        ("it&#146;s &#xD800; &#999999999999;", "it’s \ufffd \ufffd"),
    ],
)
def test_entities_are_decoded_exactly_once(markup: str, text: str) -> None:
    """What was escaped twice stays escaped once; references to impossible characters do not raise."""
    assert plain(markup) == text


def test_no_text_is_lost_in_depth() -> None:
    """What stands below thousands of open tags, behind the end of a page or in front of one is there."""
    assert plain("<b>" * 5_000 + "deep" + "</b>" * 10 + "<p>end") == "deep\n\nend"
    assert plain("<p>a</body></html><p>b") == "a\n\nb"
    assert plain("<svg><title>no</title></svg><noscript>no</noscript>a<textarea>no</textarea> b") == "a b"


def test_text_is_not_taken_for_markup() -> None:
    """Angle brackets and ampersands of ordinary sentences stay."""
    sentence = "AT&T: 5 < 6 and <NATO> a<b"

    assert not looks_like_html(sentence)
    assert plain(sentence) == sentence
    assert plain("<b>&amp;", is_html=False) == "<b>&amp;"


def test_what_cannot_be_seen_is_removed() -> None:
    """Control, bidi, zero-width, soft hyphen, surrogate, icon and tag characters vanish; split letters are joined."""
    hidden = "N\u200bA\u202eT\u00adO\x00\ud800\ufeff\ue000\U000e0041 cafe\u0301"

    assert plain(hidden) == "NATO café"


@pytest.mark.parametrize(
    "piece", ["<!--", "<!-- x -->", "<div>", "<b>", "<", "&", "&#", "<?", "<a href='", "<table>", "\n ", "]]>"]
)
def test_hostile_repetition_ends(piece: str) -> None:
    """Input on which other parsers are quadratic or recurse comes back."""
    assert "end" in plain("<p>end</p>" + piece * 200_000)


@settings(deadline=None)
@given(MARKUP)
def test_plain_never_raises_and_is_idempotent(markup: str) -> None:
    """Plain text is a fixed point, holds nothing unseen and can be stored."""
    text = plain(markup)

    assert plain(text, is_html=False) == text
    assert text == text.strip()
    text.encode()
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]


@settings(deadline=None)
@given(MARKUP, st.integers(min_value=2, max_value=50))
def test_one_line_is_one_line(markup: str, limit: int) -> None:
    """No line end, no encoded word, no more characters than asked for."""
    line = one_line(markup, limit)

    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert "=?" not in line


def test_a_title_of_ten_megabytes_is_cut_with_a_mark() -> None:
    """The limit is kept and the reader sees that something is missing."""
    title = one_line("word " * 2_000_000)

    assert len(title) <= 500
    assert title.endswith("…")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Short.", "Short."),
        ("First sentence here. Second sentence is long.", "First sentence here."),
        ("One. Then words without any end to them", "One. Then words without any…"),
        ("x" * 60, "x" * 29 + "…"),
    ],
)
def test_shorten_prefers_sentences_then_words(text: str, short: str) -> None:
    """Sentences that fill half of the limit, else words, else letters."""
    assert shorten(text, 30) == short


@pytest.mark.parametrize(
    ("garbled", "text"),
    [
        ("sociÃ©tÃ© lâ€™Ã‰tat", "société l’État"),
        ("dÃ\xa0 là", "dÃ\xa0 là"),
        ("« CAFÉ\xa0» à Â", "« CAFÉ\xa0» à Â"),
        ("plain", "plain"),
    ],
)
def test_double_encoding_is_undone_only_where_all_of_it_is(garbled: str, text: str) -> None:
    """Correct letters are never touched."""
    assert undo_double_encoding(garbled) == text


@pytest.mark.parametrize(
    ("body", "content_type", "text", "problem"),
    [
        ("é".encode(), "", "é", None),
        ("é".encode(), "text/xml; charset=UTF8", "é", None),
        (
            b'<?xml version="1.0" encoding="latin-1"?>' + "é".encode(),
            "text/xml; charset=utf-8",
            '<?xml version="1.0" encoding="latin-1"?>é',
            "declared as latin-1, read as utf-8",
        ),
        ("é".encode(), "text/xml; charset=iso-8859-1", "é", "declared as iso-8859-1, read as utf-8"),
        (b"\xe9", "text/html; charset=latin-1", "é", None),
        (b'<?xml version="1.0" encoding="iso-8859-2"?>\xb1', "", '<?xml version="1.0" encoding="iso-8859-2"?>ą', None),
        (b"\x93", "text/html; charset=klingon", "“", "declared as klingon, read as cp1252"),
        (b"\x93", "", "“", "declared as nothing, read as cp1252"),
        ("<é".encode("utf-16"), "", "<é", None),
        ("<é>".encode("utf-16-be"), "", "<é>", "read as utf-16-be although there is no byte order mark"),
        (("é" * 20).encode() + b"\xc3", "", "é" * 20 + "\ufffd", "1 broken UTF-8 sequences replaced"),
    ],
)
def test_decode_says_what_was_wrong(body: bytes, content_type: str, text: str, problem: str | None) -> None:
    """The best reading of the bytes, and in words where the declaration was wrong."""
    assert decode(body, content_type) == (text, problem)


@settings(deadline=None)
@given(st.binary(), st.text(max_size=30))
def test_decode_never_raises(body: bytes, content_type: str) -> None:
    """Any bytes under any header are some text."""
    assert isinstance(decode(body, f"text/html; charset={content_type}")[0], str)
