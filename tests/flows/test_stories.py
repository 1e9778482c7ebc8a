"""One event told by several: whose text it is, what it cites, announces and continues, from feeds to the mail."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Seabridge

from flows import ahead, extraction, stories
from flows.sample_server import SAMPLE_NOW

DAY = timedelta(days=1)
TUESDAY = SAMPLE_NOW.replace(hour=9, minute=2) - 6 * DAY
STATEMENT = """The European Defence Agency and the United States Department of Defense agreed on Tuesday to widen their
administrative arrangement to military mobility and supply chains. Experts of both sides are to draw up a list of joint
projects, among them the transport of heavy vehicles across the borders of the Union and the repair of bridges on the
way to the east. The arrangement rests on JOIN(2025) 120 and costs nothing beyond the staff of the two sides. Its
steering board will meet in Brussels on 16 September 2025 to adopt the first programme of work. "We are opening a door
that stayed shut for ten years," said Kaja Kallas, the head of the agency.""".replace("\n", " ")
CUT = STATEMENT[: STATEMENT.index("Its steering")]
OWN = """Washington and the European Defence Agency will work together on moving tanks and lorries through Europe. An
agreement reached in Brussels adds transport and spare parts to a pact that both signed two years ago, diplomats told
this newspaper. Whether Congress likes it is another matter: several senators asked on Tuesday what it would bring to
American firms, and nobody in the Pentagon wanted to answer in public. In the European Parliament the deal was met with
relief, since talks on it had been called off twice.""".replace("\n", " ")


def _feed(web: LoopbackWeb, path: str, title: str, when: datetime, text: str) -> str:
    return web.put(path, rss((title, when, text), link=f"http://{path.strip('/')}.example/"))


@pytest.fixture
def told(seabridge: Seabridge, web: LoopbackWeb) -> Seabridge:
    """A press release, two papers that print it, one that wrote itself: collected."""
    config_folder(seabridge.config, _tables(web))
    assert seabridge("collect").code == 0
    return seabridge


def _tables(web: LoopbackWeb) -> list[dict[str, object]]:
    feeds = {
        "agency": ("Agency and Pentagon widen their arrangement", TUESDAY, STATEMENT),
        "herald": ("EU and US to widen defence arrangement", TUESDAY + timedelta(hours=2), STATEMENT),
        "courier": ("Defence agency widens arrangement with Pentagon", TUESDAY + timedelta(hours=5), CUT),
        "tribune": ("Washington and EU defence agency widen arrangement", TUESDAY + timedelta(hours=1), OWN),
    }
    tables = [source_table(name, _feed(web, f"/{name}", *told)) for name, told in feeds.items()]
    tables[0] |= {"publisher_type": "institution", "name": "Defence Agency"}
    return tables


