"""Bytes of an article page as the article: text, title, names, dates, and what is wrong with it. Follows no address.

To be called in a child process with limits (`confined`): a page of 1 MB can keep a parser busy for a minute.
"""

import logging
import re

from bs4 import BeautifulSoup
from lxml import etree, html

from parsers.errors import Unreadable
from parsers.model import Page
from parsers.reading.maintext import main_text
from parsers.reading.metadata import Metadata, read_metadata
from parsers.reading.plain import decode, plain, undo_double_encoding

MAX_BYTES = 3_000_000
"""trafilatura needs 8 s for 3 MB and more than 45 s for 10 MB."""
STUB_CHARACTERS = 1_500
THIN_CHARACTERS = 600
SCRIPTED_CHARACTERS = 250
LOST_CHARACTERS = 2_000

MARKUP = re.compile(r"<(?:!doctype html|html|head|body|main|article|section|div|table|p|h1)\b", re.IGNORECASE)
OTHER_XML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:rss|feed|rdf:RDF|urlset|sitemapindex|svg|opml)\b", re.DOTALL
)
OTHER_BYTES = (b"%PDF-", b"\x89PNG", b"PK\x03\x04", b"\x1f\x8b", b"GIF8", b"\xff\xd8\xff")

PAYWALL = re.compile(
    r"subscribe (?:now )?to (?:continue|read|unlock|access)|already a subscriber|(?:for|to) subscribers only"
    r"|subscriber[- ]only|to continue reading|register to (?:continue|read)"
    r"|(?:nur für|exklusiv für) abonnent|jetzt abonnieren|weiterlesen mit"
    r"|réservée? aux? abonné|pour lire la suite|il vous reste .{1,20} à lire"
    r"|para suscriptores|solo suscriptores|suscr[ií]bete para|riservato agli abbonati"
    r"|dla (?:subskrybentów|prenumeratorów)|voor abonnees|för prenumeranter|bli prenumerant",
    re.IGNORECASE,
)
WALL = re.compile(
    r"before you continue|cookie (?:consent|settings|wall)|accept (?:all )?cookies|we value your privacy|we use cookies"
    r"|consent to|(?:sign|log) ?in to|^(?:log ?in|sign ?in|anmelden|einloggen|connexion|zaloguj)\b"
    r"|verify (?:that )?you are (?:a )?human|are you a robot|checking your browser|just a moment|captcha"
    r"|access denied|attention required|unusual traffic",
    re.IGNORECASE,
)
MISSING = re.compile(
    r"\b404\b|(?:page|article|content|file) (?:was |is |could |can )?(?:not|no longer|n't)(?: be)? (?:found|available)"
    r"|page (?:does not|doesn.t) exist|seite (?:wurde )?nicht gefunden|nicht (?:mehr )?verfügbar"
    r"|page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata|pagina niet gevonden"
    r"|nie (?:została )?znalezion|strona nie istnieje"
    r"|sidan (?:hittades inte|kunde inte hittas)|siden (?:blev )?ikke fun",
    re.IGNORECASE,
)
SCRIPTED = re.compile(
    r"(?:enable|requires?|turn on|activ\w*|habilit\w*|włącz\w*|aktivier\w*|aktivera) .{0,20}javascript"
    r"|javascript .{0,30}(?:enabled|required|disabled|aktivier|deaktivier|désactivé|activé|wyłączon)",
    re.IGNORECASE,
)

logging.getLogger("trafilatura").setLevel(
    logging.CRITICAL
)  # it logs every page that it cannot read; we say so in problems


