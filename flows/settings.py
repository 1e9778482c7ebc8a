"""What people configured: reads and checks the files of config/. Decides nothing.

All problems of all files are found before anything is reported, each with file, path and reason.
"""

import contextlib
import dataclasses
import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import soupsieve
from annotated_types import MinLen
from pydantic import TypeAdapter, ValidationError

from digests.settings import (
    DigestSettings,
    Recipient,
    Recipients,
    SectionSettings,
    SmtpSettings,
    problems_of_recipients,
)
from digests.settings import problems_of as problems_of_digest
from flows.environment import config_folder, corpus_folder, home_folder, shipped_config
from parsers.configured import STRICT, FetchLimits, Keep, Listing, Records, SeedRecord, Site, Source
from parsers.errors import Misconfigured, Problem
from parsers.judging.kind_file import KindEntry, KindFile, Sign
from parsers.judging.kind_file import problems_of as problems_of_kinds
from parsers.judging.learned import Weights
from parsers.judging.topic_file import Anchor, Phrases, Scope, Topic, TopicFile, TopicPart, joined
from parsers.judging.topic_file import problems_of as problems_of_topics
from parsers.reading.web.headers import sendable

T = TypeVar("T")
_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
"""The files of topics/ have one shape, and to make a schema of it takes as long as to read them."""
SOURCE_ID = r"[a-z0-9][a-z0-9-]*"


@dataclass(frozen=True, slots=True)
class SourcesFile:
    """The shape of config/sources.toml."""

    __pydantic_config__: ClassVar = STRICT

    sources: Annotated[tuple[Source, ...], MinLen(1)]


@dataclass(frozen=True, slots=True)
class SeedsFile:
    """The shape of config/seeds.toml."""

    __pydantic_config__: ClassVar = STRICT

    seeds: tuple[SeedRecord, ...]


