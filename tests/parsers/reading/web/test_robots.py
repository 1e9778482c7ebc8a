"""robots.txt: what its words mean to us, and that it is asked politely, once, at every host on the way."""

import asyncio
import time
from collections.abc import Mapping

import pytest
from wire import (
    NAME,
    QUICK,
    Outcome,
    Talk,
    answer,
    at,
    bad,
    fetch_failed,
    good,
    moved,
    outcome,
    packed,
    serve,
    web_on,
)

from parsers.configured import FetchLimits
from parsers.model import Request
from parsers.reading.web.robots import DELAY_MOST, MOST_BYTES, MOST_LINES, read_rules

US = "Seabridge/0.1 (news monitor)"


def allowed(text: str, path: str = "/news/1", agent: str = US) -> bool:
    return read_rules(text.encode(), agent).allows(f"https://a.example{path}")


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: /a", "/b", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /search?", "/search?q=1", False),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/caf%c3%a9", False),
        ("User-agent: *\nDisallow: /café", "/caf%C3%A9/1", False),
        ("USER-AGENT: *\nDISALLOW: /a # all of it", "/a", False),
        ("  User-agent : *  \n\n  Disallow : /a  ", "/a", False),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("Disallow: /a", "/a", True),
        ("User-agent: *\nSitemap: https://a.example/s.xml\nDisallow: /a", "/a", False),
        ("<!DOCTYPE html><title>Not found</title>\nUser-agent: *\nDisallow: /", "/a", True),
        ("\n <html>\nUser-agent: *\nDisallow: /", "/a", True),
        ("\x00\xff garbage\nUser-agent: *\nDisallow: /a\x00", "/b", True),
    ],
)
def test_words_mean_what_the_standard_says(text: str, path: str, expected: bool) -> None:
    """The longest rule wins, allowing wins a tie, wildcards and escapes count; a web page holds no rules."""
    assert allowed(text, path) == expected


@pytest.mark.parametrize(
    ("group", "agent", "is_ours"),
    [
        ("Seabridge", US, True),
        ("seabridge", US, True),
        ("Seabridge/2.0", US, True),
        ("Seabridge (all versions)", US, True),
        ("Sea", US, False),
        ("bridge", US, False),
        ("Seabridge-Images", US, False),
        ("Seabridge2", US, False),
        ("Mozilla", US, False),
        ("", US, False),
        ("Desk", "Desk/2 (+https://desk.example)", True),
        ("Desk", "Desk", True),
        ("Seabridge", "Desk/2", False),
        ("Mozilla", "Mozilla/5.0 (compatible; Desk/2)", True),
        ("us", US, False),
        ("others", US, False),
    ],
)
def test_the_rules_for_our_name_go_before_those_for_all(group: str, agent: str, is_ours: bool) -> None:
    """Our name is what stands before the slash in the user agent, whole; with a group of its own `*` is not read."""
    text = f"User-agent: *\nDisallow: /all\n\nUser-agent: {group}\nDisallow: /ours\n"
    assert allowed(text, "/ours", agent) != is_ours
    assert allowed(text, "/all", agent) == is_ours


def test_groups_of_one_name_are_one() -> None:
    """Two groups for us, and one for us and another, are read together."""
    text = "User-agent: Seabridge\nDisallow: /a\n\nUser-agent: x\nUser-agent: seabridge\nDisallow: /b\n"
    assert [allowed(text, path) for path in ("/a", "/b", "/c")] == [False, False, True]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2.0), ("0.5", 0.5), ("3600", DELAY_MOST), ("-1", 0.0), ("nan", 0.0), ("inf", 0.0), ("soon", 0.0), ("", 0.0)],
)
def test_the_crawl_delay_is_clamped(value: str, seconds: float) -> None:
    """Up to ten seconds; rubbish asks for nothing."""
    assert read_rules(f"User-agent: *\nCrawl-delay: {value}\nDisallow: /a\n".encode(), US).delay == seconds
    assert read_rules(f"User-agent: other\nCrawl-delay: {value}\nDisallow: /a\n".encode(), US).delay == 0.0


