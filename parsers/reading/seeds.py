"""Read a seed document: number its paragraphs, tell text from furniture, clean it. Fetches nothing, judges no topic.

The catalogue (config/seeds.toml) knows each file by size and hash. For that very file the catalogue's own list of
furniture decides; for any other (another extraction, a fetched page) the general rules of `furniture` decide alone.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from parsers.configured import SeedRecord
from parsers.errors import Unreadable
from parsers.model import Page, Paragraph, Seed, TextOrigin
from parsers.reading.plain import decode, plain

# ---------------------------------------------------------------- finding and reading


def locate(folder: Path | None, records: Sequence[SeedRecord]) -> Mapping[str, Path]:
    """Seed id -> its file in `folder`: by name, else any file of that size and hash. Absent seeds are left out."""
    if folder is None or not folder.is_dir():
        return {}
    files = sorted(path for path in folder.iterdir() if path.is_file())
    by_name = {path.name: path for path in files}
    found: dict[str, Path] = {}
    for record in records:
        path = by_name.get(record.file) or next((path for path in files if _holds(path, record)), None)
        if path is not None:
            found[record.id] = path
    return found


def read_seed(raw: bytes, record: SeedRecord) -> Seed:
    """The seed in a text file; offsets count characters of the decoded text, numbers start at 1.

    Where the hash is not the record's, `problems` says so and general rules decide what is text.
    Raises Unreadable (empty, not-a-page).
    """
    text, trouble = decode(raw)
    if "\0" in text:
        raise Unreadable(record.file, "not-a-page", "not a plain text file")
    problems = () if trouble is None else (trouble,)
    actual = hashlib.sha256(raw).hexdigest()
    if actual == record.sha256:
        return _seed(text, record, "seed", problems, record.not_text)
    differs = f"sha256 differs: {actual} instead of {record.sha256}; general rules decide what is text"
    return _seed(text, record, "seed", (*problems, differs))


def abstract_seed(record: SeedRecord) -> Seed:
    """The catalogue's own abstract, in the place of a text that is not at hand."""
    return Seed(record, record.abstract, "abstract")


def seed_from_page(page: Page, record: SeedRecord) -> Seed:
    """The seed as fetched. Paragraphs are numbered as on the page: the numbers in the record do not apply to them.

    Raises Unreadable (empty).
    """
    problems = page.problems
    if page.title and not _same_title(page.title, record.title):
        problems = (*problems, f"title differs: {page.title!r} instead of {record.title!r}")
    return _seed(page.text, record, "page" if page.pages is None else "pdf", problems)


def _holds(path: Path, record: SeedRecord) -> bool:
    return path.stat().st_size == record.bytes and hashlib.sha256(path.read_bytes()).hexdigest() == record.sha256


def _same_title(one: str, other: str) -> bool:
    """Half of the words of the shorter title; sites add their name, and a 'page not found' shares nothing."""
    words, others = (set(re.findall(r"\w{3,}", title.casefold())) for title in (one, other))
    return 2 * len(words & others) >= min(len(words), len(others))


