"""The outlets of the sample week and their articles, read from the TOML files beside this module. Renders nothing.

An outlet is a file in week/: a few keys on top, then its articles. A file of the same name in midweek/ holds
earlier versions of some of those articles (found by `path`), which win while the midweek state is asked for. An
article exists from `visible` on (from `published` where that is not given), so one set of files serves every moment.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

HERE = files(__package__)


@dataclass(frozen=True, slots=True)
class Article:
    """One piece as written down in the outlet's file.

    Attributes:
        path: address on the outlet's host; None: an entry without link and page.
        headline: the title on the page where it differs from the one in the feed.
        visible: since when it can be seen, where `published` is missing or is not true.
        body: paragraphs separated by a blank line.
        full: the feed carries the body as well.
        repeat: how often the feed lists it.
        file: a literal file beside this module that is served instead of a page.
    """

    title: str
    summary: str
    path: str | None = None
    guid: str | None = None
    headline: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    visible: datetime | None = None
    authors: tuple[str, ...] = ()
    body: str = ""
    full: bool = False
    repeat: int = 1
    file: str | None = None

    @property
    def since(self) -> datetime:
        since = self.visible or self.published
        if since is None:
            raise ValueError(f"{self.title!r} needs `published` or `visible`")
        return since

    @property
    def changed(self) -> datetime:
        return max(self.since, self.updated or self.since)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.body.split("\n\n") if part.strip())


@dataclass(frozen=True, slots=True)
class Outlet:
    """One fictional publication: where it lives, how it looks, what it published.

    Attributes:
        path: address of its feed or listing page.
        link_suffix: trackers that the feed appends to every link.
        item, list_tag: for a listing: the template of one entry, and the element around all of them.
    """

    host: str
    name: str
    language: str
    layout: str
    format: Literal["rss2", "rss091", "rdf", "atom", "listing"]
    path: str
    articles: tuple[Article, ...]
    encoding: str = "utf-8"
    link_suffix: str = ""
    html_summary: bool = False
    item: str = ""
    list_tag: str = ""

    def link(self, article: Article) -> str:
        """Absolute address of the article, without trackers."""
        return f"http://{self.host}{article.path}"


def load(*, midweek: bool) -> Iterator[Outlet]:
    """All outlets with all their articles, whatever their dates, in the order of the file names."""
    for path in sorted(HERE.joinpath("week").iterdir(), key=lambda path: path.name):
        table = read_toml(f"week/{path.name}")
        earlier: dict[str, dict[str, Any]] = {}
        if midweek and HERE.joinpath("midweek", path.name).is_file():
            earlier = {row["path"]: row for row in read_toml(f"midweek/{path.name}")["articles"]}
        articles = tuple(
            _article(earlier[row["path"]] | {"guid": row.get("guid")} if row.get("path") in earlier else row)
            for row in table.pop("articles")
        )
        yield Outlet(articles=articles, **table)


def read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads(HERE.joinpath(name).read_text("utf-8"))


def _article(row: Mapping[str, Any]) -> Article:
    return Article(**{**row, "authors": tuple(row.get("authors", ()))})
