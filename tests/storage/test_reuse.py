"""Who took over whose text: kept with its time; what v_stories says of outlets and texts."""

from datetime import timedelta

from parsers.judging.texts.reuse import Origin, Reuse, Standing
from parsers.model import Story
from storage.database import Connection
from storage.moments import known_at
from storage.reuse import reuses_of, store_reuses, store_standings
from storage.stories import store_stories


def _stored(con: Connection, make, number: int) -> list[str]:
    items = [make.judged(one) for one in range(number)]
    make.store(con, *items)
    return [one.item.id for one in items]


def test_reuse_is_known_from_its_time_on(con: Connection, make, now):
    """An edition made before knows nothing of it; what is found again is not written again."""
    release, reprint, other = _stored(con, make, 3)
    before = known_at(con, now)
    found = [Reuse(reprint, release, None, 0.8, "press-release"), Reuse(other, None, "Reuters", None, "named")]
    store_reuses(con, found, [release, reprint, other], now)
    assert reuses_of(con, [reprint, other], before) == ()
    assert set(reuses_of(con, [release, reprint, other])) == set(found)
    store_reuses(con, found, [release, reprint, other], now + timedelta(hours=1))
    assert con.execute("SELECT count(*) FROM text_reuse").fetchall() == [(2,)]


def test_what_does_not_hold_any_more_ends(con: Connection, make, now):
    """It stays known for the moments in which it held; items that were not looked at keep theirs."""
    release, reprint, other = _stored(con, make, 3)
    credit = Reuse(other, None, "Reuters", None, "named")
    store_reuses(con, [Reuse(reprint, release, None, 0.8, "time"), credit], [release, reprint, other], now)
    then = known_at(con, now)
    store_reuses(con, [], [release, reprint], now + timedelta(hours=1))
    assert reuses_of(con, [release, reprint, other]) == (credit,)
    assert len(reuses_of(con, [release, reprint, other], then)) == 2
    assert con.execute("SELECT item_id, agency FROM v_text_reuse").fetchall() == [(other, "Reuters")]


def test_stories_tell_their_independent_texts(con: Connection, make, now):
    """v_stories has outlets, texts and the origin; a story that is gone is not counted any more."""
    one, two, three = _stored(con, make, 3)
    store_stories(con, [Story(one, (one, two)), Story(three, (three,))], [one, two, three], now)
    origin = Origin("EEAS", "press-release", one, now, 1)
    store_standings(con, {one: Standing(2, 1, origin), three: Standing(1, 1, None)})
    asked = "SELECT story_id, outlets, independent_texts, origin_name, origin_item_id FROM v_stories ORDER BY story_id"
    assert con.execute(asked).fetchall() == [(one, 2, 1, "EEAS", one), (three, 1, 1, None, None)]
    store_stories(con, [Story(one, (one, two, three))], [one, two, three], now)
    store_standings(con, {one: Standing(3, 2, None)})
    assert con.execute("SELECT story_id, outlets FROM story_standings").fetchall() == [(one, 3)]
