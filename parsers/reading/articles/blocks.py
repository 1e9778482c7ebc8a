"""Cuts a parsed page into boxes and the blocks of text in them, in one pass. Does not decide which are the article.

A box is an element that starts a line of its own; a block is text that stands on a line of its own, however it came
there: `<p>text</p>`, text written straight into a `div`, or text between two `<br><br>`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from lxml import etree


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = _words("h1 h2 h3 h4 h5 h6")
_INLINE = _words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s small span strike strong"
    " sub sup time tt u var wbr ruby"
)
_NOT_READ = _words(
    "applet audio button canvas embed frame frameset head iframe img input link map math meta noframes noscript object"
    " option picture rp rt script select source style svg template textarea title track video"
)
_ASIDE = _words("figcaption form")
_OTHER = _words("nav footer aside dialog menu")
_NEVER_ASIDE = _words("html body main article p blockquote td tr")
_QUOTING = _words("div figure section")
_UNSEEN = _words("hidden sr-only sr_only visually-hidden visuallyhidden screen-reader-text print-only noprint no-print")

# Class names and ids are read as words: `post-meta__author` is post, meta, author.
_WORD = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+")
_STATES = (
    "tag-",
    "category-",
    "has-",
    "is-",
    "no-",
    "not-",
    "with-",
    "type-",
    "status-",
    "format-",
    "js-",
    "post_tag-",
)
"""`class="post tag-newsletter has-sidebar"` tells of the whole page, not of the box."""
_ASIDE_WORDS = _words(
    "ad ads author authors bio dfp latest login menu nav poll rail register share shares tag tags topics follow"
)
_ASIDE_BEGINNINGS = (
    *("advert", "promo", "sponsor", "banner", "marketing", "donat", "teaser", "newsletter", "signup", "subscri"),
    *("authorbox", "byline", "dateline", "timestamp", "metadata", "keywords", "copyright", "disclaimer"),
    *("caption", "credit", "gallery", "slideshow", "carousel", "lightbox"),
    *("popup", "modal", "overlay", "respond", "feedback", "rating", "survey", "toolbar", "masthead"),
    *(
        "sidebar",
        "navig",
        "recommend",
        "trending",
        "popular",
        "sharing",
        "sharebar",
        "sharebutton",
        "sharetool",
        "social",
    ),
)
_OTHER_WORDS = _words("related replies reply")
_OTHER_BEGINNINGS = (
    *("comment", "kommentar", "disqus", "footer", "breadcrumb", "pagination", "pager"),
    *("cookie", "consent", "gdpr", "outbrain", "taboola", "addthis", "sharedaddy", "relatedp", "relateda"),
)
_ASIDE_PAIRS = _words(
    "about_author about_the also_like also_read app_download article_meta entry_meta foot_er log_in meta_data"
    " more_articles more_from more_news more_on more_stories most_popular most_read most_recent most_viewed next_prev"
    " pop_up post_meta posted_by posted_on prev_next publish_date read_more read_next right_col right_column see_also"
    " side_bar sign_up slide_show tag_cloud tag_list"
)
_MAIN_FIRST = _words("article body content entry main news post rich story text name")
_MAIN_SECOND = _words("article body content copy main text")
_MAIN_WORDS = _words(
    "articlebody articletext bodytext entrycontent maincontent postcontent richtext storybody storytext"
)
_MAIN = _words("article main")
_MAX_NAME = 300

Verdict = tuple[bool, bool, bool]


@dataclass(slots=True)
class Box:
    """One element that starts a line.

    Attributes:
        parent: number of the box around it; that of the page is 0 and its own parent.
        name: class and id, as written.
        aside: by its element, its name or its style it stands beside the article, or is not shown.
        other: so clearly (comments, navigation) that it is not the article even where it is longer than all the rest.
        main: by its element or name it holds the article.
        last: number of the last box inside it (boxes count in the order of the page).
    """

    parent: int
    tag: str
    name: str = ""
    aside: bool = False
    other: bool = False
    main: bool = False
    last: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Text on a line of its own, with single spaces. `linked`: how many of its characters are links."""

    box: int
    text: str
    linked: int


def text_of(element: etree._Element) -> str:
    """All text inside an element, as written."""
    return "".join(map(str, element.itertext()))


def cut(body: etree._Element) -> tuple[list[Box], list[Block]]:
    """All boxes and blocks under an element, in order, in time linear in its size."""
    so_far = _SoFar()
    skipped: etree._Element | None = None
    elements = etree.iterwalk(body, events=("start", "end"))
    for event, element in elements:
        if event == "start":
            if element.tag in _NOT_READ:
                skipped = element
                elements.skip_subtree()
            else:
                so_far.begin(element)
        else:
            if element is skipped:
                skipped = None
            else:
                so_far.end(element)
            if element is not body:
                so_far.write(element.tail)
    so_far.boxes[0].last = len(so_far.boxes) - 1
    return so_far.boxes, so_far.blocks


