"""A live database in a temporary folder, makers of sample rows, and child processes that use the same code."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from stored import store_visit

from parsers.configured import Source
from parsers.model import Disposition, Entry, Evidence, Item, JudgedItem, Judgement, Label, SeedParagraph
from storage.collected import FetchRow, StoredEntry
from storage.database import Connection, open_live
from storage.runs import begin_run

REPOSITORY = Path(__file__).parents[2]
Child = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty database, to be copied: to make its tables and comments takes longer than most tests."""
    home = tmp_path_factory.mktemp("blank")
    with open_live(home):
        pass
    return home


@pytest.fixture
def con(blank: Path, tmp_path: Path) -> Iterator[Connection]:
    shutil.copytree(blank, tmp_path, dirs_exist_ok=True)
    with open_live(tmp_path) as con:
        yield con


@pytest.fixture
def child() -> Iterator[Child]:
    """Starts Python code that can import the repository; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=REPOSITORY,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def make(now: datetime) -> SimpleNamespace:
    """Makers of sample values; every one takes the attributes that the test cares about."""

    def source(**changes: Any) -> Source:
        sample = Source("alpha", "Alpha", "https://alpha.test/feed", "feed", "en", "EU", "press", "alpha", 3, "likely")
        return replace(sample, **changes)

    def item(number: int, **changes: Any) -> Item:
        sample = Item(
            id=f"{number:016x}",
            key=f"key {number}",
            source_id="alpha",
            url=f"https://alpha.test/{number}",
            title=f"Title {number}",
            summary="Summary",
            text=f"Text {number}",
            text_origin="page",
            language="en",
            published=now - timedelta(days=3, minutes=number),
            updated=None,
            first_seen=now,
            authors=("A. Writer",),
            content_sha256=f"sha {number}",
        )
        return replace(sample, **changes)

    def judgement(**changes: Any) -> Judgement:
        match = Evidence("PESCO", 4, 9, "text", 1.25, SeedParagraph("seed.txt", 3))
        sample = Judgement("core", 0.9, (Label("pesco", 0.8, (match,)), Label("dialogue", 0.4, ())), "rules 1")
        return replace(sample, **changes)

    def judged(number: int, copy_of: str | None = None, *, by: Judgement | None = None, **changes: Any) -> JudgedItem:
        return JudgedItem(item(number, **changes), by or judgement(), copy_of)

    def fetch(source_id: str = "alpha", **changes: Any) -> FetchRow:
        return replace(FetchRow(source_id, "https://alpha.test/feed", now, 0.5, "read", 200, 1000), **changes)

    def stored(one: JudgedItem) -> StoredEntry:
        entry = Entry(one.item.key, one.item.url, one.item.title, published=one.item.published, tags=("a", "b"))
        return StoredEntry(one.item.key, one.item.content_sha256, entry, one.item.id)

    def disposition(position: int, one: JudgedItem) -> Disposition:
        return Disposition(position, one.item.title, one.item.url, "stored", item_id=one.item.id, copy_of=one.copy_of)

    flows = count(1)

    def store(con: Connection, *items: JudgedItem, run_id: str | None = None, **fetched: Any) -> str:
        """One fetch with these items; in a run of its own unless there is one."""
        run = run_id or begin_run(con, f"flow {next(flows)}", now, "hash").id
        dispositions = [disposition(position, one) for position, one in enumerate(items)]
        store_visit(con, run, fetch(**fetched), [stored(one) for one in items], items, dispositions, now)
        return run

    return SimpleNamespace(
        source=source,
        item=item,
        judgement=judgement,
        judged=judged,
        fetch=fetch,
        stored=stored,
        disposition=disposition,
        store=store,
    )
