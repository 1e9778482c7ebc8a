"""Examines machine, libraries, configuration and data, and says what to do. Sends and changes nothing."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from flows.launch import prefect_api
from flows.settings import Settings, load
from parsers.errors import Busy, Misconfigured, SeabridgeError, Temporary
from parsers.reading.seeds import locate

Verdict = Literal["pass", "warn", "fail"]
Python = tuple[int, int, int]

MAIL_HEADERS_FIXED: Mapping[tuple[int, int], Python] = {(3, 11): (3, 11, 10), (3, 12): (3, 12, 5), (3, 13): (3, 13, 0)}
"""First releases in which an encoded word in a header no longer injects headers (CVE-2024-6923, the advisory)."""
BYTES_HEADERS_FIXED: Mapping[tuple[int, int], Python] = {
    (3, 11): (3, 11, 15),
    (3, 12): (3, 12, 13),
    (3, 13): (3, 13, 12),
}
"""The same for BytesGenerator (CVE-2026-1299)."""
HTML_PARSER_FIXED: Mapping[tuple[int, int], Python] = {(3, 11): (3, 11, 14), (3, 12): (3, 12, 12), (3, 13): (3, 13, 6)}
"""First releases without the quadratic html.parser (CVE-2025-6069)."""
NEEDED_FREE = 2_000_000_000
BACKUP_DUE = timedelta(days=7)
DAILY_SENDERS_DUTY = 5000
"""From so many messages a day the large mailbox providers ask for one-click unsubscription over https (RFC 8058)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `id` is stable; `remedy` is empty where nothing is to be done."""

    id: str
    verdict: Verdict
    says: str
    remedy: str = ""

    def as_json(self) -> Mapping[str, str]:
        return {"id": self.id, "verdict": self.verdict, "says": self.says, "remedy": self.remedy}


def examine(home: Path, now: datetime, *, deep: bool = False) -> list[Check]:
    """All checks, in a fixed order; one that cannot be made is a finding of its own.

    Args:
        deep: also read every row of the database and every answer of the archive.
    """
    checks = [*_python(), _duckdb(), _prefect()]
    try:
        settings = load(home=home)
    except Misconfigured as error:
        says = f"{len(error.problems)} problems: {error.problems[0]}"
        return [*checks, Check("configuration", "fail", says, f"mend:\n{error}"), _disk(home)]
    active = sum(source.enabled for source in settings.sources)
    says = f"{active} of {len(settings.sources)} sources enabled, {len(settings.topics.topics)} topics"
    checks.append(Check("configuration", "pass", f"{says}, in {settings.config}"))
    checks += [_corpus(settings), _recipients(settings), _mail(settings), _disk(home)]
    checks += list(_database(home, now, deep=deep))
    checks += [_snapshot(home, now), _backups(home, now), _archive(home, deep=deep), _server(home)]
    return checks


def _python() -> Iterator[Check]:
    running: Python = (sys.version_info[0], sys.version_info[1], sys.version_info[2])
    name = ".".join(map(str, running))
    faults = [
        what
        for what, fixed in (
            ("encoded words inject mail headers (CVE-2024-6923)", MAIL_HEADERS_FIXED),
            ("BytesGenerator injects mail headers (CVE-2026-1299)", BYTES_HEADERS_FIXED),
            ("html.parser is quadratic (CVE-2025-6069)", HTML_PARSER_FIXED),
        )
        if running < fixed.get(running[:2], (0, 0, 0))
    ]
    if not faults:
        yield Check("python", "pass", f"{name}: none of the faults that concern us")
    else:
        says = f"{name} has known faults: {'; '.join(faults)}"
        remedy = "Seabridge writes headers itself and parses with lxml, so it is safe; update Python all the same"
        yield Check("python", "warn", says, remedy)


def _duckdb() -> Check:
    found = version("duckdb")
    if tuple(int(part) for part in found.split(".")[:3] if part.isdigit()) < (1, 5, 5):
        return Check("duckdb", "fail", f"{found} can lose committed rows on a full disk", "install 1.5.5 or newer")
    return Check("duckdb", "pass", f"{found}")


def _prefect() -> Check:
    prefect, fastapi = version("prefect"), version("fastapi")
    if tuple(map(int, fastapi.split(".")[:2])) >= (0, 154) and prefect.startswith("3.8"):
        says = f"{prefect} does not start its server with FastAPI {fastapi}"
        return Check("prefect", "fail", says, "install from requirements.lock")
    return Check("prefect", "pass", f"{prefect} with FastAPI {fastapi}")


def _corpus(settings: Settings) -> Check:
    found = locate(settings.corpus, settings.seeds)
    says = f"{len(found)} of {len(settings.seeds)} seed documents in {settings.corpus}"
    if len(found) == len(settings.seeds):
        return Check("corpus", "pass", says)
    missing = ", ".join(seed.file for seed in settings.seeds if seed.id not in found)
    remedy = f"put {missing} there, or set SEABRIDGE_SEEDS; until then they are fetched or stand in as abstracts"
    return Check("corpus", "warn", says, remedy)


def _recipients(settings: Settings) -> Check:
    count = len(settings.recipients)
    if not count:
        remedy = "copy recipients.example.toml to recipients.toml and put in addresses"
        return Check("recipients", "warn", "nobody to send to", remedy)
    duty = "yes" if count >= DAILY_SENDERS_DUTY else f"no ({count} < {DAILY_SENDERS_DUTY} a day)"
    return Check("recipients", "pass", f"{count} recipients; one-click unsubscription required: {duty}")


def _mail(settings: Settings) -> Check:
    smtp = settings.digest.smtp
    if smtp is None:
        return Check("mail", "warn", "no [smtp] in digest.toml: messages become files in the outbox", "add [smtp]")
    from digests.delivery import Smtp
    from flows.send import smtp_password

    try:
        with Smtp(smtp, smtp_password(settings.digest)):
            return Check("mail", "pass", f"{smtp.host}:{smtp.port} lets us in ({smtp.security})")
    except SeabridgeError as error:
        return Check("mail", "fail", str(error), "check [smtp] in digest.toml and the password variable")


def _disk(home: Path) -> Check:
    from storage.database import needed_free

    folder = next(path for path in (home, *home.parents) if path.exists())
    free, needed = shutil.disk_usage(folder).free, max(NEEDED_FREE, needed_free(home))
    if free < needed:
        says = f"{free / 1e9:.1f} GB free at {folder}, {needed / 1e9:.1f} GB should be"
        return Check("disk", "fail", says, "make room: a full disk stops every run")
    return Check("disk", "pass", f"{free / 1e9:.0f} GB free at {folder}")


def _database(home: Path, now: datetime, *, deep: bool) -> Iterator[Check]:
    from storage.database import GLANCE, LIVE_NAME, database_path, is_there, open_live, schema_version
    from storage.highwater import log_path, marked
    from storage.integrity import faults, rows_read
    from storage.runs import last_runs

    path = home / LIVE_NAME
    if marked(path) is None and not is_there(home):
        yield Check("database", "warn", f"none in {home} yet", "seabridge collect makes it")
        return
    log = log_path(path)
    left = log.stat().st_size if log.exists() else 0
    try:
        with open_live(home, wait=GLANCE) as con:
            runs, wrong, where = last_runs(con, 50), list(faults(con)), database_path(con)
            rows = rows_read(con) if deep else None
    except (Busy, Temporary) as error:
        yield Check("database", "fail", str(error), "wait for that process, or end it")
        return
    except Misconfigured as error:
        yield Check("database", "fail", str(error), "do what is said there; nothing can be stored meanwhile")
        return
    says = f"schema {schema_version()}, {where}"
    if rows is not None:
        says += f"; all {rows} rows could be read"
    if left:
        says += f"; a process was killed, and {left} bytes of its log are in the database now"
    yield Check("database", "pass", says)
    if wrong:
        remedy = "restore a backup from before (seabridge restore), or report it with this text"
        yield Check("integrity", "fail", "; ".join(wrong), remedy)
    else:
        yield Check("integrity", "pass", "nothing is twice, nothing points nowhere, everything balances")
    finished = [run.finished_at for run in runs if run.flow.startswith("collect") and run.finished_at]
    if not finished or now - max(finished) > timedelta(days=1):
        yield Check(
            "collection", "warn", "no collection ended in the last day", "seabridge serve, or cron: seabridge collect"
        )
    else:
        yield Check("collection", "pass", f"last ended {max(finished):%Y-%m-%d %H:%M} UTC")


def _snapshot(home: Path, now: datetime) -> Check:
    from storage.integrity import published_at
    from storage.snapshot import snapshot_path

    path = snapshot_path(home)
    if not path.is_file():
        return Check("snapshot", "warn", "none published yet", "seabridge publish")
    try:
        made = published_at(path)
    except ValueError as problem:
        return Check("snapshot", "fail", f"{path} cannot be read: {problem}", "seabridge publish makes it anew")
    return Check("snapshot", "pass", f"{path}, published {_ago(now - made)}")


def _backups(home: Path, now: datetime) -> Check:
    from storage.backups import backups_folder, list_backups

    found = list_backups(backups_folder(home))
    if not found:
        return Check("backup", "warn", f"none in {backups_folder(home)}", "cron: seabridge backup, once a day")
    made, path = found[0]
    if now - made > BACKUP_DUE:
        return Check("backup", "warn", f"the newest is {path}, made {_ago(now - made)}", "cron: seabridge backup")
    return Check("backup", "pass", f"{len(found)} kept, the newest made {_ago(now - made)}")


def _ago(age: timedelta) -> str:
    hours = max(0, round(age / timedelta(hours=1)))
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"


def _archive(home: Path, *, deep: bool) -> Check:
    from storage.integrity import damaged_archives
    from storage.retention import unfinished

    raw = home / "raw"
    damaged = list(damaged_archives(raw)) if deep else []
    if damaged:
        says = f"{len(damaged)} files in {raw} are damaged, {damaged[0][0]} for one: {damaged[0][1]}"
        return Check("archive", "fail", says, "put them back from a copy of raw/; what was read from them is stored")
    torn = unfinished(raw)
    if torn:
        says = f"{len(torn)} files of killed runs in {raw} are still open"
        return Check("archive", "warn", says, "the next collection mends them")
    every = "every answer can be read, and " if deep else ""
    return Check("archive", "pass", f"{every}every file of answers was closed properly")


def _server(home: Path) -> Check:
    try:
        api = prefect_api(home)
    except Misconfigured as error:
        return Check("server", "fail", str(error), "start it, or unset PREFECT_API_URL")
    if api is None:
        return Check("server", "pass", "no Prefect server; commands run at once in their own process")
    return Check("server", "pass", f"commands are recorded at {api}")
