"""The whole week in one command, and what it says when a part of it fails."""

import json
from datetime import timedelta

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Seabridge

from flows.sample_server import SAMPLE_NOW
from storage.database import open_live
from storage.runs import begin_run

NEWS = ("EU and US sign arrangement on defence cooperation", SAMPLE_NOW - timedelta(days=3),
        "The European Defence Agency and the Pentagon have signed an administrative arrangement.")  # fmt: skip


def test_run(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Collect, digest and send in one; again there is nothing new and nobody gets a second mail."""
    source = source_table("one", web.put("/feed", rss(NEWS)))
    config_folder(seabridge.config, [source], recipients=["ada@one.example"])
    first = seabridge("run", "--json")
    (message,) = (seabridge.home / "outbox").iterdir()
    content = message.read_bytes()
    second = seabridge("run")
    assert (first.code, second.code) == (0, 0)
    assert json.loads(first.out)["figures"]["digest: stories"] == 1
    assert "Already sent 1/1" in second.out
    assert [path.read_bytes() for path in (seabridge.home / "outbox").iterdir()] == [content]


def test_run_without_any_source(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """When no source answers the digest goes out all the same and says so; the command ends with 1."""
    config_folder(seabridge.config, [source_table("one", web.url("/no"))], recipients=["ada@one.example"])
    told = seabridge("run")
    (message,) = (seabridge.home / "outbox").iterdir()
    assert told.code == 1
    assert "0 of 1" in message.read_text()


def test_run_while_another_collects(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """The digest of what is stored goes out all the same; the command says what it left out and ends with 4."""
    source = source_table("one", web.put("/feed", rss(NEWS)))
    config_folder(seabridge.config, [source], recipients=["ada@one.example"])
    seabridge("collect")
    with open_live(seabridge.home) as con:
        begin_run(con, "collect", SAMPLE_NOW, "hash")
    told = seabridge("run")
    assert (told.code, "Not collected" in told.out) == (4, True)
    assert len(list((seabridge.home / "outbox").iterdir())) == 1


@pytest.mark.slow
def test_late_news_is_in_the_next_edition(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """What was published on Sunday night and first seen after the digest of Monday is in the next one, shown apart."""
    late = ("US withdraws from NATO command structure", SAMPLE_NOW - timedelta(hours=8),
            "The United States told its European allies in NATO that it leaves the command structure.",
    )  # fmt: skip
    announced = ("Pentagon and EU to sign military mobility arrangement", SAMPLE_NOW + timedelta(days=4), NEWS[2])
    source = source_table("one", web.put("/feed", rss(NEWS, announced)))
    config_folder(seabridge.config, [source], recipients=["ada@one.example"])
    seabridge("run")
    web.put("/feed", rss(NEWS, announced, late))
    seabridge("collect", now="2025-06-30T06:00:00Z")
    seabridge("run", now="2025-07-07T05:00:00Z")
    first, second = (seabridge("editions", "show", week).out for week in ("2025-W26", "2025-W27"))
    assert late[0] not in first
    assert late[0] in second[second.index("LATE ARRIVALS") :]
    assert "1 item first seen this week had an older date" in second
    assert announced[0] not in second


def test_run_dry(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """A rehearsal sends and stores nothing."""
    config_folder(seabridge.config, [source_table("one", web.put("/feed", rss(NEWS)))], recipients=["ada@one.example"])
    assert seabridge("run", "--dry-run").code == 0
    assert not (seabridge.home / "outbox").exists()
    assert not (seabridge.home / "site").exists()


@pytest.mark.parametrize("command", ["run", "send"])
def test_nobody_to_send_to(seabridge: Seabridge, web: LoopbackWeb, command: str) -> None:
    """Without recipients the remedy is named, with exit code 2."""
    config_folder(seabridge.config, [source_table("one", web.put("/feed", rss(NEWS)))])
    seabridge("collect")
    seabridge("digest")
    told = seabridge(command)
    assert (told.code, "recipients.example.toml" in told.err) == (2, True)
