"""Writes article pages and listing pages from the templates in layouts/. Does not decide which articles there are."""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from string import Template
from typing import Any

from flows.sample.outlets import HERE, Article, Outlet


def listing(outlet: Outlet, words: Mapping[str, Any]) -> str:
    """The outlet's page of links: its `item` template once for each article."""
    items = "".join(
        Template(outlet.item).substitute(
            link=escape(article.path or ""),
            title=escape(article.title),
            summary=escape(article.summary),
            published_iso=article.since.isoformat(),
            published_text=_in_words(article.since, words),
        )
        for article in outlet.articles
    )
    return _layout("listing").substitute(_furniture(outlet, words), items=items, list_tag=outlet.list_tag)


def page(outlet: Outlet, article: Article, words: Mapping[str, Any]) -> str:
    """The article's page in the outlet's layout, with the furniture that real pages have."""
    names = ", ".join(article.authors)
    published = article.published.isoformat() if article.published else ""
    updated = article.updated.isoformat() if article.updated else published
    shown = _in_words(article.published, words) if article.published else ""
    others = [other for other in outlet.articles if other.path and other.path != article.path][:4]
    title = article.headline or article.title
    return _layout(outlet.layout).substitute(
        _furniture(outlet, words),
        title=escape(title),
        summary=escape(article.summary),
        url=escape(outlet.link(article)),
        author_names=escape(names),
        byline=escape(f"{words['by']} {names}") if names else "",
        published_iso=published,
        published_text=shown,
        time=f'<time datetime="{published}">{shown}</time>' if published else "",
        meta_dates=f'<meta property="article:published_time" content="{published}">\n'
        f'<meta property="article:modified_time" content="{updated}">'
        if published
        else "",
        meta_authors="\n".join(f'<meta name="author" content="{escape(author)}">' for author in article.authors),
        json_ld=_json_ld(outlet, article, title, published, updated),
        paragraphs="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.paragraphs),
        related_heading=escape(words["related"]),
        related="".join(f'<li><a href="{o.path}">{escape(o.headline or o.title)}</a></li>' for o in others),
        share=escape(words["share"]),
    )


def _json_ld(outlet: Outlet, article: Article, title: str, published: str, updated: str) -> str:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "author": [{"@type": "Person", "name": author} for author in article.authors],
        "publisher": {"@type": "Organization", "name": outlet.name},
    }
    if published:
        data |= {"datePublished": published, "dateModified": updated}
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _furniture(outlet: Outlet, words: Mapping[str, Any]) -> dict[str, str]:
    sections = "".join(
        f'<li><a href="/s/{number}">{escape(name)}</a></li>' for number, name in enumerate(words["sections"])
    )
    common = {key: escape(words[key]) for key in ("cookies", "footer", "subscribe")}
    return {"lang": outlet.language, "site": escape(outlet.name), "sections": sections, **common}


def _layout(name: str) -> Template:
    return Template(HERE.joinpath("layouts", f"{name}.html").read_text("utf-8"))


def _in_words(moment: datetime, words: Mapping[str, Any]) -> str:
    return Template(words["date"]).substitute(day=moment.day, month=words["months"][moment.month - 1], year=moment.year)