def _seed(
    text: str, record: SeedRecord, origin: TextOrigin, problems: tuple[str, ...], not_text: Sequence[int] = ()
) -> Seed:
    spans = tuple(_spans(text))
    if not spans:
        raise Unreadable(record.file, "empty", f"no text for seed {record.id}")
    pieces = [text[start:end] for start, end in spans]
    skipped = frozenset(not_text or furniture(pieces))
    words, width = _vocabulary(text), _width(pieces)
    paragraphs = []
    for number, (piece, (start, end)) in enumerate(zip(pieces, spans, strict=True), 1):
        clean = _clean(piece, words, width)
        paragraphs.append(Paragraph(number, clean, start, end, bool(clean) and number not in skipped))
    running = _running_text([each.text for each in paragraphs if each.is_text], words)
    return Seed(record, running, origin, tuple(paragraphs), problems)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs are what lies between lines that are empty or blank; spans are without the blanks at both ends."""
    for match in re.finditer(r"^[^\S\n]*\S.*(?:\n[^\S\n]*\S.*)*", text, re.MULTILINE):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        yield start, match.start() + len(piece.rstrip())


# ---------------------------------------------------------------- cleaning

ADDRESS = re.compile(r"\s*<?(?:https?|ftp|file)://", re.IGNORECASE)
DOCUMENT = re.compile(r"\.(?:pdf|html?|docx?|xlsx?|pptx?)>?\s*$", re.IGNORECASE)
MARKDOWN_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*]+)(?<=\S)\1(?![\w*])")
FOOTNOTE_MARK = re.compile(  # km² and CO² are no footnotes; a plain digit is one only where it is glued to a full stop
    r"(?<=[^\s\d])(?<!\b[mM])(?<!\b[kcm]m)(?<!\bCO)[¹²³⁰⁴-⁹]+"
    r"|(?:(?<=[a-z]{4}[.,;])|(?<=\)[.,;])|(?<=\b20\d\d\.))\d{1,2}(?=\s|$)"
)
BULLET = re.compile(r"^[•‣▪●◦■\ue000-\uf8ff]\s*")
ENDED = re.compile(r"[.!?:;…][\"'“”‘’»)\]]*$")
DANGLING = re.compile(r"(?:,|\b(?:a|an|and|as|at|by|for|from|in|its|of|on|or|that|the|their|to|which|with))$")
PREFIXES = re.compile(
    "anti|counter|cross|far|full|half|high|ill|large|long|low|mid|multi|near|non|quasi|second|self|semi|short|single"
    "|small|soft|third|top|two|well"
)


def _vocabulary(text: str) -> frozenset[str]:
    """Words and hyphenated compounds as they stand inside lines: the evidence for hyphens at line ends."""
    words = re.finditer(r"([^\W\d_]+(?:-[^\W\d_]+)*)(-[^\S\n]*\n[^\S\n]*[^\W\d_]+)?", text.lower())
    return frozenset(word[1] for word in words if not word[2])


def _width(pieces: Sequence[str]) -> int:
    """The width in characters that lines were wrapped at: the median of the lines that another one follows."""
    lines = [line.strip() for piece in pieces for line in piece.splitlines()[:-1] if not ADDRESS.match(line)]
    return int(median(map(len, lines))) if lines else 0


def _clean(piece: str, words: frozenset[str], width: int) -> str:
    """Wrapped lines joined, lines of links dropped; a heading or list entry glued to the next stands alone again."""
    lines = piece.splitlines()
    lines = [line for line, is_link in zip(lines, _link_lines(lines), strict=True) if line.strip() and not is_link]
    blocks: list[list[str]] = []
    heading = False
    for index, line in enumerate(lines):
        bare = BULLET.sub("• ", line.strip())
        following = lines[index + 1].strip() if index + 1 < len(lines) else ""
        indented = blocks and line[0].isspace() and ENDED.search(FOOTNOTE_MARK.sub("", blocks[-1][-1][-80:]))
        if not blocks or heading or indented or bare[0] == "•":
            blocks.append([bare])
            heading = not heading and _is_heading(bare, following, width)
        else:
            blocks[-1][-1:] = _glued(blocks[-1][-1], bare, words)
    return "\n\n".join(filter(None, (_unmarked("".join(block)) for block in blocks)))


def _link_lines(lines: Sequence[str]) -> list[bool]:
    """A line that is an address and nothing else; blanks are fine in a file name or among other such lines.

    Example: `http://host/03-11-11 Press note.pdf` between two addresses.
    """
    starts = [bool(ADDRESS.match(line)) for line in lines]
    beside = [any(starts[max(0, at - 1) : at] + starts[at + 1 : at + 2]) for at in range(len(lines))]
    return [
        start and (near or len(line.split()) == 1 or bool(DOCUMENT.search(line)) or line.lstrip().startswith("file:"))
        for line, start, near in zip(lines, starts, beside, strict=True)
    ]


def _is_heading(line: str, following: str, width: int) -> bool:
    """The first line of a block, if it ended although the next word would have fitted, and a new sentence follows."""
    return (
        bool(following)
        and len(line) < 0.9 * width
        and len(line) + 1 + len(following.split(maxsplit=1)[0]) <= width
        and not (ENDED.search(line) or DANGLING.search(line) or line.endswith("-"))
        and not (_goes_on(line) or _goes_on(following))
    )


def _goes_on(text: str) -> bool:
    return text.lstrip("\"'“‘«([")[:1].islower()


def _glued(left: str, right: str, words: frozenset[str]) -> tuple[str, str]:
    """Two pieces of one sentence, `left` with its blank. The hyphen of a compound stays (counter-terrorism)."""
    first, second = re.search(r"([^\W\d_]+)-$", left[-40:]), re.match(r"[^\W\d_]+", right)
    if first is None or second is None or second.group() in {"and", "or", "to"}:
        return f"{left} ", right
    one, other = first.group(1).lower(), second.group().lower()
    compound = f"{one}-{other}" in words or not second.group()[0].islower()
    if not compound and one + other not in words:
        compound = bool(PREFIXES.fullmatch(one)) or (min(len(one), len(other)) >= 4 and one in words and other in words)
    return left if compound else left[:-1], right


def _unmarked(text: str) -> str:
    text = re.sub(r"\\([()\[\]*_])", r"\1", EMPHASIS.sub(r"\2", MARKDOWN_LINK.sub(r"\1", text)))
    text = re.sub(r"<(?:https?|ftp)://[^<>\s]*>", "", text)
    return " ".join(plain(FOOTNOTE_MARK.sub("", text), is_html=False).split())


def _running_text(texts: Sequence[str], words: frozenset[str]) -> str:
    """Paragraphs with a blank line between them; a sentence that a page break or a footnote cut in two is one again."""
    out = list(texts[:1])
    for text in texts[1:]:
        tail = out[-1][out[-1].rfind("\n") + 1 :][-2000:]
        cut = len(tail) >= 40 and not ENDED.search(tail)
        goes_on = _goes_on(text) or DANGLING.search(tail) or tail.count("(") > tail.count(")")
        out[-1:] = _glued(out[-1], text, words) if cut and goes_on else (f"{out[-1]}\n\n", text)
    return "".join(out)


# ---------------------------------------------------------------- furniture

NAME = r"(?:[A-ZÀ-ÞĀ-Ž][\w.'’-]* ){2,4}"
ROLE = (
    r"(?:editor|reporter|correspondent|columnist|journalist|writer|fellow|professor|lecturer|scientist|researcher"
    r"|analyst|scholar"
    r"|(?:head|director) of (?:the|its) .{0,60}(?:programme|program|centre|center|institute|department|project))"
)
BIOGRAPHY = re.compile(rf"{NAME}(?:(?:is|was) .{{0,80}}(?i:\b{ROLE}\b)|(?:covers|reports on|writes about) )")
CREDIT = re.compile(
    r"\(?(?:with (?:information|reporting|material|files) (?:from|by)\b|(?:additional )?reporting by|editing by)|"
    r"\(?(?:AFP|AP|ANSA|dpa|EFE|Europa Press|Reuters)\)?$",
    re.IGNORECASE,
)
NAVIGATION = re.compile(
    r"(?:more (?:in|on|from|about)|related(?::| articles| stories| news|$)|read (?:more|next|also)|see also"
    r"|you may also|most (?:read|popular)|recommended(?: for|$)|share this|sign up|subscribe|follow us"
    r"|latest (?:news|stories|from)|tags?:|topics?:|back to top|advertisement$)",
    re.IGNORECASE,
)
FIGURE = re.compile(
    r"(?:figure|fig\.|table|chart|graph|map|box) \d+ ?[-–—:.]|(?:data|sources?|photo|image|credits?):", re.IGNORECASE
)
CAPTION = re.compile(  # (Jane Doe /)  (AP Photo/Jane Doe)  (Jane Doe/Reuters), but not (EU/NATO)
    r"\((?:[^()/]+/ ?|[^()/]*\bPhoto ?/[^()]+|[^()/]+/ ?(?:AFP|ANSA|AP|DPA|EFE|EPA|Getty|Pool|Reuters)\b[^()]*)\)$",
    re.IGNORECASE,
)
PAGE_NUMBER = re.compile(r"(?:\bpage \d+(?: of \d+)?|^[-–| ]*\d{1,4}[-–| ]*)$", re.IGNORECASE)
FOOTNOTE = re.compile(r"[¹²³⁰⁴-⁹]+ ?\S|\[\d{1,3}\] |\d{1,3}\.? (?:see|ibid|cf|op\. cit)\b", re.IGNORECASE)
IMPRINT = re.compile(
    r"©|copyright(?:ed material| holders?| notice| \d{4}| by )|all rights reserved|views expressed|written consent"
    r"|free(?: for)? download|\b(?:tel|fax)\b.{0,3}[(+\d]"
    r"|^this (?:\w+ ){1,3}(?:was|is|has been) (?:produced|written|prepared|funded|commissioned)",
    re.IGNORECASE,
)
PROSE = re.compile(r"[.!?;:…][\"'“”‘’»)\]]*$|[.!?][\"'”’]? [A-ZÀ-Þ“‘\"]")


def furniture(pieces: Sequence[str]) -> Mapping[int, str]:
    """Paragraph number (from 1) -> what it is instead of text, by general rules; `pieces` are the raw paragraphs."""
    flat = [" ".join(plain(piece, is_html=False).split()) for piece in pieces]
    prose = [len(text) >= 60 and bool(PROSE.search(text)) for text in flat]
    masked = [re.sub(r"\d+", "#", text.casefold()) for text in flat]
    seen = Counter(masked)
    edge = max(4, len(flat) // 6)
    title_block = prose.index(True) if any(prose) else 0
    found: dict[int, str] = {}
    for at, text in enumerate(flat):
        reason = _by_itself(text, pieces[at])
        if reason is None and seen[masked[at]] > 1 and len(text) <= 100 and not ENDED.search(text):
            reason = "running header"
        if reason is None and not edge <= at < len(flat) - edge:
            reason = _at_edge(text)
        if reason is None and at < title_block:
            reason = "title block"
        if reason is not None:
            found[at + 1] = reason
    return found | _after_the_end(found, prose)


def _by_itself(text: str, piece: str) -> str | None:
    """Furniture wherever it stands."""
    lines = [" ".join(line.split()) for line in piece.splitlines()]
    rules = (
        ("link list", all(_link_lines(lines))),
        ("footnote", FOOTNOTE.match(text)),
        ("page number", len(text) <= 80 and PAGE_NUMBER.search(text)),
        ("figure", len(text) <= 200 and FIGURE.match(text)),
        ("caption", len(text) <= 300 and (CAPTION.search(text) or _says_twice(lines))),
        ("credit", len(text) <= 80 and CREDIT.match(text)),
        ("navigation", len(text) <= 80 and NAVIGATION.match(text) and not ENDED.search(text)),
    )
    return next((reason for reason, holds in rules if holds), None)


def _at_edge(text: str) -> str | None:
    """Furniture only near the beginning or the end: in the middle such words may be what the article is about."""
    return "biography" if BIOGRAPHY.match(text) else "imprint" if IMPRINT.search(text) else None


def _says_twice(lines: Sequence[str]) -> bool:
    """The alternative text of a photo and then its caption, which begins alike."""
    keys = [re.sub(r"\W+", "", line.casefold()) for line in lines]
    return len(keys) == 2 and len(keys[0]) >= 10 and keys[1].startswith(keys[0])


def _after_the_end(found: Mapping[int, str], prose: Sequence[bool]) -> dict[int, str]:
    """Headlines of other articles: all that follows a credit or 'More in ...', provided none of it is running text."""
    last = max((number for number, is_prose in enumerate(prose, 1) if is_prose and number not in found), default=0)
    ends = [number for number, reason in found.items() if reason in {"credit", "navigation"} and number > last]
    return {number: "related" for number in range(min(ends) + 1, len(prose) + 1) if number not in found} if ends else {}
