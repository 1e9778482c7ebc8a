"""Trying sources out: what each answers and what to do about it, and how a new one is found and added."""

import json
import tomllib

import pytest
from builders import config_folder, rss, source_table
from drivers import LoopbackWeb, Seabridge

from flows.collect import Network
from flows.sample_server import SAMPLE_NOW
from flows.settings import Settings, load
from flows.sources import discover, table_of
from parsers.errors import Misconfigured, SeabridgeError

ENTRY = ("News", SAMPLE_NOW, "A summary of some length, so that it counts as a text that says enough. " * 2)


@pytest.mark.slow
def test_check(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Each kind of trouble is a named state with its advice; the others are ok; nothing is stored; exit code 4."""
    web.put("/html", b"<!DOCTYPE html><title>Sorry</title><body><p>No feed here.</p></body>", "text/html")
    web.put("/gone", b"gone", status=410)
    web.put("/blocked", b"no", status=403)
    web.put("/rate-limited", b"slowly", status=429)
    web.put("/missing", b"no", status=404)
    web.put("/empty", b"")
    web.put("/waf", b"", status=202)
    web.put("/no-entries", rss())
    web.put("/stale", rss((ENTRY[0], SAMPLE_NOW.replace(year=2016), ENTRY[2])))
    web.put("/undated", rss((ENTRY[0], None, ENTRY[2])))
    web.put("/ok", rss(ENTRY))
    web.put("/bomb", b"<rss>" + b"<a>" * 200_000)
    states = ["html", "gone", "blocked", "rate-limited", "missing", "empty", "waf", "no-entries", "stale", "undated"]
    tables = [source_table(name, web.url(f"/{name}")) for name in [*states, "ok", "bomb"]]
    config_folder(seabridge.config, [*tables, source_table("address", web.url("/ok?"), local=False)])
    told = seabridge("sources", "check", "--json")
    found = {line["id"]: line for line in map(json.loads, told.out.splitlines())}
    assert told.code == 4
    assert {name: line["state"] for name, line in found.items() if name != "bomb"} == {
        name: name for name in [*states, "ok", "address"]
    }
    assert found["bomb"]["state"] != "ok"
    assert all(bool(line["advice"]) == (name != "ok") for name, line in found.items())
    assert (found["ok"]["entries"], found["ok"]["dated"], found["ok"]["with_text"]) == (1, 1.0, 1.0)
    assert found["blocked"]["detail"] == "answered 403"
    assert not seabridge.home.exists()


def test_check_one(seabridge: Seabridge, web: LoopbackWeb) -> None:
    """Ids choose; one that is not there is a fault of usage."""
    config_folder(
        seabridge.config, [source_table("good", web.put("/good", rss(ENTRY))), source_table("bad", web.url("/"))]
    )
    told = seabridge("sources", "check", "good")
    assert (told.code, "ok" in told.out, "bad" in told.out) == (0, True, False)
    assert seabridge("sources", "check", "goood").code == 2


def test_list(seabridge: Seabridge) -> None:
    """All sources; with --disabled those that are not read, with the reason."""
    tables = [
        source_table("on", "http://a.example/"),
        source_table("off", "http://b.example/", enabled=False, reason="why"),
    ]
    config_folder(seabridge.config, tables)
    assert [json.loads(line)["id"] for line in seabridge("sources", "list", "--json").out.splitlines()] == ["on", "off"]
    told = seabridge("sources", "list", "--disabled").out
    assert ("why" in told, "\non " in told) == (True, False)


# ---------------------------------------------------------------- adding one


@pytest.fixture
def settings(seabridge: Seabridge) -> Settings:
    config_folder(seabridge.config, [source_table("one", "http://one.example/feed")])
    return load()


def site(web: LoopbackWeb, *hosts: str) -> Network:
    """`hosts` are answered by `web`."""
    for host in hosts:
        for (_, path), answer in list(web.answers.items()):
            web.answers[host, path] = answer
    return Network(hosts=dict.fromkeys(hosts, ("127.0.0.1", web.port)))


HOME = b'<html><head><title>T</title><link rel="alternate" type="application/rss+xml" href="/news.xml"></head></html>'


def test_feed_of_a_page(settings: Settings, web: LoopbackWeb) -> None:
    """The feed that a page names in its head is found, tried, and becomes a table that is valid configuration."""
    web.put("/", HOME, "text/html")
    web.put("/news.xml", rss(ENTRY))
    found = discover("http://www.ministry.example/", SAMPLE_NOW, network=site(web, "www.ministry.example"))
    assert found.url == "http://www.ministry.example/news.xml"
    name, text = table_of(found, settings, None)
    path = settings.config / "sources.toml"
    path.write_text(path.read_text() + text)
    assert [source.id for source in load().sources] == ["one", name]
    assert load().sources[1].url == found.url


def test_feed_at_a_usual_place(settings: Settings, web: LoopbackWeb) -> None:
    """A page that names no feed is asked at the usual places."""
    web.put("/", b"<html><title>T</title></html>", "text/html")
    web.put("/rss.xml", rss(ENTRY))
    found = discover("http://ministry.example/", SAMPLE_NOW, network=site(web, "ministry.example"))
    assert found.url == "http://ministry.example/rss.xml"


def test_feed_itself(settings: Settings, web: LoopbackWeb) -> None:
    """The address of a feed is taken as it is; a second time it is refused."""
    web.put("/feed", rss(ENTRY))
    found = discover("http://one.example/feed", SAMPLE_NOW, network=site(web, "one.example"))
    assert found.url == "http://one.example/feed"
    with pytest.raises(Misconfigured, match="there already"):
        table_of(found, settings, "two")


def test_no_feed(settings: Settings, web: LoopbackWeb) -> None:
    """What was tried is named."""
    web.put("/", HOME, "text/html")
    with pytest.raises(SeabridgeError, match=r"no feed found.*\n.*news\.xml"):
        discover("http://ministry.example/", SAMPLE_NOW, network=site(web, "ministry.example"))


@pytest.mark.parametrize(
    "title", ['A "quoted" \\ name', "Bell \x07 and delete \x7f", "[[sources]]\nid = 1", "\u2028é€😀"]
)
def test_hostile_title(settings: Settings, web: LoopbackWeb, title: str) -> None:
    """Whatever a feed calls itself, the table stays one table of valid TOML."""
    feed = rss(ENTRY).replace(b"<title>News</title>", f"<title>{title}</title>".encode(), 1)
    web.put("/feed", feed.replace(b"\x07", b""))
    found = discover("http://new.example/feed", SAMPLE_NOW, network=site(web, "new.example"))
    _, text = table_of(found, settings, None)
    (table,) = tomllib.loads(text)["sources"]
    assert table["url"] == "http://new.example/feed"
    assert table["name"]


@pytest.mark.parametrize("wanted", ["Not An Id", "ümlaut", "one", ""])
def test_id_that_cannot_be(settings: Settings, web: LoopbackWeb, wanted: str) -> None:
    """An id that the configuration would refuse never reaches the file."""
    web.put("/feed", rss(ENTRY))
    found = discover("http://new.example/feed", SAMPLE_NOW, network=site(web, "new.example"))
    if wanted:
        with pytest.raises(Misconfigured):
            table_of(found, settings, wanted)
    else:
        assert table_of(found, settings, None)[0] == "new"


def test_private_address(seabridge: Seabridge, settings: Settings, web: LoopbackWeb) -> None:
    """Adding an address of this machine is refused in words, and the file stays as it is."""
    before = (settings.config / "sources.toml").read_bytes()
    told = seabridge("sources", "add", web.put("/feed", rss(ENTRY)))
    assert (told.code, "Traceback" in told.err) == (1, False)
    assert (settings.config / "sources.toml").read_bytes() == before


def test_addresses_without_a_name(settings: Settings, web: LoopbackWeb) -> None:
    """A host that is all digits or not ASCII still gives an id that the configuration takes."""
    web.put("/feed", rss(ENTRY))
    for host in ("127.0.0.1", "xn--mnchen-3ya.example"):
        found = discover(f"http://{host}:{web.port}/feed", SAMPLE_NOW, network=site(web, host))
        name, _ = table_of(found, settings, None)
        assert name.replace("-", "").isalnum(), (host, name)
        assert name.isascii()
