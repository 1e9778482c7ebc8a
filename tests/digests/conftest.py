"""A week to compose: settings as shipped, and builders for items, sources and editions."""

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from digests.compose import compose
from digests.edition import Coverage, Edition, Period, week
from digests.ranking import Material
from digests.settings import DigestSettings
from parsers.configured import Source
from parsers.model import Evidence, Item, JudgedItem, Judgement, Label, Relevance, TextOrigin

CONFIG = Path(__file__).parents[2] / "config"
TOPICS = [
    ("dialogue", "EU-US Security and Defence Dialogue"),
    ("eda-arrangement", "EDA-US administrative arrangement"),
    ("pesco", "PESCO and third-country participation"),
    ("defence-industry", "Defence industry, procurement and market access"),
    ("military-mobility", "Military mobility"),
    ("nato-eu", "NATO-EU cooperation"),
    ("strategic-autonomy", "European strategic autonomy"),
    ("burden-sharing", "Burden sharing and defence spending"),
    ("us-politics", "US political commitment to Europe"),
    ("indo-pacific", "Indo-Pacific, China and the pivot"),
    ("ukraine-war", "Russia's war on Ukraine"),
    ("force-posture", "Deterrence and force posture in Europe"),
    ("research-technology", "Defence research, technology and innovation"),
    ("crisis-management", "Crisis management and CSDP"),
    ("counter-terrorism", "Counter-terrorism and information sharing"),
    ("hybrid-cyber", "Hybrid threats and cyber"),
    ("nonproliferation", "Non-proliferation, arms control and Iran"),
    ("regional-security", "Regional security beyond the Euro-Atlantic"),
    ("enlargement", "Enlargement and accession"),
    ("climate-energy", "Climate and energy security"),
    ("capabilities", "Capability development and joint procurement"),
]
MATERIAL = {one.name for one in fields(Material)}
MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def settings() -> DigestSettings:
    return TypeAdapter(DigestSettings).validate_python(tomllib.loads((CONFIG / "digest.toml").read_text()))


@pytest.fixture(scope="session")
def topics() -> list[tuple[str, str]]:
    return TOPICS


@pytest.fixture(scope="session")
def period() -> Period:
    return week("2026-W46", "Europe/Brussels")


@pytest.fixture(scope="session")
def sources() -> dict[str, Source]:
    """Five sources of four families, one of them on this machine."""
    made = [
        _source("commission", "European Commission", "EU", "institution", 5),
        _source("nato", "NATO newsroom", "INT", "alliance", 4),
        _source("bruegel", "Bruegel", "BE", "think-tank", 3),
        _source("gazette", "Die Gazette", "DE", "press", 2, language="de"),
        replace(_source("gazette-2", "Die Gazette am Sonntag", "DE", "press", 1, language="de"), family="gazette"),
    ]
    return {source.id: source for source in made}


def _source(name: str, title: str, country: str, kind: Any, weight: int, *, language: str = "en") -> Source:
    return Source(
        id=name,
        name=title,
        url=f"https://{name}.example/feed",
        form="feed",
        language=language,
        country=country,
        publisher_type=kind,
        family=name,
        weight=weight,
        status="ok-2026",
    )


Judge = Callable[..., JudgedItem]


@pytest.fixture(scope="session")
def judged() -> Judge:
    """Builds one judged item; everything but the title has a default."""

    def build(
        title: str,
        *topics: str,
        source: str = "commission",
        relevance: Relevance = "core",
        score: float = 0.8,
        day: int = 0,
        text: str = "The Council met on Tuesday. Ministers agreed on a text.",
        summary: str = "",
        url: str | None = "",
        copy_of: str | None = None,
        origin: TextOrigin = "feed",
        language: str = "en",
        name: str | None = None,
        words: tuple[str, ...] = ("EDIP",),
    ) -> JudgedItem:
        identity = name or hashlib.sha256(f"{source} {title}".encode("utf-8", "replace")).hexdigest()[:16]
        item = Item(
            id=identity,
            key=identity,
            source_id=source,
            url=f"https://{source}.example/{identity}" if url == "" else url,
            title=title,
            summary=summary,
            text=text,
            text_origin=origin,
            language=language,
            published=MONDAY + timedelta(days=day),
            updated=None,
            first_seen=MONDAY + timedelta(days=day, hours=2),
            authors=(),
            content_sha256="0" * 64,
        )
        evidence = tuple(Evidence(word, 0, len(word), "text", 1.0) for word in words)
        labels = tuple(Label(topic, score - 0.01 * number, evidence) for number, topic in enumerate(topics))
        return JudgedItem(item, Judgement(relevance, score, labels, "r1"), copy_of)

    return build


Edit = Callable[..., Edition]


@pytest.fixture(scope="session")
def edit(settings: DigestSettings, period: Period, sources: dict[str, Source]) -> Edit:
    """`compose` with defaults for all that a test does not speak of; takes the parts of its material by name."""

    def build(*items: JudgedItem, **changes: Any) -> Edition:
        given: dict[str, Any] = {"items": items, "stories": [], "sources": sources}
        given |= {name: changes.pop(name) for name in MATERIAL & changes.keys()}
        material = changes.pop("material", None) or Material(**given)
        arguments: dict[str, Any] = {
            "settings": settings,
            "period": period,
            "topics": TOPICS,
            "counts_this": {},
            "counts_last": None,
            "coverage": Coverage(("European Commission", "NATO newsroom")),
        }
        return compose(material, **(arguments | changes))

    return build
