"""Tries sources without storing anything: what each answers today, and how to add a new one."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flows.collect import Network
from flows.desk import Desk, in_child
from flows.gather import gather
from flows.news import BRIEF
from flows.progress import Tell, silent
from flows.settings import SOURCE_ID, Settings
from parsers.configured import Source
from parsers.errors import FetchFailed, Misconfigured, Problem, Refused, SeabridgeError, Unreadable
from parsers.judging.health import state_of
from parsers.judging.states import STATES
from parsers.model import Feed, Request
from parsers.reading.confined import Readers
from parsers.reading.lists.discovery import feed_candidates
from parsers.reading.lists.feeds import parse_feed
from parsers.reading.web.fetch import Web


@dataclass(frozen=True, slots=True)
class Checked:
    """One source as it answered just now. Shares are 0..1, None where there are no entries.

    Attributes:
        state: its name, see `parsers.judging.states`; `advice` what to do about it, empty if nothing is.
        detail: of a failure, in words.
    """

    source: Source
    state: str
    status: int | None
    entries: int
    newest: datetime | None
    dated: float | None
    with_text: float | None
    advice: str
    detail: str = ""

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
            "detail": self.detail,
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
            desk = Desk(web.get, readers, now, pauses=network.pauses)
            visits = [asyncio.create_task(_one(source, desk)) for source in sources]
            checked = []
            for number, visit in enumerate(visits, start=1):
                checked.append(await visit)
                tell("sources", number, len(sources))
    return checked


async def _one(source: Source, desk: Desk) -> Checked:
    gathered = await gather(source, None, {}, desk, feed_only=True)
    visit, count = gathered.visit, gathered.visit.entries
    texts = sum(len(one.entry.summary) + len(one.entry.content) >= BRIEF for one in gathered.decisions)
    state = state_of(visit)
    moved_to = gathered.fetch.moved_to
    return Checked(
        source,
        state,
        visit.status,
        count,
        visit.newest,
        visit.dated / count if count else None,
        texts / count if count else None,
        f"moved for good: set url = {moved_to}" if moved_to else STATES[state].remedy,
        visit.detail or "",
    )


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