@dataclass(frozen=True, slots=True)
class SitesFile:
    """The shape of config/sites.toml."""

    __pydantic_config__: ClassVar = STRICT

    sites: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectFile:
    """The shape of config/collect.toml."""

    __pydantic_config__: ClassVar = STRICT

    fetch: FetchLimits = field(default_factory=FetchLimits)
    keep: Keep = field(default_factory=Keep)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the steps need to know. `hash` tells two states of the configuration apart; runs record it.

    Attributes:
        home: everything that Seabridge writes lies below it.
        config: the folder of TOML files.
        corpus: the folder of seed documents; it need not exist.
        weights: what was learned for these topics; ours when there is no topics.model.json.
        sites: empty when there is no sites.toml. fetch, keep: ours when there is no collect.toml.
        recipients: empty when there is no recipients.toml.
    """

    home: Path
    config: Path
    corpus: Path
    sources: tuple[Source, ...]
    sites: tuple[Site, ...]
    fetch: FetchLimits
    keep: Keep
    topics: TopicFile
    kinds: KindFile
    weights: Weights
    seeds: tuple[SeedRecord, ...]
    digest: DigestSettings
    recipients: tuple[Recipient, ...]
    hash: str


def load(config: Path | None = None, home: Path | None = None) -> Settings:
    """Read and check every file.

    Raises:
        Misconfigured: with the problems of all files.
    """
    config = config or config_folder()
    problems: list[Problem] = []
    sources = read_file(config / "sources.toml", SourcesFile, problems)
    topics, kinds, weights = read_rules(config, problems)
    seeds = read_file(config / "seeds.toml", SeedsFile, problems)
    digest = read_file(config / "digest.toml", DigestSettings, problems)
    sites = _read_if_there(config / "sites.toml", SitesFile, problems)
    collect = _read_if_there(config / "collect.toml", CollectFile, problems)
    recipients = _read_if_there(config / "recipients.toml", Recipients, problems)

    tables = list(enumerate(sources.sources)) if sources else _sound_tables(config / "sources.toml")
    problems += [Problem("sources.toml", path, reason) for path, reason in _problems_of_sources(tables)]
    if sites:
        problems += [Problem("sites.toml", path, reason) for path, reason in _problems_of_sites(sites.sites)]
    if collect:
        problems += [Problem("collect.toml", path, reason) for path, reason in _problems_of_fetch(collect.fetch)]
    ids = {topic.id for topic in topics.topics} if topics else _mentioned(seeds, digest, recipients)
    if seeds:
        problems += [Problem("seeds.toml", path, reason) for path, reason in _problems_of_seeds(seeds.seeds, ids)]
    if digest:
        problems += problems_of_digest(digest, "digest.toml", ids)
    if recipients:
        problems += problems_of_recipients(recipients, "recipients.toml", ids)
    if problems or not (sources and sites and collect and seeds and digest and recipients):
        raise Misconfigured(problems)
    if not (topics and kinds and weights):
        raise Misconfigured(problems)
    return Settings(
        home=home or home_folder(),
        config=config,
        corpus=corpus_folder(config),
        sources=sources.sources,
        sites=sites.sites,
        fetch=collect.fetch,
        keep=collect.keep,
        topics=topics,
        kinds=kinds,
        weights=weights,
        seeds=seeds.seeds,
        digest=digest,
        recipients=recipients.recipients,
        hash=_hash(config),
    )


def read_rules(config: Path, problems: list[Problem]) -> tuple[TopicFile | None, KindFile | None, Weights | None]:
    """All that items are judged by; what is wrong with it goes to `problems`."""
    kinds = read_file(or_ours(config / "kinds.toml"), KindFile, problems)
    if kinds:
        problems += [Problem("kinds.toml", path, reason) for path, reason in problems_of_kinds(kinds)]
    return _read_topics(config, problems), kinds, read_file(or_ours(config / "topics.model.json"), Weights, problems)


def _read_topics(config: Path, problems: list[Problem]) -> TopicFile | None:
    """topics.toml and the files of the folder topics/ beside it as one; what is wrong with them goes to `problems`."""
    file = read_file(config / "topics.toml", TopicFile, problems)
    paths = {f"topics/{path.name}": path for path in sorted((config / "topics").glob("*.toml"))}
    read = {name: read_file(path, TopicPart, problems, name) for name, path in paths.items()}
    parts = {name: part for name, part in read.items() if part}
    if file is None or len(parts) < len(read):
        return None
    problems += [Problem(name, path, reason) for name, path, reason in problems_of_topics(file, parts)]
    return joined(file, parts.values())


def _hash(config: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(
        (*config.glob("*.toml"), *config.glob("*.json"), *config.glob("topics/*.toml"), *config.glob("entities/*.toml"))
    ):
        digest.update(path.relative_to(config).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def read_file(path: Path, shape: type[T], problems: list[Problem], name: str = "") -> T | None:
    """A TOML or JSON file as values of that shape; what is wrong with it goes to `problems`, under `name` if given."""
    name = name or path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except FileNotFoundError:
        problems.append(Problem(name, "", f"not found in {path.parent}; set SEABRIDGE_CONFIG to your folder"))
    except UnicodeDecodeError as error:
        problems.append(Problem(name, "", f"is not UTF-8 (byte {error.start})"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(name, "", f"is not valid TOML: {error}"))
    except ValueError as error:
        problems.append(Problem(name, "", f"is not valid JSON: {error}"))
    except OSError as error:
        problems.append(Problem(name, "", f"cannot be read: {error.strerror}"))
    else:
        try:
            if shape not in _ADAPTERS:
                _ADAPTERS[shape] = TypeAdapter(shape)
            found: T = _ADAPTERS[shape].validate_python(data)
        except ValidationError as error:
            problems += [Problem(name, *_explained(details, data)) for details in error.errors()]
        else:
            return found
    return None


def _read_if_there(path: Path, shape: type[T], problems: list[Problem]) -> T | None:
    """An optional file: without it everything is as the shape has it."""
    return read_file(path, shape, problems) if path.is_file() else shape()


def or_ours(path: Path) -> Path:
    """What few people write themselves: without it the file that came with Seabridge."""
    return path if path.exists() else shipped_config() / path.name


def _sound_tables(path: Path) -> list[tuple[int, Source]]:
    """The tables without a fault in a file that has some: they may be wrong in what types cannot say."""
    try:
        tables = tomllib.loads(path.read_bytes().decode("utf-8-sig"))["sources"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError):
        return []
    sound = []
    for number, table in enumerate(tables if isinstance(tables, list) else ()):
        with contextlib.suppress(ValidationError):
            sound.append((number, TypeAdapter(Source).validate_python(table)))
    return sound


def _mentioned(seeds: SeedsFile | None, digest: DigestSettings | None, recipients: Recipients | None) -> set[str]:
    """Every topic named outside a topics.toml that cannot be read, so that none of them is called unknown."""
    sections = {section.topic for section in digest.sections} if digest else set()
    wanted = {topic for one in recipients.recipients for topic in one.topics} if recipients else set()
    covered = {topic for seed in seeds.seeds for topic in seed.topics} if seeds else set()
    return sections | wanted | covered


def _explained(details: Any, data: Mapping[str, Any]) -> tuple[str, str]:
    """(path like `sources[3] (eeas-press).url`, reason) of one of pydantic's findings."""
    path: str = ""
    place: Any = data
    for key in details["loc"]:
        if isinstance(key, str) and not isinstance(place, Mapping):
            break  # pydantic's name for one of the shapes that a value may have
        path += f"[{key}]" if isinstance(key, int) else f".{key}" if path else str(key)
        try:
            place = place[key]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(key, int) and isinstance(place, dict) and "id" in place:
            path += f" ({place['id']})"
    if details["type"] == "unexpected_keyword_argument":
        name = str(details["loc"][-1])
        near = difflib.get_close_matches(name, _known_keys(), n=1)
        return path, "unknown key" + (f"; did you mean `{near[0]}`?" if near else "")
    if details["type"] in ("missing", "missing_argument"):
        return path, "is missing"
    return path, str(details["msg"])


