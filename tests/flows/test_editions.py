"""Editions: composed once, approved where that is asked for, corrected by a new revision, shown as they were sent."""

import json

import pytest
from drivers import Seabridge

import flows.making
from storage.database import open_live

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


def test_rebuilt_byte_for_byte(ready: Seabridge) -> None:
    """Whatever was decided, configured or sent since: an edition comes out of what was known when it was made."""
    first = ready("editions", "rebuild", WEEK)
    assert (first.code, "byte for byte" in first.out) == (0, True)
    ready("send")
    carried = json.loads(
        ready(
            "sql", "SELECT item_id, topics[1] AS topic FROM v_labels_as_sent ORDER BY position", "--format", "json"
        ).out
    )
    for one in carried[:3]:
        assert ready("topics", "remove", one["item_id"], one["topic"], "--reason", "not about it").code == 0
    path = ready.config / "digest.toml"
    path.write_text(path.read_text().replace("story_budget = 12", "story_budget = 4"))
    sources = ready.config / "sources.toml"
    sources.write_text(sources.read_text().replace("weight = 4", "weight = 1"))
    assert ready("editions", "correct", WEEK, "--note", "three topics were wrong").code == 0
    for revision in ("1", "2"):
        again = ready("editions", "rebuild", WEEK, "--revision", revision)
        assert (again.code, again.err) == (0, "")
    so = "SELECT count(*) AS n FROM v_labels_as_sent WHERE revision = 1 AND NOT is_still_so"
    assert json.loads(ready("sql", so, "--format", "json").out) == [{"n": 3}]


def test_history_that_was_changed_by_hand_shows(ready: Seabridge) -> None:
    """What was sent cannot be made from a database that says something else now."""
    with open_live(ready.home) as con:
        con.execute("UPDATE items SET title = 'Another headline' WHERE item_id IN (SELECT item_id FROM edition_items)")
    told = ready("editions", "rebuild", WEEK)
    assert (told.code, "comes out otherwise" in told.err) == (1, True)


def test_every_item_of_the_week_is_accounted_for(ready: Seabridge) -> None:
    """Each ends once, with a reason; what ended in the edition is what the edition carries; all sheets balance."""
    with open_live(ready.home) as con:
        ends = con.execute(
            "SELECT count(*), count(DISTINCT item_id), count(*) FILTER (trim(reason) = '') FROM edition_dispositions"
        ).fetchall()
        in_period = con.execute(
            "SELECT count(*) FROM items, editions WHERE published_at >= period_start AND published_at < period_end"
        ).fetchall()
        shown = con.execute(
            "SELECT count(*), (SELECT count(*) FROM edition_items) FROM edition_dispositions"
            " WHERE outcome IN ('lead', 'shown', 'source', 'same-text', 'late-shown')"
        ).fetchall()
        balance = con.execute(
            "SELECT kind, count(*), sum(abs(difference)) FROM v_balance GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert ends[0][0] == ends[0][1] >= in_period[0][0] > 50
    assert ends[0][2] == 0
    assert shown[0][0] == shown[0][1] > 10
    assert [(kind, wrong) for kind, _, wrong in balance] == [("edition", 0), ("fetch", 0)]


def test_an_edition_that_does_not_balance_is_not_kept(ready: Seabridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """One item without an end, and the flow fails loudly; the edition before stays."""
    before = ready("editions", "show", WEEK).out
    ends_of = flows.making.ends_of
    monkeypatch.setattr(flows.making, "ends_of", lambda *given: ends_of(*given)[1:])
    told = ready("digest")
    assert (told.code, "accounts for" in told.err) == (1, True)
    assert ready("editions", "show", WEEK).out == before
