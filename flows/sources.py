"""Tries sources without storing anything: what each answers today, and how to add a new one."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flows.collect import Network
from flows.gather import Desk, gather, in_child
from flows.progress import Tell, silent
from flows.settings import SOURCE_ID, Settings
from parsers.configured import Source
from parsers.errors import FetchFailed, Misconfigured, Problem, Refused, SeabridgeError, Unreadable
from parsers.model import Feed, Request
from parsers.reading.confined import Readers
from parsers.reading.discovery import feed_candidates
from parsers.reading.feeds import parse_feed
from parsers.reading.fetch import Web

ADVICE: Mapping[str, str] = {
    "dns": "the name does not exist: was the site renamed?",
    "timeout": "try again; if it stays so, disable it",
    "tls": "the certificate is refused: look at the site in a browser",
    "empty": "a firewall answers without content: disable it, use a query source",
    "challenge": "refuses programs: use a query source for the site",
    "gone": "the feed is gone for good: remove it",
    "status": "look at the address in a browser; 403 often means that programs are refused",
    "not-a-feed": "the address answers something else: seabridge sources add HOMEPAGE looks for the feed",
    "address": "a private address; set local = true if that is meant",
    "redirect": "look where the address leads and change url",
    "too-large": "too large to be a feed",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One source as it answered just now. Shares are 0..1, None where there are no entries."""

    source: Source
    state: str
    status: int | None
    entries: int
    newest: datetime | None
    dated: float | None
    with_text: float | None
    advice: str

    def as_json(self) -> Mapping[str, Any]:
        return {
            "id": self.source.id,
            "state": self.state,
            "status": self.status,
            "entries": self.entries,
            "newest": self.newest.isoformat() if self.newest else None,
            "dated": self.dated,
            "with_text": self.with_text,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was found for a page."""

    url: str
    feed: Feed


def check(
    sources: Sequence[Source], now: datetime, *, network: Network | None = None, tell: Tell = silent
) -> list[Checked]:
    """Ask each source once, without validators and without its pages; nothing is stored."""
    return asyncio.run(_check(sources, now, network or Network(), tell))


def discover(url: str, now: datetime, *, network: Network | None = None) -> Candidate:
    """The feed at `url`, or the first readable one of the page there.

    Raises:
        SeabridgeError: none found; names what was tried.
    """
    return asyncio.run(_discover(url, now, network or Network()))


def table_of(candidate: Candidate, settings: Settings, source_id: str | None) -> tuple[str, str]:
    """(id, TOML text) of a new source. What cannot be known is filled with a modest guess for a person to correct."""
    host = (urlsplit(candidate.url).hostname or "").removeprefix("www.")
    name = source_id or re.sub(r"[^a-z0-9]+", "-", host.rsplit(".", 1)[0].lower()).strip("-")
    if not re.fullmatch(SOURCE_ID, name):
        raise Misconfigured([Problem("command line", "--id", f"{name!r} is no id: use small letters, digits, hyphens")])
    taken = {source.id for source in settings.sources}
    if name in taken or any(source.url == candidate.url for source in settings.sources):
        raise Misconfigured([Problem("sources.toml", name, "this id or address is there already; use --id")])
    values: dict[str, object] = {
        "id": name,
        "name": candidate.feed.title or host,
        "url": candidate.url,
        "form": "feed",
        "language": (candidate.feed.language or "en")[:2],
        "country": "INT",
        "publisher_type": "press",
        "family": name,
        "weight": 2,
        "status": "unverified",
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return name, "\n[[sources]]\n" + "\n".join(lines) + "\n"


async def _check(sources: Sequence[Source], now: datetime, network: Network, tell: Tell) -> list[Checked]:
    with Readers() as readers:
        async with Web(network.limits, hosts=network.hosts, clock=lambda: now) as web:
            desk = Desk(web.get, readers, lambda _: True, now)
            visits = [asyncio.create_task(_one(source, desk)) for source in sources]
            checked = []
            for number, visit in enumerate(visits, start=1):
                checked.append(await visit)
                tell("sources", number, len(sources))
    return checked


async def _one(source: Source, desk: Desk) -> Checked:
    gathered = await gather(replace(source, pages=False), None, {}, desk)
    fetch = gathered.fetch
    if fetch.outcome == "failed":
        kind = fetch.kind or "failed"
        return Checked(source, kind, fetch.status, 0, None, None, None, ADVICE.get(kind, fetch.detail or ""))
    entries = [decision.entry for decision in gathered.decisions]
    dates = [entry.published for entry in entries if entry.published]
    texts = [entry for entry in entries if len(entry.summary) + len(entry.content) >= 80]
    newest = max(dates, default=None)
    state, advice = "ok", ""
    if not entries:
        state, advice = "no entries", "answers, but holds nothing: look at it in a browser"
    elif not dates:
        state, advice = "undated", "no entry has a date: pages will be asked for it"
    elif newest and (desk.now - newest).days > 60:
        state, advice = "stale", f"the newest entry is {(desk.now - newest).days} days old: is this the right address?"
    if fetch.moved_to:
        advice = f"moved for good: set url = {fetch.moved_to}"
    count = len(entries)
    dated, with_text = (len(dates) / count, len(texts) / count) if count else (None, None)
    return Checked(source, state, fetch.status, count, newest, dated, with_text, advice)


async def _discover(url: str, now: datetime, network: Network) -> Candidate:
    tried: list[str] = []
    with Readers(workers=1) as readers:
        async with Web(network.limits, hosts=network.hosts, clock=lambda: now) as web:
            page = await web.get(Request(url))
            try:
                return Candidate(page.url, await in_child(readers, parse_feed, page.body, page.url, page.content_type))
            except Unreadable:
                pass
            for address in await in_child(readers, feed_candidates, page.body, page.url, page.content_type):
                try:
                    answer = await web.get(Request(address))
                    feed = await in_child(readers, parse_feed, answer.body, answer.url, answer.content_type)
                except (FetchFailed, Refused, Unreadable) as error:
                    tried.append(f"  {error}")
                    continue
                if feed.entries:
                    return Candidate(answer.url, feed)
                tried.append(f"  {address}: no entries")
    raise SeabridgeError(f"no feed found for {url}; tried:\n" + "\n".join(tried))
