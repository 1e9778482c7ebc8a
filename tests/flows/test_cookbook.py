"""The cookbook: every question is answered on the sample week, and the answer is known.

SEABRIDGE_RENEW=1 pytest tests/flows/test_cookbook.py writes the answers anew, to be read before they are committed.
"""

import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from drivers import REPOSITORY, Seabridge

from digests.settings import Recipient
from flows.collect import Network, collect
from flows.cookbook import Example, read_cookbook
from flows.editions import correct
from flows.overrides import override
from flows.sample_server import SAMPLE_BEFORE, SAMPLE_MIDWEEK, SAMPLE_NOW, SampleWeek, sample_sources
from flows.send import send
from flows.settings import Settings, load
from flows.weekly import weekly
from parsers.model import Action
from storage.analyst import run_query, write_result
from storage.snapshot import snapshot_path

pytestmark = pytest.mark.slow

EXPECTED = REPOSITORY / "tests" / "data" / "cookbook"
QUERIES = REPOSITORY / "config" / "queries"
EXAMPLES = read_cookbook(REPOSITORY / "config")
RENEW = os.environ.get("SEABRIDGE_RENEW") == "1"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions that went out, articles that were changed meanwhile, decisions of people, and a correction.

    The clock stands at moments of the sample; people decide on the Monday, hours after the second edition.
    """
    folder = tmp_path_factory.mktemp("cookbook")
    settings = replace(
        load(config=REPOSITORY / "config", home=folder / "home"),
        sources=sample_sources(),
        corpus=folder,
        recipients=(Recipient(address="reader@institution.example"),),
    )
    settings = replace(settings, digest=replace(settings.digest, smtp=None, approval=False))
    with SampleWeek(at=SAMPLE_BEFORE, hold=0.1) as week:
        network = Network(hosts=week.hosts, seeds=False, pauses=())
        weekly(settings, SAMPLE_BEFORE, network=network)
        week.at = SAMPLE_MIDWEEK
        collect(settings, SAMPLE_MIDWEEK, network=network)
        week.at = SAMPLE_NOW
        weekly(settings, SAMPLE_NOW, network=network)
    decided = SAMPLE_NOW + timedelta(hours=2)
    decide(settings, decided, "EU and Canada sign security and defence partnership", "add", "defence-industry")
    decide(settings, decided, "EU-Canada summit: security and defence partnership signed", "remove", "pesco")
    decide(settings, decided, "How Spain found its way around the 5 % line", "pin", "burden-sharing")
    corrected = decided + timedelta(hours=1)
    correct(settings, "2025-W26", "The EU-Canada partnership is no PESCO project.", corrected)
    send(settings, corrected)
    return snapshot_path(settings.home)


@pytest.fixture(scope="module")
def reversed_rows(snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same snapshot, with the rows of every table the other way round; its word index is lost by that."""
    path = tmp_path_factory.mktemp("reversed") / "seabridge.duckdb"
    with changed(snapshot, path) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
        for (name,) in names:
            con.execute(f"CREATE TABLE turned AS SELECT * FROM {name} ORDER BY rowid DESC")
            con.execute(f"DROP TABLE {name}")
            con.execute(f"ALTER TABLE turned RENAME TO {name}")
    return path


