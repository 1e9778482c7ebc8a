"""From the judged items of a week to an edition, every word in it cleaned and bounded.

Pure; reads no database and no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import quote
from zoneinfo import ZoneInfo

from digests.addresses import mailbox
from digests.ahead import ahead_of, by_id
from digests.articles import Article
from digests.edition import (
    Count,
    Coverage,
    Edition,
    EditionSection,
    EditionStory,
    Imprint,
    Period,
    Tag,
    Voice,
    slug_of,
)
from digests.plain import extract, language_tag, one_line, web_address
from digests.ranking import ARRIVALS, Candidate, Material, chosen, is_unshown
from digests.settings import OTHER, DigestSettings
from digests.sourcing import continued_of, documents_of, origin_of
from digests.wording import basis_of, finished, notes_of
from parsers.model import JudgedItem, Kind

_EDITOR = "an editor put it here"
OTHER_NAME = "Beyond the listed topics"
_NAME, _TITLE, _SUMMARY, _LEAD_SUMMARY, _NOTE, _WORD = 80, 180, 320, 560, 400, 48
_REASONS, _VOICES = 5, 6
_MARKS = {"abstract": "abstract only", "title": "headline only"}
_KINDS: Mapping[Kind, str] = {
    "opinion": "opinion",
    "retrospective": "looking back",
    "live": "live page",
    "agenda": "coming up",
    "press-release": "press release",
    "primary": "document",
}


def compose(
    material: Material,
    *,
    settings: DigestSettings,
    period: Period,
    topics: Sequence[tuple[str, str]],
    counts_this: Mapping[str, int],
    counts_last: Mapping[str, int] | None,
    coverage: Coverage,
    seed_notes: Sequence[str] = (),
    correction: str | None = None,
    revision: int = 1,
) -> Edition:
    """The edition of one week.

    Args:
        topics: (id, name) of all topics.
        counts_this, counts_last: items by topic, this week and the week before; None where there was no week before.
        seed_notes: sentences about the seed documents, shown with what the edition rests on.
        correction: what was wrong in the revision before; the first thing that a reader sees.

    A story leads the edition, or stands in the section of its best topic, or is counted in that section's `more`. The
    lead is the best story that is squarely on the subject and told by a report. Rank follows from: on the subject or
    only related; told by a report or by opinion and the like alone; weight of the best source plus one for each further
    independent text that reports it, at most three; relevance score; score of the best topic; date. Of two topics the
    better is the one that a person pinned, else the one with the higher score in the leading article and the others.
    Job notices are never shown. `digests.ends` says of each item how it ended.
    """
    names = {**{topic: one_line(name, _NAME) for topic, name in topics}, OTHER: OTHER_NAME}
    order = [section.topic for section in settings.sections]
    choice = chosen(material, settings)
    found, lead, overdue = choice.found, choice.lead, choice.late
    zone = ZoneInfo(period.zone)
    known = by_id(material)
    story = partial(_story, names=names, zone=zone, material=material, known=known)
    told = {
        candidate.id: story(candidate, rank, summary=_LEAD_SUMMARY if candidate is lead else _SUMMARY)
        for rank, candidate in enumerate((c for c in found if c.id not in choice.refused), 1)
    }
    sections = []
    for topic in order:
        here = [c.id for c in found if c.section == topic and c is not lead]
        shown = tuple(told[one] for one in here if one in told)
        if here:
            sections.append(EditionSection(topic, names[topic], shown, len(here) - len(shown)))
    edition_id = f"{period.iso}/{settings.id}/{settings.language}"
    coverage = _clean(coverage)
    ahead, more_ahead = ahead_of(material, period, order)
    edition = Edition(
        id=edition_id,
        revision=revision,
        name=one_line(settings.name, _NAME),
        language=settings.language,
        period=period,
        lead=told[lead.id] if lead else None,
        sections=tuple(sections),
        counts=_counts(order, names, counts_this, counts_last),
        coverage=coverage,
        late=len(overdue),
        undated=len(material.undated),
        notes=(),
        basis=basis_of(coverage, period, len(overdue), len(material.undated)),
        imprint=_imprint(settings, slug_of(edition_id, revision)),
        arrivals=tuple(story(one, rank, summary=_SUMMARY) for rank, one in enumerate(overdue[:ARRIVALS], 1)),
        ahead=ahead,
        more_ahead=more_ahead,
    )
    corrected = (one_line(f"Correction: {correction}", _NOTE),) if correction else ()
    jobs = sum(is_unshown(one) for one in material.items)
    left_out = (f"{jobs} job {'notice is' if jobs == 1 else 'notices are'} left out.",) if jobs else ()
    basis = (*edition.basis, *left_out, *(one_line(note, _NOTE) for note in seed_notes))
    return finished(replace(edition, notes=(*corrected, *notes_of(edition)), basis=basis))


def unsubscribe_uri(settings: DigestSettings) -> str:
    """The one way out, in header and body. Its subject names the list: leaving one must not leave another."""
    local, _, domain = mailbox(settings.unsubscribe).rpartition("@")
    return f"mailto:{quote(local, safe='')}@{domain}?subject=unsubscribe%20{settings.id}"


def _story(
    candidate: Candidate,
    rank: int,
    *,
    names: Mapping[str, str],
    zone: ZoneInfo,
    material: Material,
    known: Mapping[str, JudgedItem],
    summary: int,
) -> EditionStory:
    first, origin = candidate.articles[0], candidate.standing.origin
    others = _new_families_first(candidate.articles)
    voices = [_voice(article, zone, copy=False) for article in (first, *others)]
    voices += [_voice(article, zone, copy=True) for article in candidate.copies]
    if origin:  # a stable sort: the text that others took over is listed, however many they are
        voices[1:] = sorted(voices[1:], key=lambda voice: voice.item != origin.item_id)
    documents, more_documents = documents_of([voice.item for voice in voices], material.documents)
    return EditionStory(
        id=candidate.id,
        rank=rank,
        title=voices[0].title,
        url=voices[0].url,
        summary=extract(first.item.summary or first.item.text, summary),
        why=_reasons(first, candidate.section),
        published=voices[0].published,
        language=voices[0].language,
        voices=tuple(voices[:_VOICES]),
        topics=tuple(Tag(topic, names[topic]) for topic in candidate.topics) or (Tag(OTHER, OTHER_NAME),),
        more_voices=max(0, len(voices) - _VOICES),
        update_of=candidate.update_of,
        marks=_marks(first),
        outlets=candidate.standing.outlets,
        texts=candidate.standing.texts,
        origin=origin_of(origin, known, zone),
        documents=documents,
        more_documents=more_documents,
        continued=continued_of(material.continued.get(candidate.id)),
    )


def _voice(article: Article, zone: ZoneInfo, *, copy: bool) -> Voice:
    item, source = article.item, article.source
    return Voice(
        item=item.id,
        source=one_line(article.outlet, _NAME),
        country=one_line(source.country, 12),
        language=language_tag(item.language),
        publisher_type=source.publisher_type,
        title=one_line(item.title, _TITLE) or "(no title)",
        url=web_address(item.url),
        published=item.published.astimezone(zone) if item.published else None,
        copy=copy,
    )


def _reasons(article: Article, section: str) -> tuple[str, ...]:
    """The words that weighed most, those for the section first, each once, as they stand in the article.

    Phrases come before words that were only learned: `troops` tells a reader more than `since`.
    """
    labels = article.judged.judgement.labels
    evidence = [
        (label.topic != section, piece.learned, -piece.weight, piece) for label in labels for piece in label.evidence
    ]
    words = {"": _EDITOR} if any(label.topic == section and label.origin != "machine" for label in labels) else {}
    for *_, piece in sorted(evidence, key=lambda entry: entry[:3]):
        word = one_line(piece.text, _WORD)
        if word:
            words.setdefault(word.casefold(), word)
    return tuple(words.values())[:_REASONS]


def _marks(article: Article) -> tuple[str, ...]:
    origin = _MARKS.get(article.item.text_origin)
    kind = _KINDS.get(article.judged.judgement.kind)
    return (*(["sample"] if article.source.local else []), *([kind] if kind else []), *([origin] if origin else []))


def _new_families_first(articles: Sequence[Article]) -> list[Article]:
    """All but the first article; those of publishers not seen before come before second helpings."""
    seen = {articles[0].family}
    first: list[Article] = []
    rest: list[Article] = []
    for article in articles[1:]:
        (rest if article.family in seen else first).append(article)
        seen.add(article.family)
    return first + rest


def _counts(
    order: Sequence[str], names: Mapping[str, str], this: Mapping[str, int], last: Mapping[str, int] | None
) -> tuple[Count, ...]:
    return tuple(
        Count(topic, names[topic], this.get(topic, 0), None if last is None else last.get(topic, 0))
        for topic in order
        if topic != OTHER
    )


def _imprint(settings: DigestSettings, slug: str) -> Imprint:
    folder = web_address(settings.archive_url)
    archive = f"{folder.rstrip('/')}/{slug}.html" if folder else None
    reply_to = mailbox(settings.reply_to)
    return Imprint(one_line(settings.sender_name, _NAME), reply_to, unsubscribe_uri(settings), archive)


def _clean(coverage: Coverage) -> Coverage:
    return Coverage(
        tuple(one_line(name, _NAME) for name in coverage.read),
        _clean_pairs(coverage.failed),
        coverage.disabled,
        _clean_pairs(coverage.doubtful),
    )


def _clean_pairs(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one_line(name, _NAME), one_line(reason, 100)) for name, reason in pairs)