def _ask(seabridge: Seabridge, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(seabridge.home / "published" / "seabridge.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_independent_texts_are_counted(told: Seabridge) -> None:
    """Four outlets, two texts: what was printed from the press release counts once, and it is the origin."""
    asked = "SELECT items, outlets, independent_texts, origin_name, origin_kind FROM v_stories"
    assert _ask(told, asked) == [(4, 4, 2, "Defence Agency", "press-release")]
    reused = "SELECT source_id, origin_source_id, because FROM v_text_reuse ORDER BY ALL"
    assert _ask(told, reused) == [("courier", "agency", "press-release"), ("herald", "agency", "press-release")]


def test_readers_are_told(told: Seabridge) -> None:
    """The mail says how many independent texts there are, whose text it is, what it cites, and what lies ahead."""
    assert told("digest").code == 0
    text = told("editions", "show", "2025-W26").out
    assert "4 outlets, 2 independent texts" in text
    assert "Defence Agency" in text
    assert "JOIN(2025) 120" in text
    edition = json.loads(told("editions", "show", "2025-W26", "--format", "json").out)
    story = edition["lead"]
    assert (story["outlets"], story["texts"], story["origin"]["kind"]) == (4, 2, "press-release")
    assert "comes out the same, byte for byte" in told("editions", "rebuild", "2025-W26").out


def test_unread_primary_sources(told: Seabridge) -> None:
    """What is cited and held by nobody is on the operator's list, with its address."""
    ended = told("documents", "--json")
    lines = {line["id"]: line for line in map(json.loads, ended.out.splitlines())}
    line = lines["join:2025/120"]
    assert (ended.code, line["items"], line["stories"], line["held_item_id"]) == (0, 3, 1, None)
    assert line["url"].startswith("https://eur-lex.europa.eu/")
    assert "JOIN(2025) 120" in told("documents").out


@pytest.mark.parametrize("command", [("explain", "x"), ("calendar",), ("documents",)])
def test_looking_makes_no_database(seabridge: Seabridge, command: tuple[str, ...]) -> None:
    """In a home that is mistyped, who only looks is told what to do, and leaves nothing behind."""
    config_folder(seabridge.config, [source_table("one", "http://127.0.0.1:9/feed")])
    ended = seabridge(*command)
    assert (ended.code, "seabridge collect" in ended.err, seabridge.home.exists()) == (2, True, False)


def test_calendar(told: Seabridge, tmp_path: Path) -> None:
    """The date that the press release names is in the calendar, once, with its sentence, and in a calendar file."""
    (line,) = map(json.loads, told("calendar", "--json").out.splitlines())
    assert (line["starts"], line["state"], "steering board" in line["sentence"]) == ("2025-09-16", "ahead", True)
    path = tmp_path / "ahead.ics"
    assert told("calendar", "--ics", str(path)).code == 0
    assert b"DTSTART;VALUE=DATE:20250916\r\n" in path.read_bytes()
    assert told("calendar", "--days", "7").out == "Nothing is announced for these days.\n"
    assert told("calendar", "--ics", str(tmp_path / "no" / "where.ics")).code == 2


def test_quotes(told: Seabridge) -> None:
    """Who is quoted is there for SQL, once for each item that has it."""
    assert set(_ask(told, "SELECT speaker, verb FROM v_quotes")) == {("Kaja Kallas", "said")}


def test_what_an_edition_carried_stays_together(told: Seabridge, web: LoopbackWeb) -> None:
    """A story that went out keeps its id and items; a later report joins it, and the edition comes out as it was."""
    (before,) = _ask(told, "SELECT story_id FROM v_stories")
    for command in (("digest",), ("editions", "approve", "2025-W26")):
        assert told(*command).code == 0
    late = _feed(web, "/late", "EU defence agency and Pentagon widen arrangement", TUESDAY + timedelta(hours=9), OWN)
    config_folder(told.config, [*_tables(web), source_table("late", late)])
    assert told("collect").code == 0
    assert _ask(told, "SELECT story_id, items FROM v_stories") == [(*before, 5)]
    assert "comes out the same, byte for byte" in told("editions", "rebuild", "2025-W26").out


def test_why_they_belong_together(told: Seabridge) -> None:
    """`explain STORY` names what ties each item to another, whose text it is and what is cited."""
    ((story,),) = _ask(told, "SELECT story_id FROM v_stories")
    text = told("explain", str(story)).out
    for words in ("4 outlets, 2 independent texts", "nearest to", "(press-release)", "cites:", "JOIN(2025) 120"):
        assert words in text, words
    ((item,),) = _ask(told, "SELECT item_id FROM v_items WHERE source_id = 'courier'")
    (shown,) = json.loads(told("explain", str(item), "--json").out)["stories"]
    assert (shown["id"], len(shown["items"]), len(shown["ties"])) == (story, 4, 4)
    ended = told("explain", "nobody")
    assert (ended.code, "no item or story begins with 'nobody'" in ended.err) == (1, True)


def test_embargo_is_in_no_calendar(told: Seabridge, web: LoopbackWeb) -> None:
    """What is dated in the future when it comes is a mistake or an embargo: its dates are told by nobody either."""
    text = STATEMENT.replace("16 September 2025", "9 July 2025")
    ahead = _feed(web, "/ahead", "Agency and Pentagon widen their arrangement again", SAMPLE_NOW + 3 * DAY, text)
    config_folder(told.config, [*_tables(web), source_table("ahead", ahead)])
    assert told("collect").code == 0
    assert [json.loads(line)["starts"] for line in told("calendar", "--json").out.splitlines()] == ["2025-09-16"]


def test_what_is_off_topic_cites_and_announces_nothing(told: Seabridge) -> None:
    """Where people take all its topics away, its documents, quotes and dates leave the lists at once."""
    for (item,) in _ask(told, "SELECT item_id FROM v_items"):
        topics = [
            str(topic) for (topic,) in _ask(told, f"SELECT topic FROM v_labels WHERE is_current AND item_id = '{item}'")
        ]
        assert told("topics", "remove", str(item), *topics, "--reason", "a test").code == 0
    assert _ask(told, "SELECT count(*) FROM v_items WHERE relevance <> 'off'") == [(0,)]
    assert told("documents").out == "No primary document waits to be read.\n"
    assert told("calendar").out == "Nothing is announced for these days.\n"
    assert _ask(told, "SELECT (SELECT count(*) FROM v_quotes), (SELECT count(*) FROM v_text_reuse)") == [(0, 0)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "step"),
    [
        (extraction, "store_entities"),
        (stories, "store_stories"),
        (stories, "store_standings"),
        (ahead, "store_calendar"),
    ],
)
def test_stopped_between_two_steps(
    seabridge: Seabridge, web: LoopbackWeb, monkeypatch: pytest.MonkeyPatch, module: ModuleType, step: str
) -> None:
    """Wherever a collection stops behind the storing of items, the next one brings all to the same state."""
    config_folder(seabridge.config, _tables(web))
    with monkeypatch.context() as patched:
        patched.setattr(module, step, _stop)
        assert seabridge("collect").code != 0
    assert seabridge("collect").code == 0
    assert _ask(seabridge, "SELECT items, outlets, independent_texts FROM v_stories") == [(4, 4, 2)]
    assert _ask(seabridge, "SELECT name FROM v_quotes WHERE name IS NULL") == []
    assert _ask(seabridge, "SELECT count(*) FROM v_calendar") == [(1,)]
    assert _ask(seabridge, "SELECT count(*) FROM v_office_holders") != [(0,)]


def _stop(*_: object) -> None:
    raise KeyboardInterrupt