@contextmanager
def changed(snapshot: Path, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the snapshot that can be written while the block runs."""
    shutil.copy(snapshot, path)
    path.chmod(0o600)
    with duckdb.connect(str(path)) as con:
        yield con


def decide(settings: Settings, now: datetime, title: str, action: Action, topic: str) -> None:
    found = run_query(snapshot_path(settings.home), "SELECT item_id FROM v_items WHERE title = $1", values=[title])
    override(settings, now, found.rows[0][0], [topic], action, "read it whole")


def answered(snapshot: Path, example: Example) -> str:
    written = io.BytesIO()
    write_result(run_query(snapshot, example.sql), "csv", written)
    return written.getvalue().decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name)
def test_answer(example: Example, snapshot: Path) -> None:
    """Each question gives the answer that was read and found right."""
    answer = answered(snapshot, example)
    path = EXPECTED / f"{example.name}.csv"
    if RENEW:
        path.write_text(answer, encoding="utf-8")
        pytest.fail(f"{path.name} is renewed: read it, then run without SEABRIDGE_RENEW")
    assert answer == path.read_text(encoding="utf-8")
    assert answer.count("\n") > 1, "a question without an answer in the sample shows nobody anything"


@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if "search_items" not in one.sql], ids=lambda one: one.name
)
def test_order(example: Example, reversed_rows: Path) -> None:
    """The answer does not depend on the order in which rows happen to lie: the order is total, and no tie is left."""
    assert answered(reversed_rows, example) == (EXPECTED / f"{example.name}.csv").read_text(encoding="utf-8")


def test_a_date_far_ahead(snapshot: Path, tmp_path: Path) -> None:
    """One entry that a feed dates 9998 makes no 400,000 empty weeks, of which every question on trends would die."""
    with changed(snapshot, tmp_path / "far.duckdb") as con:
        con.execute("UPDATE items SET published_at = TIMESTAMPTZ '9998-12-01 00:00:00+00' WHERE title LIKE 'Agenda%'")
    weeks = run_query(tmp_path / "far.duckdb", "SELECT max(week), count(DISTINCT week) FROM v_topic_trend").rows
    assert weeks == (("2025-W26", 4),)


def test_coverage_of_earlier_weeks(snapshot: Path, tmp_path: Path) -> None:
    """A source that is new today was not silent last week, and one that went away today did not answer less before."""
    by_country = (
        "SELECT country, count(*), count(*) FILTER (answered) FROM v_coverage WHERE week = '2025-W26' GROUP BY ALL"
    )
    with changed(snapshot, tmp_path / "sources.duckdb") as con:
        con.execute(
            "UPDATE sources SET gone_at = TIMESTAMPTZ '2025-06-30 06:00:00+00' WHERE source_id = 'slow-monitor'"
        )
        con.execute(
            "INSERT INTO sources BY NAME SELECT * REPLACE ('new' AS source_id, TIMESTAMPTZ '2025-06-30 06:00:00+00' AS"
            " listed_at) FROM sources WHERE source_id = 'rheinbote'"
        )
    after = run_query(tmp_path / "sources.duckdb", by_country).rows
    assert sorted(after) == sorted(run_query(snapshot, by_country).rows)


def test_command(
    snapshot: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`seabridge sql -f FILE` and `-e NAME` give what is expected here."""
    seabridge = Seabridge(tmp_path, monkeypatch, capfd)
    monkeypatch.setenv("SEABRIDGE_HOME", str(snapshot.parents[1]))
    monkeypatch.setenv("SEABRIDGE_CONFIG", str(REPOSITORY / "config"))
    name = EXAMPLES[0].name
    expected = (EXPECTED / f"{name}.csv").read_text(encoding="utf-8")
    for asked in (("-f", str(QUERIES / f"{name}.sql")), ("-e", name), ("-e", str(EXAMPLES[0].number))):
        told = seabridge("sql", *asked, "--format", "csv")
        assert (told.code, told.out.replace("\r\n", "\n")) == (0, expected)


def test_stable_interface() -> None:
    """Questions are put to views and macros, which stay; to a table only where there is no view of it."""
    asked: set[str] = set()
    for one in EXAMPLES:
        sql = re.sub("--.*", "", one.sql)
        asked |= set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", sql)) - set(re.findall(r"(\w+) AS \(", sql))
    assert {name for name in asked if not name.startswith("v_")} == {"items_as_of", "search_items"}


def test_form() -> None:
    """Numbers and questions are each there once, lines fit a screen, and each answer has its question."""
    assert len({one.number for one in EXAMPLES}) == len({one.question for one in EXAMPLES}) == len(EXAMPLES) >= 25
    assert {path.stem for path in EXPECTED.glob("*.csv")} == {one.name for one in EXAMPLES}
    for one in EXAMPLES:
        assert re.fullmatch(r"\d\d(-[a-z]+)+", one.name)
        assert one.question.endswith("?")
        assert max(map(len, one.sql.splitlines())) <= 120, one.name
