"""The product on a bundled sample week: real feeds, pages and mail over loopback, on the week's own clock, offline."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digests.settings import Recipient
from flows.collect import Network, collect
from flows.progress import Tell, silent
from flows.report import Report
from flows.sample_server import SAMPLE_BEFORE, SAMPLE_MIDWEEK, SAMPLE_NOW, SampleWeek, sample_sources
from flows.settings import Settings
from flows.weekly import weekly
from parsers.configured import FetchLimits
from parsers.errors import SeabridgeError
from storage.analyst import QueryResult, run_query
from storage.database import open_live
from storage.runs import last_runs
from storage.snapshot import snapshot_path

READER = Recipient(address="reader@institution.example", name="Sample Reader")
LIMITS = FetchLimits(connect=2.0, total=3.0)
"""One sample source never answers: three seconds are enough to see it."""

SOURCES_SQL = """
SELECT CASE WHEN last_outcome = 'failed' THEN 'failed' ELSE 'read' END AS source_state, count(*) AS sources
FROM v_source_health WHERE enabled GROUP BY ALL ORDER BY ALL DESC
"""
DISPOSITIONS_SQL = "SELECT outcome, count(*) AS entries FROM v_dispositions GROUP BY ALL ORDER BY entries DESC, outcome"
TOPICS_SQL = """
SELECT topic, count(DISTINCT item_id) AS items FROM v_labels WHERE is_current GROUP BY ALL ORDER BY items DESC, topic
"""
EXAMPLE_SQL = "SELECT topic, count(*) AS items FROM v_labels WHERE is_current GROUP BY topic ORDER BY 2 DESC LIMIT 5"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo shows at its end."""

    report: Report
    mail: Path
    page: Path
    tables: tuple[QueryResult, ...]
    stories: int


def demo(settings: Settings, *, tell: Tell = silent) -> Demo:
    """Collect the sample week before, in the middle and after it, compose and send its edition into the outbox.

    Done again, nothing is added: what was read is unchanged and what was sent is sent.
    """
    settings = dataclasses.replace(
        settings,
        sources=sample_sources(),
        digest=dataclasses.replace(settings.digest, smtp=None, approval=False),
        recipients=(READER,),
    )
    with _sample_week() as (week, network):
        for moment in (SAMPLE_BEFORE, SAMPLE_MIDWEEK):
            if not _collected(settings.home, moment):
                week.at = moment
                collect(settings, moment, network=network, tell=tell)
        week.at = SAMPLE_NOW
        report = weekly(settings, SAMPLE_NOW, network=network, tell=tell)
    snapshot = snapshot_path(settings.home)
    pages = [Path(path) for path in report.files if path.endswith(".html")]
    mails = sorted((settings.home / "outbox").glob("*.eml"))
    if not pages or not mails:
        raise SeabridgeError("the demo made no edition: " + "; ".join(report.lines))
    return Demo(
        report,
        mails[-1],
        pages[0],
        tuple(run_query(snapshot, sql) for sql in (SOURCES_SQL, DISPOSITIONS_SQL, TOPICS_SQL)),
        int(run_query(snapshot, "SELECT count(DISTINCT story_id) FROM v_stories").rows[0][0]),
    )


@contextmanager
def _sample_week() -> Iterator[tuple[SampleWeek, Network]]:
    with SampleWeek() as week:
        yield week, Network(LIMITS, week.hosts, seeds=False)


def _collected(home: Path, moment: datetime) -> bool:
    with open_live(home) as con:
        runs = last_runs(con, 100)
    return any(run.started_at == moment and run.state in ("completed", "partial") for run in runs)
