from datetime import UTC, datetime
from pathlib import Path

import pytest

from parsers.configured import Records
from parsers.errors import Unreadable
from parsers.model import Entry
from parsers.reading.lists.records import parse_records

DATA = Path(__file__).parents[3] / "data" / "records"
URL = "https://api.example/v1/documents.json"
REGISTER = Records(
    entries="results",
    title="title",
    url="html_url",
    summary="abstract",
    published="publication_date",
    document="pdf_url",
)
MEETINGS = Records(entries="css_meetings_scheduled.meeting", title="matter", published="last_update_iso_8601")
HEARINGS = Records(
    entries="css_meetings_scheduled.meeting",
    id="identifier",
    title=("committee", "matter"),
    summary=("sub_cmte", "day_of_week", "date", "room"),
)


def read(body: str, rules: Records) -> tuple[Entry, ...]:
    return parse_records(body.encode(), URL, rules).entries


def test_json_records_become_entries() -> None:
    """Text, date, link and PDF of each; what is null is missing, and no reason to stop."""
    feed = parse_records((DATA / "federal-register.json").read_bytes(), URL, REGISTER)
    first, second = feed.entries

    assert (first.title, first.published) == (
        "Control of Example Items: Corrections",
        datetime(2026, 11, 12, tzinfo=UTC),
    )
    assert first.attachments == ("https://www.govinfo.gov/content/pkg/FR-2026-11-12/pdf/2026-99901.pdf",)
    assert (second.summary, second.attachments) == ("", ())
    assert (feed.format, feed.problems) == ("api", ())


def test_xml_records_become_entries() -> None:
    """The root element counts in the path, a missing element is a missing field."""
    first, second = parse_records((DATA / "senate-hearings.xml").read_bytes(), URL, MEETINGS).entries

    assert first.title == "Hearings to examine the industrial base for munitions."
    assert first.published == datetime(2026, 11, 12, 16, 2, 11, tzinfo=UTC)
    assert (second.title, second.url) == ("Business meeting to consider the nomination of an envoy.", None)


def test_several_names_are_joined() -> None:
    """In the order of the rule; what a record lacks, or has empty, leaves no mark. Its own identifier is kept."""
    first, second = parse_records((DATA / "senate-hearings.xml").read_bytes(), URL, HEARINGS).entries

    assert (first.guid, first.title, first.summary) == (
        "990001",
        "Armed Services · Hearings to examine the industrial base for munitions.",
        "Thursday · 19-NOV-2026 09:30 AM · SD-G50",
    )
    assert (second.guid, second.summary, second.published) == ("990002", "", None)


@pytest.mark.parametrize(
    ("record", "guid", "url"),
    [
        ('{"t": "x", "i": 17}', "17", None),
        ('{"t": "x", "i": null}', None, None),
        ('{"t": "x", "i": "https://a.example/1"}', "https://a.example/1", "https://a.example/1"),
        ('{"t": "x", "i": "javascript:alert(1)"}', "javascript:alert(1)", None),
    ],
)
def test_identifiers_are_verbatim(record: str, guid: str | None, url: str | None) -> None:
    """Numbers too; one that is an address leads to the article where the record has no other."""
    (entry,) = read(f"[{record}]", Records(entries=".", title="t", id="i"))

    assert (entry.guid, entry.url) == (guid, url)


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ('[{"t": "One"}, {"t": "Two"}]', Records(entries=".", title="t")),
        ('{"a": {"b": [{"t": "One"}, {"t": "Two"}]}}', Records(entries="a.b", title="t")),
        ('{"a": [{"b": [{"t": "One"}]}, {"b": [{"t": "Two"}]}]}', Records(entries="a.b", title="t")),
        ('{"a": [{"t": {"x": [null, true, "One"]}}, {"t": {"x": "Two"}}]}', Records(entries="a", title="t.x")),
        ("<r xmlns='urn:x'><i t='One'/><i t='Two'/></r>", Records(entries="r.i", title="t")),
        (
            "<r><g><i><t>One</t></i></g><g><i><t><![CDATA[<b>Two</b>]]></t></i></g></r>",
            Records(entries="r.g.i", title="t"),
        ),
    ],
)
def test_paths_lead_through_lists_and_levels(body: str, rules: Records) -> None:
    """A list stands for its members, `.` for the answer itself, an attribute for a missing child; markup is removed."""
    assert [entry.title for entry in read(body, rules)] == ["One", "Two"]


def test_numbers_are_texts() -> None:
    """A date may come as 20260703, a title as a number; true and an object are neither."""
    (entry,) = read(
        '{"a": [{"t": 42, "d": 20260703, "s": true, "u": {"x": 1}}]}',
        Records(entries="a", title="t", published="d", summary="s", url="u"),
    )

    assert (entry.title, entry.published) == ("42", datetime(2026, 7, 3, tzinfo=UTC))
    assert (entry.summary, entry.url) == ("", None)


