"""Finds the PDFs that an article page offers as its own text. Opens none of them.

Institutions put a summary on the page and the text into a file: a press release, a study, a report to Congress.
"""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from parsers.reading.articles.blocks import text_of
from parsers.reading.articles.names import folded
from parsers.reading.links import absolute, host_of

MOST = 3
PDF = re.compile(r"\.pdf$|/(?:download|pdf)(?:/|$)|[?&](?:format|type)=pdf", re.IGNORECASE)
OFFER = re.compile(
    r"\bpdf\b|download|full (?:text|report|study|paper|version)|read the (?:report|study|paper|brief)|fact ?sheet"
    r"|(?:policy|working|briefing) paper|herunterladen|volltext|studie|télécharger|texte intégral|rapport|descargar"
    r"|texto completo|informe|scarica|testo completo|pobierz|pełny tekst|raport|downloaden|volledige tekst"
    r"|ladda ner|завантажити|повний текст",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"privacy|cookie|terms|imprint|datenschutz|accessib|form\b|annual report|brochure|sitemap|newsletter|leaflet|"
    r"vacanc|statut|by-?laws|code of conduct",
    re.IGNORECASE,
)
NOT_OFFERED = frozenset(["nav", "footer", "aside"])
OUTSIDE = re.compile(r"footer|sidebar|\bnav|menu|related|cookie|comment|recommend", re.IGNORECASE)
LEVELS = 12
MAX_LINKS = 500
ENOUGH = 0.4
"""A link to the own house alone suffices, unless forty others go before it."""


def documents(tree: etree._Element, url: str | None, stated: str | None, title: str | None) -> tuple[str, ...]:
    """Addresses of at most three PDFs, the likeliest first.

    Args:
        stated: what the page names as the document itself (`citation_pdf_url`); it goes first.
        title: words in common with it speak for a link.
    """
    words = {word for word in folded(title or "").split() if len(word) > 3}
    best: dict[str, float] = {}
    for place, (address, text) in enumerate(islice(_links(tree, url), MAX_LINKS)):
        own = _domain(host_of(address)) == _domain(host_of(url or address))
        common = len(words & set(folded(f"{text} {urlsplit(address).path}").split())) / (len(words) or 1)
        score = (1.0 if OFFER.search(text) else 0.0) + (0.5 if own else 0.0) + common - place / 400
        if not ELSEWHERE.search(f"{text} {address}") and score >= ENOUGH:
            best[address] = max(score, best.get(address, 0.0))
    ranked = sorted(best, key=best.__getitem__, reverse=True)
    return tuple(dict.fromkeys([*([stated] if stated else []), *ranked]))[:MOST]


def _links(tree: etree._Element, url: str | None) -> Iterator[tuple[str, str]]:
    for link in tree.iter("a"):
        href = link.get("href") or ""
        is_pdf = ".pdf" in href.lower() or link.get("type") == "application/pdf"
        address = absolute(href, url) if is_pdf else None
        if address and (link.get("type") or PDF.search(urlsplit(address).path)) and not _is_outside(link):
            yield address, " ".join([text_of(link), link.get("title") or ""])[:300]


def _is_outside(link: etree._Element) -> bool:
    for level, around in enumerate(link.iterancestors()):
        if around.tag in NOT_OFFERED or OUTSIDE.search(f"{around.get('class', '')} {around.get('id', '')}"[:200]):
            return around.tag not in {"body", "html", "main", "article"}
        if level == LEVELS:
            break
    return False


def _domain(host: str) -> str:
    """The last two labels: a document often lies at another name of the same house (`files.institute.example`)."""
    return ".".join(host.split(".")[-2:])
