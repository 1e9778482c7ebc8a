"""The filters: one JSON line out for each line in, in order, with its id; a line that fails never ends the run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import config_folder, rss, source_table
from drivers import REPOSITORY, Ended, Seabridge

from flows.sample_server import SAMPLE_NOW

DATA = Path(__file__).parent.parent / "data"
STORY = {
    "title": "EU and US sign arrangement on defence cooperation",
    "text": "The European Defence Agency and the Pentagon have signed an administrative arrangement in Washington. "
    * 3,
}


@pytest.fixture
def filters(seabridge: Seabridge) -> Seabridge:
    config_folder(seabridge.config, [source_table("one", "http://127.0.0.1:9/feed")])
    return seabridge


def feed(*lines: object) -> bytes:
    """Lines of input; a text or bytes stands as it is."""
    made = [x if isinstance(x, bytes) else x.encode() if isinstance(x, str) else json.dumps(x).encode() for x in lines]
    return b"\n".join(made) + b"\n"


def answers(told: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.out.splitlines()]


def test_parse_feed(filters: Seabridge, tmp_path: Path) -> None:
    """Documents of which one is missing and one is none: five lines, in order; exit code 4."""
    good = tmp_path / "good.xml"
    good.write_bytes(rss(("One", SAMPLE_NOW, "First."), ("Two", None, "Second.")))
    page = tmp_path / "page.html"
    page.write_bytes(b"<!DOCTYPE html><title>Sorry</title>")
    lines = [
        {"id": "a", "path": str(good)},
        {"id": 2, "path": "/no/such"},
        {"id": [3], "path": str(page)},
        {"id": None},
    ]
    told = filters("parse", "feed", stdin=feed(*lines, {"id": "a", "path": str(good), "url": "http://x.example/f"}))
    read = answers(told)
    assert told.code == 4
    assert [line["id"] for line in read] == ["a", 2, [3], None, "a"]
    assert ["error" in line for line in read] == [False, True, True, True, False]
    assert set(read[0]) == {"id", "format", "title", "entries", "problems"}
    assert set(read[0]["entries"][0]) == {
        "id", "url", "title", "published", "updated", "authors", "summary", "content", "language", "tags"
    }  # fmt: skip
    assert [entry["published"] for entry in read[0]["entries"]] == ["2025-06-30T05:00:00+00:00", None]


def test_parse_page(filters: Seabridge) -> None:
    """A page gives text and metadata."""
    told = filters("parse", "page", stdin=feed({"id": 1, "path": str(DATA / "pages" / "agency.html")}))
    (page,) = answers(told)
    assert told.code == 0
    assert set(page) == {
        "id", "url", "title", "text", "authors", "published", "modified", "language", "site_name", "summary", "problems"
    }  # fmt: skip
    assert page["title"]
    assert len(page["text"]) > 200


def test_parse_pdf(filters: Seabridge, tmp_path: Path) -> None:
    """A PDF gives the same and its pages; what is none is an error of its line."""
    pdf = Path(__file__).parent.parent.parent / "flows" / "sample" / "pesco-third-states.pdf"
    other = tmp_path / "no.pdf"
    other.write_bytes(b"%PDF-1.7 but no more")
    told = filters("parse", "pdf", stdin=feed({"id": 1, "path": str(pdf)}, {"id": 2, "path": str(other)}))
    good, bad = answers(told)
    assert (told.code, good["pages"] >= 1, len(good["text"]) > 200, "error" in bad) == (4, True, True, True)


def test_more_documents_than_fit_at_once(filters: Seabridge, tmp_path: Path) -> None:
    """Forty documents for two children come out in the order in which they went in."""
    for number in range(40):
        (tmp_path / f"{number}.xml").write_bytes(rss((f"News {number}", SAMPLE_NOW, "Text.")))
    told = filters("parse", "feed", stdin=feed(*({"id": n, "path": str(tmp_path / f"{n}.xml")} for n in range(40))))
    assert [(line["id"], line["entries"][0]["title"]) for line in answers(told)] == [
        (n, f"News {n}") for n in range(40)
    ]


def test_classify(filters: Seabridge) -> None:
    """Relevance, topics with evidence that stands where it says, and the version of the rules."""
    told = filters("classify", stdin=feed({"id": "x", **STORY}, {"id": "y", "title": "Cup final", "text": "Football."}))
    on, off = answers(told)
    assert told.code == 0
    assert (on["relevance"], off["relevance"], off["topics"]) == ("core", "off", [])
    assert "eda-arrangement" in [topic["id"] for topic in on["topics"]]
    assert on["rules_version"] == off["rules_version"]
    for topic in on["topics"]:
        assert 0 < topic["score"] <= 1
        for evidence in topic["evidence"]:
            where = STORY["title"] if evidence["place"] == "title" else STORY["text"]
            assert where[evidence["start"] : evidence["end"]] == evidence["text"]


BAD_LINES = [
    b"{",
    b"[1]",
    b'"text"',
    b'{"title": "no id"}',
    b'{"id": 1, "title": 5, "text": ""}',
    b"[" * 100_000,
    b'{"id": 1, "title": "\xff\xfe", "text": ""',
]


@pytest.mark.parametrize("bad", BAD_LINES, ids=range(len(BAD_LINES)))
def test_bad_line(filters: Seabridge, bad: bytes) -> None:
    """Whatever a line holds, the lines before and after it are answered, and it is answered with an error."""
    told = filters("classify", stdin=feed({"id": "a", **STORY}, bad, {"id": "b", **STORY}))
    read = answers(told)
    assert told.code == 4
    assert [line["id"] for line in read] == ["a", read[1]["id"], "b"]
    assert ["error" in line for line in read] == [False, True, False]


def test_characters_that_are_none(filters: Seabridge) -> None:
    """Bytes that are not UTF-8 and halves of surrogate pairs neither end the run nor break the output."""
    half = b'{"id": "\\ud800", "title": "EU-US defence \\udc00 dialogue", "text": "\\ud83d"}'
    told = filters("classify", stdin=feed(half, b'{"id": "b", "title": "caf\xe9 \xff", "text": ""}', {"id": "c"}))
    assert told.code == 0
    assert [line["id"] for line in answers(told)][1:] == ["b", "c"]


def test_cluster(filters: Seabridge) -> None:
    """Two reports of one event are one story, a copy names its original, another event stands alone."""
    base = {"language": "en", "published": "2025-06-30T05:00:00Z"}
    text = (
        "The European Defence Agency and the Pentagon signed an administrative arrangement in Washington on Monday."
        " It lets American experts join projects of the agency and exchange classified information with Brussels."
    )
    other = (
        "Parliament in Oslo voted on the purchase of five frigates from a British yard on Friday after a long debate."
    )
    told = filters(
        "cluster",
        stdin=feed(
            {"id": "first", "title": "EU and US sign defence arrangement", "text": text * 4, "source": "a", **base},
            {"id": "copy", "title": "EU and US sign defence arrangement", "text": text * 4, "source": "b", **base},
            {"id": "other", "title": "Norway buys five frigates", "text": other * 4, "source": "c", **base},
            {"id": "bad", "title": 7},
        ),
    )
    read = {line["id"]: line for line in answers(told)}
    assert told.code == 4
    assert list(read) == ["first", "copy", "other", "bad"]
    assert read["first"]["story"] == read["copy"]["story"]
    assert {read["first"].get("copy_of"), read["copy"].get("copy_of")} in ({None, "first"}, {None, "copy"})
    assert read["other"]["story"] == "other"
    assert "error" in read["bad"]


def test_cluster_of_titles_alone(filters: Seabridge) -> None:
    """Without texts, headlines about one affair are one story; dates may be missing."""
    titles = [
        "Comet Harlan probe lands on Titania",
        "Titania landing: Harlan probe sends first pictures",
        "First pictures from Harlan probe on Titania amaze scientists",
        "Savers queue as Meridian bank of Ostra fails",
        "Ostra bank Meridian collapses, savers queue",
    ]
    for published in ("2026-05-01T10:00:00Z", None):
        lines = (
            {"id": n, "title": t, "text": "", "published": published, "source": str(n)} for n, t in enumerate(titles)
        )
        read = answers(filters("cluster", stdin=feed(*lines)))
        assert [line["story"] == read[0]["story"] for line in read] == [True, True, True, False, False]
        assert read[3]["story"] == read[4]["story"]


def test_cluster_is_the_same_in_every_process(filters: Seabridge) -> None:
    """Stories depend neither on the seed of the hashes nor on the order of the lines."""
    names = [
        "Ghent",
        "Tarvik",
        "Ostra",
        "Kolmar",
        "Varda",
        "Boreas",
        "Lindqvist",
        "Okonjo",
        "Petrenko",
        "Meridian",
        "Harlan",
        "Titania",
    ]
    rows = [
        {
            "id": n,
            "title": " ".join(names[(n * k) % 10] for k in (1, 5, 7)),
            "text": " ".join(names[(n * n + k * n) % 10] for k in range(30)),
            "published": f"2026-05-{n % 9 + 1:02}",
        }
        for n in range(60)
    ]
    found = []
    for seed, lines in (("1", feed(*rows)), ("2", feed(*reversed(rows)))):
        done = subprocess.run(
            [sys.executable, "-m", "flows", "cluster"],
            cwd=REPOSITORY,
            env={**os.environ, **filters.environment, "PYTHONHASHSEED": seed},
            input=lines,
            capture_output=True,
            check=True,
        )
        found.append(sorted(done.stdout.splitlines()))
    assert found[0] == found[1]


def test_cluster_of_lines_with_one_id(filters: Seabridge) -> None:
    """The same id twice is answered twice."""
    line = {"id": 1, "source": "a", "published": "2025-06-30", **STORY}
    told = filters("cluster", stdin=feed(line, line))
    assert ([answer["id"] for answer in answers(told)], told.code) == ([1, 1], 0)


@pytest.mark.parametrize("words", [("parse", "feed"), ("classify",), ("cluster",)])
def test_nothing_in_nothing_out(filters: Seabridge, words: tuple[str, ...]) -> None:
    """Empty input is fine; blank lines are no lines."""
    told = filters(*words, stdin=b"\n \n")
    assert (told.code, told.out) == (0, "")


def test_k_9_the_same_item_twice(filters: Seabridge) -> None:
    """K-9: one item is judged alike wherever it stands in the input, in this process and in others with other seeds."""
    line = {"id": 1, "url": "https://a.example/press/1", "published": "2025-06-30", **STORY}
    lines = feed(line, {"id": 2, "title": "Bread", "text": "A bakery. " * 20}, line)
    first, _, third = answers(filters("classify", stdin=lines))
    assert first == third
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "flows", "classify"],
            cwd=REPOSITORY,
            env={**os.environ, **filters.environment, "PYTHONHASHSEED": seed},
            input=lines,
            capture_output=True,
            check=True,
        )
        assert json.loads(done.stdout.splitlines()[0]) == first


def test_k_8_a_line_that_cannot_be_judged(filters: Seabridge) -> None:
    """K-8: one bad line of a hundred is told in its place; the others are judged, and the end says so (4)."""
    lines = [{"id": number, **STORY} for number in range(100)]
    lines[50]["title"] = {"no": "text"}
    told = filters("classify", stdin=feed(*lines))
    read = answers(told)
    assert (told.code, len(read)) == (4, 100)
    assert [line["id"] for line in read if "error" in line] == [50]


def test_classify_takes_what_helps_with_the_kind(filters: Seabridge) -> None:
    """A date that cannot be read and an address that is none cost nothing but what they would have told."""
    told = filters("classify", stdin=feed({"id": 1, "url": "no address", "published": "some day", **STORY}))
    (line,) = answers(told)
    assert told.code == 0
    assert set(line) >= {"relevance", "relevance_score", "topics", "kind", "problems", "rules_version"}
    assert filters("classify", stdin=feed({"id": 1, "published": 7, **STORY})).code == 4