@pytest.mark.parametrize(
    "body",
    ["{}", "[]", '{"articles": []}', '{"articles": null}', '{"count": 0, "description": "nothing"}'],
)
def test_nothing_found_is_an_answer(body: str) -> None:
    """A quiet day is no failure: GDELT then says {}, the Federal Register leaves its list out."""
    assert parse_records(body.encode(), URL, Records(entries="articles", title="t")).entries == ()


def test_an_empty_schedule_is_an_answer() -> None:
    """The root alone means that no meeting is planned."""
    assert read("<css_meetings_scheduled>\n</css_meetings_scheduled>", MEETINGS) == ()


@pytest.mark.parametrize(
    ("body", "rules", "detail"),
    [
        (
            "One or more of your keywords were too short.",
            REGISTER,
            "neither JSON nor XML but text: 'One or more of your keywords were too short.'",
        ),
        ("", REGISTER, "neither JSON nor XML but an empty answer"),
        ('{"results": [', REGISTER, "broken JSON: "),
        ('{"errors": {"order": "is invalid"}}', REGISTER, "nothing at 'results' in JSON: "),
        (
            "<!DOCTYPE html><html><title>Sign in</title></html>",
            MEETINGS,
            "nothing at 'css_meetings_scheduled.meeting' in",
        ),
        ("<rss><channel><item/></channel></rss>", MEETINGS, "nothing at 'css_meetings_scheduled.meeting' in XML with"),
        pytest.param("/etc/passwd", REGISTER, "neither JSON nor XML but text: '/etc/passwd'", id="F-5"),
    ],
)
def test_what_is_no_list_of_records_is_named(body: str, rules: Records, detail: str) -> None:
    """F-5: the reason says what came instead, which may be the server's own words."""
    with pytest.raises(Unreadable) as caught:
        parse_records(body.encode(), URL, rules)

    assert caught.value.kind == ("no-match" if detail.startswith(("nothing", "none of")) else "not-a-feed")
    assert caught.value.detail.startswith(detail)


def test_f_2_a_cut_answer_loses_only_its_last_record() -> None:
    """F-2: half a record could have half an address."""
    body = (DATA / "senate-hearings.xml").read_bytes()
    feed = parse_records(body[: body.rindex(b"</matter>")], URL, MEETINGS)

    assert [entry.title for entry in feed.entries] == ["Hearings to examine the industrial base for munitions."]
    assert feed.problems == ("cut off in the middle of entry 2, which was dropped",)


def test_single_values_are_no_records() -> None:
    """A path that leads one level too deep finds texts; that is said."""
    feed = parse_records(b'{"a": [{"t": "One"}, "Two", 3]}', URL, Records(entries="a", title="t"))

    assert len(feed.entries) == 1
    assert feed.problems == ("2 of 3 records are single values, not records",)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"r": {"i": ' + "[" * 200_000, id="F-9-json"),
        pytest.param('{"r": {"i": ' + "[" * 500 + "1" + "]" * 500 + "}}", id="F-9-json-closed"),
        pytest.param("<r>" + "<i>" * 100_000, id="F-9-xml"),
        pytest.param('{"r": {"i": [{"t": ' + "9" * 100_000 + "}]}}", id="F-12-number"),
        pytest.param('{"r": {"i": [{"t": "\\ud800", "u": "javascript:alert(1)"}]}}', id="F-12-F-21"),
        pytest.param('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><i><t>&x;</t></i></r>', id="F-4"),
        pytest.param(
            '<!DOCTYPE r [<!ENTITY a "0123456789">'
            + "".join(f'<!ENTITY a{n + 1} "{f"&a{n or str()};" * 10}">' for n in range(9))
            + "]><r><i><t>&a9;</t></i></r>",
            id="F-3",
        ),
        pytest.param(f"<r><i {' '.join(f'a{n}=1' for n in range(50_000))}><t>x</t></i></r>", id="F-6"),
    ],
)
def test_hostile_answers_end(body: str) -> None:
    """F-3, F-4, F-6, F-9, F-12, F-21: whatever it is, it ends in entries that can be stored or in one reason."""
    try:
        entries = read(body, Records(entries="r.i", title="t", url="u"))
    except Unreadable:
        return
    for entry in entries:
        assert "root:" not in entry.title
        assert len(entry.title.encode()) < 2_000
        assert entry.url is None


def test_f_7_the_newest_of_very_many_are_read() -> None:
    """F-7: as for feeds."""
    body = '{"a": [' + ",".join(f'{{"t": "Title {n}"}}' for n in range(5_000)) + "]}"

    assert len(read(body, Records(entries="a", title="t"))) == 2_000