def test_half_a_megabyte_is_read_and_no_more() -> None:
    """A rule at the end of 500 KiB counts, one behind it does not."""
    text = "User-agent: *\n" + "#" * 80 + "\n"
    text += ("#" * 79 + "\n") * ((MOST_BYTES - len(text) - 100) // 80)
    assert not allowed(text + "Disallow: /news\n")
    assert allowed(text + "#" * 200 + "\nDisallow: /news\n")


def test_ten_thousand_lines_are_read_and_no_more() -> None:
    """Comments and empty lines do not count; the bound keeps a file of wildcards from costing 0.1 s for every page."""
    fill = "# comment\n\nDisallow: /x\n"
    assert not allowed("User-agent: *\n" + fill * (MOST_LINES - 2) + "Disallow: /news\n")
    assert allowed("User-agent: *\n" + fill * (MOST_LINES - 1) + "Disallow: /news\n")


HOSTILE: Mapping[str, str] = {
    "agents and rules": "".join(f"User-agent: {n}\n" for n in range(12_000))
    + "".join(f"Disallow: /{n}\n" for n in range(20_000)),
    "odd separators": "\x0c".join(f"user\xa0agent\u2003{n}" for n in range(5_000))
    + "\x0c"
    + "\u2028".join(f"Disallow /{n}" for n in range(5_000)),
    "wildcards": "User-agent: *\n" + "".join(f"Disallow:*{n}$\n" for n in range(30_000)),
    "stars": "User-agent: *\nDisallow: " + "*a" * 250_000,
    "many stars": "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*a*b\n" * 16_000,
    "escapes": "User-agent: *\nDisallow: /" + "%" * 500_000,
    "agent without end": "User-agent: " + "x" * 500_000,
    "empty lines": "\n" * 500_000,
    "dollars": "User-agent: *\n" + "Disallow: /$$$$$$$$\n" * 25_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_cost_little_time(text: str) -> None:
    """No half megabyte takes more than seconds for reading it and deciding on sixty pages (without limits: minutes)."""
    started = time.process_time()
    rules = read_rules(text.encode(), US)
    for number in range(60):
        rules.allows(f"https://a.example/news/{number}/" + "a" * 2_000)
    assert time.process_time() - started < 5


# ---------------------------------------------------------------- asking

BARRED = answer(b"User-agent: *\nDisallow: /private\n")


def test_pages_that_are_barred_are_not_asked_for() -> None:
    """A rule against us is a refusal of its own kind; feeds do not ask."""
    replies = {"/robots.txt": BARRED, "/private/1": answer(), "/open": answer()}
    outcomes, seen = serve(
        replies,
        at("/private/1", robots=True),
        at("/open", robots=True),
        at("/private/1"),
    )
    assert bad(outcomes[0]) == "Refused robots"
    assert NAME in str(outcomes[0])
    assert [good(one).body for one in outcomes[1:]] == [b"hello"] * 2
    assert [head.split()[1] for head in seen] == [b"/robots.txt", b"/open", b"/private/1"]


def test_the_name_that_is_sent_is_the_name_that_is_looked_up() -> None:
    """A source with a user agent of its own, however it is set, obeys the rules for that name."""
    rules = b"User-agent: Seabridge\nDisallow: /s\n\nUser-agent: Desk\nDisallow: /d\n"
    replies = {"/robots.txt": answer(rules), "*": answer()}
    outcomes, seen = serve(
        replies,
        at("/s", robots=True),
        at("/d", robots=True),
        at("/s", robots=True, user_agent="Desk/2"),
        at("/d", robots=True, user_agent="Desk/2"),
        at("/d", robots=True, headers={"User-Agent": "Desk/3"}),
    )
    assert [isinstance(one, Exception) for one in outcomes] == [True, False, False, True, True]
    assert b"user-agent: Desk/2" in seen[2]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(b"User-agent: *\nDisallow: /", "404 Not Found"), "taken"),
        (answer(b"User-agent: *\nDisallow: /", "403 Forbidden"), "taken"),
        (answer(b"", "401 Unauthorized"), "taken"),
        (answer(b"", "410 Gone"), "taken"),
        (answer(b""), "taken"),
        (answer(b"", "204 No Content"), "taken"),
        (answer(b"<html>User-agent: *\nDisallow: /", Content_Type="text/html"), "taken"),
        (answer(b"User-agent: *\nDisallow: /", Content_Type="text/html"), "Refused robots"),
        (moved("ftp://a.example/robots.txt"), "taken"),
        (moved("http://127.0.0.1/robots.txt"), "taken"),
        (moved("/robots.txt"), "taken"),
        (moved("/elsewhere"), "Refused robots"),
        (answer(b"", "500 Oops"), "FetchFailed robots"),
        (answer(b"", "503 Down", Retry_After="60"), "FetchFailed robots"),
        (answer(b"", "429 Slow", Retry_After="60"), "FetchFailed robots"),
        (b"", "FetchFailed robots"),
        (packed(b"no gzip"), "FetchFailed robots"),
        (answer(b"User-agent: *", Content_Length="100"), "FetchFailed robots"),
        (answer(b"User-agent: *\nDisallow: /\n" + b"#" * 600_000), "Refused robots"),
        (answer(b"User-agent: *\nAllow: /\n" + b"#" * 600_000 + b"\nDisallow: /a\n"), "taken"),
    ],
)
def test_a_site_without_rules_is_open_and_one_in_trouble_is_left_alone(reply: bytes, expected: str) -> None:
    """RFC 9309, 2.3.1: 4xx opens all, 5xx and silence close all for now; five redirects, half a megabyte."""
    replies = {"/robots.txt": reply, "/elsewhere": answer(b"User-agent: *\nDisallow: /"), "/a": answer()}
    outcomes, _ = serve(replies, at("/a", robots=True))
    if expected == "taken":
        assert good(outcomes[0]).body == b"hello"
        return
    assert bad(outcomes[0]) == expected
    assert str(outcomes[0]).startswith(f"http://{NAME}/a: robots.txt of {NAME}")
    if b"Retry-After" in reply:
        assert fetch_failed(outcomes[0]).retry_after == 60.0


