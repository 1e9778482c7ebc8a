"""The demo: what a newcomer sees first, twice, down to the bytes of its mail."""

import email
import email.policy
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from drivers import REPOSITORY

from flows.demo import demo
from flows.sample_server import SAMPLE_NOW
from flows.settings import load
from storage.analyst import run_query
from storage.database import open_live
from storage.runs import last_runs
from storage.snapshot import snapshot_path

TABLES = ("items", "item_versions", "entries", "labels", "evidence", "story_items", "editions", "edition_items",
          "deliveries", "messages", "seeds", "seed_labels", "quarantine")  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """Two demos on one home: what they wrote, and how many rows there were after each."""

    home: Path
    outs: tuple[str, str]
    codes: tuple[int, int]
    rows: tuple[Mapping[str, int], Mapping[str, int]]


def rows_of(home: Path) -> dict[str, int]:
    with open_live(home) as con:
        return {table: con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in TABLES}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo")
    outs, codes, rows = [], [], []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "flows", "demo"],
            cwd=REPOSITORY,
            env={"SEABRIDGE_HOME": str(folder), "PATH": "/usr/bin:/bin", "SEABRIDGE_SEEDS": str(folder / "none")},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        outs.append(done.stdout)
        codes.append(done.returncode)
        rows.append(rows_of(folder / "demo"))
    return Shown(folder / "demo", (outs[0], outs[1]), (codes[0], codes[1]), (rows[0], rows[1]))


pytestmark = pytest.mark.slow


def test_second_time_adds_nothing(shown: Shown) -> None:
    """Twice ends well twice, and no table that holds news, editions or deliveries has a row more."""
    assert shown.codes == (0, 0)
    assert shown.rows[0] == shown.rows[1]
    assert "Already sent 1/1" in shown.outs[1]


def test_summary(shown: Shown) -> None:
    """It ends with sources, dispositions, topics and stories, then names mail, page and a query to go on with."""
    summary = shown.outs[0]
    for word in ("read           11", "failed        2", "outcome", "stored", "topic", "stories  "):
        assert word.split() == [] or re.search(r"\s+".join(word.split()), summary), word
    for label in ("The mail:", "The archive:", "Ask it:"):
        assert label in summary
    assert len(list((shown.home / "outbox").glob("*.eml"))) == 1
    assert (shown.home / "site" / "index.html").is_file()


def test_sources_that_fail_are_named(shown: Shown) -> None:
    """The two sample sources that misbehave are a line each with the reason, and do not stop the rest."""
    failed = [line for line in shown.outs[0].splitlines() if line.startswith("failed:")]
    assert [("lost-herald" in line, "slow-monitor" in line) for line in failed] == [(True, False), (False, True)]
    assert all(line.rpartition(":")[2].strip() for line in failed), "a failure without a reason"


def test_nothing_is_dropped(shown: Shown) -> None:
    """For every fetch, as many dispositions as entries."""
    result = run_query(snapshot_path(shown.home), "SELECT * FROM v_disposition_balance WHERE difference <> 0")
    assert result.rows == ()


def test_changed_article_keeps_its_old_version(shown: Shown) -> None:
    """What an article said in the middle of the week is still there beside what it says on Monday."""
    rows = run_query(
        snapshot_path(shown.home),
        "SELECT v.text <> i.text OR v.title <> i.title, i.version FROM item_versions AS v JOIN items AS i"
        " USING (item_id)",
    ).rows
    assert len(rows) >= 2
    assert all(differs and version == 2 for differs, version in rows)


