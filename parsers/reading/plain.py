"""Bytes to characters, and HTML or text to plain text that is safe to store, compare and print. Finds no article.

Plain text here means: paragraphs separated by one blank line, one space between words, Unicode NFC, entities decoded
exactly once, no markup, and none of the characters that cannot be seen but change what is seen or compared (control
characters, bidi overrides, zero-width, soft hyphens, lone surrogates).
"""

import codecs
import html
import re
import unicodedata

from bs4 import BeautifulSoup
from lxml import etree


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot"
    " thead tr ul"
)
_CELLS = _words("td th option")
_NOT_TEXT = _words(
    "applet audio button canvas embed frame frameset head iframe input math noframes noscript object script select"
    " style svg template textarea title video"
)
_INLINE = _words(
    "a abbr acronym b bdi bdo big br cite code del dfn em font i img ins kbd link mark meta q rp rt ruby s samp small"
    " span strike strong sub sup time tt u var wbr"
)
_TAGS = _BLOCKS | _CELLS | _NOT_TEXT | _INLINE
_AROUND = {**dict.fromkeys(_BLOCKS, "\n\n"), **dict.fromkeys(_CELLS, " ")}

_TAG = re.compile(r"<(?:!--|!doctype\b|/?([a-z][a-z0-9]*)(?=[\s/>]))", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,9}|#x[0-9a-f]{1,8}|[a-z][a-z0-9]{1,30});", re.IGNORECASE | re.ASCII)

_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""C1 control characters are nearly always Windows-1252 read as Latin-1; HTML5 reads `&#146;` in the same way."""

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")
_C1 = re.compile("[\x80-\x9f]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Control and format characters, invisible letters, surrogates, private use (icon fonts), tags that hide ASCII."""

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_BREAK = "\n\n"