def test_five_redirects_lead_to_rules_and_six_to_none() -> None:
    """RFC 9309, 2.3.1.2: a longer chain counts as a missing file."""
    for hops, expected in ((5, "Refused robots"), (6, "taken")):
        chain = {f"/r{n}": moved(f"/r{n + 1}") for n in range(1, hops)}
        replies = {"/robots.txt": moved("/r1"), **chain, f"/r{hops}": answer(b"User-agent: *\nDisallow: /")}
        outcomes, _ = serve(replies | {"/a": answer()}, at("/a", robots=True))
        assert (bad(outcomes[0]) if isinstance(outcomes[0], Exception) else "taken") == expected


def test_every_host_on_the_way_is_asked() -> None:
    """A redirect to a host that bars us ends there, and the page is not asked for."""
    names = (NAME, "other.example")

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        place = head.split()[1].decode()
        other = b"host: other.example" in head
        rules = b"User-agent: *\nDisallow: /" + (b"b" if other else b"private")
        reply = answer(rules) if place == "/robots.txt" else answer() if other else moved("http://other.example/b")
        writer.write(reply)
        await writer.drain()

    outcomes, seen = serve(talk, at("/a", robots=True), names=names)
    assert bad(outcomes[0]) == "Refused robots"
    assert str(outcomes[0]).startswith(f"http://{NAME}/a: robots.txt of other.example")
    assert [head.split()[1] for head in seen] == [b"/robots.txt", b"/a", b"/robots.txt"]


def test_a_private_machine_is_refused_before_its_rules_are_asked() -> None:
    """The question for robots.txt opens no door that is closed for pages."""
    outcomes, seen = serve(
        {"/robots.txt": answer(b"User-agent: *\nAllow: /")}, Request("http://127.0.0.1:{port}/", robots=True)
    )
    assert bad(outcomes[0]) == "Refused address"
    assert seen == []


def test_secrets_reach_the_rules_of_the_own_site_only() -> None:
    """robots.txt is asked with the headers of its page, and those stay at their site."""
    replies = {"/robots.txt": answer(b""), "/a": moved("http://other.example/b"), "/b": answer()}
    outcomes, seen = serve(replies, at("/a", robots=True, headers={"X-Key": "k"}), names=(NAME, "other.example"))
    assert good(outcomes[0]).body == b"hello"
    assert [b"x-key: k" in head for head in seen] == [True, True, False, False]


def robots_first(rules: bytes, seen: list[tuple[str, float]], slow: float = 0.0) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        seen.append((path, time.monotonic()))
        if path == "/robots.txt":
            await asyncio.sleep(slow)
        writer.write(answer(rules if path == "/robots.txt" else b"hello"))
        await writer.drain()

    return talk


def test_sixty_pages_ask_once_and_pay_nothing_for_it() -> None:
    """One slow robots.txt serves all who wait, even if the first of them gives up, in none of their own time."""
    seen: list[tuple[str, float]] = []

    async def main() -> list[Outcome]:
        limits = FetchLimits(total=1.0, per_host=1)
        async with web_on(robots_first(b"User-agent: *\nDisallow: /x", seen, slow=0.8), limits) as (web, _):
            tasks = [asyncio.create_task(outcome(web, at(f"/{n}", robots=True))) for n in range(61)]
            await asyncio.sleep(0.2)
            tasks[0].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return [task.result() for task in tasks[1:]]

    assert [good(one).body for one in asyncio.run(main())] == [b"hello"] * 60
    assert [path for path, _ in seen].count("/robots.txt") == 2  # once more for the one that was called off


def test_a_silent_robots_txt_costs_its_time_once() -> None:
    """After one deadline all pages of that host fail at once, and other hosts never notice."""
    seen: list[tuple[str, float]] = []

    async def main() -> list[Outcome]:
        async with web_on(robots_first(b"", seen, slow=60), QUICK) as (web, _):
            return await asyncio.gather(*(outcome(web, at(f"/{n}", robots=True)) for n in range(10)))

    started = time.monotonic()
    assert [bad(one) for one in asyncio.run(main())] == ["FetchFailed robots"] * 10
    assert time.monotonic() - started < 5
    assert len(seen) == 1


def test_the_crawl_delay_lies_between_pages_and_feeds_go_past() -> None:
    """Pages start one by one with the delay between them; who need not wait does not; cancelling gives the turn on."""
    seen: list[tuple[str, float]] = []

    async def main() -> list[Outcome]:
        async with web_on(robots_first(b"User-agent: *\nCrawl-delay: 0.5", seen)) as (web, _):
            pages = [asyncio.create_task(outcome(web, at(f"/page{n}", robots=True))) for n in range(5)]
            await asyncio.sleep(0.7)
            feed = await outcome(web, at("/feed"))
            pages[2].cancel()
            await asyncio.gather(*pages, return_exceptions=True)
            return [feed, *(page.result() for number, page in enumerate(pages) if number != 2)]

    assert all(good(one).body == b"hello" for one in asyncio.run(main()))
    times = dict(seen)
    assert times["/page4"] - times["/page0"] > 3 * 0.5 - 0.3
    assert times["/feed"] < times["/page3"]
    assert "/page2" not in times
