"""Editions: composed once, approved where that is asked for, corrected by a new revision, shown as they were sent."""

import json

from drivers import Seabridge

WEEK, EDITION = "2025-W26", "2025-W26/weekly/en"


def states(seabridge: Seabridge) -> list[tuple[int, str]]:
    rows = [json.loads(line) for line in seabridge("editions", "list", "--json").out.splitlines()]
    return [(row["revision"], row["state"]) for row in rows]


def test_digest_again(ready: Seabridge) -> None:
    """A draft may be made again and stays revision 1; after it was sent it stays as it is, and the page too."""
    assert ready("digest").code == 0
    assert states(ready) == [(1, "draft")]
    ready("send")
    page = (ready.home / "site" / "2025-W26-weekly-en.html").read_bytes()
    told = ready("digest")
    assert (told.code, "stays as it is" in told.out, states(ready)) == (3, True, [(1, "issued")])
    assert (ready.home / "site" / "2025-W26-weekly-en.html").read_bytes() == page


def test_same_data_same_bytes(ready: Seabridge) -> None:
    """Composing again from the same data gives the same edition, to the byte."""
    shown = []
    for _ in range(2):
        ready("digest")
        shown.append(ready("editions", "show", WEEK, "--format", "html").out)
    assert shown[0] == shown[1]


def test_dry_run(ready: Seabridge) -> None:
    """A rehearsal shows the figures and stores nothing."""
    told = ready("digest", "--week", "2025-W25", "--dry-run")
    assert (told.code, "Subject:" in told.out) == (0, True)
    assert states(ready) == [(1, "draft")]


def test_show(ready: Seabridge) -> None:
    """One edition in each rendering, by its whole name or by its week."""
    text = ready("editions", "show", EDITION).out
    assert ready("editions", "show", WEEK).out == text
    assert ready("editions", "show", WEEK, "--format", "html").out.lstrip().startswith("<!DOCTYPE html>")
    assert json.loads(ready("editions", "show", WEEK, "--format", "json").out)
    absent = ready("editions", "show", "2025-W01")
    assert (absent.code, "editions list" in absent.err) == (1, True)
    assert ready("editions", "show", WEEK, "--revision", "7").code == 1


def test_approval(ready: Seabridge) -> None:
    """Where approval is asked for, `send` waits with 6 until a person gives it; then the edition is frozen."""
    path = ready.config / "digest.toml"
    path.write_text(path.read_text().replace("approval = false", "approval = true"))
    waiting = ready("send")
    assert (waiting.code, "editions approve" in waiting.out) == (6, True)
    assert not (ready.home / "outbox").exists()
    assert ready("editions", "approve", WEEK).code == 0
    assert states(ready) == [(1, "approved")]
    assert ready("digest").code == 3
    assert ready("send").code == 0


def test_draft_is_not_shown_before_approval(ready: Seabridge) -> None:
    """Where approval is asked for, the archive has a page only from then on; the draft itself can be read."""
    path = ready.config / "digest.toml"
    path.write_text(path.read_text().replace("approval = false", "approval = true"))
    assert ready("digest").code == 0
    assert list((ready.home / "site").iterdir()) == []
    assert ready("editions", "show", WEEK).code == 0
    ready("editions", "approve", WEEK)
    assert {path.name for path in (ready.home / "site").iterdir()} == {
        "index.html", "2025-W26-weekly-en.html", "2025-W26-weekly-en.json", "2025-W26-weekly-en.txt",
    }  # fmt: skip


def test_correction(ready: Seabridge) -> None:
    """A correction is a new revision that says what was wrong; everybody gets it, the first one is still there."""
    early = ready("editions", "correct", WEEK, "--note", "Wrong figure.")
    assert (early.code, "not gone out" in early.err) == (1, True)
    ready("send")
    first = ready("editions", "show", WEEK).out
    assert ready("editions", "correct", WEEK, "--note", "The sum was in dollars.").code == 0
    assert states(ready) == [(2, "draft"), (1, "issued")]
    assert "The sum was in dollars." in ready("editions", "show", WEEK).out
    assert ready("editions", "show", WEEK, "--revision", "1").out == first
    assert ready("send").code == 0
    assert len(list((ready.home / "outbox").iterdir())) == 6
    assert ready("send").code == 3
    assert "2025-W26-weekly-en" in (ready.home / "site" / "index.html").read_text()


def test_correction_survives_a_digest(ready: Seabridge) -> None:
    """A digest between a correction and its sending does not lose what was wrong; another `correct` replaces it."""
    ready("send")
    ready("editions", "correct", WEEK, "--note", "The sum was in dollars.")
    ready("digest")
    assert "The sum was in dollars." in ready("editions", "show", WEEK).out
    assert ready("editions", "correct", WEEK, "--note", "The sum was in pounds.").code == 0
    assert states(ready) == [(2, "draft"), (1, "issued")]
    assert "The sum was in pounds." in ready("editions", "show", WEEK).out


def test_published_after_sending(ready: Seabridge) -> None:
    """Analysts see at once that an edition has gone out."""
    ready("send")
    told = ready("sql", "SELECT state FROM v_editions", "--format", "csv")
    assert told.out.split() == ["state", "issued"]


def test_week_without_news(ready: Seabridge) -> None:
    """An empty week is an edition that says so; where digest.toml says `skip` it is not sent."""
    told = ready("digest", "--week", "2024-W10", "--json")
    assert (told.code, json.loads(told.out)["figures"]["stories"]) == (0, 0)
    assert len(ready("editions", "show", "2024-W10").out) > 200
    path = ready.config / "digest.toml"
    path.write_text(path.read_text().replace('empty = "note"', 'empty = "skip"'))
    assert ready("send", "--week", "2024-W10", "--allow-stale").code == 3
    path.write_text(path.read_text().replace('empty = "skip"', 'empty = "note"'))
    assert ready("send", "--week", "2024-W10", "--allow-stale").code == 0