def parse_page(body: bytes, url: str | None, content_type: str = "") -> Page:
    """The article on a page. What makes its text less than the article stands in `problems`:

    `no article text`, `paywall stub`, `consent or login page`, `soft 404`, `needs javascript`, `truncated by parser`,
    and in words how the encoding was repaired.

    Args:
        body: markup as received.
        url: where it was found; relative addresses are read against it.
        content_type: the HTTP header, for its charset.

    Raises:
        Unreadable: empty (`empty`), no HTML (`not-a-page`), or more than 3 MB (`parse-limit`).
    """
    name = url or "page"
    if len(body) > MAX_BYTES:
        raise Unreadable(name, "parse-limit", f"{len(body):,} bytes of markup, at most {MAX_BYTES:,} are read")
    if not body.strip():
        raise Unreadable(name, "empty", "no bytes")
    markup, encoding_problem = decode(body, content_type)
    markup = markup.replace("\0", "")
    if body.startswith(OTHER_BYTES) or OTHER_XML.match(markup) or not MARKUP.search(markup):
        raise Unreadable(name, "not-a-page", "there is no HTML in it")
    metadata = read_metadata(BeautifulSoup(_without_declaration(markup), "lxml"), url)
    tree = _tree(name, markup)
    seen = _seen(tree)
    text, repaired = _text(tree, metadata)
    problems = [
        *([f"encoding: {encoding_problem}"] if encoding_problem else []),
        *(["double-encoded text repaired"] if repaired else []),
        *(["truncated by parser"] if _characters(markup) > 2 * len(seen) + LOST_CHARACTERS else []),
        *_doubts(markup, metadata, text, seen),
    ]
    return Page(
        url=url,
        title=metadata.title,
        text=text,
        authors=metadata.authors,
        published=metadata.published,
        modified=metadata.modified,
        language=metadata.language,
        site_name=metadata.site_name,
        summary=metadata.summary,
        canonical_url=metadata.canonical_url,
        problems=tuple(problems),
    )


def _without_declaration(markup: str) -> str:
    return re.sub(r"^\s*<\?xml[^>]{0,200}>", "", markup)


def _tree(name: str, markup: str) -> html.HtmlElement:
    # huge_tree: without it libxml2 drops without a word what lies deeper than 255 elements; with it, than 2,048
    # remove_comments: trafilatura ends a paragraph at `<!-- -->`, which some software writes between two words
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError, AssertionError) as error:
        raise Unreadable(name, "not-a-page", f"the HTML has no content ({error})") from error


def _seen(tree: html.HtmlElement) -> str:
    """All that a reader may see, in one line."""
    hidden = etree.XPath("//body//text()[not(parent::script or parent::style or parent::noscript or parent::template)]")
    return " ".join(" ".join(hidden(tree)).split())


def _characters(markup: str) -> int:
    """How many characters stand outside of tags, scripts, styles and comments, in time linear in the markup."""
    count, inside = 0, ""
    for part in markup.partition("<body")[2].split("<"):
        if inside == "!--":
            inside = "" if "-->" in part else inside
            text = part.rpartition("-->")[2] if not inside else ""
        elif inside:
            inside = "" if part[: len(inside) + 1].lower() == f"/{inside}" else inside
            text = part.partition(">")[2] if not inside else ""
        else:
            inside = next(
                (
                    name
                    for name in ("script", "style", "noscript", "template", "!--")
                    if part[: len(name)].lower() == name
                ),
                "",
            )
            inside = "" if inside == "!--" and "-->" in part else inside
            text = "" if inside else part.partition(">")[2]
        count += len(" ".join(text.split()))
    return count


def _text(tree: html.HtmlElement, metadata: Metadata) -> tuple[str, bool]:
    """The article, and whether double encoding was undone. JSON-LD helps out where the markup gives too little."""
    raw = "\n\n".join(main_text(tree, metadata.headings))
    stated = plain(metadata.body)
    if len(stated) > 2 * len(raw):
        raw = stated
    paragraphs = plain(raw, is_html=False).split("\n\n")
    repaired = [undo_double_encoding(paragraph) for paragraph in paragraphs]
    return "\n\n".join(repaired), repaired != paragraphs


def _doubts(markup: str, metadata: Metadata, text: str, seen: str) -> list[str]:
    """Why a short text is short. A long one is believed, whatever words occur in it."""
    headline = metadata.title or ""
    doubts = []
    if len(text) < THIN_CHARACTERS and MISSING.search(" ".join(metadata.headings)):
        doubts.append("soft 404")
    elif len(text) < THIN_CHARACTERS and (WALL.search(headline) or (WALL.search(seen) and len(seen) < STUB_CHARACTERS)):
        doubts.append("consent or login page")
    elif len(text) < STUB_CHARACTERS and (not metadata.free or PAYWALL.search(seen)):
        doubts.append("paywall stub")
    elif len(text) < SCRIPTED_CHARACTERS and len(seen) < THIN_CHARACTERS and _needs_javascript(markup, seen):
        doubts.append("needs javascript")
    if not text:
        doubts.append("no article text")
    return doubts


def _needs_javascript(markup: str, seen: str) -> bool:
    if SCRIPTED.search(seen):
        return True
    apart = "".join(part.partition("</noscript")[0] for part in markup.lower().split("<noscript")[1:])
    return SCRIPTED.search(apart) is not None or (
        len(seen) < SCRIPTED_CHARACTERS and markup.lower().count("<script") > 0
    )