def _known_keys() -> list[str]:
    files = (SourcesFile, Source, Listing, Records, SeedsFile, SeedRecord, Recipients, Recipient)
    collect = (SitesFile, Site, CollectFile, FetchLimits, Keep)
    digest = (DigestSettings, SectionSettings, SmtpSettings)
    topics = (TopicFile, TopicPart, Topic, Phrases, Anchor, Scope, KindFile, KindEntry, Sign)
    return sorted({field.name for shape in (*files, *collect, *digest, *topics) for field in dataclasses.fields(shape)})


def _problems_of_sources(sources: Sequence[tuple[int, Source]]) -> Iterable[tuple[str, str]]:
    seen_ids: dict[str, int] = {}
    seen_urls: dict[str, str] = {}
    for number, source in sources:
        path = f"sources[{number}] ({source.id})"
        if source.id in seen_ids:
            yield f"{path}.id", f"is also the id of sources[{seen_ids[source.id]}]"
        seen_ids.setdefault(source.id, number)
        if not re.fullmatch(SOURCE_ID, source.id):
            yield f"{path}.id", "may hold small letters, digits and hyphens only"
        if source.url in seen_urls:
            yield f"{path}.url", f"is also the address of {seen_urls[source.url]}"
        seen_urls.setdefault(source.url, source.id)
        for key, reason in _problems_of_source(source):
            yield f"{path}.{key}", reason


def _problems_of_source(source: Source) -> Iterable[tuple[str, str]]:
    yield from _problems_of_address(source.url)
    if source.form == "listing" and source.listing is None and source.enabled:
        yield "listing", "is missing: a listing needs selectors"
    if source.form == "api" and source.records is None and source.enabled:
        yield "records", "is missing: an api needs to know where its records are"
    if not source.enabled and not source.reason:
        yield "reason", "is missing: say why the source is disabled"
    if not source.verify_tls and not source.reason:
        yield "reason", "is missing: say why the certificate is not checked"
    for name, value in source.headers.items():
        if not sendable({name: value}):
            yield f"headers.{name[:40]!a}", "is no header that we can send"
    if source.user_agent and not sendable({"user-agent": source.user_agent}):
        yield "user_agent", "holds characters that no header may have"
    if source.older and "{page}" not in source.older:
        yield "older", "lacks {page}"
    if source.listing:
        for key, reason in _problems_of_listing(source.listing):
            yield f"listing.{key}", reason


def _problems_of_address(url: str) -> Iterable[tuple[str, str]]:
    try:
        address = urlsplit(url)
    except ValueError:  # like http://[feed
        address = urlsplit("")
    if address.scheme not in ("http", "https") or not address.hostname:
        yield "url", "must be an http or https address"
    elif address.username or address.password:
        yield "url", "must not hold a user name or password"


def _problems_of_fetch(fetch: FetchLimits) -> Iterable[tuple[str, str]]:
    if not sendable({"user-agent": fetch.user_agent}):
        yield "fetch.user_agent", "holds characters that no header may have"


def _problems_of_sites(sites: Sequence[Site]) -> Iterable[tuple[str, str]]:
    seen: set[str] = set()
    for number, site in enumerate(sites):
        path = f"sites[{number}] ({site.hosts[0]})"
        for host in site.hosts:
            if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
                yield f"{path}.hosts", f"{host!a} is no name of a host in small letters"
            if site.until is None and host in seen:
                yield f"{path}.hosts", f"{host} has two rules without `until`"
            if site.until is None:
                seen.add(host)
        chosen = {"text": site.text, "title": site.title, "authors": site.authors, "published": site.published}
        for key, selector in (*chosen.items(), *(("without", one) for one in site.without)):
            if reason := _problem_of_selector(selector):
                yield f"{path}.{key}", reason


def _problem_of_selector(selector: str | None) -> str | None:
    try:
        soupsieve.compile(selector or "*")
    except soupsieve.SelectorSyntaxError as error:
        return f"is not a CSS selector: {str(error).partition(chr(10))[0]}"
    return None


def _problems_of_listing(listing: Listing) -> Iterable[tuple[str, str]]:
    for key in ("block", "link", "title", "summary", "date"):
        if reason := _problem_of_selector(getattr(listing, key)):
            yield key, reason
    if listing.date_in_url:
        try:
            groups = set(re.compile(listing.date_in_url).groupindex)
        except re.error as error:
            yield "date_in_url", f"is not a regular expression: {error}"
        else:
            if missing := {"year", "month", "day"} - groups:
                yield "date_in_url", f"lacks the groups {', '.join(sorted(missing))}"


def _problems_of_seeds(seeds: Sequence[SeedRecord], topics: set[str]) -> Iterable[tuple[str, str]]:
    for number, seed in enumerate(seeds):
        for topic in seed.topics:
            if topic not in topics:
                near = difflib.get_close_matches(topic, topics, n=1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                yield f"seeds[{number}] ({seed.id}).topics.{topic}", f"no such topic in topics.toml{hint}"
        if "/" in seed.file or "\\" in seed.file or seed.file.startswith("."):
            yield f"seeds[{number}] ({seed.id}).file", "must be a plain file name"