_DOUBLY_ENCODED = re.compile(
    "[ÂÃÄÅâ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)


def _as_latin_1(error: UnicodeError) -> tuple[bytes, int]:
    """The five bytes that Windows-1252 leaves open, and an error for all else."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].encode("latin-1"), error.end


_LEFT_OPEN = "seabridge-left-open"
codecs.register_error(_LEFT_OPEN, _as_latin_1)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})|<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)


def plain(markup_or_text: str, *, is_html: bool | None = None) -> str:
    """HTML or text as plain text.

    Args:
        markup_or_text: anything; nothing in it makes this raise.
        is_html: False keeps `<b>` and `&amp;` as they are; None looks whether there is a tag of HTML or a
            character reference.
    """
    text = _visible(markup_or_text)
    if is_html is None:
        is_html = looks_like_html(text)
    if is_html:
        # Without a tag there is no tree to build; BeautifulSoup would also warn of texts that look like a file name.
        text = _visible(_text_of(text) if "<" in text else html.unescape(text))
    paragraphs = (" ".join(block.split()) for block in _PARAGRAPH.split(text))
    return unicodedata.normalize("NFC", _BREAK.join(block for block in paragraphs if block))


def tree(markup: str) -> BeautifulSoup:
    """HTML as a tree, however broken; text without a tag is better not given (BeautifulSoup warns of file names)."""
    # The line end keeps it from warning of an XML declaration; NUL would come out as U+FFFD.
    return BeautifulSoup("\n" + _UNSEEN.sub("", markup), "lxml")


def one_line(text: str, limit: int = 500, *, is_html: bool | None = None) -> str:
    """A title, name or label as one line of at most `limit` characters; `…` marks what was cut off.

    `=?` is broken up as well: a mail library takes `=?utf-8?q?…?=` for an encoded word, and line ends hidden in one
    become real headers.
    """
    # A title of 10 MB need not be parsed to its end in order to keep 500 characters of it.
    line = " ".join(plain(text[: 100 * limit], is_html=is_html).split()).replace("=?", "= ?")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def shorten(text: str, limit: int) -> str:
    """The beginning of a text as one line of at most `limit` characters.

    Whole sentences where they fill half of it, else whole words and `…`.
    """
    line = " ".join(text[: 10 * limit].split())
    if len(line) <= limit:
        return line
    head = line[:limit]
    sentence = max(head.rfind(f"{mark} ") for mark in (".", "!", "?", "…")) + 1
    if sentence >= limit // 2:
        return head[:sentence]
    head = line[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:–-") + "…"


def looks_like_html(text: str) -> bool:
    """Whether there is a tag that HTML knows, a comment or a reference. `5 < 6`, `<NATO>` and `AT&T` are text."""
    if _REFERENCE.search(text):
        return True
    return any(name is None or name.lower() in _TAGS for name in (found[1] for found in _TAG.finditer(text)))


def undo_double_encoding(text: str) -> str:
    """`sociÃ©tÃ©` as `société`: undone only where all of a text is UTF-8 that was taken for Windows-1252."""
    if not _DOUBLY_ENCODED.search(text):
        return text
    try:
        return text.encode("cp1252", _LEFT_OPEN).decode()
    except ValueError:
        return text


def decode(body: bytes, content_type: str = "") -> tuple[str, str | None]:
    """Bytes of XML, HTML or JSON as text, and in words what was wrong with the declared encoding (None if nothing was).

    A byte order mark decides; else what is valid UTF-8 is UTF-8, whatever was declared (no other encoding passes by
    chance); else the HTTP header, then the document itself, then Windows-1252, in which every byte means something.
    """
    declared = _declared(body, content_type)
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), None
    if body[:400].count(0) > len(body[:400]) // 4:
        wide = "utf-16-be" if body[:1] == b"\0" else "utf-16-le"
        return body.decode(wide, "replace"), f"read as {wide} although there is no byte order mark"
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken == 0:
        wrong = [name for name in declared if not _same("utf-8", name)]
        return text, f"declared as {wrong[0]}, read as utf-8" if wrong and not body.isascii() else None
    # One bad byte, or a body cut in the middle of a character, does not turn all other letters into Windows-1252.
    if broken * 10 <= sum(character > "\x7f" for character in text):
        return text, f"{broken} broken UTF-8 sequences replaced"
    for encoding in (*declared, "cp1252"):
        try:
            text = body.decode(encoding)
        except (ValueError, LookupError):
            continue
        return text, None if declared[:1] == [
            encoding
        ] else f"declared as {(declared or ['nothing'])[0]}, read as {encoding}"
    return text, f"{broken} broken UTF-8 sequences replaced"


def _declared(body: bytes, content_type: str) -> list[str]:
    inside = _DECLARED.search(body[:2000])
    names = [
        *(found[1] for found in [_CHARSET.search(content_type)] if found),
        *([(inside[1] or inside[2]).decode("ascii")] if inside else []),
    ]
    return [name.lower() for name in names]


def _same(one: str, other: str) -> bool:
    try:
        return codecs.lookup(one).name == codecs.lookup(other).name
    except LookupError:
        return False


def _visible(text: str) -> str:
    text = _LINE_ENDS.sub("\n", text)
    if _C1.search(text):
        text = text.translate(_WINDOWS)
    return _UNSEEN.sub("", text)


def _text_of(markup: str) -> str:
    """The text of a piece of HTML, `_BREAK` around blocks. No tree is built: hostile markup nests very deep."""
    parser = etree.HTMLParser(target=_Listener(), encoding="utf-8")
    # The line end keeps a text that begins like an XML declaration from being taken for one.
    parser.feed(f"\n{markup}".encode())
    text: str = parser.close()
    return text


class _Listener:
    """What lxml's HTML parser reports to, tag by tag; `close` gives the text."""

    __slots__ = ("_hidden", "_parts")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._hidden = 0

    def start(self, tag: str, _attributes: object) -> None:
        if not self._hidden:
            self._parts.append("\n" if tag == "br" else _AROUND.get(tag, ""))
        self._hidden += tag in _NOT_TEXT

    def end(self, tag: str) -> None:
        self._hidden -= tag in _NOT_TEXT
        if not self._hidden:
            self._parts.append(_AROUND.get(tag, ""))

    def data(self, text: str) -> None:
        if not self._hidden:
            self._parts.append(text.replace("\n", " "))

    def close(self) -> str:
        return "".join(self._parts)