@dataclass(slots=True)
class _SoFar:
    """What was cut of a page up to here: `pieces` of the block that is being written, `links` that are open."""

    boxes: list[Box] = field(default_factory=lambda: [Box(0, "html")])
    blocks: list[Block] = field(default_factory=list)
    open_boxes: list[int] = field(default_factory=lambda: [0])
    in_other: list[bool] = field(default_factory=lambda: [False])
    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def begin(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == "br":
            # One break may be a matter of layout; the second in a row ends a paragraph.
            if self.pieces and self.pieces[-1] == "\n":
                self.end_block()
            else:
                self.pieces.append("\n")
            return
        if tag in _INLINE:
            self.links += tag == "a"
        else:
            self.end_block()
            parent = self.open_boxes[-1]
            box = _box(element, tag, parent, self.in_other[parent], self.verdicts)
            self.boxes.append(box)
            self.in_other.append(box.other or self.in_other[parent])
            self.open_boxes.append(len(self.boxes) - 1)
        self.write(element.text)

    def end(self, element: etree._Element) -> None:
        if element.tag in _INLINE:
            self.links -= element.tag == "a"
        elif element.tag != "br":
            self.end_block()
            self.boxes[self.open_boxes.pop()].last = len(self.boxes) - 1

    def write(self, text: str | None) -> None:
        if text and not (text.isspace() and self.pieces and self.pieces[-1] == "\n"):
            self.pieces.append(text)
            if self.links:
                self.linked += len(text)

    def end_block(self) -> None:
        if not self.pieces:
            return
        text = " ".join("".join(self.pieces).split())
        self.pieces.clear()
        if text:
            self.blocks.append(Block(self.open_boxes[-1], text, min(self.linked, len(text))))
        self.linked = 0


def _box(element: etree._Element, tag: str, parent: int, inside_other: bool, verdicts: dict[str, Verdict]) -> Box:
    name = (element.get("class") or "")[:_MAX_NAME]
    if identity := element.get("id"):
        name = f"{name} {identity[:_MAX_NAME]}"
    aside = other = main = False
    # Names inside a menu or a comment change nothing, and most names of a page stand there.
    if name and not inside_other and tag not in _NEVER_ASIDE:
        if name not in verdicts:
            verdicts[name] = _verdict(name)
        aside, other, main = verdicts[name]
    other = other or tag in _OTHER
    aside = aside or other or tag in _ASIDE
    if aside and tag in _QUOTING and _is_quotation(element):
        aside = other = False
    aside = aside or _is_hidden(element)
    main = main or tag in _MAIN or element.get("itemprop") == "articleBody" or element.get("role") == "main"
    return Box(parent, tag, name, aside, other, main)


def _verdict(name: str) -> Verdict:
    """What class names say of a box: it stands aside, it is something else, it holds the article."""
    verdicts = [_verdict_of_token(token) for token in name.split() if not token.startswith(_STATES)]
    return (
        any(aside for aside, _, _ in verdicts),
        any(other for _, other, _ in verdicts),
        any(main for _, _, main in verdicts),
    )


@lru_cache(10_000)
def _verdict_of_token(token: str) -> Verdict:
    # block__element--modifier: `section--has-ads` is a section
    words = [word.lower() for word in _WORD.findall(token.partition("--")[0])]
    pairs = list(pairwise(words))
    return (
        token in _UNSEEN
        or token.startswith("skip-")
        or any(word in _ASIDE_WORDS or word.startswith(_ASIDE_BEGINNINGS) for word in words)
        or any(f"{one}_{two}" in _ASIDE_PAIRS for one, two in pairs),
        any(word in _OTHER_WORDS or word.startswith(_OTHER_BEGINNINGS) for word in words),
        not _MAIN_WORDS.isdisjoint(words) or any(one in _MAIN_FIRST and two in _MAIN_SECOND for one, two in pairs),
    )


def _is_quotation(box: etree._Element) -> bool:
    """Posts that an article quotes stand in boxes called `social-embed`."""
    inside: Sequence[etree._Element] = box[:4]
    return 0 < len(inside) < 4 and all(child.tag in {"blockquote", "script", "noscript"} for child in inside)


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    if style and ("none" in style or "hidden" in style):
        style = style.replace(" ", "").lower()
        if "display:none" in style or "visibility:hidden" in style:
            return True
    return element.get("hidden") is not None or element.get("aria-hidden") == "true"