def test_interrupted_demo_is_made_whole(shown: Shown, tmp_path: Path) -> None:
    """Ctrl-C in the first collection, then again: the same items, versions, labels and stories as undisturbed."""

    def interrupt(what: str, done: int, total: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    settings = replace(load(config=REPOSITORY / "config", home=tmp_path / "home"), corpus=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        demo(settings, tell=interrupt)
    demo(settings)
    assert rows_of(settings.home) == shown.rows[0]


def test_clock(shown: Shown) -> None:
    """It runs on the sample week's clock, not on today's."""
    with open_live(shown.home) as con:
        assert max(run.started_at for run in last_runs(con, 10)) == SAMPLE_NOW


# ---------------------------------------------------------------- the message, in raw bytes


@pytest.fixture(scope="module")
def raw(shown: Shown) -> bytes:
    (path,) = (shown.home / "outbox").glob("*.eml")
    return path.read_bytes()


@pytest.fixture(scope="module")
def message(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def header(raw: bytes, name: str) -> bytes:
    """The value as it stands on the wire, folding included; it must be there once."""
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n"
    (value,) = re.findall(rb"(?mi)^" + name.encode() + rb":[ \t]*(.*(?:\r\n[ \t].*)*)\r\n", head)
    assert isinstance(value, bytes)
    return value


def hrefs(message: EmailMessage) -> list[str]:
    html = message.get_body(("html",))
    assert html is not None
    return [str(anchor["href"]) for anchor in BeautifulSoup(html.get_content(), "lxml").select("[href]")]


def test_a1_two_alternatives(message: EmailMessage) -> None:
    """Text first, HTML last, nothing else."""
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a2_text_part_is_complete(message: EmailMessage) -> None:
    """Every address of the HTML is in the text, lines are short, and the headlines come in the same order."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = plain.get_content()
    linked = {link for link in hrefs(message) if link.startswith("http")}
    assert linked
    assert linked == set(re.findall(r"https?://[^\s<>]+", text))
    assert all(len(line) <= 78 or re.fullmatch(r"\s*\S+", line) for line in text.splitlines())
    titles = [" ".join(h.get_text().split()) for h in BeautifulSoup(html.get_content(), "lxml").select("h3")]
    flat = " ".join(text.split())
    places = [flat.index(title) for title in titles]
    assert len(titles) > 5
    assert places == sorted(places)


def test_a3_legal_encodings(raw: bytes) -> None:
    """CRLF alone, encoded words of 75, quoted-printable lines of 76, no line over 998."""
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert max(map(len, re.findall(rb"=\?\S+\?=", head)), default=0) <= 75
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert raw.isascii()


def test_a4_a5_one_plain_subject(raw: bytes, message: EmailMessage) -> None:
    """One Subject, not escaped as HTML; the headers are those of our own list and none that a title smuggled in."""
    assert not re.search(r"&(amp|#34|quot|lt|gt);", str(message["Subject"]))
    known = {"date", "from", "reply-to", "to", "subject", "message-id", "list-id", "list-unsubscribe", "auto-submitted",
             "precedence", "mime-version", "content-type"}  # fmt: skip
    names = [name.lower() for name, _ in message.items()]
    assert set(names) == known
    assert len(names) == len(known)


def test_a6_list_unsubscribe(raw: bytes) -> None:
    """Plain addresses in angle brackets, not encoded, not broken inside."""
    value = header(raw, "List-Unsubscribe")
    assert b"=?" not in value
    assert re.fullmatch(rb"\s*<[^<>\s]+>(,\s*<[^<>\s]+>)*\s*", value)


def test_a9_message_id(raw: bytes, shown: Shown) -> None:
    """One, of the domain of From, and the one that the ledger has."""
    value = header(raw, "Message-ID").decode()
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", value)
    assert value.rstrip(">").rpartition("@")[2] == header(raw, "From").decode().rstrip(">").rpartition("@")[2]
    with open_live(shown.home) as con:
        assert con.sql("SELECT message_id FROM deliveries").fetchall() == [(value,)]


def test_a13_list_id(raw: bytes) -> None:
    """A stable name in ASCII."""
    assert re.fullmatch(rb'("[^"]+"|[\w -]+)\s*<weekly\.seabridge\.example>', header(raw, "List-Id"))


def test_a15_size(message: EmailMessage) -> None:
    """The HTML fits into what mail programs show whole, by the aim and not just by the limit."""
    html = message.get_body(("html",))
    assert html is not None
    assert 5_000 < len(html.get_content().encode()) <= 80_000


def test_a25_links(message: EmailMessage) -> None:
    """Only absolute http, https and mailto addresses, and no title of a feed became one of another kind."""
    for link in hrefs(message):
        parts = urlsplit(link)
        assert parts.scheme in ("http", "https", "mailto"), link
        assert parts.scheme == "mailto" or parts.hostname, link
