"""Writes an outlet's feed as RSS 2.0, RSS 0.91, RSS 1.0 (RDF) or Atom. Does not decide which articles are in it."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from flows.sample.outlets import Article, Outlet


def feed(outlet: Outlet, words: Mapping[str, Any]) -> str:
    """The outlet's feed in its own format. `words`: the table of its language in words.toml."""
    if outlet.format == "atom":
        return _atom(outlet)
    if outlet.format == "rdf":
        return _rdf(outlet)
    return _rss(outlet, words)


def _listed(outlet: Outlet) -> Iterator[Article]:
    for article in outlet.articles:
        for _ in range(article.repeat):
            yield article


def _rss(outlet: Outlet, words: Mapping[str, Any]) -> str:
    old = outlet.format == "rss091"
    items = "".join(_rss_item(outlet, article, words, old=old) for article in _listed(outlet))
    version, spaces = ("0.91", "") if old else ("2.0", ' xmlns:dc="http://purl.org/dc/elements/1.1/"')
    return (
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n<rss version="{version}"{spaces}><channel>\n'
        f"<title>{escape(outlet.name)}</title><link>http://{outlet.host}/</link>"
        f"<description>{escape(words['footer'])}</description><language>{outlet.language}</language>\n"
        f"{items}</channel></rss>\n"
    )


def _rss_item(outlet: Outlet, article: Article, words: Mapping[str, Any], *, old: bool) -> str:
    link = outlet.link(article) + outlet.link_suffix if article.path else ""
    summary = escape(article.summary)
    if outlet.html_summary:
        summary = escape(f'<p>{summary}</p><p><a href="{link}">{escape(words["more"])}</a></p>')
    parts = [f"<title>{escape(article.title)}</title>" if article.title else ""]
    parts += [f"<link>{escape(link)}</link>" if link else "", f"<description>{summary}</description>"]
    if not old:
        parts += [f'<guid isPermaLink="false">{escape(article.guid)}</guid>' if article.guid else ""]
        parts += [f"<pubDate>{article.published:%a, %d %b %Y %H:%M:%S %z}</pubDate>" if article.published else ""]
        parts += [f"<dc:creator>{escape(author)}</dc:creator>" for author in article.authors]
    return f"<item>{''.join(parts)}</item>\n"


def _atom(outlet: Outlet) -> str:
    entries = "".join(_atom_entry(outlet, article) for article in _listed(outlet))
    newest = max(article.changed for article in outlet.articles).isoformat()
    return (
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        f"<title>{escape(outlet.name)}</title><id>http://{outlet.host}/</id><updated>{newest}</updated>\n"
        f'<link rel="self" href="http://{outlet.host}{outlet.path}"/><link href="http://{outlet.host}/"/>\n'
        f"{entries}</feed>\n"
    )


def _atom_entry(outlet: Outlet, article: Article) -> str:
    link = escape(outlet.link(article))
    body = escape("".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.paragraphs))
    parts = [f"<title>{escape(article.title)}</title><id>{escape(article.guid or link)}</id>"]
    parts += [f'<link rel="alternate" href="{link}"/>', f"<updated>{article.changed.isoformat()}</updated>"]
    parts += [f"<published>{article.published.isoformat()}</published>" if article.published else ""]
    parts += [f"<author><name>{escape(author)}</name></author>" for author in article.authors]
    parts += [f"<summary>{escape(article.summary)}</summary>"]
    parts += [f'<content type="html">{body}</content>' if article.full else ""]
    return f"<entry>{''.join(parts)}</entry>\n"


def _rdf(outlet: Outlet) -> str:
    links = [escape(outlet.link(article)) for article in outlet.articles]
    sequence = "".join(f'<rdf:li rdf:resource="{link}"/>' for link in links)
    items = "".join(
        f'<item rdf:about="{link}"><title>{escape(article.title)}</title><link>{link}</link>'
        f"<description>{escape(article.summary)}</description><dc:date>{article.since.isoformat()}</dc:date>"
        + "".join(f"<dc:creator>{escape(author)}</dc:creator>" for author in article.authors)
        + "</item>\n"
        for link, article in zip(links, outlet.articles, strict=True)
    )
    return (
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="http://{outlet.host}{outlet.path}"><title>{escape(outlet.name)}</title>'
        f"<link>http://{outlet.host}/</link><description>{escape(outlet.name)}</description>"
        f"<dc:language>{outlet.language}</dc:language><items><rdf:Seq>{sequence}</rdf:Seq></items></channel>\n"
        f"{items}</rdf:RDF>\n"
    )
